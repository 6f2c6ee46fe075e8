"""How the numbers of each standard usually look. A mismatch warns, it never refuses.

Formats and usual validities are those of docs and offices as far as known (domain: certificates);
staff look each number up, so a stale pattern here costs a second look and nothing else.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from shop.core.thai import arabic_digits

from .models import Scheme


class NumberWarning(StrEnum):
    """Why an officer should look twice at a number."""

    MISSING = "missing"
    UNUSUAL = "unusual"
    OTHER_PROVINCE = "other_province"
    NOT_A_LOCAL_MAKER = "not_a_local_maker"
    OTHER_TAMBON = "other_tambon"


WARNING_WORDS = {
    NumberWarning.MISSING: _("No number was given."),
    NumberWarning.UNUSUAL: _("The number does not look like others of this standard."),
    NumberWarning.OTHER_PROVINCE: _("The first two digits name another province than the group's."),
    NumberWarning.NOT_A_LOCAL_MAKER: _("The third digit is not that of a maker in the province."),
    NumberWarning.OTHER_TAMBON: _("The number seems to name another tambon than the group's."),
}


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """What a scheme's number looks like, an example, and how many years it is usually valid.

    `years` is None where it holds until revoked or where the paper itself says.
    """

    pattern: str = ""
    example: str = ""
    years: int | None = None


FORMATS: dict[str, NumberFormat] = {
    Scheme.MPC: NumberFormat(r"มผช\.?\s?\d{1,4}(\(\d+\))?/25\d{2}", "มผช. 1555/2563", 3),
    Scheme.FDA_FOOD: NumberFormat(r"\d{2}-\d-\d{5}-\d-\d{4}", "40-2-01234-2-0001", 3),
    Scheme.COSMETIC: NumberFormat(r"\d{2}-\d-\d{7}|\d{2}-\d-\d{10}|\d{10}|\d{13}", "4012345678", 3),
    Scheme.HERBAL: NumberFormat(years=5),
    Scheme.TIS: NumberFormat(r"มอก\.(เอส)?\s?\d{1,5}(-\d{1,3})?-25\d{2}", "มอก.เอส 12-2561", 3),
    Scheme.HALAL: NumberFormat(years=1),
    Scheme.GI: NumberFormat(r"สช\s?\d{8}", "สช 12345678", 2),
    Scheme.ORGANIC: NumberFormat(years=1),
    Scheme.GAP: NumberFormat(years=3),
    Scheme.GMP: NumberFormat(years=3),
    Scheme.PEACOCK: NumberFormat(),
    Scheme.OTOP_STAR: NumberFormat(years=2),
}
REGISTRATION = NumberFormat(r"\d-\d{2}-\d{2}-\d{2}/\d-\d{4}", "1-40-01-01/1-0023", 1)
#: The third digit of a food number: made in the province, with or without factory status.
LOCAL_MAKER = ("1", "2")


def number_warnings(scheme: str, number: str, *, province_code: str = "") -> list[NumberWarning]:
    """What is unusual about a certificate's number, in the order of weight."""
    number = _plain(number)
    if not number:
        return [NumberWarning.MISSING]
    form = FORMATS[scheme]
    if form.pattern and not re.fullmatch(form.pattern, number):
        return [NumberWarning.UNUSUAL]
    further = FURTHER.get(scheme)
    return further(number, province_code) if further else []


def registration_warnings(number: str, *, tambon_code: str = "") -> list[NumberWarning]:
    """What is unusual about a community enterprise's registration number."""
    number = _plain(number)
    if not number:
        return [NumberWarning.MISSING]
    if not re.fullmatch(REGISTRATION.pattern, number):
        return [NumberWarning.UNUSUAL]
    named = re.sub(r"\D", "", number)[1:7]
    return [NumberWarning.OTHER_TAMBON] if tambon_code and named != tambon_code else []


def _food_number(number: str, province_code: str) -> list[NumberWarning]:
    warnings = []
    if province_code and number[:2] != province_code:
        warnings.append(NumberWarning.OTHER_PROVINCE)
    if number[3] not in LOCAL_MAKER:
        warnings.append(NumberWarning.NOT_A_LOCAL_MAKER)
    return warnings


FURTHER: dict[str, Callable[[str, str], list[NumberWarning]]] = {Scheme.FDA_FOOD: _food_number}


def _plain(number: str) -> str:
    return " ".join(arabic_digits(number or "").split())
