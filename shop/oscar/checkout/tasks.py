"""Alarm clocks of the checkout."""

from celery import shared_task

from . import services


@shared_task(expires=60)
def settle_paid() -> int:
    return services.settle_due()


@shared_task(expires=60)
def close_overdue() -> int:
    return services.close_and_release()
