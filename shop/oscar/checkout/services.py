"""From a basket to an order: hold goods, ask for the money, write the order.

An order exists if and only if its money was captured and its goods are held. The order of
steps, and why nothing is lost when any of them dies, is told in docs/architecture.md.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from shop.core.models import Consent
from shop.core.places import TambonAddress, tambon_address
from shop.core.states import move
from shop.fulfilment.offers import Offer, make_offer
from shop.oscar.basket.services import wanted_from
from shop.oscar.partner.services import (
    NotEnough,
    held_pieces,
    hold_goods,
    release_goods,
    take_goods,
)
from shop.outbox.services import Contact, send_later
from shop.payments import services as payments
from shop.payments.models import PaymentAttempt
from shop.payments.states import AttemptState, Method

from .models import Checkout
from .placing import place_order
from .states import TRANSITIONS, CheckoutState

CLOSING_TRIES = 3
#: Money that has not become an order by then goes back (promised: within 10 minutes).
STUCK_AFTER = timedelta(minutes=8)
UNDER_WAY = (CheckoutState.OPEN, CheckoutState.PAYING)

logger = logging.getLogger(__name__)


class OfferChanged(Exception):
    """Price, stock or delivery is not what the buyer saw; `offer` is how it is now."""

    def __init__(self, offer: Offer):
        super().__init__("the offer has changed")
        self.offer = offer


class AlreadyPlaced(Exception):
    """This checkout is an order already (or its money goes back); nothing more to pay."""

    def __init__(self, checkout: Checkout):
        super().__init__(str(checkout))
        self.checkout = checkout


# --- filling in ---


def open_checkout(*, basket: Any, user: Any, language: str) -> Checkout:
    """The buyer's way through the checkout for this basket; the one under way, if there is one."""
    found = under_way(basket.pk)
    if found is not None:
        return found
    person = user if getattr(user, "is_authenticated", False) else None
    try:
        with transaction.atomic():
            return Checkout.objects.create(basket_id=basket.pk, user=person, language=language)
    except IntegrityError:  # another request of the same buyer was first
        return Checkout.objects.get(basket_id=basket.pk, state__in=UNDER_WAY)


def under_way(basket_id: int | None) -> Checkout | None:
    """The checkout of this basket that is being filled in or paid; there is one at most."""
    if basket_id is None:
        return None
    return Checkout.objects.filter(basket_id=basket_id, state__in=UNDER_WAY).first()


@transaction.atomic
def go_on_with(*, basket: Any, instead_of: Any) -> None:
    """A guest has signed in: their purchase under way goes on as the person's own.

    The person may have one under way already. The one that is being paid goes before the one
    that is being filled in; otherwise the person's own stays.
    """
    theirs, own = under_way(instead_of.pk), under_way(basket.pk)
    if theirs is None or (own is not None and not _goes_before(theirs, own)):
        return
    theirs = _locked(theirs.pk)
    if own is not None:
        move(_locked(own.pk), CheckoutState.LAPSED, transitions=TRANSITIONS, by=basket.owner)
    theirs.basket_id, theirs.user = basket.pk, basket.owner
    theirs.save(update_fields=["basket", "user"])


def _goes_before(one: Checkout, other: Checkout) -> bool:
    return one.state == CheckoutState.PAYING and other.state == CheckoutState.OPEN


def held_for(checkout: Checkout | None) -> dict[int, int]:
    """Stock record id → pieces kept for this buyer while they pay."""
    if checkout is None or checkout.state != CheckoutState.PAYING:
        return {}
    return held_pieces(checkout.reference)


@transaction.atomic
def set_address(
    *,
    checkout: Checkout,
    contact: Mapping[str, str],
    address: Mapping[str, str],
    consents: Iterable[str] = (),
    language: str = "",
) -> Checkout:
    """Who gets the parcels and where; `consents` are purposes the buyer ticked.

    A payment under way goes on to what was agreed when it began; see `begin_payment`.
    """
    locked = _locked(checkout.pk)
    locked.contact, locked.address = dict(contact), dict(address)
    locked.language = language or locked.language
    locked.save(update_fields=["contact", "address", "language"])
    person = {"user_id": locked.user_id, "contact": contact.get("email", "")}
    for purpose in consents:
        if Consent.objects.filter(**person, purpose=purpose, withdrawn_at=None).exists():
            continue
        Consent.objects.create(**person, purpose=purpose, wording_version=settings.CONSENT_WORDING)
    return locked


@transaction.atomic
def set_choices(
    *, checkout: Checkout, choices: Mapping[str, str], method: str = "", language: str = ""
) -> Checkout:
    """How each part is sent (enterprise id → delivery method slug) and how all is paid."""
    locked = _locked(checkout.pk)
    locked.choices = dict(choices)
    locked.method = Method(method or locked.method)
    locked.language = language or locked.language
    locked.save(update_fields=["choices", "method", "language"])
    return locked


def destination(checkout: Checkout) -> TambonAddress | None:
    """The tambon the parcels go to, once it is known."""
    code = checkout.address.get("tambon_code", "")
    return tambon_address(code) if code else None


def offer_now(checkout: Checkout, *, today: date) -> Offer:
    """What the basket costs at this moment, sent there in the chosen ways."""
    return make_offer(
        wanted_from(checkout.basket_id, held_for(checkout)),
        today=today,
        to=destination(checkout),
        choices=checkout.choices,
    )


# --- paying ---


def begin_payment(
    *, checkout: Checkout, method: str, seen_total: str, today: date, seen_offer: str = ""
) -> PaymentAttempt:
    """Hold the goods, then open a payment with the provider. Ten at once open one.

    `seen_total` is the total in baht the buyer saw beside the button, `seen_offer` the
    fingerprint of the whole offer, where it is known. Raises OfferChanged (nothing held),
    AlreadyPlaced, and the gateway's ProviderDown and Refused.
    """
    for _ in range(CLOSING_TRIES):
        attempt, in_the_way = _hold_and_write(checkout.pk, method, seen_total, today, seen_offer)
        if in_the_way is None:
            assert attempt is not None
            return payments.open_with_provider(attempt)
        ended = payments.close_attempt(in_the_way, as_state=AttemptState.CANCELLED)
        if ended.state == AttemptState.PAID:
            settle_attempt(ended.pk)
            raise AlreadyPlaced(Checkout.objects.get(pk=checkout.pk))
    raise payments.ProviderDown("an earlier payment could not be closed")


@transaction.atomic
def _hold_and_write(
    checkout_id: int, method: str, seen_total: str, today: date, seen_offer: str = ""
) -> tuple[PaymentAttempt | None, PaymentAttempt | None]:
    """(the attempt to pay with, None), or (None, an earlier one in the way: open, or paid)."""
    checkout = _locked(checkout_id)
    if checkout.state in (CheckoutState.PLACED, CheckoutState.REFUNDED):
        raise AlreadyPlaced(checkout)
    attempts = PaymentAttempt.objects.filter(checkout_reference=checkout.reference)
    if (paid := attempts.paid_unsettled().first()) is not None:
        return None, paid
    before = attempts.open().first()
    offer = offer_now(checkout, today=today)
    as_seen = str(offer.total) == seen_total and seen_offer in ("", offer.fingerprint)
    if offer.has_problem or not offer.is_complete or not as_seen:
        raise OfferChanged(offer)
    frozen = {**offer.frozen(), "contact": checkout.contact, "address": checkout.address}
    if before is not None:
        same = before.method == method and checkout.offer == frozen
        usable = before.expires_at > timezone.now() + timedelta(seconds=30)
        return (before, None) if same and usable else (None, before)
    try:
        hold_goods(reference=checkout.reference, wanted=offer.quantities())
    except NotEnough as shortage:
        raise OfferChanged(offer_now(checkout, today=today)) from shortage
    checkout.offer, checkout.total = frozen, offer.total
    checkout.paying_since = timezone.now()
    if checkout.state == CheckoutState.PAYING:
        checkout.save(update_fields=["offer", "total", "paying_since"])
    else:
        move(
            checkout,
            CheckoutState.PAYING,
            transitions=TRANSITIONS,
            by=checkout.user,
            also=["offer", "total", "paying_since"],
        )
    attempt = payments.new_attempt(
        checkout_reference=checkout.reference,
        method=method,
        amount=offer.total,
        expires_at=timezone.now() + timedelta(minutes=settings.PAYMENT_MINUTES),
        opening=_opening(checkout),
    )
    return attempt, None


def _opening(checkout: Checkout) -> dict[str, str]:
    with translation.override(checkout.language):
        back = settings.SITE_URL + reverse("checkout:return", args=[checkout.reference])
    return {
        "email": checkout.contact.get("email", ""),
        "language": checkout.language,
        "success_url": back,
        "cancel_url": f"{back}?cancelled=1",
    }


def give_up_payment(*, checkout: Checkout) -> Checkout:
    """The buyer goes back to change something: close the payment first, then free the goods.

    If it turns out to be paid, the order is placed instead. Raises ProviderDown.
    """
    for attempt in PaymentAttempt.objects.open().filter(checkout_reference=checkout.reference):
        payments.close_attempt(attempt, as_state=AttemptState.CANCELLED)
    settle_checkout(checkout.reference)
    return Checkout.objects.get(pk=checkout.pk)


def look_again(*, checkout: Checkout, only_when_due: bool = False) -> Checkout:
    """Back from the provider: ask how it stands and place the order if it is paid.

    With `only_when_due`, a page that asks every few seconds troubles the provider no more often
    than the sweep does. Raises ProviderDown and Refused.
    """
    for attempt in PaymentAttempt.objects.open().filter(checkout_reference=checkout.reference):
        if not only_when_due or attempt.ask_at <= timezone.now():
            payments.refresh_attempt(attempt)
    settle_checkout(checkout.reference)
    return Checkout.objects.get(pk=checkout.pk)


# --- settling ---


def settle_checkout(reference: UUID) -> None:
    """Bring one checkout to the end its payments ask for. Safe to repeat, in any order."""
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
    if checkout.state in (CheckoutState.PLACED, CheckoutState.REFUNDED):
        _pay_back(checkout, attempt, "paid_twice")
    elif attempt.amount != checkout.total or not _goods_are_ours(checkout):
        _make_no_order(checkout, attempt, "no goods")
    else:
        place_order(checkout, attempt)
        move(checkout, CheckoutState.PLACED, transitions=TRANSITIONS, by=checkout.user)
    attempt.settled_at = timezone.now()
    attempt.save(update_fields=["settled_at"])


def _make_no_order(checkout: Checkout, attempt: PaymentAttempt, reason: str) -> None:
    _pay_back(checkout, attempt, "paid_too_late")
    move(checkout, CheckoutState.REFUNDED, transitions=TRANSITIONS, reason=reason)


def _goods_are_ours(checkout: Checkout) -> bool:
    """Take the held goods; where the hold was released, hold them again if they are there."""
    if take_goods(reference=checkout.reference):
        return True
    wanted = {
        line["stockrecord"]: line["quantity"]
        for group in checkout.offer["groups"]
        for line in group["lines"]
    }
    try:
        hold_goods(reference=checkout.reference, wanted=wanted)
    except NotEnough:
        return False
    return take_goods(reference=checkout.reference)


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
    release_goods(reference=checkout.reference)


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
    release_goods(reference=reference)
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
    """An order that could not be written for minutes is given up: nobody's money is kept."""
    checkout = Checkout.objects.select_for_update().get(reference=reference)
    attempts = PaymentAttempt.objects.select_for_update().filter(checkout_reference=reference)
    stuck = attempts.paid_unsettled().filter(paid_at__lte=timezone.now() - STUCK_AFTER)
    if checkout.state in (CheckoutState.PLACED, CheckoutState.REFUNDED):
        return
    for attempt in stuck[:1]:
        _make_no_order(checkout, attempt, "the order could not be written")
        attempt.settled_at = timezone.now()
        attempt.save(update_fields=["settled_at"])


def _locked(checkout_id: int) -> Checkout:
    return Checkout.objects.select_for_update().get(pk=checkout_id)
