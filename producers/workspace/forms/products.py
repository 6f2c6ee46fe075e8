"""One question about a product per screen."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalogue.models import Product
from catalogue.states import OtopType
from shop.oscar.partner.models import StockRecord
from shop.oscar.partner.services import Terms
from shop.oscar.partner.states import Sells

from .fields import Baht, ManyLines, OneLine, WholeNumber

MOST_PIECES = 99_999
MOST_DAYS = 365
MOST_GRAMS = 100_000
MOST_PER_ORDER = 999
BETWEEN_1_AND_999 = {"min_value": _("From 1 to 999."), "max_value": _("From 1 to 999.")}

TYPE_EXAMPLES = {
    OtopType.TEXTILE: _("cloth, clothes, scarves, bags of cloth"),
    OtopType.UTENSIL: _("baskets, pots, tools, toys, souvenirs"),
    OtopType.FOOD: _("rice, fruit, sweets, pastes, dried fish"),
    OtopType.DRINK: _("coffee, tea, juice, herbal drinks"),
    OtopType.HERB: _("soap, balm, oil, shampoo"),
}
#: Kinds of goods that may have to stay cold.
KEPT_COLD = ("", OtopType.FOOD, OtopType.DRINK)
#: What buyers must know or like to know, by kind of goods.
CRAFT_FACTS = {"materials": _("Materials"), "care": _("How to look after it")}
FOOD_FACTS = {
    "ingredients": _("Ingredients"),
    "allergens": _("What may cause an allergy"),
    "net_weight": _("Net weight or volume"),
    "storage": _("How to keep it"),
    "shelf": _("How long it keeps"),
}
FACTS = {
    OtopType.TEXTILE: CRAFT_FACTS,
    OtopType.UTENSIL: CRAFT_FACTS,
    OtopType.FOOD: FOOD_FACTS,
    OtopType.DRINK: FOOD_FACTS,
    OtopType.HERB: FOOD_FACTS,
}


class StepForm(forms.Form):
    """A question about one product. `facts()` is what it says, in the product's own words."""

    def __init__(self, *args: Any, product: Product, **kwargs: Any):
        self.product = product
        kwargs.setdefault("initial", self.known(product))
        super().__init__(*args, **kwargs)

    @staticmethod
    def known(product: Product) -> dict[str, Any]:
        return {}

    def facts(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class NameForm(StepForm):
    title = OneLine(
        label=_("Name in Thai"),
        max_length=120,
        help_text=_("What it is, and what is special about it."),
        error_messages={"required": _("Give it a name.")},
    )

    @staticmethod
    def known(product: Product) -> dict[str, Any]:
        return {"title": product.title}


class KindForm(StepForm):
    otop_type = forms.ChoiceField(
        label=_("What kind of goods is it?"),
        choices=OtopType.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one.")},
    )

    @staticmethod
    def known(product: Product) -> dict[str, Any]:
        return {"otop_type": product.otop_type}


class WeightForm(StepForm):
    weight_g = WholeNumber(
        label=_("Weight of one piece, packed (grams)"),
        least=1,
        most=MOST_GRAMS,
        help_text=_("With box and wrapping: 1 kilogram is 1,000 grams."),
        error_messages={"max_value": _("At most 100 kilograms.")},
    )
    chilled = forms.BooleanField(label=_("It must stay cold on the way"), required=False)

    def __init__(self, *args: Any, product: Product, **kwargs: Any):
        super().__init__(*args, product=product, **kwargs)
        if product.otop_type not in KEPT_COLD and not product.chilled:
            del self.fields["chilled"]

    @staticmethod
    def known(product: Product) -> dict[str, Any]:
        return {"weight_g": product.weight_g, "chilled": product.chilled}


class TextForm(StepForm):
    description = ManyLines(
        label=_("Tell about it in Thai"),
        max_length=4000,
        help_text=_("Who makes it, how, of what, and what it is good for."),
        error_messages={"required": _("Write a sentence or two.")},
    )

    @staticmethod
    def known(product: Product) -> dict[str, Any]:
        return {"description": product.description}


class EnglishForm(StepForm):
    title_en = OneLine(label=_("Name in English"), max_length=120, required=False)
    unit_en = OneLine(
        label=_("Unit in English"), max_length=30, required=False, help_text="piece, pair, bottle"
    )
    description_en = ManyLines(label=_("Text in English"), max_length=4000, required=False)

    @staticmethod
    def known(product: Product) -> dict[str, Any]:
        return {
            "title_en": product.title_en,
            "unit_en": product.unit_en,
            "description_en": product.description_en,
        }


class DetailsForm(StepForm):
    """Materials and care, or what must stand on food; in Thai."""

    def __init__(self, *args: Any, product: Product, **kwargs: Any):
        super().__init__(*args, product=product, **kwargs)
        for name, label in facts_asked(product).items():
            self.fields[name] = OneLine(
                label=label,
                max_length=400,
                required=False,
                initial=product.facts.get(f"{name}_th", ""),
            )

    def facts(self) -> dict[str, Any]:
        return {"facts": {f"{name}_th": value for name, value in self.cleaned_data.items()}}


def facts_asked(product: Product) -> dict[str, Any]:
    """Which details are asked about this kind of goods: name → label."""
    return FACTS.get(OtopType(product.otop_type), CRAFT_FACTS) if product.otop_type else CRAFT_FACTS


class PriceForm(forms.Form):
    """The price, and what it is the price of; sizes have prices of their own."""

    price = Baht(label=_("Price (baht)"))
    unit_th = OneLine(
        label=_("For one …"),
        max_length=30,
        help_text=_("piece, pair, bottle, kilogram …"),
        widget=forms.TextInput(attrs={"list": "units", "autocomplete": "off"}),
        error_messages={"required": _("Say what the price is for, for example ชิ้น.")},
    )

    def __init__(self, *args: Any, with_price: bool = True, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not with_price:
            del self.fields["price"]


class TermsForm(forms.Form):
    """From ready stock, or made to order; asked of the whole product."""

    #: The screen shows the questions of one way only, and a hidden field must not stop the other.
    use_required_attribute = False
    OF_WAY = {
        Sells.STOCK: ("pieces",),
        Sells.MADE_TO_ORDER: ("lead_days", "min_quantity", "max_quantity"),
    }

    sells = forms.ChoiceField(
        label=_("How do you sell it?"),
        choices=Sells.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one.")},
    )
    pieces = WholeNumber(
        label=_("How many are ready now?"),
        most=MOST_PIECES,
        error_messages={
            "required": _("How many are ready? Type 0 if there are none now."),
            "max_value": _("At most 99,999 pieces."),
        },
    )
    #: What stood there when the page was shown: left as it is, it says nothing about today.
    seen_pieces = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    lead_days = WholeNumber(
        label=_("Working days to make it"),
        least=1,
        most=MOST_DAYS,
        help_text=_("Count the days you work. One day for packing comes on top."),
        error_messages={
            "required": _("How many working days do you need?"),
            "min_value": _("At least 1 day and at most 365."),
            "max_value": _("At least 1 day and at most 365."),
        },
    )
    min_quantity = WholeNumber(
        label=_("Fewest in one order"),
        least=1,
        most=MOST_PER_ORDER,
        required=False,
        error_messages=BETWEEN_1_AND_999,
    )
    max_quantity = WholeNumber(
        label=_("Most in one order"),
        least=1,
        most=MOST_PER_ORDER,
        required=False,
        error_messages=BETWEEN_1_AND_999,
    )

    def __init__(self, *args: Any, with_pieces: bool = True, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not with_pieces:
            del self.fields["pieces"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for way, names in self.OF_WAY.items():
            if way != data.get("sells"):
                for name in names:
                    self._errors.pop(name, None)
        fewest, most = data.get("min_quantity"), data.get("max_quantity")
        made = data.get("sells") == Sells.MADE_TO_ORDER
        if made and fewest and most and most < fewest:
            self.add_error("max_quantity", _("This is less than the fewest in one order."))
        return data

    def terms(self) -> Terms:
        data = self.cleaned_data
        if data["sells"] == Sells.STOCK:
            left = str(data.get("pieces")) == data["seen_pieces"]
            return Terms(Sells.STOCK, pieces=None if left else data.get("pieces"))
        return Terms(
            Sells.MADE_TO_ORDER,
            lead_days=data["lead_days"],
            min_quantity=data["min_quantity"] or 1,
            max_quantity=data["max_quantity"],
        )


def known_terms(record: StockRecord | None) -> dict[str, Any]:
    """What a product's terms screen starts with."""
    if record is None:
        return {}
    made = record.is_made_to_order
    pieces = None if made else record.free_pieces
    return {
        "sells": record.sells,
        "pieces": pieces,
        "seen_pieces": pieces,
        "lead_days": record.lead_days,
        "min_quantity": record.min_quantity if made else None,
        "max_quantity": record.max_quantity,
    }


class SizeNameForm(forms.Form):
    """What a size or colour is called."""

    title = OneLine(
        label=_("Size or colour, in Thai"),
        max_length=80,
        help_text=_("for example: ไซซ์ M, สีคราม, 500 กรัม"),
        error_messages={"required": _("Say which size or colour it is.")},
    )
    title_en = OneLine(label=_("In English"), max_length=80, required=False)


class SizeForm(SizeNameForm):
    """Another size, with its price and what is ready."""

    price = Baht(label=_("Price (baht)"))
    pieces = WholeNumber(label=_("How many are ready now?"), most=MOST_PIECES, required=False)

    def __init__(self, *args: Any, with_pieces: bool = True, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not with_pieces:
            del self.fields["pieces"]


class PerRecordForm(forms.Form):
    """A number for each size of a product; `seen` is what stood there when the page was shown."""

    def __init__(self, *args: Any, records: Iterable[StockRecord], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.records = list(records)
        for record in self.records:
            name = f"now-{record.pk}"
            self.fields[name] = self.field_for(record)
            self.fields[f"seen-{record.pk}"] = forms.CharField(
                required=False,
                max_length=20,
                initial=self.value_of(record),
                widget=forms.HiddenInput,
            )

    def field_for(self, record: StockRecord) -> forms.Field:
        raise NotImplementedError

    def value_of(self, record: StockRecord) -> Any:
        raise NotImplementedError

    @property
    def rows(self) -> list[tuple[StockRecord, Any, Any]]:
        """(stock record, bound field, bound field of what was seen)."""
        return [(r, self[f"now-{r.pk}"], self[f"seen-{r.pk}"]) for r in self.records]

    def changed_values(self) -> dict[int, Any]:
        """Stock record id → the new value, where somebody typed another than stood there."""
        return {
            record.pk: self.cleaned_data[f"now-{record.pk}"]
            for record in self.records
            if str(self.cleaned_data[f"now-{record.pk}"]) != self.cleaned_data[f"seen-{record.pk}"]
        }

    def overtaken(self) -> list[StockRecord]:
        """Changed ones whose number is no longer what stood there: somebody was quicker."""
        changed = self.changed_values()
        return [
            record
            for record in self.records
            if record.pk in changed
            and self.cleaned_data[f"seen-{record.pk}"] != str(self.value_of(record))
        ]


class StockForm(PerRecordForm):
    """How many pieces are ready, per size."""

    def field_for(self, record: StockRecord) -> forms.Field:
        return WholeNumber(
            label=record.product.name,
            most=MOST_PIECES,
            initial=self.value_of(record),
            error_messages={"max_value": _("At most 99,999 pieces.")},
        )

    def value_of(self, record: StockRecord) -> int:
        return record.free_pieces


class PricesForm(PerRecordForm):
    """The price, per size."""

    def field_for(self, record: StockRecord) -> forms.Field:
        return Baht(label=record.product.name, initial=self.value_of(record))

    def value_of(self, record: StockRecord) -> str:
        return plain_price(record.price)

    def changed_values(self) -> dict[int, Decimal]:
        return {
            record.pk: self.cleaned_data[f"now-{record.pk}"]
            for record in self.records
            if plain_price(self.cleaned_data[f"now-{record.pk}"])
            != self.cleaned_data[f"seen-{record.pk}"]
        }


def plain_price(price: Decimal | None) -> str:
    """`450` or `450.50`, as one types it."""
    return "" if price is None else f"{price:.2f}".removesuffix(".00")
