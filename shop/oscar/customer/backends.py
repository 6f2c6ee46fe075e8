"""Signing in with an e-mail address or a Thai phone number, and a password."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from shop.core.contacts import find_user
from shop.core.models import User


class EmailOrPhoneBackend(ModelBackend):
    """Finds the person by either contact; takes the same time when there is none."""

    def authenticate(
        self, request: Any, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        contact = username or kwargs.get("email") or ""
        user = find_user(contact)
        if user is None:
            User().set_password(password)
            return None
        if password and user.check_password(password) and self.user_can_authenticate(user):
            return user
        return None
