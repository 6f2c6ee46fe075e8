"""Carriers, ways of sending and rates: data with a day from which it holds."""

import django_filters
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup

from shop.core.templatetags.shop_text import baht, day
from shop.fulfilment.models import Carrier, DeliveryMethod, DeliveryRate, RemotePlace, Zone


class PlainViewSet(ModelViewSet):
    """Rows the office keeps: a list and a form."""

    add_to_reference_index = False
    copy_view_enabled = False
    list_per_page = 50


class CarrierViewSet(PlainViewSet):
    model = Carrier
    name = "office_carriers"
    icon = "mail"
    menu_label = _("Carriers")
    search_fields = ["name_th", "name_en", "slug"]
    list_display = ["name", Column("slug", label=_("Short name")), "chilled"]
    panels = [
        MultiFieldPanel(
            [FieldPanel("name_th"), FieldPanel("name_en"), FieldPanel("slug")], heading=_("Name")
        ),
        FieldPanel("chilled"),
        MultiFieldPanel(
            [
                HelpPanel(_("A number that does not fit the pattern warns, it is not refused.")),
                FieldPanel("tracking_pattern"),
                FieldPanel("tracking_hint_th"),
                FieldPanel("tracking_hint_en"),
                FieldPanel("tracking_url", help_text=_("{number} stands for the number.")),
            ],
            heading=_("Tracking numbers"),
        ),
    ]


class MethodViewSet(PlainViewSet):
    model = DeliveryMethod
    name = "office_methods"
    icon = "list-ul"
    menu_label = _("Ways of sending")
    list_display = ["name", Column("carrier", label=_("Carrier")), "chilled", "position"]
    form_fields = ["name_th", "name_en", "slug", "carrier", "chilled", "position"]


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
        "method",
        "zone",
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
        FieldRowPanel([FieldPanel("method"), FieldPanel("zone")]),
        FieldRowPanel([FieldPanel("max_weight_g"), FieldPanel("price")]),
        FieldRowPanel([FieldPanel("fastest_days"), FieldPanel("slowest_days")]),
        FieldPanel("effective_from"),
    ]


class RemoteViewSet(PlainViewSet):
    model = RemotePlace
    name = "office_remote_places"
    icon = "site"
    menu_label = _("Remote places")
    list_display = ["area_code"]
    form_fields = ["area_code"]


class DeliveryViewSetGroup(ModelViewSetGroup):
    menu_label = _("Delivery")
    menu_name = "delivery"
    menu_icon = "mail"
    menu_order = 160
    items = (CarrierViewSet, MethodViewSet, RateViewSet, RemoteViewSet)
