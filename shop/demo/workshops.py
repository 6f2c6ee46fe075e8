"""The demo market's workshops: one of each group that makes to order, and how it makes each thing.

How long things take is estimated from the data's lead days: two fifths of them set the work up
(dyeing, warping, throwing), the rest goes into the pieces of a usual order.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from producers.models import Enterprise
from shop.oscar.partner.models import StockRecord
from shop.oscar.partner.states import Sells
from shop.production.models import HORIZON_DAYS, MadeToOrderTerms, ProductionSlot, Workshop
from shop.production.services import close_days, open_slots
from shop.production.services.workshops import BEYOND
from shop.production.states import Ladder, Makes, PaymentPlan, ProofPolicy, Unit

from .market import Row, sold_parts

#: OTOP type → what its workshop is called, what it counts in, what one pair of hands makes a day.
WORKSHOPS = {
    "textile": ("กี่ทอผ้า", "Looms", Unit.HOUR, 8),
    "utensil": ("โรงงานฝีมือ", "Craft shed", Unit.HOUR, 8),
    "food": ("ครัวกลุ่ม", "Group kitchen", Unit.BATCH, 2),
    "drink": ("โรงแปรรูป", "Drink house", Unit.BATCH, 2),
    "herb": ("โรงสมุนไพร", "Herb house", Unit.BATCH, 2),
}
#: So many members give one pair of hands to what is ordered, and no more than this many.
MEMBERS_PER_HAND, MOST_HANDS = 4, 6
SET_UP = Decimal("0.4")
PIECES = 1 - SET_UP
#: From this price (baht) half is paid when ordering. Long work in these crafts is shown before.
DEAR = Decimal(10_000)
LONG_DAYS = 45
SHOWN_FIRST = ("praewa", "brocade", "mudmee", "silver", "lacquer")
CUT_OFF_HOUR = 16
#: Group → from and until how many days ahead it makes so many percent of its usual, and why.
WEEKS = {
    "chonnabot-mudmee": (5, 25, 30, "เกี่ยวข้าว"),
    "mae-chaem-teen-jok": (1, 30, 0, "งานบุญและเกี่ยวข้าว"),
    "san-kamphaeng-celadon-kiln": (10, 16, 50, "ซ่อมเตา"),
}
#: Groups that have told nothing of their weeks for so many days.
SILENT = {"ban-pa-ao-brass-casters": 25, "san-pa-muang-hyacinth-braiders": 13}


def load_workshops(
    rows: Iterable[Row], enterprises: Mapping[str, Enterprise], *, today: date
) -> int:
    """Open what is missing; what a group has changed since stays. How many workshops there are."""
    made = [row for row in rows if any(p.get("made_to_order") for p in sold_parts(row))]
    kinds = {row["group"]: row["otop_type"] for row in reversed(made)}
    owners = {enterprises[slug].pk: (enterprises[slug], kind) for slug, kind in kinds.items()}
    workshops = _open(owners, today)
    records = StockRecord.objects.filter(
        sells=Sells.MADE_TO_ORDER, partner__enterprise__in=owners, making=None
    ).select_related("partner")
    by_sku = {record.partner_sku: record for record in records}
    MadeToOrderTerms.objects.bulk_create(
        terms_row(part, row, by_sku[part["slug"]], workshops[enterprises[row["group"]].pk])
        for row in made
        for part in sold_parts(row)
        if part.get("made_to_order") and part["slug"] in by_sku
    )
    _tell_of_weeks(enterprises, today)
    return len(workshops)


def _tell_of_weeks(enterprises: Mapping[str, Enterprise], today: date) -> None:
    """Some groups have a harvest, some a feast, and two have not been heard of for long."""
    for slug, (first, last, percent, reason) in WEEKS.items():
        for workshop in _untold(enterprises.get(slug)):
            close_days(
                workshop_id=workshop.pk,
                first_day=today + timedelta(days=first),
                last_day=today + timedelta(days=last),
                percent=percent,
                reason=reason,
                today=today,
            )
    for slug, days in SILENT.items():
        quiet = Workshop.objects.filter(enterprise=enterprises.get(slug), heard_on=today)
        quiet.update(heard_on=today - timedelta(days=days))


def _untold(enterprise: Enterprise | None) -> Iterable[Workshop]:
    return list(Workshop.objects.filter(enterprise=enterprise, exceptions=None))


def workshop_row(enterprise: Enterprise, kind: str, today: date) -> Workshop:
    """A group's workshop for goods of this OTOP type; not saved."""
    name_th, name_en, unit, by_hand = WORKSHOPS[kind]
    hands = min(max(enterprise.member_count // MEMBERS_PER_HAND, 1), MOST_HANDS)
    return Workshop(
        enterprise=enterprise,
        name_th=name_th,
        name_en=name_en,
        unit=unit,
        per_day=by_hand * hands,
        works_on=enterprise.works_on,
        heard_on=today,
    )


def terms_row(part: Row, row: Row, record: StockRecord, workshop: Workshop) -> MadeToOrderTerms:
    """How one part that can be bought is made; not saved."""
    terms = part["made_to_order"]
    usual = max(terms["min"], terms["max"] // 4, 1)
    units = Decimal(terms["lead_days"] * WORKSHOPS[row["otop_type"]][3])
    shown = row["craft"] in SHOWN_FIRST and terms["lead_days"] >= LONG_DAYS
    dear = Decimal(part["price"]) >= DEAR
    return MadeToOrderTerms(
        stockrecord=record,
        workshop=workshop,
        setup_units=(units * SET_UP).quantize(Decimal("0.001")),
        units_per_piece=max((units * PIECES / usual).quantize(Decimal("0.001")), Decimal("0.001")),
        cut_off_hour=CUT_OFF_HOUR,
        makes=Makes.ALWAYS,
        proof=ProofPolicy.PHOTO if shown else ProofPolicy.NONE,
        payment_plan=PaymentPlan.DEPOSIT if dear else PaymentPlan.FULL,
        ladder=Ladder.STRICT if row["otop_type"] in ("food", "drink") else Ladder.GENTLE,
    )


def open_all_slots(workshops: Iterable[Workshop], today: date) -> None:
    """The days of many new workshops at once; public holidays come with the night."""
    last = HORIZON_DAYS + BEYOND
    days = [today + timedelta(days=n) for n in range(last + 1)]
    ProductionSlot.objects.bulk_create(
        (
            ProductionSlot(
                workshop=workshop,
                day=day,
                capacity=workshop.per_day if day.isoweekday() in workshop.works_on else 0,
            )
            for workshop in workshops
            for day in days
        ),
        batch_size=5000,
    )


def _open(owners: Mapping[int, tuple[Enterprise, str]], today: date) -> dict[int, Workshop]:
    known = {w.enterprise_id: w for w in Workshop.objects.filter(enterprise__in=owners)}
    new = [workshop_row(*owner, today) for pk, owner in owners.items() if pk not in known]
    for workshop in Workshop.objects.bulk_create(new):
        open_slots(workshop, today=today)
        known[workshop.enterprise_id] = workshop
    return known
