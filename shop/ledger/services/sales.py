"""What was sold, in parts of its price, and the money that came for it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from shop.core.money import ZERO

from ..facts import Sale, SoldLine, SoldPart
from ..models import (
    Earning,
    FeeRule,
    LedgerEntry,
    LedgerEvent,
    PaymentFee,
    ReleasePolicy,
    SaleLine,
    VatRegistration,
)
from ..pricing import NOTHING, Rate, most_specific, payment_fees, price_parts
from ..states import Account, EventKind, SoldAs
from .posting import Entries, known_event, once, place_of, positive, write_event


class WrongSum(Exception):
    """More would be paid later than a part costs; nothing was written."""


class Rates:
    """What holds for sales on one day: four reads, whatever is sold."""

    def __init__(self, day: date, *, method: str, enterprise_ids: list[int]):
        self.rules = list(FeeRule.objects.on(day))
        payment = PaymentFee.objects.on(day).filter(method=method).order_by("-valid_from").first()
        self.payment = (
            Rate(payment.percent, payment.fixed, rule=payment.pk, version=payment.version)
            if payment
            else NOTHING
        )
        registered = VatRegistration.objects.on(day).filter(enterprise_id__in=enterprise_ids)
        self.vat = {row.enterprise_id: row.percent for row in registered}
        self.days = {row.product_type: row.days for row in ReleasePolicy.objects.on(day)}

    def fee_of(self, part: SoldPart, line: SoldLine) -> Rate:
        rule = most_specific(
            self.rules,
            enterprise_id=part.enterprise_id,
            province_code=part.province_code,
            product_type=line.product_type,
            programmes=part.programmes,
        )
        if rule is None:
            return NOTHING
        return Rate(rule.percent, rule.fixed, rule.minimum, rule.most, rule.pk, rule.version)

    def held_days(self, line: SoldLine) -> int:
        """Days after receipt; fewer only where it is exempt and the buyer was told so."""
        exempt = self.days.get(line.product_type) if line.no_withdrawal else None
        return settings.WITHDRAWAL_DAYS if exempt is None else exempt


@transaction.atomic
def record_sale(sale: Sale) -> LedgerEvent:
    """Write what one order brings whom, and the money that has come for it; once per order.

    Raises CauseMeansOther when this order has been recorded with other facts, WrongSum when a
    part's balance exceeds its price. At most 12 statements.
    """
    facts = _facts(sale)
    known = known_event(EventKind.SALE, f"order:{sale.order_id}", facts)
    if known is not None:
        return known
    for part in sale.parts:
        if not ZERO <= part.paid_later <= part.price:
            raise WrongSum(f"part {part.part_id}: {part.paid_later} of {part.price}")
    lines = _sale_lines(sale)
    SaleLine.objects.bulk_create(lines)
    Earning.objects.bulk_create(
        Earning(
            part_id=part.part_id,
            order_id=sale.order_id,
            enterprise_id=part.enterprise_id,
            held_days=max(
                (x.held_days for x in lines if x.part_id == part.part_id and x.line_id),
                default=settings.WITHDRAWAL_DAYS,
            ),
        )
        for part in sale.parts
    )
    return _write_events(sale, lines, facts)


def _write_events(sale: Sale, lines: list[SaleLine], facts: dict[str, Any]) -> LedgerEvent:
    """The sale and its first payment, in two statements."""
    sold, paid = Entries(), Entries()
    for line in lines:
        place = {"enterprise_id": line.enterprise_id, "part_id": line.part_id}
        sold.add(Account.BUYER, line.price, **place)
        sold.add(Account.HELD, -line.share, **place)
        sold.add(Account.VAT, -line.vat, **place)
        sold.add(Account.PLATFORM_FEE, -line.platform_fee, **place)
        sold.add(Account.PAYMENT_FEE, -line.payment_fee, **place)
    for part in sale.parts:
        place = {"enterprise_id": part.enterprise_id, "part_id": part.part_id}
        paid.add(Account.BUYER, part.paid_later - part.price, **place)
    paid.add(Account.PROVIDER, sale.paid_now)
    common = {"order_id": sale.order_id, "at": sale.sold_at}
    events = [
        LedgerEvent(kind=EventKind.SALE, cause=f"order:{sale.order_id}", facts=facts, **common)
    ]
    if sale.paid_now:
        events.append(
            LedgerEvent(
                kind=EventKind.PAYMENT,
                cause=f"payment:{sale.payment}",
                facts=_payment_facts(sale.paid_now, None),
                **common,
            )
        )
    LedgerEvent.objects.bulk_create(events)
    rows = []
    for event, entries in zip(events, (sold, paid), strict=False):
        entries.check()
        for row in entries:
            row.event = event
            rows.append(row)
    LedgerEntry.objects.bulk_create(rows)
    return events[0]


def _sale_lines(sale: Sale) -> list[SaleLine]:
    rates = Rates(
        timezone.localdate(sale.sold_at),
        method=sale.method,
        enterprise_ids=[part.enterprise_id for part in sale.parts],
    )
    sold: list[tuple[SoldPart, SoldLine | None, Decimal]] = []
    for part in sale.parts:
        sold += [(part, line, line.price) for line in part.lines]
        if part.delivery:
            sold.append((part, None, part.delivery))
    prices = [price for _, _, price in sold]
    fees = payment_fees(prices, rates.payment)
    total = sum(prices, ZERO)
    return [
        _sale_line(sale, part, line, price, fee, rates, total)
        for (part, line, price), fee in zip(sold, fees, strict=True)
    ]


def _sale_line(
    sale: Sale,
    part: SoldPart,
    line: SoldLine | None,
    price: Decimal,
    payment_fee: Decimal,
    rates: Rates,
    total: Decimal,
) -> SaleLine:
    rate = rates.fee_of(part, line) if line else NOTHING
    vat = rates.vat.get(part.enterprise_id, ZERO)
    parts = price_parts(price, fee=rate, payment_fee=payment_fee, vat_percent=vat)
    return SaleLine(
        order_id=sale.order_id,
        part_id=part.part_id,
        enterprise_id=part.enterprise_id,
        line_id=line.line_id if line else None,
        sold_as=SoldAs.GOODS if line else SoldAs.DELIVERY,
        product_type=line.product_type if line else "",
        price=parts.price,
        share=parts.share,
        platform_fee=parts.platform_fee,
        payment_fee=parts.payment_fee,
        vat=parts.vat,
        held_days=rates.held_days(line) if line else settings.WITHDRAWAL_DAYS,
        terms={
            "fee": rate.snapshot(price),
            "payment": {**rates.payment.snapshot(total), "method": sale.method},
            "vat_percent": str(vat),
        },
        sold_at=sale.sold_at,
    )


def _facts(sale: Sale) -> dict[str, Any]:
    return {
        "method": sale.method,
        "payment": sale.payment,
        "parts": [
            {
                "part": part.part_id,
                "group": part.enterprise_id,
                "delivery": str(part.delivery),
                "later": str(part.paid_later),
                "lines": {str(line.line_id): str(line.price) for line in part.lines},
            }
            for part in sale.parts
        ],
    }


# --- money that comes ---


@transaction.atomic
def record_payment(
    *,
    reference: str,
    amount: Decimal,
    part_id: int | None = None,
    order_id: int | None = None,
    at: datetime | None = None,
) -> LedgerEvent:
    """Money has come from a buyer: the balance of a part, or money that makes no order.

    Once per reference. Without a part it stays the buyer's until it is sent back.
    """
    facts = _payment_facts(positive(amount), part_id)
    cause = f"payment:{reference}"

    def write() -> LedgerEvent:
        entries = Entries()
        entries.add(Account.PROVIDER, amount)
        entries.add(Account.BUYER, -amount, **place_of(part_id))
        return write_event(EventKind.PAYMENT, cause, entries, facts=facts, order_id=order_id, at=at)

    return once(EventKind.PAYMENT, cause, facts, write)


def _payment_facts(amount: Decimal, part_id: int | None) -> dict[str, Any]:
    return {"amount": str(amount), "part": part_id}
