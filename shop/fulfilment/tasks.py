"""Alarm clocks of fulfilment."""

from celery import shared_task

from . import services
from .services import changes, quotes


@shared_task(expires=300)
def keep_deadlines() -> dict[str, int]:
    """Remind, decline and receive what is due; ask again about proofs."""
    return {
        "reminded": services.remind_unanswered(),
        "declined": services.decline_unanswered(),
        "received": services.receive_unobjected(),
        "proofs reminded": services.remind_of_proofs(),
        "proofs with the office": services.hand_proofs_to_office(),
        "waiting": services.wait_in_silence(),
        "balances reminded": services.remind_of_balances(),
        "balances defaulted": services.default_balances(),
    }


@shared_task(expires=300)
def keep_changes() -> dict[str, int]:
    """Changes whose time is over end; what ended ones still hold is freed."""
    return {
        "reminded": changes.remind_of_changes(),
        "lapsed": changes.lapse_changes(),
        "freed": changes.free_ended(),
    }


@shared_task(expires=300)
def keep_requests() -> dict[str, int]:
    """Custom requests whose time is over end; photos of forms that were never sent go."""
    return {"lapsed": quotes.lapse_requests(), "photos": quotes.forget_request_photos()}
