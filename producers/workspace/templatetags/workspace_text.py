"""Times and states as a group's screens say them."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from catalogue.states import OtopType, ProductState
from producers.states import CertificateState
from producers.workspace.forms.products import TYPE_EXAMPLES
from shop.core.templatetags.shop_text import BUDDHIST_ERA
from shop.fulfilment.states import FulfilmentState
from shop.oscar.address.models import ThaiAddress
from shop.production.states import JobState

register = template.Library()

# fmt: off
MONTHS_TH = [
    "มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน",
    "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม",
]
MONTHS_EN = [
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
]
# fmt: on

#: More hours than these nobody counts.
HOURS_COUNTED = 72

#: State → (badge, icon) of a group's part, a product, a certificate.
LOOKS = {
    FulfilmentState.PLACED: ("note", "clock"),
    FulfilmentState.ACCEPTED: ("info", "tasks"),
    FulfilmentState.STARTED: ("info", "loom"),
    FulfilmentState.PACKED: ("info", "box"),
    FulfilmentState.DISPATCHED: ("good", "truck"),
    FulfilmentState.RECEIVED: ("good", "check"),
    FulfilmentState.DECLINED: ("late", "close"),
    FulfilmentState.CANCELLED: ("late", "close"),
    JobState.WAITING: ("note", "clock"),
    JobState.QUEUED: ("info", "tasks"),
    JobState.IN_PRODUCTION: ("info", "loom"),
    JobState.FINISHED: ("good", "check"),
    ProductState.DRAFT: ("note", "edit"),
    ProductState.REVIEW: ("info", "clock"),
    ProductState.PUBLISHED: ("good", "check"),
    ProductState.WITHDRAWN: ("", "close"),
    ProductState.BLOCKED: ("late", "error"),
    CertificateState.SUBMITTED: ("info", "clock"),
    CertificateState.CHECKING: ("info", "clock"),
    CertificateState.VERIFIED: ("good", "seal"),
    CertificateState.EXPIRING: ("note", "warning"),
    CertificateState.EXPIRED: ("late", "close"),
    CertificateState.REJECTED: ("late", "close"),
    CertificateState.SUSPENDED: ("late", "warning"),
    CertificateState.REVOKED: ("late", "close"),
}


@register.filter
def time_left(until: datetime, now: datetime | None = None) -> str:
    """`5 วัน`, `5 ชั่วโมง` or `20 นาที`; "" when the time is over."""
    minutes = int((until - (now or timezone.now())).total_seconds() // 60)
    if minutes < 1:
        return ""
    if minutes < 60:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours > HOURS_COUNTED:
        days = hours // 24
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}


@register.filter
def month_name(first: Any) -> str:
    """`พฤศจิกายน 2569` or `November 2026`."""
    thai = get_language() != "en"
    name = (MONTHS_TH if thai else MONTHS_EN)[first.month - 1]
    return f"{name} {first.year + (BUDDHIST_ERA if thai else 0)}"


@register.filter
def badge(state: str) -> str:
    """The kind of badge for a state."""
    return LOOKS.get(state, ("", "info"))[0]


@register.filter
def badge_icon(state: str) -> str:
    """The icon that says the same without colour."""
    return LOOKS.get(state, ("", "info"))[1]


@register.filter
def written(address: ThaiAddress) -> list[str]:
    """An address line by line, in the reader's language."""
    return address.written("en" if get_language() == "en" else "th")


@register.filter
def job_state(state: str) -> str:
    """The state of a part as its makers say it."""
    return {
        FulfilmentState.PLACED: _("Waiting for your answer"),
        FulfilmentState.ACCEPTED: _("Job accepted"),
        FulfilmentState.STARTED: _("Being made"),
        FulfilmentState.PACKED: _("Packed, to be sent"),
        FulfilmentState.DISPATCHED: _("Sent"),
        FulfilmentState.RECEIVED: _("Received by the buyer"),
        FulfilmentState.DECLINED: _("Declined, money back"),
        FulfilmentState.CANCELLED: _("Cancelled by the buyer"),
    }.get(FulfilmentState(state), state)


@register.filter
def product_state(state: str) -> str:
    """The state of a product as its makers say it."""
    return {
        ProductState.DRAFT: _("Not finished"),
        ProductState.REVIEW: _("The office is reading it"),
        ProductState.PUBLISHED: _("On sale"),
        ProductState.WITHDRAWN: _("Not on sale"),
        ProductState.BLOCKED: _("Stopped by the office"),
    }.get(ProductState(state), state)


@register.filter
def example_of(otop_type: str) -> str:
    """What belongs to a kind of goods, in a few words."""
    return str(TYPE_EXAMPLES.get(OtopType(otop_type), "")) if otop_type else ""


@register.filter
def certificate_state(state: str) -> str:
    """The state of a certificate as a group says it."""
    return {
        CertificateState.SUBMITTED: _("Handed in"),
        CertificateState.CHECKING: _("Being checked"),
        CertificateState.VERIFIED: _("In force"),
        CertificateState.EXPIRING: _("Ends soon"),
        CertificateState.EXPIRED: _("Ended"),
        CertificateState.REJECTED: _("Not accepted"),
        CertificateState.SUSPENDED: _("Paused"),
        CertificateState.REVOKED: _("Withdrawn by its issuer"),
    }.get(CertificateState(state), state)
