"""A part that a buyer wants otherwise, brought to where a test begins."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db.models import Sum
from django.utils import timezone

from shop.fulfilment.cancelling import paid_of
from shop.fulfilment.models import ChangeRequest, Fulfilment
from shop.fulfilment.services import changes
from shop.oscar.order.models import Line
from shop.payments import services as payments
from shop.payments.models import PaymentAttempt, Refund
from shop.payments.provider import Standing
from shop.payments.states import AttemptState
from tests.factories import make_member
from tests.factories.orders import ADDRESS

#: ต.ศรีภูมิ อ.เมืองเชียงใหม่
ELSEWHERE = {
    **ADDRESS, "house_number": "7", "soi": "", "road": "", "tambon_code": "500101",
    "postcode": "50200", "name": "น้องมะลิ", "phone": "+66899999999",
}  # fmt: skip


def ask(part: Fulfilment, quantity: int | None = None, **details: Any) -> ChangeRequest:
    """The buyer asks for so many pieces of the first line, or what `details` say."""
    if quantity is not None:
        line = part.lines.order_by("pk").first().line_id
        details["wanted"] = [changes.WantedOfLine(line, quantity)]
    details = {"wanted": [], "token": uuid4(), **moment(), **details}
    return changes.ask_change(fulfilment_id=part.pk, **details)


def price(change: ChangeRequest, amount: Any = None, **details: Any) -> ChangeRequest:
    """The group's price: what is suggested unless told otherwise."""
    member = change.fulfilment.enterprise.memberships.first() or make_member(
        change.fulfilment.enterprise
    )
    if amount is not None:
        details = {"amount": Decimal(amount), "words": "เพราะงานละเอียด", **details}
    details = {"by": member.user, **moment(), **details}
    return changes.price_change(change_id=change.pk, **details)


def accept(change: ChangeRequest, **details: Any) -> ChangeRequest:
    details = {"seen_version": change.version, "now": timezone.now(), **details}
    return changes.accept_change(change_id=change.pk, **details)


def pay(change: ChangeRequest, *, amount: Decimal | None = None) -> PaymentAttempt:
    """Money for the difference, without a provider; not settled yet."""
    attempt = payments.new_attempt(
        checkout_reference=change.reference,
        method="card",
        amount=change.to_pay,
        expires_at=timezone.now() + timedelta(minutes=15),
        opening={},
    )
    standing = Standing("paid", amount=amount or attempt.amount, intent_id=f"pi_{uuid4().hex}")
    return payments.note_standing(attempt.pk, standing)


def moment() -> dict[str, Any]:
    return {"now": timezone.now(), "today": timezone.localdate()}


def day(more: int) -> date:
    return timezone.localdate() + timedelta(days=more)


def check_money(part: Fulfilment) -> None:
    """Order, part and lines say one sum; what came and went is what they say."""
    part = Fulfilment.objects.select_related("order").get(pk=part.pk)
    lines = Line.objects.filter(fulfilment_line__fulfilment=part)
    assert lines.aggregate(n=Sum("line_price_incl_tax"))["n"] == part.goods
    parts = part.order.fulfilments.all()
    assert sum(each.total for each in parts) == part.order.total_incl_tax
    assert sum(each.charge for each in parts) == part.order.shipping_incl_tax
    owed = sum((x.amount for x in part.instalments.all() if x.state in ("due", "due_later")), 0)
    if part.state not in ("cancelled", "declined"):
        assert paid_of(part) + owed == part.total


def kept_of(part: Fulfilment) -> Decimal:
    """Baht that came from the buyer of this order and have not gone back."""
    came = PaymentAttempt.objects.filter(state=AttemptState.PAID).aggregate(n=Sum("amount"))["n"]
    back = Refund.objects.aggregate(n=Sum("amount"))["n"]
    return (came or Decimal(0)) - (back or Decimal(0))
