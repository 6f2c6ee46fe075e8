"""The demo market's certificates, and which products each of them covers."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from catalogue.models import Product, ProductCertificate
from producers.models import Certificate
from producers.states import CertificateState
from shop.core.models import User

from .market import Row

#: Days before the last day from which on a certificate counts as expiring.
EXPIRING_DAYS = 60
#: Days the two officers took.
VERIFIED_AFTER = timedelta(days=14)
#: What the calendar alone decides; any other state is somebody's decision and stays.
BY_CALENDAR = (CertificateState.VERIFIED, CertificateState.EXPIRING, CertificateState.EXPIRED)

Key = tuple[Any, ...]


def load_proofs(
    rows: Iterable[Row],
    products: Mapping[str, Product],
    officers: tuple[User, User],
    today: date,
) -> int:
    """All certificates of the data; returns their number.

    The first officer checked them, the second verified them. Two are still with the office: the
    newest one handed in, and one that the second officer has checked and the first may verify.
    """
    wanted: dict[Key, Certificate] = {}
    covered: set[tuple[Key, int]] = set()
    for row in rows:
        product = products[row["slug"]]
        for proof in row.get("certificate", []):
            certificate = certificate_row(proof, product)
            key = _key(certificate)
            wanted.setdefault(key, certificate)
            covered.add((key, product.pk))
    _decide(list(wanted.values()), officers, today)
    written = _write(wanted)
    _cover(covered, written)
    return len(written)


def state_on(certificate: Certificate, today: date) -> CertificateState:
    """What the calendar makes of a verified certificate."""
    ends = certificate.expires_on
    if ends is None or ends > today + timedelta(days=EXPIRING_DAYS):
        return CertificateState.VERIFIED
    return CertificateState.EXPIRING if ends >= today else CertificateState.EXPIRED


def certificate_row(proof: Row, product: Product) -> Certificate:
    """A certificate of the product's maker as its row says; not decided, not saved."""
    return Certificate(
        enterprise_id=product.enterprise_id,
        scheme=proof["scheme"],
        number=proof["number"],
        certificate_number=proof.get("certificate_number", ""),
        stars=proof.get("stars"),
        year=proof.get("year"),
        issued_on=proof["issued"],
        expires_on=proof["expires"],
    )


def _key(certificate: Certificate) -> Key:
    return (
        certificate.enterprise_id,
        certificate.scheme,
        certificate.number,
        certificate.certificate_number,
        certificate.year,
    )


def _decide(certificates: list[Certificate], officers: tuple[User, User], today: date) -> None:
    first, second = officers
    for certificate in certificates:
        certificate.state = state_on(certificate, today)
        certificate.checked_by, certificate.verified_by = first, second
        assert certificate.issued_on is not None
        certificate.verified_on = min(certificate.issued_on + VERIFIED_AFTER, today)
    newest = sorted(
        (c for c in certificates if c.state == CertificateState.VERIFIED),
        key=lambda c: (c.issued_on, c.number),
        reverse=True,
    )
    for certificate, state, checker in zip(
        newest,
        (CertificateState.SUBMITTED, CertificateState.CHECKING),
        (None, second),
        strict=False,
    ):
        certificate.state, certificate.checked_by = state, checker
        certificate.verified_by = certificate.verified_on = None


def _write(wanted: Mapping[Key, Certificate]) -> dict[Key, Certificate]:
    """Certificates that members hand in have a `submitted_by`; those of the data have none."""
    enterprises = {certificate.enterprise_id for certificate in wanted.values()}
    ours = Certificate.objects.filter(enterprise__in=enterprises, submitted_by=None)
    known = {_key(certificate): certificate for certificate in ours}
    ours.filter(pk__in=[c.pk for key, c in known.items() if key not in wanted]).delete()
    new = [certificate for key, certificate in wanted.items() if key not in known]
    Certificate.objects.bulk_create(new)
    changed = []
    for key in wanted.keys() & known.keys():
        before, now = known[key], wanted[key]
        before.issued_on, before.expires_on, before.stars = (
            now.issued_on,
            now.expires_on,
            now.stars,
        )
        if before.state in BY_CALENDAR and now.state in BY_CALENDAR:
            before.state = now.state
        changed.append(before)
    Certificate.objects.bulk_update(changed, ["issued_on", "expires_on", "stars", "state"])
    return {_key(certificate): certificate for certificate in [*new, *changed]}


def _cover(covered: Iterable[tuple[Key, int]], written: Mapping[Key, Certificate]) -> None:
    pairs = {(written[key].pk, product) for key, product in covered}
    links = ProductCertificate.objects.filter(certificate__in=[c.pk for c in written.values()])
    stale = [link.pk for link in links if (link.certificate_id, link.product_id) not in pairs]
    ProductCertificate.objects.filter(pk__in=stale).delete()
    ProductCertificate.objects.bulk_create(
        [ProductCertificate(certificate_id=c, product_id=p) for c, p in sorted(pairs)],
        ignore_conflicts=True,
    )
