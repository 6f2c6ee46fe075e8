"""Carriers, ways to send, their rates, remote places, and the one country we send in."""

from shop.fulfilment.models import Carrier, DeliveryMethod, DeliveryRate, RemotePlace
from shop.oscar.address.models import Country

from .market import Row, codes_named
from .rows import upsert

HINTS = ("tracking_pattern", "tracking_hint_th", "tracking_hint_en", "tracking_url", "chilled")


def load_delivery(data: Row) -> int:
    """Everything about sending; returns the number of rates.

    Rates of earlier days stay: past parcels were charged by them. A remote place that is no
    longer in the data goes.
    """
    load_thailand()
    carriers = upsert(
        [
            Carrier(
                slug=row["slug"],
                name_th=row["name_th"],
                name_en=row["name_en"],
                **{hint: row[hint] for hint in HINTS},
            )
            for row in data["carrier"]
        ],
        by=["slug"],
    )
    methods = _methods(data["rate"], {carrier.slug: carrier for carrier in carriers})
    rates = upsert(
        [
            DeliveryRate(
                method=methods[row["method_slug"]],
                zone=row["zone"],
                max_weight_g=row["max_weight_g"],
                price=row["price"],
                fastest_days=row["fastest_days"],
                slowest_days=row["slowest_days"],
                effective_from=row["effective_from"],
            )
            for row in data["rate"]
        ],
        by=["method", "zone", "max_weight_g", "effective_from"],
    )
    _load_remote(data["remote"])
    return len(rates)


def load_thailand() -> None:
    """Oscar's addresses want a country; its own command would load all of the world's."""
    upsert(
        [
            Country(
                iso_3166_1_a2="TH",
                iso_3166_1_a3="THA",
                iso_3166_1_numeric="764",
                printable_name="Thailand",
                name="Kingdom of Thailand",
                is_shipping_country=True,
            )
        ],
        by=["iso_3166_1_a2"],
    )


def _methods(rows: list[Row], carriers: dict[str, Carrier]) -> dict[str, DeliveryMethod]:
    first = {row["method_slug"]: row for row in reversed(rows)}
    order = list(dict.fromkeys(row["method_slug"] for row in rows))
    methods = upsert(
        [
            DeliveryMethod(
                slug=slug,
                name_th=first[slug]["name_th"],
                name_en=first[slug]["name_en"],
                carrier=carriers[first[slug]["carrier"]],
                chilled=carriers[first[slug]["carrier"]].chilled,
                position=position,
            )
            for position, slug in enumerate(order)
        ],
        by=["slug"],
    )
    return {method.slug: method for method in methods}


def _load_remote(rows: list[Row]) -> None:
    codes = {
        codes_named(row["province"], amphoe) for row in rows for amphoe in row["amphoe"] or [""]
    }
    RemotePlace.objects.exclude(area_code__in=codes).delete()
    RemotePlace.objects.bulk_create(
        [RemotePlace(area_code=code) for code in sorted(codes)], ignore_conflicts=True
    )
