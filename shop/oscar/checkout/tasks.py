"""Alarm clocks of the checkout."""

from celery import shared_task

from . import services


@shared_task(expires=60)
def settle_paid() -> int:
    return services.settle_due()


@shared_task(expires=60)
def close_overdue() -> int:
    return services.close_and_release()


@shared_task(expires=300)
def give_back_unanswered() -> int:
    return services.give_back_unanswered()
