"""Filling the market with invented goods for benchmarks, batch by batch, and clearing it again."""

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from catalogue.models import Product, ProductCertificate, ProductPicture
from catalogue.searching import reindex
from catalogue.searching.index import count_words
from catalogue.states import ProductState
from producers.models import Certificate, Enterprise
from producers.states import EnterpriseState
from shop.fulfilment.models import Fulfilment
from shop.oscar.partner.models import Partner, StockHold, StockRecord
from shop.oscar.partner.states import Sells
from shop.production.models import MadeToOrderTerms, ProductionSlot, Workshop
from shop.production.services import sum_up_all

from .goods import child_row, otop_class, product_row, stockrecord_row
from .groups import registration_number
from .invention import invent_group, invent_product
from .market import Market, Row, read_market, sold_parts
from .proofs import certificate_row, state_on
from .workshops import open_all_slots, terms_row, workshop_row

BATCH = 500  # products written in one transaction; the shop goes on between two
GROUPS_AT_ONCE = 25
PREFIX = "filler-"

Progress = Callable[[int, int], None]


def fill_market(
    *, products: int, groups: int, progress: Progress = lambda done, of: None
) -> tuple[int, int]:
    """Make the filler as large as this; returns (products, groups) that were added.

    Called again with more it goes on where it stopped. Product number n belongs to group
    n modulo `groups`; each lies in its group's own province.
    """
    market = read_market()
    enterprises = _fill_groups(groups, market)
    known = {
        int(upc.removeprefix(PREFIX))
        for upc in Product.objects.filter(upc__startswith=PREFIX, parent=None).values_list(
            "upc", flat=True
        )
    }
    numbers = iter([number for number in range(products) if number not in known])
    pictures = _pictures_by_product()
    made, wanted = 0, products - len([n for n in known if n < products])
    with _collecting_between_batches():
        while batch := list(islice(numbers, BATCH)):
            with transaction.atomic():
                tops = _Batch(batch, enterprises, groups, market, pictures).write()
            reindex(tops)
            del tops
            gc.collect()
            made += len(batch)
            progress(made, wanted)
    count_words()
    sum_up_all(today=timezone.localdate())
    return made, len(enterprises)


@contextmanager
def _collecting_between_batches() -> Iterator[None]:
    """Hundreds of thousands of rows pass by; looking for cycles among them takes a quarter of
    the time, and there are few, so it is done once per batch."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def clear_market(*, progress: Progress = lambda done, of: None) -> int:
    """Remove the filler; groups that have sold something stay, with their goods withdrawn."""
    filler = Enterprise.objects.filter(slug__startswith=PREFIX)
    sold = Fulfilment.objects.filter(enterprise__in=filler).values("enterprise")
    held = StockHold.objects.filter(stockrecord__partner__enterprise__in=filler)
    busy = {
        *sold.values_list("enterprise", flat=True),
        *held.values_list("stockrecord__partner__enterprise", flat=True),
    }
    Product.objects.filter(enterprise__in=busy).update(state=ProductState.WITHDRAWN)
    reindex(Product.objects.filter(enterprise__in=busy))
    ids = list(filler.exclude(pk__in=busy).values_list("pk", flat=True))
    for start in range(0, len(ids), GROUPS_AT_ONCE):
        chunk = ids[start : start + GROUPS_AT_ONCE]
        with transaction.atomic():
            Product.objects.filter(enterprise__in=chunk).delete()
            MadeToOrderTerms.objects.filter(workshop__enterprise__in=chunk).delete()
            ProductionSlot.objects.filter(workshop__enterprise__in=chunk).delete()
            Enterprise.objects.filter(pk__in=chunk).delete()
        progress(start + len(chunk), len(ids))
    count_words()
    return len(ids)


def _fill_groups(groups: int, market: Market) -> dict[str, tuple[Row, Enterprise, Partner]]:
    rows = [invent_group(number, market) for number in range(groups)]
    slugs = [row["slug"] for row in rows]
    known = set(Enterprise.objects.filter(slug__startswith=PREFIX).values_list("slug", flat=True))
    with transaction.atomic():
        new = Enterprise.objects.bulk_create(
            [_enterprise(row) for row in rows if row["slug"] not in known], batch_size=BATCH
        )
        Partner.objects.bulk_create(
            [Partner(code=e.slug, name=e.name_th[:128], enterprise=e) for e in new],
            batch_size=BATCH,
        )
    partners = Partner.objects.filter(enterprise__slug__startswith=PREFIX)
    by_slug = {p.enterprise.slug: p for p in partners.select_related("enterprise")}
    return {
        slug: (row, by_slug[slug].enterprise, by_slug[slug])
        for slug, row in zip(slugs, rows, strict=True)
    }


def _enterprise(row: Row) -> Enterprise:
    return Enterprise(
        slug=row["slug"],
        name_th=row["name_th"],
        name_en=row["name_en"],
        tambon_code=row["tambon_code"],
        province_code=row["tambon_code"][:2],
        about_th=row["about_th"],
        about_en=row["about_en"],
        member_count=row["members"],
        registration_number=registration_number(row["slug"], row["tambon_code"]),
        works_on=row["works_on"],
        state=EnterpriseState.APPROVED,
        is_demo=True,
    )


def _pictures_by_product() -> dict[str, list[ProductPicture]]:
    """The demo market's drawn pictures, to be shown again."""
    found: dict[str, list[ProductPicture]] = {}
    for hung in ProductPicture.objects.filter(picture__is_illustration=True).select_related(
        "product"
    ):
        if hung.product.upc and not hung.product.upc.startswith(PREFIX):
            found.setdefault(hung.product.upc, []).append(hung)
    return found


class _Batch:
    """Some products with all that belongs to them, written in one statement per kind of row."""

    def __init__(
        self,
        numbers: list[int],
        enterprises: Mapping[str, tuple[Row, Enterprise, Partner]],
        groups: int,
        market: Market,
        pictures: Mapping[str, list[ProductPicture]],
    ) -> None:
        self.enterprises, self.pictures = enterprises, pictures
        self.today: date = timezone.localdate()
        self.rows: dict[int, Row] = {}
        for number in numbers:
            group = enterprises[f"{PREFIX}{number % groups:05d}"][0]
            self.rows[number] = invent_product(number, group, market)

    def write(self) -> list[Product]:
        """Returns the top-level products."""
        kind = otop_class()
        tops = []
        for number, row in self.rows.items():
            group, enterprise, _ = self.enterprises[row["group"]]
            product = product_row(row, group, enterprise, kind)
            product.upc = f"{PREFIX}{number:06d}"
            _sum_up(product, row)
            tops.append(product)
        Product.objects.bulk_create(tops)
        pairs = list(zip(tops, self.rows.values(), strict=True))
        children = [
            child_row(child, row, top, self.enterprises[row["group"]][1])
            for top, row in pairs
            for child in row["child"]
        ]
        Product.objects.bulk_create(children)
        self._make(StockRecord.objects.bulk_create(self._stock(pairs, children)))
        self._certify(pairs)
        ProductPicture.objects.bulk_create(self._hung(pairs))
        return tops

    def _stock(
        self, pairs: list[tuple[Product, Row]], children: list[Product]
    ) -> Iterator[StockRecord]:
        by_slug = {product.slug: product for product in [*children, *(top for top, _ in pairs)]}
        for _, row in pairs:
            partner = self.enterprises[row["group"]][2]
            for part in sold_parts(row):
                yield stockrecord_row(part, by_slug[part["slug"]], partner)

    def _make(self, records: list[StockRecord]) -> None:
        """The workshops of groups that make to order, and how they make each thing."""
        parts = {
            part["slug"]: (part, row) for row in self.rows.values() for part in sold_parts(row)
        }
        made = [
            (*parts[record.partner_sku], record)
            for record in records
            if record.sells == Sells.MADE_TO_ORDER
        ]
        owners = {row["group"]: row["otop_type"] for _, row, _ in made}
        enterprises = {slug: self.enterprises[slug][1] for slug in owners}
        known = Workshop.objects.filter(enterprise__in=enterprises.values())
        workshops = {workshop.enterprise_id: workshop for workshop in known}
        new = [
            workshop_row(enterprise, owners[slug], self.today)
            for slug, enterprise in enterprises.items()
            if enterprise.pk not in workshops
        ]
        open_all_slots(Workshop.objects.bulk_create(new), self.today)
        workshops |= {workshop.enterprise_id: workshop for workshop in new}
        MadeToOrderTerms.objects.bulk_create(
            terms_row(part, row, record, workshops[enterprises[row["group"]].pk])
            for part, row, record in made
        )

    def _certify(self, pairs: list[tuple[Product, Row]]) -> None:
        certificates, covered = [], []
        for top, row in pairs:
            for proof in row["certificate"]:
                certificate = certificate_row(proof, top)
                certificate.state = state_on(certificate, self.today)
                certificates.append(certificate)
                covered.append(top)
        Certificate.objects.bulk_create(certificates)
        ProductCertificate.objects.bulk_create(
            ProductCertificate(product=product, certificate=certificate)
            for product, certificate in zip(covered, certificates, strict=True)
        )

    def _hung(self, pairs: list[tuple[Product, Row]]) -> Iterator[ProductPicture]:
        for top, row in pairs:
            for hung in self.pictures.get(row["model"], []):
                yield ProductPicture(
                    product=top,
                    picture_id=hung.picture_id,
                    position=hung.position,
                    alt_th=hung.alt_th,
                    alt_en=hung.alt_en,
                )


def _sum_up(product: Product, row: Row) -> None:
    """What `catalogue.services.sum_up_offers` would say, without asking the database."""
    parts = list(sold_parts(row))
    made: list[Any] = [part["made_to_order"] for part in parts if part.get("made_to_order")]
    product.price_from = min(Decimal(part["price"]) for part in parts)
    product.ready_pieces = sum(part.get("stock") or 0 for part in parts)
    product.takes_orders = bool(made)
    product.first_lead_days = min((terms["lead_days"] for terms in made), default=None)
