"""Carriers, ways of sending and what they cost."""

from datetime import date
from decimal import Decimal

from shop.fulfilment.models import Carrier, DeliveryMethod, DeliveryRate, RemotePlace, Zone

#: method slug → (Thai and English name, chilled, baht for 1 kg per zone)
METHODS = {
    "registered": ("ไปรษณีย์ลงทะเบียน", "Registered post", False, (30, 35, 40, 60)),
    "ems": ("EMS ด่วนพิเศษ", "EMS", False, (45, 55, 65, 90)),
    "chilled": ("รถห้องเย็น", "Chilled delivery", True, (100, 120, 160, None)),
}
ZONES = (Zone.SAME_PROVINCE, Zone.SAME_REGION, Zone.ELSEWHERE, Zone.REMOTE)
#: Ko Tao's district: no cold van goes there.
REMOTE_AMPHOE = "8405"


def make_rates() -> None:
    """Registered post, EMS and a chilled van; made once per test however often it is asked for.

    The first kilogram to elsewhere costs 40, 65 and 160 baht, five kilograms twice as much; nothing
    chilled goes to remote places (Ko Pha-ngan).
    """
    if DeliveryMethod.objects.exists():
        return
    RemotePlace.objects.get_or_create(area_code=REMOTE_AMPHOE)
    for position, (slug, (name_th, name_en, chilled, prices)) in enumerate(METHODS.items()):
        carrier = Carrier.objects.create(
            slug=f"{slug}-carrier",
            name_th=name_th,
            name_en=name_en,
            chilled=chilled,
            tracking_pattern=r"[A-Z]{2}\d{9}TH",
            tracking_url="https://track.example.com/?number={number}",
        )
        method = DeliveryMethod.objects.create(
            slug=slug,
            name_th=name_th,
            name_en=name_en,
            carrier=carrier,
            chilled=chilled,
            position=position,
        )
        DeliveryRate.objects.bulk_create(
            DeliveryRate(
                method=method,
                zone=zone,
                max_weight_g=grams,
                price=Decimal(price * times),
                fastest_days=1 + position % 2,
                slowest_days=4 - position,
                effective_from=date(2026, 1, 1),
            )
            for zone, price in zip(ZONES, prices, strict=True)
            if price is not None
            for grams, times in ((1000, 1), (5000, 2))
        )
