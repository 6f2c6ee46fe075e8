"""Asking of a workshop's books whether they agree."""

from django.db.models import F, Sum

from shop.production.models import Job, ProductionSlot, SlotAllocation, Workshop
from shop.production.states import UNMADE


def check_books(workshop: Workshop) -> None:
    """Slots hold what allocations say, within capacity; every unmade unit has a day or none."""
    slots = workshop.slots.annotate(sum=Sum("allocations__units"))
    assert not ProductionSlot.objects.filter(allocated__gt=F("capacity")).exists()
    for slot in slots:
        assert slot.allocated == (slot.sum or 0), slot
    for job in Job.objects.filter(workshop=workshop).annotate(sum=Sum("allocations__units")):
        if job.state in UNMADE:
            assert (job.sum or 0) + job.unplanned_units == job.units, job


def allocated(workshop: Workshop) -> int:
    """All units allocated in a workshop."""
    return (
        SlotAllocation.objects.filter(slot__workshop=workshop).aggregate(n=Sum("units"))["n"] or 0
    )
