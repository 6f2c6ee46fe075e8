"""How the office picks a product or a group, in forms and in the blocks of a page."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import chooser
from wagtail.admin.viewsets.chooser import ChooserViewSet

from shop.core.templatetags.shop_text import baht


class FindByNames(BaseFilterForm):
    """A search field over the names in both languages."""

    q = forms.CharField(
        label=_("Search term"),
        widget=forms.TextInput(attrs={"placeholder": _("Name of the product or the group")}),
        required=False,
    )
    fields_searched: tuple[str, ...] = ()

    def filter(self, objects: Any) -> Any:
        self.search_query = self.cleaned_data.get("q")
        self.is_searching = bool(self.search_query)
        if not self.is_searching:
            return objects
        found = Q()
        for name in self.fields_searched:
            found |= Q(**{f"{name}__icontains": self.search_query})
        return objects.filter(found)


class FindProducts(FindByNames):
    fields_searched = ("title", "title_en", "enterprise__name_th", "enterprise__name_en")


class FindEnterprises(FindByNames):
    fields_searched = ("name_th", "name_en")


class _Products:
    """Name, group, province and price, so that two products of one name can be told apart."""

    filter_form_class = FindProducts

    @property
    def columns(self) -> list[Any]:
        return [
            *super().columns,  # type: ignore[misc]
            Column("group", label=_("Group"), accessor="enterprise.name"),
            Column("province", label=_("Province"), accessor="province.name"),
            Column(
                "price_from",
                label=_("Price from"),
                accessor=lambda product: baht(product.price_from),
            ),
        ]

    def get_object_list(self) -> Any:
        """What can stand on a shelf today: on sale and on top; children follow their parent."""
        return self.model_class.objects.on_sale().top_level().select_related("enterprise")  # type: ignore[attr-defined]


class ChooseProduct(_Products, chooser.ChooseView):
    pass


class ChooseProductResults(_Products, chooser.ChooseResultsView):
    pass


class ProductChooser(ChooserViewSet):
    model = "catalogue.Product"
    icon = "pick"
    choose_one_text = _("Choose a product")
    choose_another_text = _("Choose another product")
    edit_item_text = _("See the product")
    per_page = 20
    choose_view_class = ChooseProduct
    choose_results_view_class = ChooseProductResults


class _Enterprises:
    filter_form_class = FindEnterprises

    @property
    def columns(self) -> list[Any]:
        return [
            *super().columns,  # type: ignore[misc]
            Column("province", label=_("Province"), accessor="province.name"),
            Column("state", label=_("State"), accessor="get_state_display"),
        ]


class ChooseEnterprise(_Enterprises, chooser.ChooseView):
    pass


class ChooseEnterpriseResults(_Enterprises, chooser.ChooseResultsView):
    pass


class EnterpriseChooser(ChooserViewSet):
    model = "producers.Enterprise"
    icon = "group"
    choose_one_text = _("Choose a group")
    choose_another_text = _("Choose another group")
    edit_item_text = _("Edit this group")
    per_page = 20
    choose_view_class = ChooseEnterprise
    choose_results_view_class = ChooseEnterpriseResults


product_chooser = ProductChooser("product_chooser")
enterprise_chooser = EnterpriseChooser("enterprise_chooser")
