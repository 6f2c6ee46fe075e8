"""What a buyer types on the shop's own pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

MOST_PIECES = 9999


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
