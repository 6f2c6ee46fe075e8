"""Alarm clocks of payments; each sweep is safe to run twice and at the same time."""

import logging
from typing import Any

from celery import shared_task

from . import services

logger = logging.getLogger(__name__)


def wake(task: Any) -> None:
    """Ring now instead of at the next tick; if the broker is away, the tick will come."""
    try:
        task.apply_async(expires=60, retry=False)
    except Exception:
        logger.warning("the broker did not take %s; its tick will do", task.name)


@shared_task(expires=60)
def handle_events() -> int:
    return services.handle_due_events()


@shared_task(expires=60)
def ask_about_open() -> int:
    return services.ask_about_open()


@shared_task(expires=60)
def submit_refunds() -> int:
    return services.submit_due_refunds()


@shared_task(expires=600)
def ask_about_disputes() -> int:
    return services.ask_about_disputes()


@shared_task(expires=600)
def reconcile() -> int:
    """The provider's book against ours; the number of differences."""
    try:
        return services.reconcile().differences
    except services.ProviderDown as error:
        logger.warning("the provider's book could not be read to its end: %s", error)
        return 0
