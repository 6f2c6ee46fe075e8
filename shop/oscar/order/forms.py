"""What a buyer types on the order's pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.core.fields import ManyLines


class LookupForm(forms.Form):
    """E-mail and number of an order whose link has been lost."""

    email = forms.EmailField(
        label=_("E-mail of the order"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Type the e-mail address you ordered with."),
            "invalid": _("This does not look like an e-mail address."),
        },
    )
    number = forms.CharField(
        label=_("Order number"),
        help_text=_("It begins with TLF and stands in the mail or SMS about the order."),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "TLF-7K3M-9QZX"}),
        error_messages={"required": _("Type the number that stands in the mail or SMS.")},
    )


class CancelForm(forms.Form):
    """Why a part is cancelled; nobody has to say."""

    reason = forms.CharField(
        label=_("Would you tell the group why?"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    seen = forms.DecimalField(required=False, widget=forms.HiddenInput)


class ProblemForm(forms.Form):
    """What is wrong with a parcel."""

    text = forms.CharField(
        label=_("What is wrong?"),
        help_text=_(
            "For example: it has not come, a piece is missing, it is broken or not as described."
        ),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Tell in a few words what is wrong.")},
    )


class ProofChangeForm(forms.Form):
    """What should be otherwise in a proof."""

    words = ManyLines(
        label=_("What should be different?"),
        help_text=_("For example: a darker colour, the name further left, a little smaller."),
        max_length=1000,
        rows=4,
        error_messages={
            "required": _("Tell in a few words what should be different."),
            "max_length": _("At most 1,000 letters."),
        },
    )


class SampleChangeForm(forms.Form):
    """What should be otherwise with a sample piece."""

    words = ManyLines(
        label=_("What should be different?"),
        max_length=300,
        rows=3,
        error_messages={"required": _("Tell in a few words what should be different.")},
    )
