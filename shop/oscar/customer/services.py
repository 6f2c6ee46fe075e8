"""Accounts: codes that prove a contact, signing up, changing what a person is known by."""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction
from django.utils import timezone

from shop.core.contacts import find_user, thai_mobile
from shop.core.models import Consent, OneTimeCode, User
from shop.oscar.address.models import UserAddress
from shop.oscar.order.models import Order
from shop.outbox.models import Channel
from shop.outbox.services import Contact, send_later

CODE_LIFE = timedelta(minutes=10)
CODE_TRIES = 5
NEWSLETTER = "newsletter"


class WrongCode(Exception):
    """The code is not right, too old, used up, or tried too often."""


class ContactTaken(Exception):
    """Somebody else is known by this e-mail or phone."""


class LastContact(Exception):
    """A person must stay known by an e-mail or a phone."""


def clean_contact(text: str) -> str:
    """An e-mail in lower case, or a phone as +66…. Raises BadPhone for anything else."""
    text = text.strip()
    if "@" in text:
        return text.lower()
    return thai_mobile(text)


# --- codes ---


@transaction.atomic
def send_code(*, contact: str, purpose: str, language: str) -> None:
    """Send a fresh six-digit code to a cleaned contact; earlier codes stop working."""
    OneTimeCode.objects.filter(contact=contact, purpose=purpose, used_at=None).delete()
    code = f"{secrets.randbelow(1_000_000):06d}"
    OneTimeCode.objects.create(
        contact=contact,
        purpose=purpose,
        code_hash=make_password(code),
        expires_at=timezone.now() + CODE_LIFE,
        attempts_left=CODE_TRIES,
    )
    by_email = "@" in contact
    send_later(
        "one_time_code",
        to=Contact(contact if by_email else "", "" if by_email else contact, language),
        channels=[Channel.EMAIL if by_email else Channel.SMS],
        context={"code": code, "minutes": int(CODE_LIFE.total_seconds() // 60)},
    )


def use_code(*, contact: str, purpose: str, code: str) -> None:
    """Use up the code that was sent. Raises WrongCode; a wrong try is counted for good."""
    with transaction.atomic():
        row = (
            OneTimeCode.objects.select_for_update()
            .filter(contact=contact, purpose=purpose, used_at=None)
            .filter(expires_at__gt=timezone.now(), attempts_left__gt=0)
            .order_by("-created_at")
            .first()
        )
        right = row is not None and check_password(code.strip(), row.code_hash)
        if row is not None:
            row.attempts_left -= 1
            row.used_at = timezone.now() if right else None
            row.save(update_fields=["attempts_left", "used_at"])
    if not right:
        raise WrongCode


def tell_account_exists(*, contact: str) -> None:
    """Somebody tried to sign up with a known contact: its owner is told, nobody else."""
    user = find_user(contact)
    if user is not None:
        by_email = "@" in contact
        send_later(
            "account_exists",
            to=Contact(contact if by_email else "", "" if by_email else contact, user.language),
        )


def check_strength(password: str) -> None:
    """Raises Django's ValidationError for a weak password, before a code is used up."""
    validate_password(password)


# --- people ---


@transaction.atomic
def sign_up(
    *, contact: str, password: str, name: str, language: str, consents: Iterable[str] = ()
) -> User:
    """A new account for a contact that has just been proved by a code.

    Earlier guest orders with the same proved e-mail become part of it. Raises ContactTaken
    and Django's ValidationError for a weak password.
    """
    validate_password(password)
    if find_user(contact) is not None:
        raise ContactTaken
    first, _, last = name.strip().partition(" ")
    field = "email" if "@" in contact else "phone"
    try:
        user = User.objects.create_user(
            password=password,
            language=language,
            first_name=first[:150],
            last_name=last.strip()[:150],
            **{field: contact},
        )
    except IntegrityError as error:
        raise ContactTaken from error
    for purpose in consents:
        give_consent(user=user, purpose=purpose)
    _adopt_what_a_guest_left(user)
    return user


@transaction.atomic
def set_new_password(*, contact: str, password: str) -> User:
    """A new password for the person whose contact has just been proved by a code.

    Raises WrongCode where nobody is known by it and ValidationError for a weak password.
    """
    user = find_user(contact)
    if user is None or not user.is_active:
        raise WrongCode
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    return user


@transaction.atomic
def change_password(*, user: User, password: str) -> None:
    """Raises ValidationError for a weak password."""
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])


@transaction.atomic
def change_profile(*, user: User, name: str, language: str) -> User:
    """What we call a person, and in which language we write to them."""
    first, _, last = name.strip().partition(" ")
    user.first_name, user.last_name, user.language = first[:150], last.strip()[:150], language
    user.save(update_fields=["first_name", "last_name", "language"])
    return user


@transaction.atomic
def change_contact(*, user: User, contact: str) -> User:
    """The person is from now on also known by a contact just proved. Raises ContactTaken."""
    field = "email" if "@" in contact else "phone"
    other = find_user(contact)
    if other is not None and other.pk != user.pk:
        raise ContactTaken
    setattr(user, field, contact)
    try:
        with transaction.atomic():
            user.save(update_fields=[field])
    except IntegrityError as error:
        raise ContactTaken from error
    _adopt_what_a_guest_left(user)
    return user


def _adopt_what_a_guest_left(user: User) -> None:
    if user.email:
        Order.objects.filter(user=None, contact_email__iexact=user.email).update(user=user)
        # A consent must be as easy to withdraw as it was to give (PDPA s.19).
        Consent.objects.filter(user=None, contact__iexact=user.email).update(user=user)


# --- consents ---


@transaction.atomic
def give_consent(*, user: User, purpose: str) -> Consent:
    """Keep that the person agreed, with the wording of today."""
    return Consent.objects.create(
        user=user,
        contact=user.get_username(),
        purpose=purpose,
        wording_version=settings.CONSENT_WORDING,
    )


@transaction.atomic
def withdraw_consent(*, user: User, purpose: str) -> None:
    """As easy as giving it (PDPA s.19)."""
    user.consents.filter(purpose=purpose, withdrawn_at=None).update(withdrawn_at=timezone.now())


def has_consent(user: User, purpose: str) -> bool:
    return user.consents.filter(purpose=purpose, withdrawn_at=None).exists()


def own_data(user: User) -> dict[str, Any]:
    """A copy of what we keep about a person, in plain values (PDPA s.30)."""
    return {
        "email": user.email,
        "phone": user.phone,
        "name": user.get_full_name(),
        "language": user.language,
        "joined": user.date_joined.isoformat(),
        "addresses": [
            {"name": a.first_name, "phone": str(a.phone_number), "lines": a.written("th")}
            for a in user.addresses.all()
        ],
        "consents": [
            {
                "purpose": c.purpose,
                "wording": c.wording_version,
                "given": c.given_at.isoformat(),
                "withdrawn": c.withdrawn_at.isoformat() if c.withdrawn_at else None,
            }
            for c in user.consents.all()
        ],
        "orders": [
            {
                "number": order.number,
                "placed": order.date_placed.isoformat(),
                "total": str(order.total_incl_tax),
                "lines": [
                    {"title": line.title, "quantity": line.quantity} for line in order.lines.all()
                ],
            }
            for order in user.orders.prefetch_related("lines")
        ],
    }


# --- addresses ---


@transaction.atomic
def save_address(
    *, user: User, contact: dict[str, str], address: dict[str, str], address_id: int | None = None
) -> UserAddress:
    """Keep an address in the book (new, or `address_id` of the same person).

    Raises UserAddress.DoesNotExist for another person's.
    """
    row = UserAddress(user=user)
    if address_id is not None:
        row = UserAddress.objects.select_for_update().get(pk=address_id, user=user)
    row.first_name, row.phone_number = contact["name"], contact["phone"]
    for name in ("house_number", "moo", "building", "soi", "road", "tambon_code", "postcode"):
        setattr(row, name, address.get(name, ""))
    row.fill_oscar_lines()
    if not UserAddress.objects.filter(user=user).exclude(pk=row.pk).exists():
        row.is_default_for_shipping = True
    twin = UserAddress.objects.filter(user=user, hash=row.generate_hash()).exclude(pk=row.pk)
    if (same := twin.first()) is not None:
        return same
    row.save()
    return row


@transaction.atomic
def remove_address(*, user: User, address_id: int) -> None:
    """Orders keep their own copy."""
    UserAddress.objects.filter(user=user, pk=address_id).delete()


@transaction.atomic
def use_address_first(*, user: User, address_id: int) -> None:
    """This address is offered first. Raises UserAddress.DoesNotExist for another person's."""
    chosen = UserAddress.objects.select_for_update().get(pk=address_id, user=user)
    UserAddress.objects.filter(user=user).update(is_default_for_shipping=False)
    chosen.is_default_for_shipping = True
    chosen.save(update_fields=["is_default_for_shipping"])
