"""Filling in a checkout: who, where, how it is sent; and what it costs at this moment."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from shop.core.models import Consent
from shop.core.places import TambonAddress, tambon_address
from shop.core.states import move
from shop.fulfilment.offers import Offer, Wanted, make_offer
from shop.oscar.basket.services import wanted_from
from shop.oscar.partner.services import held_pieces
from shop.payments.states import Method
from shop.production.promising import terms_of
from shop.production.services import offers_in_basket

from ..models import Checkout
from ..states import TRANSITIONS, CheckoutState

UNDER_WAY = (CheckoutState.OPEN, CheckoutState.PAYING)


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
    theirs = locked(theirs.pk)
    if own is not None:
        move(locked(own.pk), CheckoutState.LAPSED, transitions=TRANSITIONS, by=basket.owner)
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
    found = locked(checkout.pk)
    found.contact, found.address = dict(contact), dict(address)
    found.language = language or found.language
    found.save(update_fields=["contact", "address", "language"])
    person = {"user_id": found.user_id, "contact": contact.get("email", "")}
    for purpose in consents:
        if Consent.objects.filter(**person, purpose=purpose, withdrawn_at=None).exists():
            continue
        Consent.objects.create(**person, purpose=purpose, wording_version=settings.CONSENT_WORDING)
    return found


@transaction.atomic
def set_choices(
    *, checkout: Checkout, choices: Mapping[str, str], method: str = "", language: str = ""
) -> Checkout:
    """How each part is sent (enterprise id → delivery method slug) and how all is paid."""
    found = locked(checkout.pk)
    found.choices = dict(choices)
    found.method = Method(method or found.method)
    found.language = language or found.language
    found.save(update_fields=["choices", "method", "language"])
    return found


def destination(checkout: Checkout) -> TambonAddress | None:
    """The tambon the parcels go to, once it is known."""
    code = checkout.address.get("tambon_code", "")
    return tambon_address(code) if code else None


def offer_now(checkout: Checkout, *, today: date, hour: int = 0) -> Offer:
    """What the basket costs at this moment, sent there in the chosen ways.

    `hour` is the hour in Bangkok, for the groups' cut-offs.
    """
    paying = checkout.state == CheckoutState.PAYING
    wanted = wanted_from(checkout.basket_id, held_for(checkout))
    return make_offer(
        wanted,
        today=today,
        to=destination(checkout),
        choices=checkout.choices,
        hour=hour,
        reference=checkout.reference if paying else None,
        kept=kept_for(checkout.basket_id, wanted),
    )


def kept_for(basket_id: int | None, wanted: Iterable[Wanted]) -> list[UUID]:
    """References of the waiting list whose days are kept for this basket's goods."""
    records = [item.stockrecord for item in wanted]
    return offers_in_basket(basket_id, [each.pk for each in records if terms_of(each)])


def locked(checkout_id: int) -> Checkout:
    return Checkout.objects.select_for_update().get(pk=checkout_id)
