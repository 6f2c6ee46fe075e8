"""What the clock does to products: photos that no order came of are forgotten."""

from celery import shared_task
from django.utils import timezone

from catalogue.asking.services import forget_drafts


@shared_task
def forget_answer_photos() -> int:
    """Delete photos that buyers began to answer with and never ordered; how many."""
    return forget_drafts(now=timezone.now())
