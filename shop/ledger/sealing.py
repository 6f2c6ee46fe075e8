"""Words that only the shop may read: sealed in the database, opened where they are needed."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class CannotBeOpened(Exception):
    """None of the private keys opens it: a key is missing, or it has been tampered with."""


def seal(words: str) -> str:
    """The words, encrypted with the newest private key and signed."""
    return _box().encrypt(words.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed with any of the private keys. Raises CannotBeOpened."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise CannotBeOpened from None


def reseal(sealed: str) -> str:
    """The same words under the newest key. Raises CannotBeOpened."""
    try:
        return _box().rotate(sealed.encode()).decode()
    except InvalidToken:
        raise CannotBeOpened from None


def _box() -> MultiFernet:
    keys = settings.PRIVATE_KEYS or [_key_of_one_developer()]
    return MultiFernet([Fernet(key) for key in keys])


def _key_of_one_developer() -> str:
    digest = hashlib.sha256(f"private:{settings.SECRET_KEY}".encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()
