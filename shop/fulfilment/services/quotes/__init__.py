"""Custom requests: asking, quoting, answering, accepting; each step with its time."""

from .accepting import QuoteIsOver, accept_quote, note_ordered
from .asking import (
    MOST_OPEN,
    MOST_PHOTOS,
    NotOpen,
    OwnGroup,
    TooManyOpen,
    ask_for_something,
    decline_request,
    drop_request_photo,
    forget_request_photos,
    keep_request_photo,
    lapse_requests,
    propose,
    withdraw_request,
)
from .quoting import CannotPromise, Draft, DraftLine, NothingQuoted, reckon_quote, send_quote
from .villages import Villages, VillagesMissing, suggest_villages

__all__ = [
    "MOST_OPEN",
    "MOST_PHOTOS",
    "CannotPromise",
    "Draft",
    "DraftLine",
    "NotOpen",
    "NothingQuoted",
    "OwnGroup",
    "QuoteIsOver",
    "TooManyOpen",
    "Villages",
    "VillagesMissing",
    "accept_quote",
    "ask_for_something",
    "decline_request",
    "drop_request_photo",
    "forget_request_photos",
    "keep_request_photo",
    "lapse_requests",
    "note_ordered",
    "propose",
    "reckon_quote",
    "send_quote",
    "suggest_villages",
    "withdraw_request",
]
