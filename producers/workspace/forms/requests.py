"""Quoting something special: one short form, lines first."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from producers.models import Enterprise
from shop.care.forms import Words
from shop.fulfilment.models import CustomRequest, Quote
from shop.fulfilment.services.quotes import Draft, DraftLine
from shop.production.models import Workshop
from shop.production.states import PaymentPlan

from .fields import Baht, OneLine, WholeNumber

MOST_LINES = 3
MOST_PIECES = 9999
MOST_UNITS = 100_000
MOST_GRAMS = 100_000
LONGEST = 2000


class QuoteForm(forms.Form):
    """Lines, price, work, plan, how long it is good. `draft()` is what it says."""

    delivery_note = OneLine(
        label=_("How it is sent"), required=False, max_length=300,
        help_text=_("The buyer pays the usual delivery charge when ordering."),
    )  # fmt: skip
    payment_plan = forms.ChoiceField(
        label=_("Payment"), choices=PaymentPlan.choices, widget=forms.RadioSelect
    )
    valid_days = WholeNumber(
        label=_("The buyer can accept for so many days"), least=1, most=settings.QUOTE_MOST_DAYS
    )
    words = Words(label=_("Words to the buyer"), rows=4, required=False, max_length=LONGEST)

    def __init__(self, *args: Any, enterprise: Enterprise, asked: CustomRequest, **kwargs: Any):
        kwargs.setdefault("initial", _known(asked))
        super().__init__(*args, **kwargs)
        self.workshops = list(Workshop.objects.filter(enterprise=enterprise, is_open=True))
        for number in range(1, MOST_LINES + 1):
            self._add_line(number)
        if self.workshops:
            self.fields["workshop"] = forms.ChoiceField(
                label=_("Made in"),
                choices=[(str(each.pk), each.name) for each in self.workshops],
                widget=forms.RadioSelect,
            )
            self.initial.setdefault("workshop", str(self.workshops[0].pk))
        else:
            self.fields["lead_days"] = WholeNumber(
                label=_("Working days to make it"), least=1, most=365
            )

    def _add_line(self, number: int) -> None:
        first = number == 1
        fields: dict[str, forms.Field] = {
            "title": OneLine(label=_("What (Thai)"), max_length=120, required=first),
            "title_en": OneLine(label=_("What (English)"), max_length=120, required=False),
            "quantity": WholeNumber(label=_("Pieces"), least=1, most=MOST_PIECES, required=first),
            "unit_price": Baht(label=_("Price of one (baht)"), required=first),
            "weight_g": WholeNumber(
                label=_("Packed weight of one (g)"), least=1, most=MOST_GRAMS, required=False
            ),
        }
        if self.workshops:
            label = _("Units of work for all of them (%(unit)s)") % {
                "unit": self.workshops[0].get_unit_display()
            }
            fields["units"] = WholeNumber(label=label, least=1, most=MOST_UNITS, required=first)
        for name, field in fields.items():
            self.fields[f"{name}_{number}"] = field

    def lines_of_fields(self) -> list[list[Any]]:
        """The bound fields line by line, as the page shows them."""
        names = ("title", "title_en", "quantity", "unit_price", "units", "weight_g")
        return [
            [self[f"{name}_{n}"] for name in names if f"{name}_{n}" in self.fields]
            for n in range(1, MOST_LINES + 1)
        ]

    def other_fields(self) -> list[Any]:
        """The fields that belong to no line and are no radio cards."""
        names = ("lead_days", "delivery_note", "valid_days", "words")
        return [self[name] for name in names if name in self.fields]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for number in range(2, MOST_LINES + 1):
            if not data.get(f"title_{number}"):
                self._name_what_is_priced(number, data)
                continue
            for name in ("quantity", "unit_price", "units"):
                key = f"{name}_{number}"
                if key in self.fields and key not in self.errors and not data.get(key):
                    self.add_error(key, _("Type a number."))
        return data

    def _name_what_is_priced(self, number: int, data: dict[str, Any]) -> None:
        """A line that has a price or a number is not left out because its name is missing."""
        others = ("title_en", "quantity", "unit_price", "units", "weight_g")
        title = f"title_{number}"
        if any(data.get(f"{name}_{number}") for name in others) and title not in self.errors:
            self.add_error(title, self.fields[title].error_messages["required"])

    def texts(self) -> list[str]:
        """All words that the buyer will read."""
        names = [*self.fields]
        words = ("title", "delivery_note", "words")
        return [self.cleaned_data.get(name) or "" for name in names if name.startswith(words)]

    def draft(self) -> Draft:
        data = self.cleaned_data
        chosen = data.get("workshop")
        workshop = next((each for each in self.workshops if str(each.pk) == chosen), None)
        lines = [
            DraftLine(
                title=data[f"title_{n}"],
                title_en=data[f"title_en_{n}"],
                quantity=data[f"quantity_{n}"],
                unit_price=Decimal(data[f"unit_price_{n}"]),
                units=data.get(f"units_{n}") or 0,
                weight_g=data.get(f"weight_g_{n}") or 500,
            )
            for n in range(1, MOST_LINES + 1)
            if data.get(f"title_{n}")
        ]
        return Draft(
            lines=lines,
            workshop=workshop,
            lead_days=data.get("lead_days"),
            payment_plan=data["payment_plan"],
            delivery_note=data["delivery_note"],
            words=data["words"],
            valid_days=data["valid_days"],
        )


class DeclineRequestForm(forms.Form):
    """Why the group will not make it; the buyer reads it."""

    words = Words(
        label=_("What shall the buyer read?"), rows=4, max_length=1000,
        error_messages={"required": _("Say why, so that the buyer understands.")},
    )  # fmt: skip


def _known(asked: CustomRequest) -> dict[str, Any]:
    """The last quote to start from; otherwise the asked quantity."""
    start: dict[str, Any] = {"payment_plan": PaymentPlan.FULL, "valid_days": 7}
    last: Quote | None = asked.quote
    if last is None:
        return {**start, "quantity_1": asked.quantity}
    for number, line in enumerate(last.lines.all(), start=1):
        for name in ("title", "title_en", "quantity", "unit_price", "units", "weight_g"):
            start[f"{name}_{number}"] = getattr(line, name)
    return {
        **start,
        "payment_plan": last.payment_plan,
        "delivery_note": last.delivery_note,
        "lead_days": last.lead_days,
        **({"workshop": str(last.workshop_id)} if last.workshop_id else {}),
    }
