"""Products in the office: what waits to be read, with its claims. No price is changed here."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column

from catalogue.claims import claims_to_review, forbidden_word
from catalogue.models import Product
from catalogue.states import OtopType, ProductState
from cms.pictures import address_of
from shop.core.templatetags.shop_text import baht
from shop.oscar.partner.models import StockRecord

from .groups import linked, province_choices
from .marks import due_mark, end_mark, state_mark
from .queues import PRODUCT_DAYS, due_day, waiting_since
from .steps import PRODUCTS
from .views.cases import CaseView, Part
from .views.lists import CaseList, case_column, due_column, state_column
from .viewsets import OfficeViewSet

NAME = "office_products"
WAITING = (ProductState.REVIEW,)
FACTS_SHOWN = ("materials", "ingredients", "allergens", "storage", "care")


class ProductFilter(WagtailFilterSet):
    state = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=ProductState.choices)
    otop_type = django_filters.ChoiceFilter(
        label=gettext_lazy("OTOP type"), choices=OtopType.choices
    )
    province_code = django_filters.ChoiceFilter(
        label=gettext_lazy("Province"), choices=province_choices
    )

    class Meta:
        model = Product
        fields = ["state", "otop_type", "province_code"]


class ProductList(CaseList):
    turns = (WAITING,)

    def with_facts(self, things: QuerySet[Any]) -> QuerySet[Any]:
        products = things.exclude(structure=Product.CHILD).select_related("enterprise")
        return waiting_since(products, ProductState.REVIEW)


class ProductCase(CaseView):
    kind = PRODUCTS
    url_name = NAME

    def public_url(self) -> str:
        shown = self.object.is_published and self.object.enterprise.is_open
        return self.object.get_absolute_url() if shown else ""

    def notices(self) -> list[Any]:
        words = self._all_words()
        found = []
        if (word := forbidden_word(words)) is not None:
            found.append(_("“%(word)s” may not be sold online.") % {"word": word})
        if claims := claims_to_review(words, self.object.otop_type):
            found.append(
                _("Claims to read: %(claims)s. Each needs a certificate or other words.")
                % {"claims": ", ".join(claims)}
            )
        return found

    def parts(self) -> list[Part]:
        product = self.object
        pictures = product.pictures.select_related("picture")
        shown = [(address_of(each, width=320), each.alt) for each in pictures]
        return [
            Part(_("Pictures"), pictures=[each for each in shown if each[0]], empty=_("None.")),
            self._what(),
            Part(_("Description (Thai)"), words=product.description),
            Part(_("Description (English)"), words=product.description_en),
            self._offers(),
            self._certificates(),
        ]

    def _what(self) -> Part:
        product = self.object
        waiting = product.state in WAITING
        facts = [
            (_("Name (Thai)"), product.title),
            (_("Name (English)"), product.title_en),
            (_("Group"), linked("office_groups", product.enterprise)),
            (_("OTOP type"), product.get_otop_type_display()),
            (_("Province"), product.province.name if product.province_code else ""),
            (_("Answer by"), self._due() if waiting else ""),
        ]
        facts += [
            (FACT_WORDS[name], product.fact(name)) for name in FACTS_SHOWN if product.fact(name)
        ]
        return Part(_("The product"), facts=facts)

    def _due(self) -> Any:
        since = waiting_since(Product.objects.filter(pk=self.object.pk), ProductState.REVIEW)
        return due_mark(due_day(since.get().since, PRODUCT_DAYS))

    def _offers(self) -> Part:
        owned = StockRecord.objects.filter(product__in=[self.object, *self.object.children.all()])
        return Part(
            _("Price and stock, set by the group"),
            columns=[_("Product"), _("Price"), _("Sold"), _("Free pieces"), _("Days to make")],
            rows=[
                [
                    record.product.name,
                    baht(record.price),
                    record.get_sells_display(),
                    "" if record.is_made_to_order else record.free_pieces,
                    record.lead_days if record.is_made_to_order else "",
                ]
                for record in owned.select_related("product")
            ],
            empty=_("None."),
        )

    def _certificates(self) -> Part:
        return Part(
            _("Certificates that cover it"),
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

    def _all_words(self) -> str:
        product = self.object
        facts = " ".join(str(value) for value in product.facts.values())
        texts = (product.title, product.title_en, product.description, product.description_en)
        return " ".join([*texts, facts])


FACT_WORDS = {
    "materials": gettext_lazy("Materials"),
    "ingredients": gettext_lazy("Ingredients"),
    "allergens": gettext_lazy("Allergens"),
    "storage": gettext_lazy("Storage"),
    "care": gettext_lazy("Care"),
}


class ProductViewSet(OfficeViewSet):
    model = Product
    name = NAME
    kind = PRODUCTS
    icon = "tag"
    menu_label = gettext_lazy("Products")
    menu_name = "products"
    menu_order = 120
    add_to_admin_menu = True
    index_view_class = ProductList
    inspect_view_class = ProductCase
    ordering = ("turn", "since", "sort_key")
    filterset_class = ProductFilter
    search_fields = ["title", "title_en", "enterprise__name_th", "enterprise__name_en"]
    list_display = [
        case_column(NAME, gettext_lazy("Product"), sort_key="sort_key"),
        Column("enterprise", label=gettext_lazy("Group"), accessor="enterprise.name"),
        Column("province", label=gettext_lazy("Province"), accessor="province.name"),
        state_column(gettext_lazy("State")),
        Column(
            "price_from",
            label=gettext_lazy("Price from"),
            accessor=lambda product: baht(product.price_from),
            sort_key="price_from",
        ),
        Column("ready_pieces", label=gettext_lazy("Ready pieces"), sort_key="ready_pieces"),
        due_column(gettext_lazy("Answer by"), days=PRODUCT_DAYS, states=WAITING, since="since"),
    ]
