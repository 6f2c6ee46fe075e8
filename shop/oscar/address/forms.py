"""A Thai address: type a tambon or a postcode, pick one, and the rest fills itself."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shop.core.contacts import BadPhone, phone_as_written, thai_mobile
from shop.core.places import TambonAddress, UnknownPlace, find_tambons, tambon_address
from shop.core.thai import arabic_digits

PARTS = ("house_number", "moo", "building", "soi", "road", "tambon_code", "postcode")


class MobileField(forms.CharField):
    """A Thai mobile number; cleaned to +66…."""

    def __init__(self, **kwargs: Any):
        kwargs.setdefault("label", _("Mobile number"))
        kwargs.setdefault("max_length", 20)
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"})
        )
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            return thai_mobile(text)
        except BadPhone as error:
            raise forms.ValidationError(
                _("Enter a Thai mobile number, for example 081-234-5678.")
            ) from error


def _text(label: Any, most: int, *, required: bool = False, **attrs: str) -> forms.CharField:
    widget = forms.TextInput(attrs=attrs)
    return forms.CharField(label=label, max_length=most, required=required, widget=widget)


class AddressForm(forms.Form):
    """Who gets the parcel and where. `address` fills it from a saved one.

    `place` is what the buyer types to find a tambon; `tambon_code` is the one picked. Where the
    typed words lead to exactly one tambon it is taken, otherwise `found` offers the choice.
    """

    name = _text(_("Name of the receiver"), 160, required=True, autocomplete="name")
    phone = MobileField()
    house_number = _text(_("House number"), 40, required=True, autocomplete="address-line1")
    moo = _text(_("Village number (Moo)"), 10, inputmode="numeric")
    building = _text(_("Village or building"), 100)
    soi = _text(_("Soi"), 80)
    road = _text(_("Road"), 80)
    place = _text(_("Tambon or postcode"), 60, autocomplete="off")
    tambon_code = forms.CharField(required=False, max_length=6, widget=forms.HiddenInput)
    postcode = forms.CharField(required=False, max_length=5, widget=forms.HiddenInput)

    def __init__(self, *args: Any, address: Any = None, user: Any = None, **kwargs: Any):
        if address is not None:
            start = {name: getattr(address, name) for name in PARTS}
            start["name"] = address.first_name
            start["phone"] = phone_as_written(str(address.phone_number))
            kwargs["initial"] = {**start, **(kwargs.get("initial") or {})}
        elif user is not None and user.is_authenticated:
            start = {"name": user.get_full_name(), "phone": phone_as_written(user.phone or "")}
            kwargs["initial"] = {**start, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    @property
    def typed_place(self) -> str:
        return str(self["place"].value() or "").strip()

    @property
    def found(self) -> list[TambonAddress]:
        """Tambons that what was typed may mean, to pick one from."""
        return find_tambons(arabic_digits(self.typed_place)) if self.typed_place else []

    @property
    def picked(self) -> TambonAddress | None:
        """The tambon picked so far."""
        code = str(self["tambon_code"].value() or "")
        try:
            return tambon_address(code) if code else None
        except UnknownPlace:
            return None

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        place = self._place(data)
        if place is None:
            if "place" not in self.errors:
                self.add_error("place", self._ask_to_pick())
            return data
        data["tambon_code"] = place.tambon.code
        typed = arabic_digits(data.get("place", "")) or data.get("postcode", "")
        data["postcode"] = typed if typed in place.postcodes else place.postcodes[0]
        return data

    def _place(self, data: dict[str, Any]) -> TambonAddress | None:
        found = self.found
        if not data.get("tambon_code"):
            return found[0] if len(found) == 1 else None
        try:
            picked = tambon_address(data["tambon_code"])
        except UnknownPlace:
            self.add_error("place", _("This tambon is not known. Search again."))
            return None
        # Another place was typed since: the tambon that still stands there is not meant.
        if self.typed_place and picked.tambon.code not in {each.tambon.code for each in found}:
            return None
        return picked

    def _ask_to_pick(self) -> Any:
        if not self.typed_place:
            return _("Type your tambon or postcode and pick it from the list.")
        if not self.found:
            return _("Nothing found. Try the postcode, or the name of the tambon alone.")
        return _("Pick your tambon from the list.")

    @property
    def contact(self) -> dict[str, str]:
        """Name and phone, cleaned."""
        return {"name": self.cleaned_data["name"], "phone": self.cleaned_data["phone"]}

    @property
    def address_parts(self) -> dict[str, str]:
        """The address as `Checkout.address` and the address book keep it."""
        return {name: self.cleaned_data.get(name, "") for name in PARTS}

    def label_of(self, place: TambonAddress) -> str:
        return place.label(get_language() or "th")
