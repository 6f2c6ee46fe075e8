"""What is done with groups and with their certificates."""

from .certificates import (
    AlreadyExpired,
    SecondPersonNeeded,
    correct_certificate,
    keep_certificate_dates,
    reject_certificate,
    revoke_certificate,
    start_checking,
    submit_certificate,
    suspend_certificate,
    verify_certificate,
)
from .groups import approve_enterprise, close_enterprise, reopen_enterprise, suspend_enterprise
from .reasons import ReasonNeeded
from .telling import group_messages, tell_group

__all__ = [
    "AlreadyExpired",
    "ReasonNeeded",
    "SecondPersonNeeded",
    "approve_enterprise",
    "close_enterprise",
    "correct_certificate",
    "group_messages",
    "keep_certificate_dates",
    "reject_certificate",
    "reopen_enterprise",
    "revoke_certificate",
    "start_checking",
    "submit_certificate",
    "suspend_certificate",
    "suspend_enterprise",
    "tell_group",
    "verify_certificate",
]
