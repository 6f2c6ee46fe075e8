"""The agreed change is made: goods, days, lines, part, money and order in one transaction.

Locks in the house's order: the part (held by the caller), stock records, workshops, proofs,
instalments, the order.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F

from catalogue.asking.answering import is_non_returnable, plain_number, units_of
from shop.core.money import ZERO
from shop.core.states import move
from shop.oscar.order.models import Line, Order
from shop.oscar.order.services import write_address
from shop.oscar.partner.services import change_goods
from shop.production.services import ChangedWork, change_jobs, lock_work_of

from ...changing import Settling, WantedLine, more_from_stock, wanted_lines
from ...models import ChangeRequest, Fulfilment, Proof
from ...states import (
    CHANGE_TRANSITIONS,
    INSTALMENT_TRANSITIONS,
    PROOF_TRANSITIONS,
    UNPAID,
    ChangeState,
    InstalmentState,
    ProofState,
)
from ..delays import move_promise
from ..parts import checkout_of, line_ids
from ..paying_back import change_cause, pay_back, payments_of
from .asking import line_facts, still_possible
from .telling import tell_buyer, tell_group


def make_change(
    change: ChangeRequest, settling: Settling, *, now: datetime, today: date, by: Any = None
) -> None:
    """From now on the order is as agreed; what it was stays in the lines' snapshots.

    Raises CannotChange, NoCapacity, NotEnough, MoveNotAllowed; nothing has moved then.
    """
    assert change.amount is not None
    assert change.promised_on is not None
    part = change.fulfilment
    sources = payments_of(part)
    lines = wanted_lines(part, change.wanted.get("lines", ()))
    still_possible(part, lines)
    change_goods(
        reference=change.reference, sold=checkout_of(part), more=more_from_stock(part, lines)
    )
    lock_work_of(line_ids(part))
    works = [_work(each) for each in change.reckoned["works"]]
    change_jobs(reference=change.reference, wanted=works, today=today, now=now, by=by)
    _withdraw_proofs([work.job_id for work in works if work.anew], by=by)
    goods = _change_lines(change, lines, now=now, by=by)
    _change_part(part, change, goods)
    if change.promised_on > part.promised_on:
        move_promise(part, change.promised_on, today=today, why={"change": change.pk})
    _change_balance(part, settling.to_balance, by=by)
    change.paid, change.returned = settling.to_pay, settling.to_return
    change.ended_at, change.holds = now, False
    also = ["paid", "returned", "ended_at", "holds"]
    move(change, ChangeState.DONE, transitions=CHANGE_TRANSITIONS, by=by, also=also)
    if settling.to_return:
        reason = f"change of {part.order.number}"
        pay_back(sources, settling.to_return, cause=change_cause(change.pk), reason=reason)
    charge = part.charge - Decimal(change.before["charge"])
    Order.objects.filter(pk=part.order_id).update(
        total_incl_tax=F("total_incl_tax") + change.amount,
        total_excl_tax=F("total_excl_tax") + change.amount,
        shipping_incl_tax=F("shipping_incl_tax") + charge,
        shipping_excl_tax=F("shipping_excl_tax") + charge,
    )
    part.order.refresh_from_db(fields=["total_incl_tax", "total_excl_tax"])
    balance = str(settling.to_balance) if settling.to_balance else ""
    tell_buyer(change, "change_done", balance=balance)
    tell_group(change, "change_done_for_group", anew=any(work.anew for work in works))


def _work(kept: Mapping[str, Any]) -> ChangedWork:
    return ChangedWork(
        job_id=kept["job"],
        quantity=kept["quantity"],
        units=kept["units"],
        more=kept["more"],
        starts_on=date.fromisoformat(kept["starts_on"]),
        due_on=date.fromisoformat(kept["due_on"]),
        promised_on=date.fromisoformat(kept["promised_on"]),
        anew=kept["anew"],
    )


def _withdraw_proofs(job_ids: Iterable[int], *, by: Any) -> None:
    """What was approved is not what will be made any more."""
    shown = Proof.objects.for_update().filter(
        job__in=list(job_ids), state__in=(ProofState.SENT, ProofState.APPROVED)
    )
    for proof in shown:
        move(proof, ProofState.WITHDRAWN, transitions=PROOF_TRANSITIONS, by=by, reason="change")


def _change_lines(
    change: ChangeRequest, lines: Iterable[WantedLine], *, now: datetime, by: Any
) -> Decimal:
    """Lines as agreed, each with what it was, when and by whom; how much the goods cost more."""
    agreed = {each["line"]: each for each in change.reckoned["lines"]}
    more, changed = ZERO, []
    for each in lines:
        line, new = each.line, agreed[each.line.pk]
        was = {
            **line_facts(line),
            "change": change.pk,
            "at": now.isoformat(),
            "by": getattr(by, "pk", None),
        }
        total, price = Decimal(new["total"]), Decimal(new["unit_price"])
        more += total - line.line_price_incl_tax
        line.quantity = line.num_allocated = each.quantity
        line.unit_price_incl_tax = line.unit_price_excl_tax = price
        line.line_price_incl_tax = line.line_price_excl_tax = total
        line.line_price_before_discounts_incl_tax = total
        line.line_price_before_discounts_excl_tax = total
        answers = [dict(answer) for answer in each.answered]
        line.snapshot = {
            **line.snapshot,
            "quantity": each.quantity,
            "unit_price": str(price),
            "total": str(total),
            "answers": answers,
            "more_units": plain_number(units_of(answers) * each.quantity),
            "non_returnable": line.non_returnable or is_non_returnable(answers),
            "changes": [*line.snapshot.get("changes", []), was],
        }
        changed.append(line)
    fields = [
        "quantity", "num_allocated", "unit_price_incl_tax", "unit_price_excl_tax",
        "line_price_incl_tax", "line_price_excl_tax", "line_price_before_discounts_incl_tax",
        "line_price_before_discounts_excl_tax", "snapshot",
    ]  # fmt: skip
    Line.objects.bulk_update(changed, fields)
    return more


def _change_part(part: Fulfilment, change: ChangeRequest, goods: Decimal) -> None:
    part.goods += goods
    part.charge = Decimal(change.reckoned["charge"])
    fields = ["goods", "charge"]
    method = change.reckoned.get("method")
    if method:
        part.method_slug = method["slug"]
        part.method_name_th, part.method_name_en = method["name_th"], method["name_en"]
        part.carrier_id = method["carrier"]
        part.fastest_days, part.slowest_days = method["fastest_days"], method["slowest_days"]
        fields += [
            "method_slug", "method_name_th", "method_name_en", "carrier", "fastest_days",
            "slowest_days",
        ]  # fmt: skip
    if change.address:
        there = change.address
        part.own_address = write_address(name=there["name"], phone=there["phone"], parts=there)
        fields.append("own_address")
    part.save(update_fields=fields)


def _change_balance(part: Fulfilment, difference: Decimal, *, by: Any) -> None:
    """The payment that is due later is so much more or less; with nothing left of it, none is."""
    if not difference:
        return
    balance = part.instalments.select_for_update(of=("self",)).get(state__in=UNPAID)
    if balance.amount + difference > 0:
        balance.amount += difference
        balance.save(update_fields=["amount"])
        return
    move(
        balance,
        InstalmentState.WAIVED,
        transitions=INSTALMENT_TRANSITIONS,
        by=by,
        reason="change",
    )
