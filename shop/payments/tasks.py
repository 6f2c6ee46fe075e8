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
