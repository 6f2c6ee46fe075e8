"""What a buyer types in the checkout: who they are, where the parcels go, how they travel."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.core.contacts import phone_as_written
from shop.fulfilment.offers import Offer
from shop.oscar.address.forms import PARTS, AddressForm
from shop.payments.states import Method

NEW = "new"
WHEN_MISSING = {
    "name": _("Type the name of the receiver."),
    "phone": _("Type a mobile number; the carrier calls it."),
    "house_number": _("Type the house number."),
}


class BuyerForm(AddressForm):
    """Contact and address of one purchase.

    `kept` are the person's addresses; with one of them chosen (`saved`), only the e-mail is asked.
    """

    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("The receipt goes there, and the word if money comes back to you."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Type an e-mail address; the receipt and any refund go there."),
            "invalid": _("This does not look like an e-mail address."),
        },
    )
    saved = forms.CharField(max_length=20, required=False)
    keep = forms.BooleanField(label=_("Keep this address for next time"), required=False)
    newsletter = forms.BooleanField(
        label=_("Write to me about new products and stories. I can stop this at any time."),
        required=False,
    )

    def __init__(self, *args: Any, kept: Iterable[Any] = (), **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["phone"].help_text = _("The carrier calls this number.")
        for name, words in WHEN_MISSING.items():
            self.fields[name].error_messages["required"] = words
        self.kept = {str(address.pk): address for address in kept}
        if self.is_bound and self._chosen is not None:
            for name in ("name", "phone", "house_number"):
                self.fields[name].required = False

    @property
    def _chosen(self) -> Any:
        """The kept address that was chosen, if one was."""
        return self.kept.get(str(self["saved"].value() or ""))

    @property
    def saved_value(self) -> str:
        """Which choice is marked: a kept address, or "new" where there is none."""
        value = str(self["saved"].value() or "")
        return value if value in self.kept else NEW

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean_saved(self) -> str:
        value = self.cleaned_data["saved"] or NEW
        if value != NEW and value not in self.kept:
            raise forms.ValidationError(_("Choose one of your addresses, or type a new one."))
        return str(value)

    def clean(self) -> dict[str, Any]:
        if self._chosen is None:
            return super().clean()
        return self.cleaned_data

    @property
    def contact(self) -> dict[str, str]:
        """Name, phone and e-mail, as the checkout keeps them."""
        chosen, email = self._chosen, self.cleaned_data["email"]
        if chosen is not None:
            phone = str(chosen.phone_number)
            return {"name": chosen.first_name, "phone": phone, "email": email}
        return {**super().contact, "email": email}

    @property
    def address_parts(self) -> dict[str, str]:
        chosen = self._chosen
        if chosen is not None:
            return {**{name: getattr(chosen, name) for name in PARTS}, "saved": str(chosen.pk)}
        return super().address_parts


def typed_before(contact: dict[str, str], address: dict[str, str]) -> dict[str, str]:
    """A checkout's contact and address as the form shows them again."""
    shown = {**contact, **{name: address.get(name, "") for name in PARTS}}
    shown["phone"] = phone_as_written(contact.get("phone", ""))
    shown["saved"] = address.get("saved") or NEW
    return shown


class DeliveryForm(forms.Form):
    """One way of sending for each group that has one, and the way to pay."""

    method = forms.ChoiceField(
        choices=Method.choices,
        error_messages=dict.fromkeys(["required", "invalid_choice"], _("Choose how to pay.")),
    )

    def __init__(self, *args: Any, offer: Offer, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.groups = [group for group in offer.groups if group.options]
        for group in self.groups:
            self.fields[delivery_field(group.enterprise.pk)] = forms.ChoiceField(
                choices=[(option.method.slug, option.method.name) for option in group.options],
                error_messages=dict.fromkeys(
                    ["required", "invalid_choice"], _("Choose how this group sends its parcel.")
                ),
            )

    @property
    def choices(self) -> dict[str, str]:
        """Enterprise id → delivery method slug, as the checkout keeps them."""
        return {
            str(group.enterprise.pk): self.cleaned_data[delivery_field(group.enterprise.pk)]
            for group in self.groups
        }


def delivery_field(enterprise_id: int) -> str:
    return f"delivery-{enterprise_id}"
