"""The demo accounts: a buyer, two leaders, two officers, an administrator."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from django.contrib.auth.hashers import check_password, make_password

from producers.models import Enterprise, Membership
from producers.states import Role
from shop.core.contacts import thai_mobile
from shop.core.models import User
from shop.oscar.address.models import UserAddress

from .market import Row, codes_named

OFFICERS = ("officer", "second_officer")


def hashed_passwords(rows: Iterable[Row]) -> dict[str, str]:
    """By account key: the hash there is if it still fits, or a new one.

    Hashing is slow on purpose: it is done before the transaction, on all cores.
    """
    rows = list(rows)
    known = dict(
        User.objects.filter(email__in=[row["email"] for row in rows]).values_list(
            "email", "password"
        )
    )

    def hashed(row: Row) -> str:
        before = known.get(row["email"])
        fits = before and check_password(row["password"], before)
        return before if before and fits else make_password(row["password"])

    with ThreadPoolExecutor() as threads:
        return dict(zip([row["key"] for row in rows], threads.map(hashed, rows), strict=True))


def load_accounts(
    rows: Iterable[Row], passwords: Mapping[str, str], enterprises: Mapping[str, Enterprise]
) -> dict[str, User]:
    """The accounts by key; each can sign in with its password again after every loading.

    Raises AddressTaken when an e-mail belongs to somebody who is no demo account.
    """
    users = {}
    for row in rows:
        user = User.objects.filter(email=row["email"]).first() or User(email=row["email"])
        if user.pk and not user.is_demo:
            raise AddressTaken(row["email"])
        user.phone, user.password = thai_mobile(row["phone"]), passwords[row["key"]]
        user.first_name, user.last_name = row["first_name"], row["last_name"]
        user.is_demo = user.is_active = True
        user.is_superuser = row["key"] == "administrator"
        user.is_staff = user.is_superuser or row["key"] in OFFICERS
        user.save()
        users[row["key"]] = user
        if "group" in row:
            _lead(user, enterprises[row["group"]])
        _load_addresses(user, row)
    return users


def _lead(user: User, enterprise: Enterprise) -> None:
    Membership.objects.update_or_create(
        enterprise=enterprise, user=user, left_at=None, defaults={"role": Role.LEADER}
    )
    Enterprise.objects.filter(pk=enterprise.pk).update(phone=user.phone, email=user.email)


class AddressTaken(Exception):
    """A demo account's e-mail belongs to a person who is none."""


def _load_addresses(user: User, row: Row) -> None:
    """An address is known by its house number; those the buyer added are left alone."""
    for given in row.get("address", []):
        address = UserAddress.objects.filter(
            user=user, house_number=given["house_number"]
        ).first() or UserAddress(user=user)
        address.first_name, address.last_name = user.first_name, user.last_name
        address.phone_number = user.phone
        for name in ("house_number", "moo", "building", "soi", "road"):
            setattr(address, name, given.get(name, ""))
        address.tambon_code = codes_named(given["province"], given["amphoe"], given["tambon"])
        address.is_default_for_shipping = given.get("default", False)
        address.fill_oscar_lines()
        address.save()
