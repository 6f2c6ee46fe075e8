"""Carriers, ways of sending and rates: data with a day from which it holds."""

from typing import Any

import django_filters
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel
from wagtail.admin.ui.tables import BooleanColumn, Column, TitleColumn
from wagtail.admin.views.generic import CreateView, EditView, IndexView
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup

from shop.core.places import UnknownPlace, amphoe, province
from shop.core.templatetags.shop_text import baht, day
from shop.fulfilment.models import Carrier, DeliveryMethod, DeliveryRate, RemotePlace, Zone


def title_column(name: str) -> TitleColumn:
    """The name, which opens the form."""
    return TitleColumn("name", label=_("Name"), url_name=f"{name}:edit")


def area_name(code: str) -> str:
    """The name of a province (2 digits) or an amphoe (4), or nothing."""
    try:
        return (province(code) if len(code) == 2 else amphoe(code)).name
    except UnknownPlace:
        return ""


class Named:
    """Titles in the words of the menu; these models have no words of their own."""

    menu_label: Any = ""

    def get_page_subtitle(self) -> str:
        thing = getattr(self, "object", None)
        return str(thing) if thing is not None else str(self.menu_label)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        way = [*self.breadcrumbs_items]
        index = self.index_url_name
        return [*way, {"url": reverse(index), "label": self.menu_label}]


class PlainList(Named, IndexView):
    add_item_label = _("Add")

    def get_page_title(self) -> str:
        return str(self.menu_label)

    def get_page_subtitle(self) -> str:
        return ""

    def get_paginator(self, *args: Any, **kwargs: Any) -> Any:
        """Counts in the words of the menu too: "4 ways of sending"."""
        paginator = super().get_paginator(*args, **kwargs)
        paginator.verbose_name = paginator.verbose_name_plural = str(self.menu_label).lower()
        return paginator


class PlainNew(Named, CreateView):
    success_message = _("“%(object)s” is saved.")


class PlainForm(Named, EditView):
    success_message = _("“%(object)s” is saved.")


class PlainViewSet(ModelViewSet):
    """Rows the office keeps: a list and a form."""

    add_to_reference_index = False
    copy_view_enabled = False
    list_per_page = 50
    index_view_class = PlainList
    add_view_class = PlainNew
    edit_view_class = PlainForm

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_common_view_kwargs(menu_label=self.menu_label, **kwargs)


class CarrierViewSet(PlainViewSet):
    model = Carrier
    name = "office_carriers"
    icon = "mail"
    menu_label = _("Carriers")
    search_fields = ["name_th", "name_en", "slug"]
    list_display = [
        title_column("office_carriers"),
        Column("slug", label=_("Short name")),
        BooleanColumn("chilled", label=_("Chilled")),
    ]
    panels = [
        MultiFieldPanel(
            [
                FieldPanel("name_th"),
                FieldPanel("name_en"),
                FieldPanel("slug", heading=_("Short name")),
            ],
            heading=_("Name"),
        ),
        FieldPanel("chilled", heading=_("Chilled")),
        MultiFieldPanel(
            [
                HelpPanel(_("A number that does not fit the pattern warns, it is not refused.")),
                FieldPanel("tracking_pattern", heading=_("Pattern")),
                FieldPanel("tracking_hint_th", heading=_("Hint (Thai)")),
                FieldPanel("tracking_hint_en", heading=_("Hint (English)")),
                FieldPanel(
                    "tracking_url",
                    heading=_("Address to follow a parcel"),
                    help_text=_("{number} stands for the number."),
                ),
            ],
            heading=_("Tracking numbers"),
        ),
    ]


class MethodViewSet(PlainViewSet):
    model = DeliveryMethod
    name = "office_methods"
    icon = "list-ul"
    menu_label = _("Ways of sending")
    list_display = [
        title_column("office_methods"),
        Column("carrier", label=_("Carrier")),
        BooleanColumn("chilled", label=_("Chilled")),
        Column("position", label=_("Place in the list"), sort_key="position"),
    ]
    panels = [
        MultiFieldPanel(
            [
                FieldPanel("name_th"),
                FieldPanel("name_en"),
                FieldPanel("slug", heading=_("Short name")),
            ],
            heading=_("Name"),
        ),
        FieldPanel("carrier", heading=_("Carrier")),
        FieldPanel("chilled", heading=_("Chilled")),
        FieldPanel("position", heading=_("Place in the list")),
    ]


class RateFilter(WagtailFilterSet):
    method = django_filters.ModelChoiceFilter(
        label=_("Way of sending"), queryset=DeliveryMethod.objects.all()
    )
    zone = django_filters.ChoiceFilter(label=_("Zone"), choices=Zone.choices)

    class Meta:
        model = DeliveryRate
        fields = ["method", "zone"]


class RateViewSet(PlainViewSet):
    model = DeliveryRate
    name = "office_rates"
    icon = "table"
    menu_label = _("Rates")
    filterset_class = RateFilter
    list_display = [
        TitleColumn(
            "method",
            label=_("Way of sending"),
            url_name="office_rates:edit",
            sort_key="method",
        ),
        Column("zone", label=_("Zone"), accessor="get_zone_display", sort_key="zone"),
        Column("max_weight_g", label=_("Up to grams"), sort_key="max_weight_g"),
        Column("price", label=_("Price"), accessor=lambda rate: baht(rate.price), sort_key="price"),
        Column(
            "days",
            label=_("Days"),
            accessor=lambda rate: f"{rate.fastest_days}–{rate.slowest_days}",
        ),
        Column(
            "effective_from",
            label=_("Holds from"),
            accessor=lambda rate: day(rate.effective_from),
            sort_key="effective_from",
        ),
    ]
    panels = [
        HelpPanel(
            _(
                "A new price is a new row with a later day. Orders keep the price they were sold"
                " with, so old rows may stay."
            )
        ),
        FieldRowPanel(
            [
                FieldPanel("method", heading=_("Way of sending")),
                FieldPanel("zone", heading=_("Zone")),
            ]
        ),
        FieldRowPanel(
            [
                FieldPanel("max_weight_g", heading=_("Up to grams")),
                FieldPanel("price", heading=_("Price")),
            ]
        ),
        FieldRowPanel(
            [
                FieldPanel("fastest_days", heading=_("Fastest (days)")),
                FieldPanel("slowest_days", heading=_("Slowest (days)")),
            ]
        ),
        FieldPanel("effective_from", heading=_("Holds from")),
    ]


class RemoteViewSet(PlainViewSet):
    model = RemotePlace
    name = "office_remote_places"
    icon = "site"
    menu_label = _("Remote places")
    list_display = [
        TitleColumn(
            "area_code",
            label=_("Province or amphoe"),
            accessor=lambda place: f"{area_name(place.area_code)} ({place.area_code})",
            url_name="office_remote_places:edit",
            sort_key="area_code",
        )
    ]
    panels = [
        FieldPanel(
            "area_code",
            heading=_("Province or amphoe"),
            help_text=_("Two digits for a province, four for an amphoe."),
        )
    ]


class DeliveryViewSetGroup(ModelViewSetGroup):
    menu_label = _("Delivery")
    menu_name = "delivery"
    menu_icon = "mail"
    menu_order = 160
    items = (CarrierViewSet, MethodViewSet, RateViewSet, RemoteViewSet)
