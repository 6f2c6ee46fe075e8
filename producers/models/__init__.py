"""Producing groups, the people in them, the certificates they hold, and their clusters."""

from .certificates import (
    BUDDHIST_ERA,
    OTOP_ROUND_YEARS,
    Certificate,
    CertificateQuerySet,
    Scheme,
    oldest_star_year,
    shown_on,
)
from .clusters import (
    HIGHEST_FEE_CAP,
    LEAD_FEE_CAP,
    Cluster,
    ClusterMembership,
    ClusterMembershipQuerySet,
    ClusterQuerySet,
    ClusterRate,
)
from .groups import Enterprise, EnterpriseQuerySet, Membership

__all__ = [
    "BUDDHIST_ERA",
    "HIGHEST_FEE_CAP",
    "LEAD_FEE_CAP",
    "OTOP_ROUND_YEARS",
    "Certificate",
    "CertificateQuerySet",
    "Cluster",
    "ClusterMembership",
    "ClusterMembershipQuerySet",
    "ClusterQuerySet",
    "ClusterRate",
    "Enterprise",
    "EnterpriseQuerySet",
    "Membership",
    "Scheme",
    "oldest_star_year",
    "shown_on",
]
