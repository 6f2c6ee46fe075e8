"""A decision against somebody is given with a reason."""


class ReasonNeeded(Exception):
    """The group must be told why; nothing was changed."""


def needed(reason: str) -> str:
    """The reason, trimmed. Raises ReasonNeeded when there is none."""
    reason = reason.strip()
    if not reason:
        raise ReasonNeeded
    return reason
