"""What buyer and group hear of each step of a custom request."""

from typing import Any

from django.urls import reverse
from django.utils import translation

from producers.models import Membership
from producers.services.telling import member_contact
from shop.outbox.services import Contact, compose, post

from ...models import CustomRequest, Quote

#: Letters of what was written that stand in a mail.
EXCERPT = 280


def tell_buyer(request: CustomRequest, kind: str, **facts: Any) -> None:
    user = request.buyer
    if user is None or not user.is_active:
        return
    to = Contact(user.email or "", user.phone or "", request.language)
    with translation.override(request.language):
        path = reverse("shopfront:request", args=[request.pk])
    post(compose(kind, to=to, about=request, context={**_facts(request), "path": path, **facts}))


def tell_group(request: CustomRequest, kind: str, **facts: Any) -> None:
    """Each member hears it; a link of their own opens the screen (`workspace_link`)."""
    members = Membership.objects.filter(
        enterprise=request.enterprise_id, left_at=None, user__is_active=True
    ).select_related("user")
    for membership in members:
        context = {**_facts(request), **facts, "request": request.pk, "membership": membership.pk}
        post(compose(kind, to=member_contact(membership), about=request, context=context))


def quote_facts(quote: Quote) -> dict[str, Any]:
    return {
        "total": str(quote.total),
        "promised_on": quote.promised_on.isoformat() if quote.promised_on else "",
        "valid_until": quote.valid_until.isoformat() if quote.valid_until else "",
    }


def _facts(request: CustomRequest) -> dict[str, Any]:
    enterprise = request.enterprise
    return {
        "group_th": enterprise.name_th,
        "group_en": enterprise.name_en or enterprise.name_th,
        "quantity": request.quantity,
        "excerpt": request.words[:EXCERPT],
        "due_at": request.due_at.isoformat(),
    }
