"""Thai banks, their codes, and what an account number looks like."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import get_language
from django.utils.translation import gettext as _

#: Ten digits at most banks, twelve at GSB and BAAC (domain: payments).
NUMBER = re.compile(r"^\d{10,12}$")


class NoSuchBank(Exception):
    """No bank we pay to has this code."""


class NoAccountNumber(Exception):
    """Not ten to twelve digits."""


@dataclass(frozen=True, slots=True)
class Bank:
    """One bank a group may be paid at."""

    code: str
    short: str
    name_th: str
    name_en: str

    @property
    def name(self) -> str:
        return self.name_en if get_language() == "en" else self.name_th


@cache
def banks() -> dict[str, Bank]:
    """All banks by code, in the order of the list."""
    listed = tomllib.loads((Path(__file__).parent / "data" / "banks.toml").read_text())["banks"]
    return {row["code"]: Bank(**row) for row in listed}


def bank(code: str) -> Bank:
    """Raises NoSuchBank."""
    try:
        return banks()[code]
    except KeyError:
        raise NoSuchBank(code) from None


def account_number(typed: str) -> str:
    """The digits of what was typed, Thai ones and with spaces too. Raises NoAccountNumber."""
    digits = "".join(str(int(sign)) for sign in typed if sign.isdecimal())
    rest = [sign for sign in typed if not sign.isdecimal() and sign not in " -–"]
    if rest or not NUMBER.match(digits):
        raise NoAccountNumber
    return digits


def masked(bank_code: str, ending: str) -> str:
    """What people see of an account: the bank and its last digits."""
    return _("%(bank)s, ending in %(ending)s") % {"bank": bank(bank_code).name, "ending": ending}
