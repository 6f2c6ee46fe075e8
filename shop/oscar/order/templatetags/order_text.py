"""Words for what happened to an order, as its page and the account's list write them."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from producers.models import Scheme
from shop.fulfilment.states import FulfilmentState, OrderStatus

register = template.Library()

#: What a step of the way is called, done or to come.
STEPS = {
    FulfilmentState.PLACED: _("Ordered and paid"),
    FulfilmentState.ACCEPTED: _("Accepted by the group"),
    FulfilmentState.STARTED: _("Being made"),
    FulfilmentState.PACKED: _("Packed"),
    FulfilmentState.DISPATCHED: _("Handed to the carrier"),
    FulfilmentState.RECEIVED: _("Received"),
    FulfilmentState.DECLINED: _("Declined; the money goes back"),
    FulfilmentState.CANCELLED: _("Cancelled; the money goes back"),
}


@register.filter
def step_name(state: str) -> str:
    return str(STEPS[FulfilmentState(state)])


@register.filter
def status_name(status: str) -> str:
    """The derived status of a whole order."""
    return str(OrderStatus(status).label) if status in OrderStatus.values else ""


@register.filter
def proof_name(proof: Mapping[str, Any]) -> str:
    """One certificate as it was at the sale: `มผช. 17/2563`, `5 stars 2567`."""
    scheme = proof.get("scheme", "")
    label = str(Scheme(scheme).label) if scheme in Scheme.values else scheme
    if proof.get("stars"):
        return f"{label} {proof['stars']}/5 ({proof.get('year')})"
    return " ".join(filter(None, [label, proof.get("number", "")]))
