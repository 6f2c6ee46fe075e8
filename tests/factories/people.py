"""Buyers, members of groups, officers."""

from itertools import count
from typing import Any

from producers.models import Enterprise, Membership
from producers.states import Role
from shop.core.models import User

PASSWORD = "a-long-test-word"
NUMBERS = count(1)


def make_buyer(email: str | None = None, **fields: Any) -> User:
    """A person with an account; the password is `people.PASSWORD`."""
    number = next(NUMBERS)
    fields.setdefault("first_name", "มะลิ")
    fields.setdefault("last_name", f"ทดสอบ{number}")
    return User.objects.create_user(email or f"buyer{number}@example.com", PASSWORD, **fields)


def make_member(
    enterprise: Enterprise, role: str = Role.LEADER, user: User | None = None, **fields: Any
) -> Membership:
    """A member of the group, told by e-mail and SMS."""
    number = next(NUMBERS)
    user = user or User.objects.create_user(
        f"member{number}@example.com",
        PASSWORD,
        phone=f"+6681{number:07d}",
        first_name="สมใจ",
        last_name=f"ทดสอบ{number}",
    )
    return Membership.objects.create(enterprise=enterprise, user=user, role=role, **fields)


def make_officer(email: str | None = None, **fields: Any) -> User:
    """A member of the office's staff, with all rights unless told otherwise."""
    fields.setdefault("is_superuser", True)
    return make_buyer(email or f"officer{next(NUMBERS)}@example.com", is_staff=True, **fields)
