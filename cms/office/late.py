"""The watch-list: jobs whose promised day is over, with no notice to the buyer."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column

from shop.core.places import UnknownPlace, province
from shop.core.templatetags.shop_text import phone
from shop.fulfilment.models import Fulfilment

from .groups import province_choices
from .marks import due_mark, state_mark
from .views.lists import CaseList
from .viewsets import OfficeViewSet


class LateFilter(WagtailFilterSet):
    enterprise__province_code = django_filters.ChoiceFilter(
        label=gettext_lazy("Province"), choices=province_choices
    )

    class Meta:
        model = Fulfilment
        fields = ["enterprise__province_code"]


class LateList(CaseList):
    page_title = gettext_lazy("Late without notice")
    verbose_name_plural = gettext_lazy("late orders")

    def get_paginator(self, *args: Any, **kwargs: Any) -> Any:
        paginator = super().get_paginator(*args, **kwargs)
        paginator.verbose_name = paginator.verbose_name_plural = str(self.verbose_name_plural)
        return paginator

    def with_facts(self, things: QuerySet[Any]) -> QuerySet[Any]:
        late = things.late_without_notice(timezone.localdate())
        return late.select_related("order", "enterprise").prefetch_related(
            "enterprise__memberships__user"
        )


def _province(part: Fulfilment) -> str:
    try:
        return province(part.enterprise.province_code).name
    except UnknownPlace:
        return part.enterprise.province_code


def _contacts(part: Fulfilment) -> SafeString:
    """A button for each member who can be called; by mail where there is no phone."""
    people = [m.user for m in part.enterprise.memberships.all() if m.left_at is None]
    return format_html_join(
        " ",
        '<a class="button button-small button-secondary" href="{}">{}</a>',
        [
            (f"tel:{user.phone}", f"{_('Call')} {phone(user.phone)}")
            if user.phone
            else (f"mailto:{user.email}", f"{_('Write to')} {user.email}")
            for user in people
            if user.phone or user.email
        ],
    )


def _order(part: Fulfilment) -> SafeString:
    address = reverse("office_orders:inspect", args=[part.order_id])
    return format_html('<a href="{}">{}</a>', address, part.order.number)


class LateViewSet(OfficeViewSet):
    model = Fulfilment
    name = "office_late"
    icon = "time"
    menu_label = gettext_lazy("Late without notice")
    menu_name = "late"
    menu_order = 145
    add_to_admin_menu = True
    inspect_view_enabled = False
    index_view_class = LateList
    ordering = "promised_on"
    filterset_class = LateFilter
    search_fields = ["order__number", "enterprise__name_th", "enterprise__name_en"]
    list_display = [
        Column("order", label=gettext_lazy("Order"), accessor=_order),
        Column("group", label=gettext_lazy("Group"), accessor=lambda part: part.enterprise.name),
        Column("province", label=gettext_lazy("Province"), accessor=_province),
        Column(
            "promised_on",
            label=gettext_lazy("Promised for"),
            accessor=lambda part: due_mark(part.promised_on),
            sort_key="promised_on",
        ),
        Column(
            "state",
            label=gettext_lazy("State"),
            accessor=lambda part: state_mark(part.state, part.get_state_display()),
        ),
        Column("contact", label=gettext_lazy("Ask the group"), accessor=_contacts),
    ]
