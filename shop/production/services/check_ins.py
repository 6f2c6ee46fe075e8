"""The weekly question to each workshop, its answer, and what silence means."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from producers.services import tell_group
from shop.core.sweeps import each_alone

from ..models import CheckIn, Workshop
from ..promising import SILENCE_HALVES_AFTER, SILENCE_STOPS_AFTER
from ..states import Answer
from .capacity import lock_workshops
from .workshops import close_days, open_days, works_between

#: Asked from Thursday on (ISO weekday), in hours when nobody is woken up (Asia/Bangkok).
ASKED_FROM_WEEKDAY = 4
AWAKE = range(8, 20)
REMINDED_AFTER = timedelta(days=2)


class WeekIsOver(Exception):
    """The week that was asked about has passed; nothing was changed."""

    def __init__(self, check_in: CheckIn):
        super().__init__(f"the week of {check_in.week} is over")
        self.check_in = check_in


class MoreThanAsked(Exception):
    """ "Fewer" cannot be more than what was asked (`asked`, units); nothing was changed."""

    def __init__(self, asked: int):
        super().__init__(f"at most {asked}")
        self.asked = asked


@transaction.atomic
def answer_check_in(
    *, check_in_id: int, answer: str, today: date, units: int | None = None, by: str = ""
) -> CheckIn:
    """What the group can make in the week it was asked about: all, `units` (fewer), or nothing.

    Fewer without a number means half. The last answer holds; the same one twice changes nothing.
    Raises WeekIsOver, and MoreThanAsked for more units than were asked. What no longer fits is
    `Job.objects.at_risk()`.
    """
    workshop_id = CheckIn.objects.values_list("workshop_id", flat=True).get(pk=check_in_id)
    workshop = lock_workshops([workshop_id])[workshop_id]
    check_in = CheckIn.objects.select_for_update(of=("self",)).get(pk=check_in_id)
    if check_in.is_over(today):
        raise WeekIsOver(check_in)
    answer, units = _meant(check_in, answer, units)
    before = (check_in.answer, check_in.answered_units)
    check_in.answer, check_in.answered_units = answer, units
    check_in.answered_at, check_in.answered_by = timezone.now(), by[:160]
    check_in.save(update_fields=["answer", "answered_units", "answered_at", "answered_by"])
    if before != (answer, units):
        _change_days(workshop, check_in, units, today)
    Workshop.objects.filter(pk=workshop.pk).update(heard_on=today)
    return check_in


@transaction.atomic
def say_as_usual(*, workshop_id: int, today: date) -> Workshop:
    """The group says that everything is as it was: all of its capacity is promised again."""
    workshop = lock_workshops([workshop_id])[workshop_id]
    workshop.heard_on = today
    workshop.save(update_fields=["heard_on"])
    return workshop


# --- sweeps ---


def ask_groups(*, now: datetime | None = None) -> int:
    """From Thursday on, ask each selling workshop about the week that comes; once.

    A workshop that is closed all of that week has answered already. Returns how many were asked.
    """
    now = timezone.localtime(now)
    today = now.date()
    if now.isoweekday() < ASKED_FROM_WEEKDAY or now.hour not in AWAKE:
        return 0
    week = today + timedelta(days=8 - today.isoweekday())
    due = Workshop.objects.selling().exclude(check_ins__week=week).select_related("enterprise")
    return each_alone(due.order_by("pk"), lambda workshop: _ask(workshop, week, now))


def remind_groups(*, now: datetime | None = None) -> int:
    """Who has not answered for two days is reminded, once."""
    now = timezone.localtime(now)
    if now.hour not in AWAKE:
        return 0
    due = CheckIn.objects.unanswered().still_open(now.date())
    due = due.filter(reminded_at=None, asked_at__lte=now - REMINDED_AFTER)
    return each_alone(due.values_list("pk", flat=True), lambda pk: _remind(pk, now))


def tell_silent_groups(*, now: datetime | None = None) -> int:
    """Tell a group on the day from which half, or nothing, of its capacity is promised; once each.

    Returns how many workshops are that silent now.
    """
    now = timezone.localtime(now)
    if now.hour not in AWAKE:
        return 0
    silent = Workshop.objects.selling().not_heard_since(
        now.date() - timedelta(days=SILENCE_HALVES_AFTER)
    )
    return each_alone(silent.select_related("enterprise"), lambda each: _tell_silent(each, now))


def _tell_silent(workshop: Workshop, now: datetime) -> None:
    days = (now.date() - workshop.heard_on).days
    kind = "workshop_stopped" if days > SILENCE_STOPS_AFTER else "workshop_halved"
    latest = workshop.check_ins.still_open(now.date()).order_by("-week").first()
    tell_group(
        workshop.enterprise,
        kind,
        about=workshop,
        context={**_facts(workshop, latest), "days": days},
        once=f"{kind}|{workshop.pk}|{workshop.heard_on}",
    )


def week_capacity(workshop: Workshop, week: date) -> int:
    """Units that the workshop's days of this week (from Monday) hold."""
    slots = workshop.slots.filter(day__gte=week, day__lte=week + timedelta(days=6))
    return slots.aggregate(units=Sum("capacity"))["units"] or 0


def _meant(check_in: CheckIn, answer: str, units: int | None) -> tuple[str, int]:
    """The answer and its units in their plain form: fewer than all, but not none."""
    if answer == Answer.FEWER:
        units = check_in.half if units is None else units
        if units > check_in.asked_units:
            raise MoreThanAsked(check_in.asked_units)
    else:
        units = check_in.asked_units if answer == Answer.YES else 0
    if units == check_in.asked_units:
        return Answer.YES, units
    return (Answer.FEWER, units) if units > 0 else (Answer.CLOSED, 0)


def _change_days(workshop: Workshop, check_in: CheckIn, units: int, today: date) -> None:
    """The week makes `units`, whatever an earlier answer said."""
    for exception in workshop.exceptions.filter(check_in=check_in):
        open_days(exception_id=exception.pk, today=today)
    if units == check_in.asked_units:
        return
    days = works_between(workshop, check_in.week, check_in.last_day)
    usual = workshop.per_day * len(days)
    # The greatest percent that does not give more than `units` over the whole week.
    percent = (100 * (units + 1) - 1) // usual if usual and units else 0
    close_days(
        workshop_id=workshop.pk,
        first_day=check_in.week,
        last_day=check_in.last_day,
        percent=percent,
        today=today,
        check_in=check_in,
    )


def _ask(workshop: Workshop, week: date, now: datetime) -> bool:
    units = week_capacity(workshop, week)
    if not units:
        return False
    check_in, is_new = CheckIn.objects.get_or_create(
        workshop=workshop, week=week, defaults={"asked_units": units, "asked_at": now}
    )
    if is_new:
        _tell(check_in, "check_in")
    return is_new


def _remind(check_in_id: int, now: datetime) -> bool:
    due = CheckIn.objects.unanswered().filter(pk=check_in_id, reminded_at=None)
    check_in = due.select_for_update(of=("self",)).select_related("workshop__enterprise").first()
    if check_in is None:
        return False
    check_in.reminded_at = now
    check_in.save(update_fields=["reminded_at"])
    _tell(check_in, "check_in_again")
    return True


def _tell(check_in: CheckIn, kind: str) -> None:
    workshop = check_in.workshop
    tell_group(
        workshop.enterprise,
        kind,
        about=check_in,
        context=_facts(workshop, check_in),
        once=f"{kind}|{check_in.pk}",
    )


def _facts(workshop: Workshop, check_in: CheckIn | None) -> dict[str, Any]:
    """What the letters say of a workshop and of the question that is open, if one is."""
    facts: dict[str, Any] = {"workshop": _Named(workshop), "unit": workshop.unit}
    if check_in is not None:
        facts |= {
            "check_in": check_in.pk,
            "asked_units": check_in.asked_units,
            "half": check_in.half,
            "week": check_in.week.isoformat(),
            "last_day": check_in.last_day.isoformat(),
        }
    return facts


class _Named:
    """A workshop as the receiver's language calls it, when the letter is written out."""

    def __init__(self, workshop: Workshop):
        self.workshop = workshop

    def __str__(self) -> str:
        return self.workshop.name
