"""What people type about themselves."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from shop.core.contacts import BadPhone

from .services import clean_contact


class ContactField(forms.CharField):
    """An e-mail address or a Thai mobile number; cleaned to what we store."""

    def __init__(self, **kwargs: Any):
        kwargs.setdefault("label", _("E-mail or mobile number"))
        kwargs.setdefault("max_length", 254)
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"autocomplete": "username", "inputmode": "email"})
        )
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            contact = clean_contact(text)
        except BadPhone as error:
            raise forms.ValidationError(
                _("Enter an e-mail address, or a mobile number such as 081-234-5678.")
            ) from error
        if "@" in contact:
            validate_email(contact)
        return contact


class NewPassword(forms.CharField):
    """A password being chosen; shown rules, one field (it can be reset by code)."""

    def __init__(self, **kwargs: Any):
        super().__init__(
            label=_("Choose a password"),
            help_text=_("At least 8 characters, not only numbers."),
            max_length=128,
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
            **kwargs,
        )


class SignInForm(forms.Form):
    """Contact and password."""

    username = forms.CharField(
        label=_("E-mail or mobile number"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class ContactForm(forms.Form):
    """Where to send a code."""

    contact = ContactField()


class NewContactForm(ContactForm):
    """Where to be reached from now on; the password shows that it is really them."""

    password = forms.CharField(
        label=_("Your password now"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        if not self.user.check_password(self.cleaned_data["password"]):
            raise forms.ValidationError(_("This is not your password now."))
        return str(self.cleaned_data["password"])


class CodeForm(forms.Form):
    """The six digits that were sent."""

    code = forms.RegexField(
        r"^\s*\d{6}\s*$",
        label=_("Six-digit code"),
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": "6"}
        ),
        error_messages={"invalid": _("The code has six digits.")},
    )

    def clean_code(self) -> str:
        """Thai digits are digits too."""
        return "".join(str(int(digit)) for digit in self.cleaned_data["code"].strip())


class SignUpForm(CodeForm):
    """Code, name, password and a separate, unticked consent."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = NewPassword()
    newsletter = forms.BooleanField(
        label=_("Write to me about new products and stories. I can stop this at any time."),
        required=False,
    )


class NewPasswordForm(CodeForm):
    """Code and a new password."""

    password = NewPassword()


class ProfileForm(forms.Form):
    """Name and language."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(
        label=_("Language of mails and messages"), choices=settings.LANGUAGES
    )


class ChangePasswordForm(forms.Form):
    """The old password and a new one."""

    old = forms.CharField(
        label=_("Your password now"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = NewPassword()
