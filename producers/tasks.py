"""The alarm clock of certificates."""

from celery import shared_task

from . import services


@shared_task(expires=600)
def keep_certificate_dates() -> dict[str, int]:
    """Mark, remind and expire what the calendar says."""
    return services.keep_certificate_dates()
