"""The alarm clocks of production."""

from celery import shared_task
from django.utils import timezone

from shop.core.clock import this_moment

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


@shared_task(expires=120)
def sum_up_changed() -> int:
    """Filters know what has changed within a minute."""
    return services.sum_up_changed(**this_moment())


@shared_task(expires=3600)
def sum_up_all() -> int:
    """After midnight every promise is another day away, or not."""
    return services.sum_up_all(**this_moment())


@shared_task(expires=300)
def serve_waiting_list() -> dict[str, int]:
    """Offers end, come back where their days were closed, and free days are offered."""
    return {
        "lapsed": services.lapse_offers(),
        "put back": services.keep_offers(),
        "offered": services.offer_freed_capacity(),
    }
