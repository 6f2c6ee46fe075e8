"""What waits for the office, with the day by which it answers. Reads only."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import DateTimeField, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalogue.models import Product
from catalogue.states import ProductState
from producers.models import Certificate, Enterprise
from producers.states import CertificateState, EnterpriseState
from shop.care.models import Conversation, Review
from shop.care.states import ReviewState
from shop.core.models import StateChange
from shop.fulfilment.models import ChangeRequest, Fulfilment, Proof
from shop.fulfilment.states import FulfilmentState
from shop.payments.models import PaymentCase, Refund
from shop.payments.states import CaseState, RefundState
from shop.production.models import Workshop
from shop.production.promising import SILENCE_HALVES_AFTER, SILENCE_STOPS_AFTER

#: Days within which the office answers; policy of the shop.
GROUP_DAYS = 5
PRODUCT_DAYS = 2
CERTIFICATE_DAYS = 7
REFUND_DAYS = 2
TALK_DAYS = 2
PROBLEM_DAYS = 3
REVIEW_DAYS = 3
WAITING_CERTIFICATES = (CertificateState.SUBMITTED, CertificateState.CHECKING)


@dataclass(frozen=True, slots=True)
class Queue:
    """One kind of thing that waits: how many, the oldest one's day, and where to see them."""

    name: Any
    url_name: str
    query: str
    permission: str
    count: int
    due: date | None


def queues(*, today: date | None = None) -> list[Queue]:
    """All queues of the office, in the order of weight; empty ones too."""
    today = today or timezone.localdate()
    return [
        _queue(
            _("Refunds to pay by hand"),
            "office_refunds:index",
            "state=failed",
            "payments.view_refund",
            Refund.objects.filter(state=RefundState.FAILED),
            "created_at",
            REFUND_DAYS,
        ),
        _queue(
            _("Money in doubt"),
            "office_money:index",
            "state=open",
            "payments.view_paymentcase",
            PaymentCase.objects.filter(state=CaseState.OPEN),
            "due_at",
            0,
        ),
        _queue(
            _("Groups that have applied"),
            "office_groups:index",
            "state=applied",
            "producers.view_enterprise",
            Enterprise.objects.filter(state=EnterpriseState.APPLIED),
            "created_at",
            GROUP_DAYS,
        ),
        _queue(
            _("Products to read"),
            "office_products:index",
            "state=review",
            "catalogue.view_product",
            waiting_since(
                Product.objects.top_level().filter(state=ProductState.REVIEW), ProductState.REVIEW
            ),
            "since",
            PRODUCT_DAYS,
        ),
        _queue(
            _("Certificates to check"),
            "office_certificates:index",
            "state=submitted",
            "producers.view_certificate",
            Certificate.objects.filter(state=CertificateState.SUBMITTED),
            "created_at",
            CERTIFICATE_DAYS,
        ),
        _queue(
            _("Certificates that need a second person"),
            "office_certificates:index",
            "state=checking",
            "producers.view_certificate",
            Certificate.objects.filter(state=CertificateState.CHECKING),
            "created_at",
            CERTIFICATE_DAYS,
        ),
        _queue(
            _("Order parts nobody has answered"),
            "office_orders:index",
            "status=waiting",
            "order.view_order",
            Fulfilment.objects.filter(state=FulfilmentState.PLACED),
            "answer_by",
            0,
        ),
        _queue(
            _("Jobs late without notice"),
            "office_late:index",
            "",
            "fulfilment.view_fulfilment",
            Fulfilment.objects.late_without_notice(today),
            "promised_on",
            0,
        ),
        _queue(
            _("Proofs whose buyers do not answer"),
            "office_orders:index",
            "silent=true",
            "order.view_order",
            Proof.objects.with_the_office(),
            "with_office_at",
            PRODUCT_DAYS,
        ),
        _queue(
            _("Changes that a group has not answered"),
            "office_orders:index",
            "unpriced=true",
            "order.view_order",
            ChangeRequest.objects.unanswered(),
            "ended_at",
            PRODUCT_DAYS,
        ),
        _queue(
            _("Parcels a buyer has objected to"),
            "office_problems:index",
            "problem=open",
            "fulfilment.view_fulfilment",
            Fulfilment.objects.with_open_problem(),
            "objected_at",
            PROBLEM_DAYS,
        ),
        _queue(
            _("Problems in talks"),
            "office_talks:index",
            "",
            "care.view_conversation",
            Conversation.objects.reported(),
            "reported_at",
            TALK_DAYS,
        ),
        _queue(
            _("Reviews to read"),
            "office_reviews:index",
            "state=submitted",
            "care.view_review",
            Review.objects.filter(state=ReviewState.SUBMITTED),
            "submitted_at",
            REVIEW_DAYS,
        ),
        _queue(
            _("Groups that do not answer"),
            "office_silent:index",
            "",
            "production.view_workshop",
            Workshop.objects.selling().not_heard_since(
                today - timedelta(days=SILENCE_HALVES_AFTER)
            ),
            "heard_on",
            SILENCE_STOPS_AFTER,
        ),
        _queue(
            _("Certificates that end soon"),
            "office_certificates:index",
            "state=expiring",
            "producers.view_certificate",
            Certificate.objects.filter(state=CertificateState.EXPIRING),
            "expires_on",
            0,
        ),
    ]


def waiting_since(things: QuerySet[Any], state: str) -> QuerySet[Any]:
    """Annotate `since`: when each came into the state, by its history."""
    label = things.model._meta.label_lower
    steps = StateChange.objects.filter(about_label=label, about_id=OuterRef("pk"), new=state)
    return things.annotate(
        since=Subquery(steps.order_by("-at", "-pk").values("at")[:1], output_field=DateTimeField())
    )


def due_day(since: Any, days: int) -> date | None:
    """The day by which something that has waited since a moment (or a day) is answered."""
    if since is None:
        return None
    begun = since if not hasattr(since, "hour") else timezone.localdate(since)
    return begun + timedelta(days=days)


def _queue(
    name: Any,
    url_name: str,
    query: str,
    permission: str,
    things: QuerySet[Any],
    field: str,
    days: int,
) -> Queue:
    values = [value for value in things.values_list(field, flat=True) if value is not None]
    return Queue(
        name=name,
        url_name=url_name,
        query=query,
        permission=permission,
        count=things.count(),
        due=due_day(min(values), days) if values else None,
    )
