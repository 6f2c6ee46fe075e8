"""The demo market's groups, and Oscar's shadow of each."""

from collections.abc import Iterable
from zlib import crc32

from producers.models import Enterprise
from producers.states import EnterpriseState
from shop.oscar.partner.models import Partner

from .market import Row, codes_named
from .rows import upsert

#: The office, the group and the shop change these; loading again leaves them.
KEPT = ("state", "picture", "created_at", "latitude", "longitude")


def load_groups(rows: Iterable[Row]) -> dict[str, Enterprise]:
    """The groups by slug, approved and marked as demo, each with its partner."""
    enterprises = upsert([_enterprise(row) for row in rows], by=["slug"], keep=KEPT)
    upsert(
        [Partner(code=e.slug, name=e.name_th[:128], enterprise=e) for e in enterprises],
        by=["enterprise"],
        keep=["code"],  # Oscar's slug field would number it anew
    )
    return {enterprise.slug: enterprise for enterprise in enterprises}


def _enterprise(row: Row) -> Enterprise:
    tambon = codes_named(row["province"], row["amphoe"], row["tambon"])
    return Enterprise(
        slug=row["slug"],
        name_th=row["name_th"],
        name_en=row["name_en"],
        tambon_code=tambon,
        province_code=tambon[:2],
        about_th=row["about_th"],
        about_en=row["about_en"],
        member_count=row["members"],
        registration_number=registration_number(row["slug"], tambon),
        phone=group_phone(row["slug"]),
        email=f"{row['slug'][:40]}@example.com",
        works_on=row["works_on"],
        state=EnterpriseState.APPROVED,
        is_demo=True,
    )


def registration_number(slug: str, tambon: str) -> str:
    """An invented number in the form of a community enterprise's registration."""
    return f"9-{tambon[:2]}-{tambon[2:4]}-{tambon[4:]}/1-{crc32(slug.encode()) % 10_000:04d}"


def group_phone(slug: str) -> str:
    """An invented mobile number of the form 08x-000-xxxx."""
    number = crc32(slug.encode())
    return f"+668{number % 10}000{number // 10 % 10_000:04d}"
