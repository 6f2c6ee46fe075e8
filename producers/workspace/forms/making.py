"""How a product is made to order, one question per screen."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.production.models import MadeToOrderTerms, Workshop
from shop.production.states import Ladder, Makes, PaymentPlan, ProofPolicy

from .fields import OneLine, WholeNumber, plain_number

MOST_UNITS = 9_999
UNITS = re.compile(r"\d{1,5}(\.\d{1,3})?", re.ASCII)
ANY_HOUR = 24


class Units(forms.DecimalField):
    """Units of work, parts of them too: 0.5 for two pieces in one batch."""

    def __init__(self, *, least: str = "0", **kwargs: Any):
        kwargs["error_messages"] = {
            "invalid": _("Type a number such as 1 or 0.5."),
            "required": _("Type a number."),
            "min_value": _("It must be more than 0."),
            "max_value": _("At most 9,999."),
        }
        super().__init__(
            min_value=Decimal(least),
            max_value=Decimal(MOST_UNITS),
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            **kwargs,
        )

    def to_python(self, value: Any) -> Any:
        text = plain_number(value)
        if text in self.empty_values:
            return None
        if not UNITS.fullmatch(text):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return Decimal(text)

    def prepare_value(self, value: Any) -> Any:
        """`1`, not `1.000`."""
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}


class MakingForm(forms.Form):
    """One question; where the terms follow a profile with others, for which of them."""

    for_all = forms.TypedChoiceField(
        label=_("For which products?"),
        choices=[("", _("Only this product")), ("1", _("All products that use these terms"))],
        coerce=bool,
        empty_value=False,
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(
        self, *args: Any, terms: MadeToOrderTerms | None, shared: bool = False, **kwargs: Any
    ):
        names = [name for name in self.base_fields if name != "for_all"]
        known = {name: getattr(terms, name) for name in names} if terms else {}
        kwargs.setdefault("initial", known)
        super().__init__(*args, **kwargs)
        if not shared:
            del self.fields["for_all"]

    @property
    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "for_all"}


class WorkForm(MakingForm):
    workshop_id = forms.TypedChoiceField(
        label=_("Where is it made?"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one.")},
    )
    units_per_piece = Units(
        label=_("Work for one piece"), least="0.001", initial=Decimal(1),
        help_text=_("In the workshop's own unit: pieces, hours or batches."),
    )  # fmt: skip
    setup_units = Units(
        label=_("Work before the first piece"), initial=Decimal(0),
        help_text=_("Setting up the loom, a dye bath; counted once per order. 0 if there is none."),
    )  # fmt: skip

    def __init__(self, *args: Any, workshops: list[Workshop], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["workshop_id"].choices = [(each.pk, each.name) for each in workshops]
        if len(workshops) == 1:
            self.fields["workshop_id"].initial = workshops[0].pk
            self.fields["workshop_id"].widget = forms.HiddenInput()
            self.initial.setdefault("workshop_id", workshops[0].pk)


class DaysAndHoursForm(MakingForm):
    packing_days = WholeNumber(
        label=_("Days for packing"),
        most=30,
        error_messages={"max_value": _("At most 30 days.")},
    )
    cut_off_hour = forms.TypedChoiceField(
        label=_("Orders after this hour count as the next day's"),
        choices=[
            (ANY_HOUR, _("No such hour")),
            *((hour, f"{hour}:00") for hour in range(8, 21)),
        ],
        coerce=int,
    )
    makes = forms.ChoiceField(
        label=_("If you have ready pieces"), choices=Makes.choices, widget=forms.RadioSelect
    )


class ProofForm(MakingForm):
    proof = forms.ChoiceField(
        label=_("What does the buyer approve before you begin?"),
        choices=ProofPolicy.choices,
        widget=forms.RadioSelect,
    )


class PaymentForm(MakingForm):
    payment_plan = forms.ChoiceField(
        label=_("When does the buyer pay?"), choices=PaymentPlan.choices, widget=forms.RadioSelect
    )
    ladder = forms.ChoiceField(
        label=_("If the buyer cancels"), choices=Ladder.choices, widget=forms.RadioSelect
    )


class ProfileNameForm(forms.Form):
    """A name under which terms are used again."""

    name = OneLine(
        label=_("Name of these terms"),
        max_length=80,
        help_text=_("For example: silk shawls, large baskets."),
        error_messages={"required": _("Give them a name.")},
    )
