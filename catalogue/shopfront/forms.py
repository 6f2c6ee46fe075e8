"""What a buyer types on the shop's own pages."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.care.forms import Draft, Words

MOST_PIECES = 9999
LONGEST_REQUEST = 3000
TOO_LONG = _("At most 3,000 letters.")


class JoinForm(forms.Form):
    """How many pieces somebody waits for; a guest says where they can be told."""

    quantity = forms.IntegerField(
        label=_("How many?"),
        min_value=1,
        max_value=MOST_PIECES,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages=dict.fromkeys(
            ["required", "invalid", "min_value", "max_value"],
            _("Type a whole number of pieces."),
        ),
    )
    email = forms.EmailField(
        label=_("Your e-mail"),
        max_length=254,
        help_text=_("We write when days become free, and for nothing else."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages=dict.fromkeys(
            ["required", "invalid", "max_length"],
            _("Type an e-mail address, for example mali@example.com."),
        ),
    )

    def __init__(self, *args: Any, guest: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not guest:
            del self.fields["email"]


class WishedDay(forms.DateField):
    """A day to come, as a phone's own calendar gives it."""

    def __init__(self, **kwargs: Any):
        super().__init__(
            required=False,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            input_formats=["%Y-%m-%d"],
            error_messages={"invalid": _("Choose a day.")},
            **kwargs,
        )

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        today = timezone.localdate()
        if day is not None and not today < day < today.replace(year=today.year + 3, day=1):
            raise forms.ValidationError(_("Choose a day to come, within two years."))
        return day


class AskForm(Draft):
    """Something special: what, how many, by when."""

    words = Words(
        label=_("What should it be?"),
        rows=6,
        max_length=LONGEST_REQUEST,
        help_text=_(
            "Size, colour, pattern, what it is for. The group asks when something is open."
        ),
        error_messages={
            "required": _("Describe what you would like."),
            "max_length": TOO_LONG,
        },
    )
    quantity = forms.IntegerField(
        label=_("How many pieces?"),
        min_value=1,
        max_value=MOST_PIECES,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages=dict.fromkeys(
            ["required", "invalid", "min_value", "max_value"],
            _("Type a whole number of pieces from 1 to 9999."),
        ),
    )
    wished_on = WishedDay(label=_("Needed by"))


class ProposeForm(forms.Form):
    """What would suit the buyer better: words, a total, a day."""

    words = Words(
        label=_("What should be different?"),
        rows=4,
        max_length=LONGEST_REQUEST,
        error_messages={
            "required": _("Say what should be different."),
            "max_length": TOO_LONG,
        },
    )
    wished_total = forms.DecimalField(
        label=_("A total that would suit (baht)"),
        required=False,
        min_value=1,
        max_value=10_000_000,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages=dict.fromkeys(
            ["invalid", "min_value", "max_value", "max_decimal_places"],
            _("Type an amount in baht, such as 450 or 450.50."),
        ),
    )
    wished_on = WishedDay(label=_("A day that would suit"))
