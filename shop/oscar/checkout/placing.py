"""Writing one order from one frozen offer: a handful of statements, whatever its size."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone

from catalogue.asking.answering import photo_tokens
from catalogue.asking.services import photos_sold
from producers.models import Enterprise
from shop.core.models import StateChange
from shop.core.money import ZERO
from shop.fulfilment.cancelling import terms_of_sold
from shop.fulfilment.freezing import certificates_at_sale
from shop.fulfilment.models import BALANCE, FIRST, Fulfilment, FulfilmentLine, Instalment
from shop.fulfilment.services import group_messages, quotes
from shop.fulfilment.states import FulfilmentState, InstalmentState, OrderStatus
from shop.oscar.basket.services import take_out
from shop.oscar.order.models import Line, Order
from shop.oscar.order.services import new_order_number, order_path, write_address
from shop.outbox.services import Contact, compose, post
from shop.payments.models import PaymentAttempt
from shop.production.services import note_ordered, take_capacity
from shop.production.states import PaymentPlan

from .models import Checkout

#: What mails tell of a line and of a group's part.
TOLD_OF_LINE = ("title", "title_en", "unit_th", "unit_en", "quantity", "total")
TOLD_OF_ANSWER = ("label_th", "label_en", "value_th", "value_en")
TOLD_OF_GROUP = ("goods", "charge", "method_name_th", "method_name_en", "promised_on")


class CapacityGone(Exception):
    """The days of an order's work are not held; the caller should have held them again."""


def place_order(checkout: Checkout, attempt: PaymentAttempt) -> Order:
    """The order, its parts, the mails that tell of it, all in the caller's transaction.

    The caller holds the checkout's lock and has taken the goods. What is written comes from
    the frozen offer alone, so that charged = shown = stored.
    """
    offer = checkout.offer
    order = _order(checkout, attempt)
    fulfilments = _fulfilments(order, offer)
    _take_days(checkout, _lines(order, fulfilments, offer), offer)
    custom = [x["product"] for g in offer["groups"] for x in g["lines"] if x.get("is_custom")]
    if custom:
        quotes.note_ordered(order=order, product_ids=custom)
    if checkout.basket_id:
        take_out(
            checkout.basket_id,
            {x["key"]: x["quantity"] for g in offer["groups"] for x in g["lines"]},
        )
    sold_lines = [line for group in offer["groups"] for line in group["lines"]]
    tokens = [token for line in sold_lines for token in photo_tokens(line.get("answers", ()))]
    photos_sold(tokens=tokens, now=order.date_placed)
    sold = {
        part.pk: {"lines": [_told(line) for line in group["lines"]]}
        for part, group in zip(fulfilments, offer["groups"], strict=True)
    }
    mails = _buyer_mail(order, offer, fulfilments)
    post([*mails, *group_messages("part_placed", fulfilments, of_part=sold)])
    return order


def _order(checkout: Checkout, attempt: PaymentAttempt) -> Order:
    offer = checkout.offer
    contact = offer["contact"]
    charges = sum((Decimal(group["charge"]) for group in offer["groups"]), ZERO)
    total = Decimal(offer["total"])
    return Order.objects.create(
        number=new_order_number(),
        checkout_reference=checkout.reference,
        basket_id=checkout.basket_id,
        user=checkout.user,
        site_id=settings.SITE_ID,
        currency="THB",
        total_incl_tax=total,
        total_excl_tax=total,
        shipping_incl_tax=charges,
        shipping_excl_tax=charges,
        shipping_address=write_address(
            name=contact.get("name", ""), phone=contact.get("phone", ""), parts=offer["address"]
        ),
        status=OrderStatus.WAITING,
        guest_email="" if checkout.user_id else contact.get("email", ""),
        contact_name=contact.get("name", ""),
        contact_email=contact.get("email", ""),
        contact_phone=contact.get("phone", ""),
        language=checkout.language,
        paid_with=attempt.method,
        terms={
            "withdrawal_days": settings.WITHDRAWAL_DAYS,
            "answer_hours": settings.ANSWER_HOURS,
            "rule_version": offer["rule_version"],
        },
        date_placed=timezone.now(),
    )


def _fulfilments(order: Order, offer: dict[str, Any]) -> list[Fulfilment]:
    enterprises = Enterprise.objects.in_bulk([g["enterprise"] for g in offer["groups"]])
    answer_by = order.date_placed + timedelta(hours=settings.ANSWER_HOURS)
    rows = Fulfilment.objects.bulk_create(
        [
            Fulfilment(
                order=order,
                enterprise=enterprises[group["enterprise"]],
                made_to_order=group["made_to_order"],
                goods=Decimal(group["goods"]),
                charge=Decimal(group["charge"]),
                method_slug=group["method"],
                method_name_th=group["method_name_th"],
                method_name_en=group["method_name_en"],
                carrier_id=group["carrier"],
                fastest_days=group["fastest_days"],
                slowest_days=group["slowest_days"],
                promised_on=date.fromisoformat(group["promised_on"]),
                placed_at=order.date_placed,
                answer_by=answer_by,
            )
            for group in offer["groups"]
        ]
    )
    StateChange.objects.bulk_create(
        [
            StateChange(
                about_label=Fulfilment._meta.label_lower,
                about_id=row.pk,
                new=FulfilmentState.PLACED,
                by=order.user,
            )
            for row in rows
        ]
    )
    _instalments(rows, offer, order)
    return rows


def _instalments(parts: list[Fulfilment], offer: dict[str, Any], order: Order) -> None:
    """Parts paid in two: the first payment has come with the order, the balance is due later."""
    rows = []
    for part, group in zip(parts, offer["groups"], strict=True):
        balance = Decimal(group.get("balance") or 0)
        if not balance:
            continue
        rows += [
            Instalment(
                fulfilment=part,
                number=FIRST,
                amount=part.total - balance,
                state=InstalmentState.PAID,
                paid_at=order.date_placed,
            ),
            Instalment(fulfilment=part, number=BALANCE, amount=balance),
        ]
    if rows:
        Instalment.objects.bulk_create(rows)


def _lines(order: Order, fulfilments: list[Fulfilment], offer: dict[str, Any]) -> list[Line]:
    sold = [line for group in offer["groups"] for line in group["lines"]]
    certificates = certificates_at_sale(
        [line["top_product"] for line in sold], timezone.localdate()
    )
    lines, belongs = [], []
    for fulfilment, group in zip(fulfilments, offer["groups"], strict=True):
        for sold_line in group["lines"]:
            proofs = certificates.get(sold_line["top_product"], [])
            lines.append(_line(order, fulfilment, sold_line, proofs))
            belongs.append(fulfilment)
    Line.objects.bulk_create(lines)
    FulfilmentLine.objects.bulk_create(
        [
            FulfilmentLine(fulfilment=fulfilment, line=line)
            for fulfilment, line in zip(belongs, lines, strict=True)
        ]
    )
    return lines


def _take_days(checkout: Checkout, lines: list[Line], offer: dict[str, Any]) -> None:
    """The days held for what has to be made are taken; the caller has seen that they are held."""
    sold = [line for group in offer["groups"] for line in group["lines"]]
    made = {
        each["key"]: line.pk
        for each, line in zip(sold, lines, strict=True)
        if (each.get("promise") or {}).get("units")
    }
    if made and not take_capacity(reference=checkout.reference, lines=made):
        raise CapacityGone(checkout.reference)
    if made:
        bought = [each["stockrecord"] for each in sold if each["key"] in made]
        note_ordered(reference=checkout.reference, stockrecord_ids=bought)


def _line(order: Order, part: Fulfilment, sold: dict[str, Any], proofs: list[dict]) -> Line:
    price, total = Decimal(sold["unit_price"]), Decimal(sold["total"])
    promised = sold["promised_on"]
    return Line(
        order=order,
        enterprise_id=part.enterprise_id,
        partner_name=part.enterprise.name_th[:128],
        partner_sku=sold["sku"],
        stockrecord_id=sold["stockrecord"],
        product_id=sold["product"],
        title=sold["title"][:255],
        title_en=sold["title_en"][:255],
        quantity=sold["quantity"],
        line_price_incl_tax=total,
        line_price_excl_tax=total,
        line_price_before_discounts_incl_tax=total,
        line_price_before_discounts_excl_tax=total,
        unit_price_incl_tax=price,
        unit_price_excl_tax=price,
        num_allocated=sold["quantity"],
        sold_as=sold["sold_as"],
        promised_on=date.fromisoformat(promised) if promised else None,
        snapshot={**sold, "certificates": proofs},
    )


def _told(line: dict[str, Any]) -> dict[str, Any]:
    answers = [
        {name: answer[name] for name in TOLD_OF_ANSWER} for answer in line.get("answers", ())
    ]
    rule = terms_of_sold(line)
    return {
        **{name: line[name] for name in TOLD_OF_LINE},
        "answers": answers,
        "non_returnable": line.get("non_returnable", False),
        "cancelling": {
            "until": rule.until,
            "from_day": rule.from_day.isoformat() if rule.from_day else "",
            "later": str(rule.later) if rule.later else "",
        },
        "on_deposit": (line.get("terms") or {}).get("payment_plan") == PaymentPlan.DEPOSIT,
    }


def _buyer_mail(order: Order, offer: dict[str, Any], parts: list[Fulfilment]) -> list[Any]:
    groups = [
        {
            **{name: group[name] for name in TOLD_OF_GROUP},
            "name_th": part.enterprise.name_th,
            "name_en": part.enterprise.name_en or part.enterprise.name_th,
            "arrives_from": part.delivery_window()[0].isoformat(),
            "arrives_until": part.delivery_window()[1].isoformat(),
            "balance": group.get("balance", ""),
            "lines": [_told(line) for line in group["lines"]],
        }
        for group, part in zip(offer["groups"], parts, strict=True)
    ]
    return compose(
        "order_placed",
        to=Contact(order.contact_email, "", order.language),
        about=order,
        context={
            "order_number": order.number,
            "order_path": order_path(order),
            "name": order.contact_name,
            "total": str(offer.get("due_now") or order.total_incl_tax),
            "balance": str(order.total_incl_tax - Decimal(offer.get("due_now") or offer["total"])),
            "balance_days": settings.BALANCE_DAYS,
            "placed_on": timezone.localdate(order.date_placed).isoformat(),
            "paid_with": order.paid_with,
            "withdrawal_days": settings.WITHDRAWAL_DAYS,
            "answer_hours": settings.ANSWER_HOURS,
            "groups": groups,
        },
    )
