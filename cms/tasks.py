"""The worker's look at pictures that lack sizes."""

from celery import shared_task

from .pictures import prepare_due

SECONDS_AT_A_TIME = 8  # payments and mails share the worker's few threads


@shared_task(expires=30)
def prepare_pictures() -> int:
    return prepare_due(seconds=SECONDS_AT_A_TIME)
