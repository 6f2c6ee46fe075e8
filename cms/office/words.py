"""Broken rules in an officer's words, and the words of a history line."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalogue.claims import ForbiddenGoods
from catalogue.services import NotReadyToPublish, NotTheirProduct
from catalogue.states import ProductState
from producers.services import (
    AlreadyExpired,
    AlreadyMember,
    FeeAboveCap,
    LeadStays,
    NotAMember,
    NotSelling,
    OutsideRadius,
    ReasonNeeded,
    SecondPersonNeeded,
)
from producers.states import CertificateState, ClusterState, EnterpriseState
from shop.care.states import ReviewState, TalkState
from shop.core.states import MoveNotAllowed
from shop.core.templatetags.shop_text import baht
from shop.fulfilment.services import TooMuch
from shop.fulfilment.states import FulfilmentState, ProblemState
from shop.payments.services import BankWaits, BuyerHasIt, WordsNeeded
from shop.payments.states import CaseState, RefundState
from shop.production.services.clusters import NotTheirWorkshop, OrdersUnderWay

STATES: dict[str, Any] = {
    "producers.enterprise": EnterpriseState,
    "producers.certificate": CertificateState,
    "producers.cluster": ClusterState,
    "catalogue.product": ProductState,
    "payments.refund": RefundState,
    "payments.paymentcase": CaseState,
    "care.conversation": TalkState,
    "care.review": ReviewState,
    "fulfilment.fulfilment": FulfilmentState,
}


def explain(refusal: Exception) -> str | None:
    """What happened, what is safe, what to do; None for what is no rule of ours."""
    match refusal:
        case MoveNotAllowed():
            return _("Somebody was quicker: the state has changed. Nothing was done.")
        case ReasonNeeded():
            return _("Please give a reason: whom it concerns is told why. Nothing was done.")
        case SecondPersonNeeded():
            return _("You have checked it yourself; somebody else verifies it. Nothing was done.")
        case OutsideRadius(enterprise=group, distance_km=km, radius_km=radius):
            return _(
                "%(group)s lives %(km)s km from the lead, more than %(radius)s km. Nothing was"
                " changed."
            ) % {"group": group, "km": km, "radius": radius}
        case NotSelling(enterprise=group):
            return _("%(group)s may not sell here now. Nothing was changed.") % {"group": group}
        case AlreadyMember():
            return _("The group belongs to this cluster already.")
        case LeadStays():
            return _("The lead cannot leave its cluster. Let another group lead first.")
        case NotAMember():
            return _("Only a group of this cluster can lead it.")
        case FeeAboveCap(percent=percent, cap=cap):
            return _("The fee of %(percent)s %% is above the highest fee of %(cap)s %%.") % {
                "percent": percent,
                "cap": cap,
            }
        case OrdersUnderWay(count=count):
            return ngettext(
                "The lead still gathers %(n)s order. Nothing was changed.",
                "The lead still gathers %(n)s orders. Nothing was changed.",
                count,
            ) % {"n": count}
        case NotTheirWorkshop():
            return _("Choose a workshop of this group.")
        case WordsNeeded():
            return _("Please write what was found: the next officer reads it. Nothing was done.")
        case TooMuch(most=most):
            return _("At most %(most)s can go back for this parcel.") % {"most": baht(most)}
        case BankWaits():
            return _("The bank still waits for our answer. Send it first. Nothing was done.")
        case BuyerHasIt():
            return _(
                "The buyer's bank has taken this money back by a dispute. Paid by hand the buyer"
                " would have it twice. Nothing was done; see Money in doubt."
            )
        case AlreadyExpired():
            return _("Its last day has passed. Ask the group for the new paper.")
        case NotTheirProduct():
            return _("A certificate covers goods of its own group only. Nothing was changed.")
        case NotReadyToPublish(missing=missing):
            return _("It cannot be published yet; missing: %(what)s.") % {
                "what": ", ".join(missing)
            }
        case ForbiddenGoods(word=word):
            return _("“%(word)s” may not be sold online. Nothing was done.") % {"word": word}
    return None


def state_word(label: str, state: str) -> str:
    """The label of a state in a history line; the raw word where it is no state."""
    choices = STATES.get(label)
    if choices is None or state not in choices.values:
        return state
    return str(choices(state).label)


def problem_word(state: str) -> str:
    """A history line of a parcel's problem: told by its buyer, or settled."""
    if state == ProblemState.OPEN:
        return _("The buyer has told of a problem")
    return _("The problem is settled")
