"""Words of shared orders as villages say them."""

from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

from shop.production.states import ClusterPartState

register = template.Library()


@register.filter
def part_state(state: str) -> str:
    """How far one village's part is."""
    return {
        ClusterPartState.OFFERED: _("asked, no answer yet"),
        ClusterPartState.ACCEPTED: _("accepted"),
        ClusterPartState.IN_WORK: _("being made"),
        ClusterPartState.HANDED_OVER: _("with the lead, being checked"),
        ClusterPartState.REWORK: _("being worked over"),
        ClusterPartState.CHECKED_OK: _("checked, good"),
        ClusterPartState.DECLINED: _("declined"),
        ClusterPartState.LAPSED: _("not answered in time"),
        ClusterPartState.WITHDRAWN: _("withdrawn"),
    }[ClusterPartState(state)]


@register.filter
def percent(value: Decimal) -> str:
    """`5` from 5.00, `7.5` from 7.50."""
    return f"{value.normalize():f}"


@register.filter
def part_state_for_buyer(state: str) -> str:
    """The same as a buyer reads it: what is checked inside is being made for them."""
    return {
        ClusterPartState.OFFERED: _("asked, no answer yet"),
        ClusterPartState.ACCEPTED: _("accepted"),
        ClusterPartState.CHECKED_OK: _("made and checked"),
        ClusterPartState.HANDED_OVER: _("made, being checked"),
    }.get(ClusterPartState(state), _("being made"))
