"""The alarm clocks of production."""

from celery import shared_task
from django.utils import timezone

from . import services
from .services import clusters


@shared_task(expires=300)
def lapse_cluster_parts() -> int:
    """Parts of cluster orders that nobody answered in time are offered to others."""
    return clusters.lapse_due_parts(today=timezone.localdate(), now=timezone.now())


@shared_task(expires=1800)
def keep_workshops() -> dict[str, int]:
    """Carry workshops into the day, ask groups about next week, remind, tell the silent."""
    return {
        **services.roll_workshops(),
        "asked": services.ask_groups(),
        "reminded": services.remind_groups(),
        "silent": services.tell_silent_groups(),
    }
