"""A group is approved, suspended, reopened or closed by the office."""

from typing import Any

from django.db import transaction

from producers.models import Enterprise
from producers.states import ENTERPRISE_TRANSITIONS, EnterpriseState
from shop.core.states import MoveNotAllowed, move

from .reasons import needed
from .telling import tell_group


@transaction.atomic
def approve_enterprise(*, enterprise_id: int, by: Any) -> Enterprise:
    """The office lets a group that has applied sell here."""
    enterprise = _locked(enterprise_id, expected=EnterpriseState.APPLIED, to="approved")
    _step(enterprise, EnterpriseState.APPROVED, by=by)
    tell_group(enterprise, "group_approved")
    return enterprise


@transaction.atomic
def suspend_enterprise(*, enterprise_id: int, by: Any, reason: str) -> Enterprise:
    """The office stops a group's sales for a while. Raises ReasonNeeded.

    Its goods leave every list and the home page at once, because what may be shown is read from
    the group's state (`Product.objects.on_sale`, `cms.curation.featured_now`); orders already
    placed go on. The group is told why.
    """
    reason = needed(reason)
    enterprise = _locked(enterprise_id)
    _step(enterprise, EnterpriseState.SUSPENDED, by=by, reason=reason)
    tell_group(enterprise, "group_suspended", context={"reason": reason})
    return enterprise


@transaction.atomic
def reopen_enterprise(*, enterprise_id: int, by: Any, reason: str = "") -> Enterprise:
    """A suspended group may sell again; its goods return as they were."""
    enterprise = _locked(enterprise_id, expected=EnterpriseState.SUSPENDED, to="approved")
    _step(enterprise, EnterpriseState.APPROVED, by=by, reason=reason.strip())
    tell_group(enterprise, "group_reopened")
    return enterprise


@transaction.atomic
def close_enterprise(*, enterprise_id: int, by: Any, reason: str) -> Enterprise:
    """A group leaves for good, or its application is turned down. Raises ReasonNeeded."""
    reason = needed(reason)
    enterprise = _locked(enterprise_id)
    _step(enterprise, EnterpriseState.CLOSED, by=by, reason=reason)
    tell_group(enterprise, "group_closed", context={"reason": reason})
    return enterprise


def _locked(enterprise_id: int, *, expected: str = "", to: str = "") -> Enterprise:
    """The group, locked. Raises MoveNotAllowed when it is not in the state `expected`."""
    enterprise = Enterprise.objects.select_for_update(of=("self",)).get(pk=enterprise_id)
    if expected and enterprise.state != expected:
        raise MoveNotAllowed(enterprise, enterprise.state, to)
    return enterprise


def _step(enterprise: Enterprise, to: str, *, by: Any, reason: str = "") -> None:
    move(enterprise, to, transitions=ENTERPRISE_TRANSITIONS, by=by, reason=reason)
