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
from .describing import (
    NoWorkingDay,
    describe_enterprise,
    set_group_picture,
    set_working_days,
)
from .groups import approve_enterprise, close_enterprise, reopen_enterprise, suspend_enterprise
from .members import NobodyWouldBeTold, set_notices
from .reasons import ReasonNeeded
from .telling import group_messages, tell_group

__all__ = [
    "AlreadyExpired",
    "NoWorkingDay",
    "NobodyWouldBeTold",
    "ReasonNeeded",
    "SecondPersonNeeded",
    "approve_enterprise",
    "close_enterprise",
    "correct_certificate",
    "describe_enterprise",
    "group_messages",
    "keep_certificate_dates",
    "reject_certificate",
    "reopen_enterprise",
    "revoke_certificate",
    "set_group_picture",
    "set_notices",
    "set_working_days",
    "start_checking",
    "submit_certificate",
    "suspend_certificate",
    "suspend_enterprise",
    "tell_group",
    "verify_certificate",
]
