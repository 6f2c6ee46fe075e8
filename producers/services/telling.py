"""Telling a group something: one message for each of its members, in the member's language."""

from typing import Any

from django.db import models
from django.utils import translation

from producers.models import Enterprise, Membership
from shop.core.contacts import BadPhone, thai_mobile
from shop.outbox.models import Message
from shop.outbox.services import Contact, compose, post


def tell_group(
    enterprise: Enterprise,
    kind: str,
    *,
    about: models.Model | None = None,
    context: dict[str, Any] | None = None,
    once: str = "",
) -> None:
    """Write the messages in this transaction; with `once` each member is told once ever."""
    post(group_messages(enterprise, kind, about=about, context=context, once=once))


def group_messages(
    enterprise: Enterprise,
    kind: str,
    *,
    about: models.Model | None = None,
    context: dict[str, Any] | None = None,
    once: str = "",
) -> list[Message]:
    """One unsaved message per member and channel; a group without members has its own contact.

    What `context` holds is written out in each receiver's language, so it may hold things that
    know their name in both.
    """
    messages = []
    for membership, contact in _contacts(enterprise):
        who = f"member {membership}" if membership else "group"
        with translation.override(contact.language):
            facts = {name: str(value) for name, value in (context or {}).items()}
            facts["group"] = enterprise.name
            facts["membership"] = str(membership or "")
            facts["workspace_path"] = f"/{contact.language}/workspace/"
        messages += compose(
            kind,
            to=contact,
            about=about or enterprise,
            context=facts,
            once=f"{once}|{who}" if once else "",
        )
    return messages


def _contacts(enterprise: Enterprise) -> list[tuple[int | None, Contact]]:
    """Membership id (None for the group's own contact) and where to tell it."""
    members = Membership.objects.filter(
        enterprise=enterprise, left_at=None, user__is_active=True
    ).select_related("user")
    found: list[tuple[int | None, Contact]] = [
        (member.pk, member_contact(member)) for member in members
    ]
    return found or [(None, _own_contact(enterprise))]


def member_contact(membership: Membership) -> Contact:
    """Where a member wants to be told, and in which language."""
    user = membership.user
    return Contact(
        (user.email or "") if membership.tell_by_email else "",
        (user.phone or "") if membership.tell_by_sms else "",
        user.language,
    )


def _own_contact(enterprise: Enterprise) -> Contact:
    try:
        phone = thai_mobile(enterprise.phone)
    except BadPhone:
        phone = ""  # a landline, or none
    return Contact(enterprise.email, phone)
