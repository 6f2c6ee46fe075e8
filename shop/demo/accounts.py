"""The demo accounts: a buyer, two leaders, two officers, an administrator."""

import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.contrib.auth.hashers import check_password, make_password

from producers.models import Enterprise, Membership
from producers.states import Role
from shop.core.contacts import phone_as_written
from shop.core.models import User
from shop.oscar.address.models import UserAddress

from .market import Row, codes_named

OFFICERS = ("officer", "second_officer")


def load_accounts(
    rows: Iterable[Row], enterprises: Mapping[str, Enterprise]
) -> dict[str, User]:
    """The accounts by key; each can sign in with its password again after every loading.

    Raises AddressTaken when the e-mail or the phone belongs to somebody who is no demo account.
    """
    rows = list(rows)
    known = {user.email: user for user in User.objects.filter(email__in=[r["email"] for r in rows])}
    users = {row["key"]: known.get(row["email"]) or User(email=row["email"]) for row in rows}
    # Hashing is slow on purpose; it lets other threads run meanwhile.
    with ThreadPoolExecutor() as threads:
        hashes = list(threads.map(lambda row: _hash(users[row["key"]], row["password"]), rows))
    for row, hashed in zip(rows, hashes, strict=True):
        user = users[row["key"]]
        if user.pk and not user.is_demo:
            raise AddressTaken(row["email"])
        user.phone, user.password = row["phone"], hashed
        user.first_name, user.last_name = row["first_name"], row["last_name"]
        user.is_demo = user.is_active = True
        user.is_superuser = row["key"] == "administrator"
        user.is_staff = user.is_superuser or row["key"] in OFFICERS
        user.save()
        if group := row.get("group"):
            Membership.objects.update_or_create(
                enterprise=enterprises[group],
                user=user,
                left_at=None,
                defaults={"role": Role.LEADER},
            )
            Enterprise.objects.filter(pk=enterprises[group].pk).update(
                phone=user.phone, email=user.email
            )
        _load_addresses(user, row)
    return users


class AddressTaken(Exception):
    """A demo account's e-mail belongs to a person who is none."""


def _hash(user: User, password: str) -> str:
    if user.password and check_password(password, user.password):
        return user.password
    return make_password(password)


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


def write_accounts(rows: Iterable[Row], path: Path) -> None:
    """The table that the start-up prints: whom to sign in as, with what, and where."""
    table = [
        {
            "account": row["who"],
            "e-mail": row["email"],
            "phone": phone_as_written(row["phone"]),
            "password": row["password"],
            "page": row["where"],
        }
        for row in rows
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(table, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
