"""The alarm clock of what groups have promised to answer."""

from celery import shared_task
from django.utils import timezone

from .services import clusters


@shared_task(expires=300)
def lapse_cluster_parts() -> int:
    """Parts of cluster orders that nobody answered in time are offered to others."""
    return clusters.lapse_due_parts(today=timezone.localdate(), now=timezone.now())
