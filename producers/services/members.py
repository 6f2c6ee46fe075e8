"""How a member of a group is told of its work."""

from django.db import transaction
from django.db.models import Q

from producers.models import Membership


class NobodyWouldBeTold(Exception):
    """New orders must reach at least one member of the group; nothing was changed."""


@transaction.atomic
def set_notices(
    *, membership_id: int, tell_by_email: bool, tell_by_sms: bool, language: str
) -> Membership:
    """By which ways, and in which language ("th" or "en"), a member hears of orders.

    Raises NobodyWouldBeTold when these were the last ways to reach anybody of the group.
    """
    membership = Membership.objects.select_for_update(of=("self",)).get(pk=membership_id)
    user = membership.user
    reached = (tell_by_email and user.email) or (tell_by_sms and user.phone)
    if not reached and not _others_are_told(membership):
        raise NobodyWouldBeTold
    membership.tell_by_email, membership.tell_by_sms = tell_by_email, tell_by_sms
    membership.save(update_fields=["tell_by_email", "tell_by_sms"])
    if user.language != language:
        user.language = language
        user.save(update_fields=["language"])
    return membership


def _others_are_told(membership: Membership) -> bool:
    by_email = Q(tell_by_email=True, user__email__isnull=False)
    by_sms = Q(tell_by_sms=True, user__phone__isnull=False)
    others = Membership.objects.filter(
        by_email | by_sms,
        enterprise=membership.enterprise_id,
        left_at=None,
        user__is_active=True,
    )
    return others.exclude(pk=membership.pk).exists()
