"""What happens to a group's part of an order, by nouns: its steps, and who is told."""

from .parts import (
    TooLate,
    accept_fulfilment,
    can_be_cancelled,
    cancel_fulfilment,
    decline_fulfilment,
    decline_unanswered,
    dispatch_fulfilment,
    object_to_fulfilment,
    pack_fulfilment,
    receive_fulfilment,
    receive_unobjected,
    refund_cause,
    remind_unanswered,
    start_fulfilment,
)
from .telling import buyer_messages, group_messages

__all__ = [
    "TooLate",
    "accept_fulfilment",
    "buyer_messages",
    "can_be_cancelled",
    "cancel_fulfilment",
    "decline_fulfilment",
    "decline_unanswered",
    "dispatch_fulfilment",
    "group_messages",
    "object_to_fulfilment",
    "pack_fulfilment",
    "receive_fulfilment",
    "receive_unobjected",
    "refund_cause",
    "remind_unanswered",
    "start_fulfilment",
]
