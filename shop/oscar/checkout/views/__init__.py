"""The checkout's doors: three steps, and paying."""

from .asking import new_date
from .paying import back, cancel, pay, promptpay, qr_code
from .steps import address, delivery, drop, review, start, tambons

__all__ = [
    "address",
    "back",
    "cancel",
    "delivery",
    "drop",
    "new_date",
    "pay",
    "promptpay",
    "qr_code",
    "review",
    "start",
    "tambons",
]
