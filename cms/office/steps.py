"""The steps an officer can take with a group, a product, a certificate, or a refund.

Each step names the verb that does it; which steps a thing offers follows from its state.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalogue import services as catalogue
from catalogue.states import ProductState
from producers import services as producers
from producers.states import CertificateState, ClusterState, EnterpriseState
from shop.care import services as care
from shop.care.states import ReviewState, TalkState
from shop.fulfilment import services as fulfilments
from shop.fulfilment.states import ProblemState
from shop.payments import services as payments
from shop.payments.states import CaseState, RefundState

GROUPS, PRODUCTS, CERTIFICATES, REFUNDS = "groups", "products", "certificates", "refunds"
TALKS, REVIEWS, CLUSTERS = "talks", "reviews", "clusters"
MONEY, PROBLEMS = "money", "problems"


@dataclass(frozen=True, slots=True)
class Step:
    """One button: its verb, from which states it can be taken, and its words.

    `asks` is "reason" (needed), "note" (a reason that may be empty), "reference" (a bank's),
    "amount" (with words) or "".
    """

    name: str
    label: Any
    words: Any
    done: Any
    verb: Callable[..., Any]
    pk_name: str
    states: tuple[str, ...]
    asks: str = ""
    icon: str = "check"
    strong: bool = False
    against: bool = False
    #: Only somebody else than who checked it may take it.
    second_person: bool = False
    #: Whether whom it concerns is written to; otherwise the reason is kept in the history only.
    told: bool = True
    #: Where the state stands that counts.
    field: str = "state"


def steps_for(kind: str, thing: Any, user: Any = None) -> list[Step]:
    """What can be done with it now, by this officer; the most likely first."""
    return [
        step
        for step in STEPS[kind]
        if getattr(thing, step.field) in step.states
        and not (step.second_person and user is not None and thing.checked_by_id == user.pk)
    ]


def step_named(kind: str, name: str) -> Step | None:
    return next((step for step in STEPS[kind] if step.name == name), None)


def _approve_product(*, product_id: int, by: Any) -> Any:
    return catalogue.publish_product(product_id=product_id, by=by, reviewed=True)


STEPS: dict[str, tuple[Step, ...]] = {
    CLUSTERS: (
        Step(
            "stop",
            _("Stop"),
            _(
                "No more orders are planned over the cluster. Those under way go on, and everybody"
                " is paid as agreed."
            ),
            _("The cluster takes no more orders."),
            producers.close_cluster,
            "cluster_id",
            (ClusterState.OPEN,),
            asks="reason",
            icon="warning",
            against=True,
            told=False,
        ),
        Step(
            "reopen",
            _("Open again"),
            _("Its lead can plan orders over the cluster again, as it stands."),
            _("The cluster takes orders again."),
            producers.reopen_cluster,
            "cluster_id",
            (ClusterState.CLOSED,),
            asks="note",
            strong=True,
            told=False,
        ),
    ),
    GROUPS: (
        Step(
            "approve",
            _("Approve"),
            _("The group may sell from now on, and is told so."),
            _("The group is approved."),
            producers.approve_enterprise,
            "enterprise_id",
            (EnterpriseState.APPLIED,),
            strong=True,
        ),
        Step(
            "reopen",
            _("Reopen"),
            _("The group's goods are on sale again as they were."),
            _("The group is open again."),
            producers.reopen_enterprise,
            "enterprise_id",
            (EnterpriseState.SUSPENDED,),
            asks="note",
            strong=True,
        ),
        Step(
            "suspend",
            _("Suspend"),
            _(
                "All goods of the group leave the lists, the search and the home page at once."
                " Orders already placed go on. The group is told why."
            ),
            _("The group is suspended."),
            producers.suspend_enterprise,
            "enterprise_id",
            (EnterpriseState.APPROVED,),
            asks="reason",
            icon="warning",
            against=True,
        ),
        Step(
            "close",
            _("Close for good"),
            _("The group leaves the market for good. This cannot be undone."),
            _("The group is closed."),
            producers.close_enterprise,
            "enterprise_id",
            (EnterpriseState.APPLIED, EnterpriseState.APPROVED, EnterpriseState.SUSPENDED),
            asks="reason",
            icon="cross",
            against=True,
        ),
    ),
    PRODUCTS: (
        Step(
            "publish",
            _("Publish"),
            _("You have read the text and its claims. The product goes on sale."),
            _("The product is on sale."),
            _approve_product,
            "product_id",
            (ProductState.REVIEW,),
            strong=True,
        ),
        Step(
            "return",
            _("Send back to the group"),
            _("The product becomes a draft again, and the group reads what to change."),
            _("The product is back with its group."),
            catalogue.return_product,
            "product_id",
            (ProductState.REVIEW, ProductState.BLOCKED),
            asks="reason",
            icon="rotate",
        ),
        Step(
            "block",
            _("Block"),
            _("The product is off sale at once; the group cannot publish it as it is."),
            _("The product is blocked."),
            catalogue.block_product,
            "product_id",
            (
                ProductState.DRAFT,
                ProductState.REVIEW,
                ProductState.PUBLISHED,
                ProductState.WITHDRAWN,
            ),
            asks="reason",
            icon="warning",
            against=True,
        ),
    ),
    CERTIFICATES: (
        Step(
            "check",
            _("Start checking"),
            _("You take it to hand and look it up. Somebody else will verify it after you."),
            _("You are checking this certificate."),
            producers.start_checking,
            "certificate_id",
            (CertificateState.SUBMITTED, CertificateState.SUSPENDED),
            icon="search",
            strong=True,
        ),
        Step(
            "verify",
            _("Verify"),
            _(
                "You are the second person who has seen it: number, holder, last day and the"
                " products it covers are right. The badge is shown from now on."
            ),
            _("The certificate is verified."),
            producers.verify_certificate,
            "certificate_id",
            (CertificateState.CHECKING,),
            strong=True,
            second_person=True,
        ),
        Step(
            "reject",
            _("Reject"),
            _("The group reads why and can hand it in again."),
            _("The certificate is rejected."),
            producers.reject_certificate,
            "certificate_id",
            (CertificateState.SUBMITTED, CertificateState.CHECKING),
            asks="reason",
            icon="cross",
            against=True,
        ),
        Step(
            "suspend",
            _("Put on hold"),
            _("There is doubt about it: the badge goes until it has been checked again."),
            _("The certificate is on hold."),
            producers.suspend_certificate,
            "certificate_id",
            (CertificateState.VERIFIED, CertificateState.EXPIRING),
            asks="reason",
            icon="warning",
            against=True,
        ),
        Step(
            "revoke",
            _("Revoke"),
            _("Its issuer has withdrawn it, or it was false. The badge goes for good."),
            _("The certificate is revoked."),
            producers.revoke_certificate,
            "certificate_id",
            (CertificateState.VERIFIED, CertificateState.EXPIRING, CertificateState.SUSPENDED),
            asks="reason",
            icon="cross",
            against=True,
        ),
    ),
    TALKS: (
        Step(
            "settle",
            _("Close the problem"),
            _(
                "Both sides read how you have helped. From then on the office does not see"
                " this talk any more."
            ),
            _("The problem is closed. The talk is between the two again."),
            care.settle_problem,
            "conversation_id",
            (TalkState.REPORTED,),
            asks="reason",
            strong=True,
        ),
    ),
    REVIEWS: (
        Step(
            "publish",
            _("Publish"),
            _("Everybody can read it on the product's page, and the group may answer once."),
            _("The review is published."),
            care.publish_review,
            "review_id",
            (ReviewState.SUBMITTED,),
            strong=True,
        ),
        Step(
            "return",
            _("Send back to the buyer"),
            _("It is not shown. The buyer reads why and can hand it in again."),
            _("The review is back with its buyer."),
            care.reject_review,
            "review_id",
            (ReviewState.SUBMITTED, ReviewState.PUBLISHED),
            asks="reason",
            icon="rotate",
            against=True,
        ),
    ),
    PROBLEMS: (
        Step(
            "settle",
            _("Settle the problem"),
            _(
                "Buyer and group read your words and how much goes back. The money goes to what the"
                " buyer paid with, and the parcel counts as received. This can be done once."
            ),
            _("The problem is settled. Buyer and group are told."),
            fulfilments.settle_problem,
            "fulfilment_id",
            (ProblemState.OPEN,),
            asks="amount",
            strong=True,
            field="problem_state",
        ),
    ),
    REFUNDS: (
        Step(
            "paid",
            _("Paid by hand"),
            _("The office has sent the money itself, because the provider could not."),
            _("The refund is paid."),
            payments.note_refund_paid_by_hand,
            "refund_id",
            (RefundState.FAILED,),
            asks="reference",
            strong=True,
        ),
    ),
    MONEY: (
        Step(
            "close",
            _("Close the case"),
            _("What was found is written down with your name. If it goes on, it opens again."),
            _("The case is closed."),
            payments.close_case,
            "case_id",
            (CaseState.OPEN,),
            asks="reason",
            strong=True,
        ),
    ),
}
