"""Money that came becomes an order, or goes back; what was held and not paid is freed."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from shop.core.states import move
from shop.core.sweeps import each_alone
from shop.fulfilment.services import settle_instalment
from shop.fulfilment.services.changes import settle_change
from shop.oscar.order.models import Order
from shop.oscar.partner.services import release_goods, take_goods
from shop.outbox.services import Contact, send_later
from shop.payments import services as payments
from shop.payments.models import PaymentAttempt
from shop.payments.states import AttemptState
from shop.production.services import release_capacity

from ..models import Checkout
from ..placing import place_order
from ..states import TRANSITIONS, CheckoutState
from .holding import everything_is_held, hold_again, with_later_days

#: Money that has not become an order by then goes back (promised: within 10 minutes).
STUCK_AFTER = timedelta(minutes=8)
#: Another payment of these is one too many.
PAID_FOR = (CheckoutState.PLACED, CheckoutState.REFUNDED, CheckoutState.ASKED)

logger = logging.getLogger(__name__)


def settle_checkout(reference: UUID) -> None:
    """Bring one checkout to the end its payments ask for. Safe to repeat, in any order.

    The balance of a part that is paid in two, and the difference of an agreed change, have payments
    under a reference of their own.
    """
    if settle_instalment(reference) or settle_change(reference):
        return
    attempts = list(PaymentAttempt.objects.filter(checkout_reference=reference))
    for attempt in attempts:
        if attempt.state == AttemptState.PAID and attempt.settled_at is None:
            settle_attempt(attempt.pk)
    if attempts and not any(attempt.is_open for attempt in attempts):
        _let_go(reference)


@transaction.atomic
def settle_attempt(attempt_id: int) -> None:
    """Paid money becomes an order, or goes back: never both, never neither."""
    reference = PaymentAttempt.objects.values_list("checkout_reference", flat=True).get(
        pk=attempt_id
    )
    checkout = Checkout.objects.select_for_update().get(reference=reference)
    attempt = PaymentAttempt.objects.select_for_update().get(pk=attempt_id)
    if attempt.state != AttemptState.PAID or attempt.settled_at is not None:
        return
    if checkout.state in PAID_FOR:
        _pay_back(checkout, attempt, "paid_twice")
    elif attempt.amount != due_now(checkout):
        _make_no_order(checkout, attempt, "another amount")
    else:
        _settle_paid(checkout, attempt)
    attempt.settled_at = timezone.now()
    attempt.save(update_fields=["settled_at"])


def due_now(checkout: Checkout) -> Decimal:
    """What was asked of the buyer when paying: all, or the first instalments and all the rest."""
    return Decimal(checkout.offer.get("due_now") or checkout.offer["total"])


def _make_no_order(
    checkout: Checkout, attempt: PaymentAttempt, reason: str, *, told: str = "paid_too_late"
) -> None:
    _pay_back(checkout, attempt, told)
    move(checkout, CheckoutState.REFUNDED, transitions=TRANSITIONS, reason=reason)


def _settle_paid(checkout: Checkout, attempt: PaymentAttempt) -> None:
    """The right amount has come: an order, a question to the buyer, or the money back."""
    if everything_is_held(checkout) and take_goods(reference=checkout.reference):
        _place(checkout, attempt)
        return
    now = timezone.localtime()
    regained = hold_again(checkout, today=now.date(), hour=now.hour)
    if regained is None:
        _make_no_order(checkout, attempt, "no goods")
    elif regained.later:
        _ask(checkout, attempt, with_later_days(checkout.offer, regained.later))
    else:
        take_goods(reference=checkout.reference)
        _place(checkout, attempt)


def _place(checkout: Checkout, attempt: PaymentAttempt) -> Order:
    order = place_order(checkout, attempt)
    move(checkout, CheckoutState.PLACED, transitions=TRANSITIONS, by=checkout.user)
    return order


def _ask(checkout: Checkout, attempt: PaymentAttempt, offer: dict[str, Any]) -> None:
    """The days that were promised are gone: the buyer takes the new ones, or the money."""
    checkout.new_offer = offer
    checkout.asked_until = timezone.now() + timedelta(hours=settings.NEW_DATE_HOURS)
    move(
        checkout,
        CheckoutState.ASKED,
        transitions=TRANSITIONS,
        reason="the promised day is gone",
        also=["new_offer", "asked_until"],
    )
    send_later(
        "new_date_asked",
        to=Contact(offer["contact"].get("email", ""), "", checkout.language),
        context={
            "total": str(attempt.amount),
            "promised_on": last_day(checkout.offer),
            "new_promised_on": last_day(offer),
            "asked_until": checkout.asked_until.isoformat(),
            "path": question_path(checkout),
        },
        about=checkout,
    )


def question_path(checkout: Checkout, *, language: str = "") -> str:
    """The signed address of the page that asks about the later day."""
    with translation.override(language or checkout.language):
        return reverse("checkout:new_date", args=[checkout.reference, question_token(checkout)])


def question_token(checkout: Checkout) -> str:
    """The signature that lets a buyer answer from the mail, on whatever phone."""
    return signing.Signer(salt="later-day").signature(str(checkout.reference))


class NotAsked(Exception):
    """Nobody waits for this buyer's word (any more); `checkout` tells how it stands."""

    def __init__(self, checkout: Checkout):
        super().__init__(str(checkout))
        self.checkout = checkout


@transaction.atomic
def accept_new_date(*, checkout: Checkout) -> Order | None:
    """The buyer takes the later days: the order is placed on them. Raises NotAsked.

    None where the group has closed these days too: then the buyer is asked once more for later
    ones, or has the money back where there are none.
    """
    checkout, attempt = _asked(checkout)
    if not everything_is_held(checkout):
        now = timezone.localtime()
        regained = hold_again(checkout, today=now.date(), hour=now.hour)
        if regained is None:
            _make_no_order(checkout, attempt, "no goods")
            return None
        offer = with_later_days(checkout.offer, regained.later)
        if _is_later(offer, than=checkout.new_offer):
            _ask(checkout, attempt, offer)
            return None
        checkout.new_offer = offer
    checkout.offer = checkout.new_offer
    checkout.save(update_fields=["offer", "new_offer"])
    take_goods(reference=checkout.reference)
    return _place(checkout, attempt)


def last_day(offer: dict[str, Any]) -> str:
    """The promised day of the group that sends last."""
    return max(str(group["promised_on"]) for group in offer["groups"])


def _is_later(offer: dict[str, Any], *, than: dict[str, Any]) -> bool:
    """Whether any group would send later than the buyer was asked about."""
    return any(
        after["promised_on"] > before["promised_on"]
        for before, after in zip(than["groups"], offer["groups"], strict=True)
    )


@transaction.atomic
def refuse_new_date(*, checkout: Checkout, reason: str = "refused") -> None:
    """The buyer wants the money back: all of it, at once. Raises NotAsked."""
    checkout, attempt = _asked(checkout)
    _make_no_order(checkout, attempt, reason, told="new_date_refused")


def give_back_unanswered(*, now: datetime | None = None) -> int:
    """Questions nobody answered in time: the money goes back."""
    due = Checkout.objects.filter(state=CheckoutState.ASKED, asked_until__lte=now or timezone.now())
    return each_alone(
        due.order_by("asked_until", "pk")[:100],
        lambda checkout: refuse_new_date(checkout=checkout, reason="silence"),
        quiet=(NotAsked,),
    )


def _asked(checkout: Checkout) -> tuple[Checkout, PaymentAttempt]:
    checkout = Checkout.objects.select_for_update().get(pk=checkout.pk)
    if checkout.state != CheckoutState.ASKED:
        raise NotAsked(checkout)
    attempts = PaymentAttempt.objects.select_for_update().filter(
        checkout_reference=checkout.reference, state=AttemptState.PAID
    )
    # A second payment meanwhile goes back by itself; the first one is this order's.
    return checkout, attempts.order_by("paid_at", "pk")[0]


def _pay_back(checkout: Checkout, attempt: PaymentAttempt, why: str) -> None:
    payments.request_refund(
        checkout_reference=checkout.reference,
        attempt_id=attempt.pk,
        amount=attempt.amount,
        cause=f"attempt:{attempt.pk}:{why}",
        reason=why,
    )
    send_later(
        why,
        to=Contact(checkout.offer["contact"].get("email", ""), "", checkout.language),
        context={"total": str(attempt.amount), "method": attempt.method},
        about=attempt,
        once=f"{why}:{attempt.pk}",
    )
    if why != "paid_twice":
        free(checkout.reference)


def free(reference: UUID) -> None:
    """Goods and days held for this checkout can be had by others again."""
    release_goods(reference=reference)
    release_capacity(reference=reference)


@transaction.atomic
def _let_go(reference: UUID) -> None:
    """No payment is open and none is paid: the goods go back and the checkout may go on."""
    checkout = Checkout.objects.select_for_update().filter(reference=reference).first()
    if checkout is None or checkout.state != CheckoutState.PAYING:
        return
    alive = PaymentAttempt.objects.filter(checkout_reference=reference).filter(
        state__in=[AttemptState.NEW, AttemptState.PENDING, AttemptState.PAID]
    )
    if alive.exists():
        return
    free(reference)
    move(checkout, CheckoutState.OPEN, transitions=TRANSITIONS, reason="not paid")


# --- sweeps ---


def settle_due(*, most: int = 50) -> int:
    """Everything paid and not yet settled becomes an order or a refund."""
    due = PaymentAttempt.objects.paid_unsettled()
    references = due.order_by("paid_at").values_list("checkout_reference", flat=True)[:most]
    return _settle_each(references)


def close_and_release() -> int:
    """Payments whose time is over are closed at the provider, then their goods are freed."""
    ended = payments.close_overdue()
    failed = Checkout.objects.filter(state=CheckoutState.PAYING).exclude(
        reference__in=PaymentAttempt.objects.filter(
            state__in=[AttemptState.NEW, AttemptState.PENDING]
        ).values("checkout_reference")
    )
    return _settle_each([*ended, *failed.values_list("reference", flat=True)[:50]])


def _settle_each(references: Iterable[UUID]) -> int:
    """One checkout that cannot be settled must not keep the others waiting."""
    settled = 0
    for reference in dict.fromkeys(references):
        for step in (settle_checkout, _pay_back_what_is_stuck):
            try:
                step(reference)
                settled += 1
                break
            except Exception:
                logger.exception("checkout %s could not be settled", reference)
    return settled


@transaction.atomic
def _pay_back_what_is_stuck(reference: UUID) -> None:
    """An order that could not be written for minutes is given up: nobody's money is kept.

    Payments that belong to a part are given back where they are settled.
    """
    checkout = Checkout.objects.select_for_update().filter(reference=reference).first()
    if checkout is None:
        return
    attempts = PaymentAttempt.objects.select_for_update().filter(checkout_reference=reference)
    stuck = attempts.paid_unsettled().filter(paid_at__lte=timezone.now() - STUCK_AFTER)
    if checkout.state in PAID_FOR:
        return
    for attempt in stuck[:1]:
        _make_no_order(checkout, attempt, "the order could not be written")
        attempt.settled_at = timezone.now()
        attempt.save(update_fields=["settled_at"])
