"""Our fork of Oscar's addresses: a Thai address with its tambon's code."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from oscar.apps.address.abstract_models import AbstractUserAddress

from shop.core.places import TambonAddress, tambon_address


class ThaiAddress(models.Model):
    """The parts of a Thai address that Oscar's lines do not know.

    Oscar's `line1` … `state` are filled from these on save, so that Oscar's own reads work.
    """

    house_number = models.CharField(_("House number"), max_length=40, default="")
    moo = models.CharField(_("Village number (หมู่ที่)"), max_length=10, blank=True)
    building = models.CharField(_("Village or building"), max_length=100, blank=True)
    soi = models.CharField(_("Soi"), max_length=80, blank=True)
    road = models.CharField(_("Road"), max_length=80, blank=True)
    tambon_code = models.CharField(_("Tambon"), max_length=6, default="")

    class Meta:
        abstract = True

    @property
    def place(self) -> TambonAddress:
        return tambon_address(self.tambon_code)

    def street(self, language: str = "th") -> str:
        """House, village number, building, soi and road in one line."""
        words = ("หมู่ ", "ซอย", "ถนน") if language == "th" else ("Moo ", "Soi ", "Road ")
        parts = [
            self.house_number,
            f"{words[0]}{self.moo}" if self.moo else "",
            self.building,
            f"{words[1]}{self.soi.removeprefix('ซอย')}" if self.soi else "",
            f"{words[2]}{self.road.removeprefix('ถนน')}" if self.road else "",
        ]
        return " ".join(part for part in parts if part)

    def written(self, language: str = "th") -> list[str]:
        """The address as one writes it on a parcel, line by line, without the name."""
        tambon, amphoe, province = self.place.lines(language)
        between = ", " if language == "en" else " "
        return [
            self.street(language),
            f"{tambon}{between}{amphoe}",
            f"{province} {self.postcode}",
        ]

    def fill_oscar_lines(self) -> None:
        """Set Oscar's own columns from the Thai parts."""
        place = self.place
        self.line1 = self.street()[:255]  # Oscar's columns are short; the parts are not cut
        self.line3, self.line4, self.state = place.lines("th")
        self.postcode = self.postcode or place.postcodes[0]  # type: ignore[has-type]
        self.country_id = "TH"


class UserAddress(ThaiAddress, AbstractUserAddress):  # noqa: DJ008  # Oscar names it
    """An address in a person's address book."""

    class Meta(AbstractUserAddress.Meta):
        abstract = False


from oscar.apps.address.models import *  # noqa: E402,F403
from oscar.apps.address.models import Country  # noqa: E402,F401  # by name, for readers and mypy
