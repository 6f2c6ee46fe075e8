"""The words for a group and for a certificate, and which step follows which."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EnterpriseState(models.TextChoices):
    APPLIED = "applied", _("Applied")
    APPROVED = "approved", _("Approved")
    SUSPENDED = "suspended", _("Suspended")
    CLOSED = "closed", _("Closed")


ENTERPRISE_TRANSITIONS = {
    EnterpriseState.APPLIED: (EnterpriseState.APPROVED, EnterpriseState.CLOSED),
    EnterpriseState.APPROVED: (EnterpriseState.SUSPENDED, EnterpriseState.CLOSED),
    EnterpriseState.SUSPENDED: (EnterpriseState.APPROVED, EnterpriseState.CLOSED),
    EnterpriseState.CLOSED: (),
}


class CertificateState(models.TextChoices):
    SUBMITTED = "submitted", _("Submitted")
    CHECKING = "checking", _("Checking")
    VERIFIED = "verified", _("Verified")
    EXPIRING = "expiring", _("Expiring soon")
    EXPIRED = "expired", _("Expired")
    REJECTED = "rejected", _("Rejected")
    SUSPENDED = "suspended", _("Suspended")
    REVOKED = "revoked", _("Revoked")


#: A badge may be shown in these states only, and only until the day of expiry.
SHOWN_STATES = (CertificateState.VERIFIED, CertificateState.EXPIRING)

#: Nobody relies on it in these states, so what was written of it may still be corrected.
CORRECTABLE = (
    CertificateState.SUBMITTED,
    CertificateState.CHECKING,
    CertificateState.SUSPENDED,
    CertificateState.REJECTED,
)

CERTIFICATE_TRANSITIONS = {
    CertificateState.SUBMITTED: (CertificateState.CHECKING, CertificateState.REJECTED),
    CertificateState.CHECKING: (CertificateState.VERIFIED, CertificateState.REJECTED),
    CertificateState.VERIFIED: (
        CertificateState.EXPIRING,
        CertificateState.EXPIRED,
        CertificateState.SUSPENDED,
        CertificateState.REVOKED,
    ),
    CertificateState.EXPIRING: (
        CertificateState.EXPIRED,
        CertificateState.SUSPENDED,
        CertificateState.REVOKED,
    ),
    CertificateState.SUSPENDED: (
        CertificateState.CHECKING,
        CertificateState.EXPIRED,
        CertificateState.REVOKED,
    ),
    CertificateState.EXPIRED: (),
    CertificateState.REJECTED: (CertificateState.SUBMITTED,),
    CertificateState.REVOKED: (),
}


class Role(models.TextChoices):
    LEADER = "leader", _("Leader")
    TREASURER = "treasurer", _("Treasurer")
    MEMBER = "member", _("Member")


class ClusterState(models.TextChoices):
    OPEN = "open", _("Takes orders")
    CLOSED = "closed", _("Closed")


#: A closed cluster may take orders again.
CLUSTER_TRANSITIONS = {
    ClusterState.OPEN: (ClusterState.CLOSED,),
    ClusterState.CLOSED: (ClusterState.OPEN,),
}
