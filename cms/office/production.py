"""Workshops that have gone silent, and public holidays."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel
from wagtail.admin.ui.tables import BooleanColumn, Column, TitleColumn
from wagtail.admin.views.generic import DeleteView
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.log_actions import log

from producers.models import Enterprise
from shop.core.templatetags.shop_text import day, phone
from shop.production.models import PublicHoliday, Workshop
from shop.production.promising import SILENCE_HALVES_AFTER, percent_promised
from shop.production.services import remove_holiday, set_holiday

from .clusters import ClusterViewSet, SharedViewSet
from .delivery import PlainForm, PlainList, PlainNew, PlainViewSet
from .groups import linked
from .viewsets import OfficeViewSet

SILENT = "office_silent"
GROUPS = "office_groups"


def silent_workshops() -> QuerySet[Workshop]:
    """Selling workshops of which less is promised because nobody has been heard."""
    since = timezone.localdate() - timedelta(days=SILENCE_HALVES_AFTER)
    return Workshop.objects.selling().not_heard_since(since)


class SilentList(PlainList):
    """The longest silent first, each with a way to call."""

    default_ordering = None

    def get_base_queryset(self) -> QuerySet[Any]:
        return silent_workshops().select_related("enterprise")

    def get_edit_url(self, instance: Any) -> None:
        return None


def contacts(group: Enterprise) -> Any:
    """Telephone and e-mail of the group as links to tap."""
    ways = []
    if group.phone:
        ways.append((f"tel:{group.phone}", phone(group.phone)))
    if group.email:
        ways.append((f"mailto:{group.email}", group.email))
    if not ways:
        return _("No contact known")
    return format_html_join(
        " ", '<a class="button button-small button-secondary" href="{}">{}</a>', ways
    )


def still_promised(workshop: Workshop) -> str:
    """Half, or nothing."""
    percent = percent_promised(workshop, timezone.localdate())
    return _("half") if percent else _("nothing")


def silent_for(workshop: Workshop) -> Any:
    days = (timezone.localdate() - workshop.heard_on).days
    return format_html(
        "{}<br>{}",
        ngettext("%(n)s day", "%(n)s days", days) % {"n": days},
        _("last heard %(day)s") % {"day": day(workshop.heard_on)},
    )


class SilentViewSet(OfficeViewSet):
    model = Workshop
    name = SILENT
    icon = "warning"
    inspect_view_enabled = False
    index_view_class = SilentList
    menu_label = gettext_lazy("Silent groups")
    list_display = [
        Column(
            "enterprise",
            label=gettext_lazy("Group"),
            accessor=lambda workshop: linked(GROUPS, workshop.enterprise),
        ),
        Column("name", label=gettext_lazy("Workshop")),
        Column("heard_on", label=gettext_lazy("Silent for"), accessor=silent_for),
        Column("promised", label=gettext_lazy("Still offered to buyers"), accessor=still_promised),
        Column(
            "contact",
            label=gettext_lazy("Ways to reach the group"),
            accessor=lambda workshop: contacts(workshop.enterprise),
        ),
    ]

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_common_view_kwargs(menu_label=self.menu_label, **kwargs)


class FollowedByWorkshops:
    """Writing goes through the verbs, so that workshops' days follow; says what no longer fits."""

    at_risk: int = 0

    def write(self, form: Any, holiday_id: int | None) -> PublicHoliday:
        holiday, at_risk = set_holiday(
            holiday_id=holiday_id,
            **{name: form.cleaned_data[name] for name in HOLIDAY_FIELDS},
        )
        self.at_risk = len(at_risk)
        return holiday

    def and_at_risk(self, words: str) -> str:
        if not self.at_risk:
            return words
        more = ngettext(
            "%(n)s promised job no longer fits; its group is shown which.",
            "%(n)s promised jobs no longer fit; their groups are shown which.",
            self.at_risk,
        )
        return f"{words} {more % {'n': self.at_risk}}"


HOLIDAY_FIELDS = ("day", "name_th", "name_en", "is_checked")


class NewHoliday(FollowedByWorkshops, PlainNew):
    def save_instance(self) -> PublicHoliday:
        holiday = self.write(self.form, None)
        log(instance=holiday, action="wagtail.create", user=self.request.user)
        return holiday

    def get_success_message(self, instance: Any) -> str:
        return self.and_at_risk(str(super().get_success_message(instance)))


class HolidayForm(FollowedByWorkshops, PlainForm):
    def save_instance(self) -> PublicHoliday:
        holiday = self.write(self.form, self.object.pk)
        log(instance=holiday, action="wagtail.edit", user=self.request.user)
        return holiday

    def get_success_message(self) -> str:
        return self.and_at_risk(str(super().get_success_message()))


class HolidayGone(DeleteView):
    def delete_action(self) -> None:
        log(instance=self.object, action="wagtail.delete", user=self.request.user)
        remove_holiday(holiday_id=self.object.pk)


class HolidayViewSet(PlainViewSet):
    model = PublicHoliday
    name = "office_holidays"
    icon = "calendar-alt"
    menu_label = gettext_lazy("Public holidays")
    ordering = ["day"]
    add_view_class = NewHoliday
    edit_view_class = HolidayForm
    delete_view_class = HolidayGone
    list_display = [
        TitleColumn(
            "day",
            label=gettext_lazy("Day"),
            accessor=lambda holiday: day(holiday.day),
            url_name="office_holidays:edit",
            sort_key="day",
        ),
        Column("name", label=gettext_lazy("Name")),
        BooleanColumn("is_checked", label=gettext_lazy("Checked"), sort_key="is_checked"),
    ]
    list_filter = ["is_checked"]
    panels = [
        HelpPanel(
            gettext_lazy(
                "Lunar days and days in place of another were reckoned. Compare them with the"
                " cabinet's announcement and tick them. Workshops that keep holidays follow at"
                " once; what is promised is planned anew."
            )
        ),
        FieldPanel("day"),
        FieldRowPanel([FieldPanel("name_th"), FieldPanel("name_en")]),
        FieldPanel("is_checked"),
    ]


class ProductionViewSetGroup(ModelViewSetGroup):
    menu_label = gettext_lazy("Workshops")
    menu_name = "production"
    menu_icon = "calendar-alt"
    menu_order = 155
    items = (SilentViewSet, ClusterViewSet, SharedViewSet, HolidayViewSet)
