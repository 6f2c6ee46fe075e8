"""The alarm clock of the outbox."""

from celery import shared_task

from . import services


@shared_task(expires=60)
def send_messages() -> int:
    return services.send_due_messages()
