"""E-mail addresses and Thai phone numbers as people type them."""

import re

from .models import User
from .thai import arabic_digits

MOBILE = re.compile(r"0[689]\d{8}")


class BadPhone(ValueError):
    """Not a Thai mobile number (domain: `^0[689]\\d{8}$`)."""


def thai_mobile(text: str) -> str:
    """`+66812345678` from what a person typed. Raises BadPhone."""
    digits = re.sub(r"[\s\-().]", "", arabic_digits(text or ""))
    if digits.startswith("+66"):
        digits = "0" + digits[3:].removeprefix("0")
    elif digits.startswith("66") and len(digits) == 11:
        digits = "0" + digits[2:]
    if not (digits.isascii() and MOBILE.fullmatch(digits)):
        raise BadPhone(text)
    return "+66" + digits[1:]


def one_spelling(contact: str) -> str:
    """What `find_user` makes of a contact: no other way of writing it escapes a count of tries."""
    contact = contact.strip()[:254].replace("\x00", "")
    try:
        return contact.lower() if "@" in contact else thai_mobile(contact)
    except BadPhone:
        return contact.lower()


def phone_as_written(phone: str) -> str:
    """`081-234-5678` from `+66812345678`."""
    digits = "0" + phone.removeprefix("+66")
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}" if len(digits) == 10 else phone


def find_user(contact: str) -> User | None:
    """The person known by this e-mail or phone, or None."""
    contact = contact.strip()[:254].replace("\x00", "")
    if "@" in contact:
        return User.objects.filter(email=contact.lower()).first()
    try:
        return User.objects.filter(phone=thai_mobile(contact)).first()
    except BadPhone:
        return None
