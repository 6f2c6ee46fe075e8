"""The checkout's doors: three steps, and paying."""

from .paying import back, cancel, pay, promptpay, qr_code
from .steps import address, delivery, drop, review, start, tambons

__all__ = [
    "address",
    "back",
    "cancel",
    "delivery",
    "drop",
    "pay",
    "promptpay",
    "qr_code",
    "review",
    "start",
    "tambons",
]
