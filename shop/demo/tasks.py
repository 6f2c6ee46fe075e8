"""The worker draws, bite by bite, what the demo market still lacks."""

from celery import shared_task

from .illustrations import draw_due

SECONDS_AT_A_TIME = 8  # payments and mails share the worker's few threads


@shared_task(expires=30)
def draw_pictures() -> int:
    return draw_due(seconds=SECONDS_AT_A_TIME)
