"""The alarm clock of the ledger."""

from celery import shared_task

from . import services


@shared_task(expires=1800)
def keep_releases() -> int:
    """Money whose days are over can be paid to its groups."""
    return services.release_due()
