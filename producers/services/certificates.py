"""The life of a certificate: handed in, checked by one person, verified by another, expired.

Which products a certificate covers is the catalogue's (`catalogue.services.set_covered_products`).
"""

import secrets
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import PurePath
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from producers.models import Certificate
from producers.states import CERTIFICATE_TRANSITIONS, CORRECTABLE, CertificateState
from shop.core.models import StateChange
from shop.core.states import MoveNotAllowed, move

from .reasons import needed
from .telling import tell_group

#: Days before the last day on which the group is reminded; the first also marks it as expiring.
REMIND_DAYS = (60, 30, 7)
FACTS = (
    "scheme",
    "number",
    "certificate_number",
    "stars",
    "year",
    "issued_on",
    "expires_on",
    "file",
)


class SecondPersonNeeded(Exception):
    """Whoever checked a certificate does not verify it: two people look at each."""


class AlreadyExpired(Exception):
    """Its last day has passed; there is nothing to verify."""


@transaction.atomic
def submit_certificate(*, enterprise_id: int, by: Any, **facts: Any) -> Certificate:
    """A certificate is handed in for a group, by a member or by the office for it.

    `facts` are fields of the certificate: scheme, number, certificate_number, stars, year,
    issued_on, expires_on, file.
    """
    certificate = Certificate(enterprise_id=enterprise_id, submitted_by=by)
    _write(certificate, facts)
    certificate.save()
    _note(certificate, old="", by=by)
    return certificate


@transaction.atomic
def correct_certificate(*, certificate_id: int, by: Any, **facts: Any) -> Certificate:
    """Change what was written of it, as long as nobody relies on it.

    What was verified stays as two people saw it: it must be suspended first. A corrected one
    that had been rejected is handed in again; who corrects one that is being checked becomes
    its checker. Raises MoveNotAllowed.
    """
    certificate = _locked(certificate_id)
    if certificate.state not in CORRECTABLE:
        raise MoveNotAllowed(certificate, certificate.state, CertificateState.SUBMITTED)
    changed = _write(certificate, facts)
    if certificate.state == CertificateState.REJECTED:
        certificate.checked_by = None
        move(
            certificate,
            CertificateState.SUBMITTED,
            transitions=CERTIFICATE_TRANSITIONS,
            by=by,
            also=[*changed, "checked_by"],
        )
    elif changed:
        # Who corrects it while it is checked has become its checker.
        if certificate.state == CertificateState.CHECKING:
            certificate.checked_by = by
            changed.append("checked_by")
        certificate.save(update_fields=changed)
        _note(certificate, old=certificate.state, by=by, reason=", ".join(changed))
    return certificate


@transaction.atomic
def start_checking(*, certificate_id: int, by: Any) -> Certificate:
    """An officer takes it to hand, for the first time or again after a suspension."""
    certificate = _locked(certificate_id)
    certificate.checked_by = by
    certificate.verified_by = None
    certificate.verified_on = None
    _step(
        certificate,
        CertificateState.CHECKING,
        by=by,
        also=["checked_by", "verified_by", "verified_on"],
    )
    return certificate


@transaction.atomic
def verify_certificate(*, certificate_id: int, by: Any, today: date | None = None) -> Certificate:
    """A second person confirms it; from now on its badge is shown.

    Raises SecondPersonNeeded when `by` is who checked it, and AlreadyExpired.
    """
    today = today or timezone.localdate()
    certificate = _locked(certificate_id)
    if certificate.state == CertificateState.CHECKING:
        if certificate.checked_by_id is None or certificate.checked_by_id == by.pk:
            raise SecondPersonNeeded
        if certificate.expires_on is not None and certificate.expires_on < today:
            raise AlreadyExpired
    certificate.verified_by = by
    certificate.verified_on = today
    _step(certificate, CertificateState.VERIFIED, by=by, also=["verified_by", "verified_on"])
    _tell(certificate, "certificate_verified")
    return certificate


@transaction.atomic
def reject_certificate(*, certificate_id: int, by: Any, reason: str) -> Certificate:
    """It does not prove what it should; the group reads why and may hand it in again."""
    return _against(certificate_id, CertificateState.REJECTED, by=by, reason=reason)


@transaction.atomic
def suspend_certificate(*, certificate_id: int, by: Any, reason: str) -> Certificate:
    """There is doubt about it: the badge goes until it has been checked again."""
    return _against(certificate_id, CertificateState.SUSPENDED, by=by, reason=reason)


@transaction.atomic
def revoke_certificate(*, certificate_id: int, by: Any, reason: str) -> Certificate:
    """Its issuer has withdrawn it, or it was false: the badge goes for good."""
    return _against(certificate_id, CertificateState.REVOKED, by=by, reason=reason)


def keep_certificate_dates(*, today: date | None = None) -> dict[str, int]:
    """What the calendar does to certificates; safe to run at any time, any number of times.

    Sixty days before its last day one is marked as expiring, and the group is told 60, 30 and 7
    days before. After its last day it is expired. Badges do not wait for this: they are read
    with `Certificate.objects.shown_on(today)`.
    """
    today = today or timezone.localdate()
    ending = Certificate.objects.filter(expires_on__isnull=False)
    past = ending.filter(
        expires_on__lt=today,
        state__in=(
            CertificateState.VERIFIED,
            CertificateState.EXPIRING,
            CertificateState.SUSPENDED,
        ),
    )
    soon = ending.filter(
        expires_on__range=(today, today + timedelta(days=max(REMIND_DAYS))),
        state__in=(CertificateState.VERIFIED, CertificateState.EXPIRING),
    )
    return {
        "expired": _each(past.values_list("pk", flat=True), lambda pk: _expire(pk, today)),
        "expiring": _each(
            soon.filter(state=CertificateState.VERIFIED).values_list("pk", flat=True),
            lambda pk: _mark_expiring(pk, today),
        ),
        "reminded": _each(
            soon.order_by(F("expires_on")).values_list("pk", flat=True),
            lambda pk: _remind(pk, today),
        ),
    }


def days_to_remind(expires_on: date, today: date) -> int | None:
    """Which reminder is due: 60, 30 or 7 (days before the last day), or None when none is.

    A sweep that comes late sends the most urgent one only.
    """
    left = (expires_on - today).days
    return min((days for days in REMIND_DAYS if 0 <= left <= days), default=None)


# --- the inside ---


def _each(ids: Iterable[int], step: Any) -> int:
    return sum(1 for pk in list(ids) if step(pk))


@transaction.atomic
def _expire(pk: int, today: date) -> bool:
    certificate = _locked(pk)
    gone = certificate.expires_on is not None and certificate.expires_on < today
    steps = CERTIFICATE_TRANSITIONS[CertificateState(certificate.state)]
    if not gone or CertificateState.EXPIRED not in steps:
        return False  # somebody was quicker
    _step(certificate, CertificateState.EXPIRED)
    _tell(certificate, "certificate_expired", once="expired")
    return True


@transaction.atomic
def _mark_expiring(pk: int, today: date) -> bool:
    certificate = _locked(pk)
    if certificate.state != CertificateState.VERIFIED or certificate.expires_on is None:
        return False
    _step(certificate, CertificateState.EXPIRING)
    return True


@transaction.atomic
def _remind(pk: int, today: date) -> bool:
    certificate = Certificate.objects.select_related("enterprise").get(pk=pk)
    days = days_to_remind(certificate.expires_on, today) if certificate.expires_on else None
    if days is None or certificate.state != CertificateState.EXPIRING:
        return False
    _tell(certificate, "certificate_expiring", once=f"{days} days before")
    return True


def _against(certificate_id: int, to: str, *, by: Any, reason: str) -> Certificate:
    reason = needed(reason)
    certificate = _locked(certificate_id)
    _step(certificate, to, by=by, reason=reason)
    _tell(certificate, f"certificate_{to}", reason=reason)
    return certificate


def _locked(certificate_id: int) -> Certificate:
    return (
        Certificate.objects.select_for_update(of=("self",))
        .select_related("enterprise")
        .get(pk=certificate_id)
    )


def _step(
    certificate: Certificate,
    to: str,
    *,
    by: Any = None,
    reason: str = "",
    also: Iterable[str] = (),
) -> None:
    move(certificate, to, transitions=CERTIFICATE_TRANSITIONS, by=by, reason=reason, also=also)


def _write(certificate: Certificate, facts: dict[str, Any]) -> list[str]:
    """Set the given facts; returns the names of those that changed."""
    unknown = set(facts) - set(FACTS)
    if unknown:
        raise TypeError(f"a certificate has no {', '.join(sorted(unknown))} to write")
    changed = [name for name, value in facts.items() if getattr(certificate, name) != value]
    if "file" in changed and facts["file"]:
        _hide(facts["file"])
    for name in changed:
        setattr(certificate, name, facts[name])
    return changed


def _hide(file: Any) -> None:
    """Copies show names and numbers of people: nobody shall guess where one is kept."""
    file.name = f"{secrets.token_hex(16)}{PurePath(file.name).suffix.lower()}"


def _note(certificate: Certificate, *, old: str, by: Any, reason: str = "") -> None:
    """A line of history that is no step: handed in, or corrected."""
    StateChange.objects.create(
        about_label=certificate._meta.label_lower,
        about_id=certificate.pk,
        old=old,
        new=certificate.state,
        by=by if getattr(by, "pk", None) else None,
        reason=reason,
    )


def _tell(certificate: Certificate, kind: str, *, once: str = "", reason: str = "") -> None:
    expires = certificate.expires_on.isoformat() if certificate.expires_on else ""
    tell_group(
        certificate.enterprise,
        kind,
        about=certificate,
        context={"certificate": certificate, "expires_on": expires, "reason": reason},
        once=f"certificate {certificate.pk} {expires} {once}" if once else "",
    )
