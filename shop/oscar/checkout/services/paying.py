"""Paying: hold the goods, ask for the money, look again, give up."""

from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from shop.core.states import move
from shop.fulfilment.offers import Offer
from shop.oscar.partner.services import NotEnough, hold_goods
from shop.payments import services as payments
from shop.payments.models import PaymentAttempt
from shop.payments.states import AttemptState
from shop.production.services import NoCapacity, hand_over_offers, hold_capacity

from ..models import Checkout
from ..states import TRANSITIONS, CheckoutState
from .filling import kept_for, locked, offer_now
from .settling import PAID_FOR, settle_attempt, settle_checkout

CLOSING_TRIES = 3


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


def begin_payment(
    *,
    checkout: Checkout,
    method: str,
    seen_total: str,
    today: date,
    seen_offer: str = "",
    hour: int = 0,
) -> PaymentAttempt:
    """Hold the goods, then open a payment with the provider. Ten at once open one.

    `seen_total` is the total in baht the buyer saw beside the button, `seen_offer` the
    fingerprint of the whole offer, where it is known. Raises OfferChanged (nothing held),
    AlreadyPlaced, and the gateway's ProviderDown and Refused.
    """
    for _ in range(CLOSING_TRIES):
        attempt, in_the_way = hold_and_write(
            checkout.pk, method, seen_total, today, seen_offer, hour
        )
        if in_the_way is None:
            assert attempt is not None
            return payments.open_with_provider(attempt)
        ended = payments.close_attempt(in_the_way, as_state=AttemptState.CANCELLED)
        if ended.state == AttemptState.PAID:
            settle_attempt(ended.pk)
            raise AlreadyPlaced(Checkout.objects.get(pk=checkout.pk))
    raise payments.ProviderDown("an earlier payment could not be closed")


@transaction.atomic
def hold_and_write(
    checkout_id: int,
    method: str,
    seen_total: str,
    today: date,
    seen_offer: str = "",
    hour: int = 0,
) -> tuple[PaymentAttempt | None, PaymentAttempt | None]:
    """Hold everything and write the attempt; the provider has not heard of it yet.

    (the attempt to pay with, None), or (None, an earlier one in the way: open, or paid).
    """
    checkout = locked(checkout_id)
    if checkout.state in PAID_FOR:
        raise AlreadyPlaced(checkout)
    attempts = PaymentAttempt.objects.filter(checkout_reference=checkout.reference)
    if (paid := attempts.paid_unsettled().first()) is not None:
        return None, paid
    before = attempts.open().first()
    offer = offer_now(checkout, today=today, hour=hour)
    as_seen = str(offer.total) == seen_total and seen_offer in ("", offer.fingerprint)
    if offer.has_problem or not offer.is_complete or not as_seen:
        raise OfferChanged(offer)
    frozen = {**offer.frozen(), "contact": checkout.contact, "address": checkout.address}
    if before is not None:
        same = before.method == method and checkout.offer == frozen
        usable = before.expires_at > timezone.now() + timedelta(seconds=30)
        return (before, None) if same and usable else (None, before)
    if not _hold(checkout, offer):
        raise OfferChanged(offer_now(checkout, today=today, hour=hour))
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
        amount=offer.due_now,
        expires_at=timezone.now() + timedelta(minutes=settings.PAYMENT_MINUTES),
        opening=_opening(checkout),
    )
    return attempt, None


def _hold(checkout: Checkout, offer: Offer) -> bool:
    """Keep the goods, and the days of what is still to be made; False, and nothing, if gone.

    Days kept for this buyer by the waiting list are taken over under the same locks.
    """
    reference = checkout.reference
    kept = kept_for(checkout.basket_id, [line.wanted for line in offer.lines])
    try:
        with transaction.atomic():
            made = hold_goods(reference=reference, wanted=offer.quantities(), to_make=offer.made())
            if made != offer.made():
                raise NotEnough([])
            hold_capacity(
                reference=reference, wanted=offer.work(), today=offer.today, instead_of=kept
            )
            hand_over_offers(references=kept, to=reference)
    except (NotEnough, NoCapacity):
        return False
    return True


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
