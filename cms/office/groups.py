"""Groups in the office: who they are, whether they may sell, and what they have."""

from typing import Any

import django_filters
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets.button import HeaderButton

from catalogue.models import Product
from catalogue.states import ProductState
from cms.forms import GroupForm
from producers.formats import WARNING_WORDS, registration_warnings
from producers.models import Enterprise
from producers.states import EnterpriseState
from shop.core.places import UnknownPlace, province, provinces
from shop.core.templatetags.shop_text import phone

from .marks import due_mark, end_mark, state_mark
from .queues import GROUP_DAYS, due_day
from .steps import GROUPS
from .views.cases import CaseView, Part
from .views.lists import CaseList, case_column, due_column, state_column
from .viewsets import OfficeViewSet

NAME = "office_groups"
WAITING = (EnterpriseState.APPLIED,)
SLUG_HELP = gettext_lazy("Part of the page's address; links break when it changes.")


def province_choices() -> list[tuple[str, str]]:
    """All provinces in Thai dictionary order, in the officer's language."""
    return [(place.code, place.name) for place in provinces().values()]


class GroupFilter(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"), choices=EnterpriseState.choices
    )
    province_code = django_filters.ChoiceFilter(
        label=gettext_lazy("Province"), choices=province_choices
    )

    class Meta:
        model = Enterprise
        fields = ["state", "province_code"]


class GroupList(CaseList):
    turns = (WAITING,)

    def with_facts(self, things: QuerySet[Any]) -> QuerySet[Any]:
        on_sale = Q(products__state=ProductState.PUBLISHED, products__parent=None)
        return things.annotate(on_sale=Count("products", filter=on_sale))


class GroupCase(CaseView):
    kind = GROUPS
    url_name = NAME

    def get_object(self, queryset: Any = None) -> Any:
        found = super().get_object(queryset)
        self.place = _place(found)
        return found

    @property
    def header_buttons(self) -> list[Any]:
        buttons = []
        if edit_url := self.get_edit_url():
            buttons.append(HeaderButton(_("Edit"), url=edit_url, icon_name="edit"))
        if self.request.user.has_perm("producers.add_certificate"):
            url = reverse("office_certificates:submit", args=[self.object.pk])
            buttons.append(HeaderButton(_("New certificate"), url=url, icon_name="plus"))
        return buttons

    def notices(self) -> list[Any]:
        group = self.object
        found: list[Any] = [
            WARNING_WORDS[warning]
            for warning in registration_warnings(
                group.registration_number, tambon_code=group.tambon_code
            )
            if group.registration_number
        ]
        if not self.place:
            found.append(_("The tambon code is not known; delivery cannot be reckoned."))
        return found

    def parts(self) -> list[Part]:
        return [self._who(), self._members(), self._certificates(), self._products()]

    def _who(self) -> Part:
        group = self.object
        waiting = group.state in WAITING
        return Part(
            _("The group"),
            facts=[
                (_("Name (Thai)"), group.name_th),
                (_("Name (English)"), group.name_en),
                (_("Place"), self.place or group.tambon_code),
                (_("Number of makers"), group.member_count),
                (_("Registration number"), group.registration_number),
                (_("Phone"), phone(group.phone)),
                (_("E-mail"), group.email),
                (_("Answer by"), waiting and due_mark(due_day(group.created_at, GROUP_DAYS))),
                (_("About the group"), group.about),
            ],
        )

    def _members(self) -> Part:
        members = self.object.memberships.filter(left_at=None).select_related("user")
        return Part(
            _("Members"),
            columns=[_("Name"), _("Role"), _("E-mail"), _("Phone")],
            rows=[
                [
                    str(member.user),
                    member.get_role_display(),
                    member.user.email or "",
                    phone(member.user.phone or ""),
                ]
                for member in members
            ],
            empty=_("Nobody yet: letters go to the group's own e-mail and phone."),
        )

    def _certificates(self) -> Part:
        return Part(
            _("Certificates"),
            columns=[_("Certificate"), _("State"), _("Valid until")],
            rows=[
                [
                    linked("office_certificates", certificate),
                    state_mark(certificate.state, certificate.get_state_display()),
                    end_mark(certificate.expires_on),
                ]
                for certificate in self.object.certificates.all()
            ],
            empty=_("None."),
        )

    def _products(self) -> Part:
        products = Product.objects.top_level().made_by(self.object)
        return Part(
            _("Products"),
            columns=[_("Product"), _("State"), _("Ready pieces")],
            rows=[
                [
                    linked("office_products", product),
                    state_mark(product.state, product.get_state_display()),
                    product.ready_pieces if not product.takes_orders else _("Made to order"),
                ]
                for product in products
            ],
            empty=_("None."),
        )


class GroupViewSet(OfficeViewSet):
    model = Enterprise
    name = NAME
    kind = GROUPS
    icon = "group"
    menu_label = gettext_lazy("Groups")
    menu_name = "groups"
    menu_order = 110
    add_to_admin_menu = True
    doors = ("add", "edit")
    index_view_class = GroupList
    inspect_view_class = GroupCase
    ordering = ("turn", "name_th")
    filterset_class = GroupFilter
    search_fields = ["name_th", "name_en", "slug", "registration_number"]
    list_display = [
        case_column(NAME, gettext_lazy("Group"), sort_key="name_th"),
        Column(
            "province",
            label=gettext_lazy("Province"),
            accessor=lambda group: province(group.province_code).name,
            sort_key="province_code",
        ),
        state_column(gettext_lazy("State")),
        Column("on_sale", label=gettext_lazy("On sale"), sort_key="on_sale"),
        due_column(gettext_lazy("Answer by"), days=GROUP_DAYS, states=WAITING, since="created_at"),
    ]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldPanel("name_th"),
                    FieldPanel("name_en"),
                    FieldPanel("slug", help_text=SLUG_HELP),
                ],
                heading=gettext_lazy("Name"),
            ),
            FieldPanel("about_th"),
            FieldPanel("about_en"),
            MultiFieldPanel(
                [
                    FieldPanel(
                        "tambon_code",
                        help_text=gettext_lazy("Six digits, as the post office has it."),
                    ),
                    FieldPanel("member_count"),
                    FieldPanel("registration_number"),
                ],
                heading=gettext_lazy("Place and registration"),
            ),
            FieldRowPanel([FieldPanel("phone"), FieldPanel("email")]),
            FieldPanel("picture"),
        ],
        base_form_class=GroupForm,
    )


def linked(url_name: str, thing: Any) -> Any:
    """The thing's name as a link to its case."""
    case_url = reverse(f"{url_name}:inspect", args=[thing.pk])
    return format_html('<a href="{}">{}</a>', case_url, thing)


def _place(group: Enterprise) -> str:
    try:
        return group.place.label(get_language() or "th")
    except UnknownPlace:
        return ""
