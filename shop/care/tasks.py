"""Alarm clock of talks and reviews."""

from celery import shared_task

from . import services


@shared_task(expires=1800)
def forget_drafts() -> int:
    """Photos of forms that were never sent go."""
    return services.forget_drafts()
