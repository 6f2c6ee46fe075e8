"""What it costs to send a group's parcel, by which way, and how long it travels.

Rates are rows (docs/policies.md); a parcel is charged by the larger of its weight and its
volume (length × width × height in cm / 5000 = kg).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.db.models import Exists

from shop.core.places import TambonAddress, region_of

from .models import DeliveryMethod, DeliveryRate, RemotePlace, Zone

CM3_PER_GRAM = 5


@dataclass(frozen=True, slots=True)
class Load:
    """Pieces of one product to be sent: grams and centimetres for one packed piece."""

    weight_g: int
    parcel_cm: Sequence[int]
    quantity: int
    chilled: bool = False

    @property
    def charged_g(self) -> int:
        volume = 0
        if len(self.parcel_cm) == 3:
            length, width, height = self.parcel_cm
            volume = int(length * width * height / CM3_PER_GRAM)
        return max(self.weight_g, volume) * self.quantity


@dataclass(frozen=True, slots=True)
class DeliveryOption:
    """One way to send one group's part: baht, and days on the road."""

    method: DeliveryMethod
    price: Decimal
    fastest_days: int
    slowest_days: int
    parcels: int


class RateBook:
    """All rates in force on one day; two statements, whatever is asked of it.

    With `place` (an area code) it is asked about this place only, and is read in one.
    """

    def __init__(self, today: date, *, place: str = ""):
        self.rates: dict[tuple[int, str], list[DeliveryRate]] = defaultdict(list)
        latest: dict[tuple[int, str], date] = {}
        rates = DeliveryRate.objects.filter(effective_from__lte=today)
        rates = rates.select_related("method__carrier")
        if place:
            rates = rates.annotate(remote=Exists(RemotePlace.objects.filter(area_code=place)))
            self.remote = set()
        methods: dict[int, DeliveryMethod] = {}
        for rate in rates.order_by("-effective_from", "max_weight_g"):
            key = (rate.method_id, rate.zone)
            methods.setdefault(rate.method_id, rate.method)
            if place and getattr(rate, "remote", False):
                self.remote = {place}
            if latest.setdefault(key, rate.effective_from) == rate.effective_from:
                self.rates[key].append(rate)
        self.methods = sorted(methods.values(), key=lambda method: (method.position, method.pk))

    @cached_property
    def remote(self) -> set[str]:
        """Area codes of remote places."""
        return set(RemotePlace.objects.values_list("area_code", flat=True))

    def zone(self, from_province: str, to_province: str, to_amphoe: str = "") -> Zone:
        """Where a parcel goes, seen from the village; a remote place wins over all else."""
        if to_province in self.remote or to_amphoe in self.remote:
            return Zone.REMOTE
        if from_province == to_province:
            return Zone.SAME_PROVINCE
        if region_of(from_province) == region_of(to_province):
            return Zone.SAME_REGION
        return Zone.ELSEWHERE

    def options(
        self, loads: Iterable[Load], *, from_province: str, to: TambonAddress
    ) -> list[DeliveryOption]:
        """The ways to send these goods there, cheapest first. Empty: nobody carries them there."""
        return self.options_in_zone(
            loads, self.zone(from_province, to.province.code, to.amphoe.code)
        )

    def options_in_zone(self, loads: Iterable[Load], zone: str) -> list[DeliveryOption]:
        loads = list(loads)
        chilled = any(load.chilled for load in loads)
        grams = sum(load.charged_g for load in loads)
        found = [
            option
            for method in self.methods
            if method.chilled == chilled
            and (option := self._option(method, zone, grams)) is not None
        ]
        return sorted(found, key=lambda option: (option.price, option.method.position))

    def _option(self, method: DeliveryMethod, zone: str, grams: int) -> DeliveryOption | None:
        steps = self.rates.get((method.pk, zone))
        if not steps:
            return None
        heaviest = steps[-1]
        full, rest = divmod(max(grams, 1), heaviest.max_weight_g)
        price = heaviest.price * full
        if rest:
            price += next(rate.price for rate in steps if rate.max_weight_g >= rest)
        return DeliveryOption(
            method,
            price,
            max(rate.fastest_days for rate in steps[:1]),
            max(rate.slowest_days for rate in steps),
            full + bool(rest),
        )
