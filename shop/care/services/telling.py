"""Telling the other side: once for a burst of messages, with the link that opens the screen."""

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from producers.models import Membership
from producers.services.telling import member_contact
from shop.care.models import Conversation, Review, TalkMessage
from shop.care.states import Side
from shop.oscar.order.services import order_token
from shop.outbox.services import Contact, compose, post

#: Whoever has been told and has not read is told again after this time, not before.
TOLD_AGAIN = timedelta(hours=24)
#: Letters of a message that stand in a mail.
EXCERPT = 280


def tell_of_message(talk: Conversation, message: TalkMessage, *, now: datetime) -> None:
    """The other side gets one mail or SMS, and no further one until it has read."""
    to_group = message.side == Side.BUYER
    told = "group_told_at" if to_group else "buyer_told_at"
    before = getattr(talk, told)
    if before is not None and now - before < TOLD_AGAIN:
        return
    facts = {"excerpt": message.text[:EXCERPT], "photos": message.photos.count()}
    if to_group:
        _tell_group(talk, "talk_for_group", **facts)
    else:
        _tell_buyer(talk, "talk_for_buyer", **facts)
    setattr(talk, told, now)
    talk.save(update_fields=[told])


def tell_of_settling(talk: Conversation, reason: str) -> None:
    _tell_buyer(talk, "talk_settled", reason=reason)
    _tell_group(talk, "talk_settled_for_group", reason=reason)


def talk_path(talk: Conversation, language: str) -> str:
    """The buyer's address of a talk: by the order's signed link, or in the account."""
    with translation.override(language):
        if talk.fulfilment is not None:
            order = talk.fulfilment.order
            return reverse(
                "care:part_talk", args=[order.number, order_token(order), talk.fulfilment.pk]
            )
        return reverse("care:talk", args=[talk.pk])


def tell_of_review(review: Review, kind: str, **facts: Any) -> None:
    """Its writer hears what became of a review."""
    to = review.fulfilment.buyer_contact
    order = review.fulfilment.order
    with translation.override(to.language):
        path = reverse("care:review", args=[order.number, order_token(order), review.line_id])
    post(
        compose(kind, to=to, about=review, context={**_review_facts(review), "path": path, **facts})
    )


def tell_group_of_review(review: Review) -> None:
    facts = {**_review_facts(review), "stars": review.stars, "excerpt": review.text[:EXCERPT]}
    facts["review"] = review.pk
    _tell_members(review.fulfilment.enterprise, "review_published", review, facts)


def _tell_buyer(talk: Conversation, kind: str, **facts: Any) -> None:
    to = buyer_contact(talk)
    path = talk_path(talk, to.language)
    post(compose(kind, to=to, about=talk, context={**_talk_facts(talk), "path": path, **facts}))


def _tell_group(talk: Conversation, kind: str, **facts: Any) -> None:
    _tell_members(talk.enterprise, kind, talk, {**_talk_facts(talk), **facts})


def _tell_members(enterprise: Any, kind: str, about: Any, facts: dict[str, Any]) -> None:
    """Each member hears it; a link of their own opens the screen (`workspace_link`)."""
    members = Membership.objects.filter(
        enterprise=enterprise, left_at=None, user__is_active=True
    ).select_related("user")
    for membership in members:
        post(
            compose(
                kind,
                to=member_contact(membership),
                about=about,
                context={**facts, "membership": membership.pk},
            )
        )


def buyer_contact(talk: Conversation) -> Contact:
    """Where the buyer of a talk is told: as on the order, or as in the account."""
    if talk.fulfilment is not None:
        return talk.fulfilment.buyer_contact
    user = talk.buyer
    if user is None or not user.is_active:
        return Contact()
    return Contact(user.email or "", user.phone or "", user.language)


def _talk_facts(talk: Conversation) -> dict[str, Any]:
    enterprise, product = talk.enterprise, talk.product
    about = {"about_th": talk.about, "about_en": talk.about}
    if product is not None:
        about = {"about_th": product.title, "about_en": product.title_en or product.title}
    if talk.request_id is not None:
        about = {f"about_{code}": _special(talk, code) for code in ("th", "en")}
    return {
        "talk": talk.pk,
        "group_th": enterprise.name_th,
        "group_en": enterprise.name_en or enterprise.name_th,
        "is_order": talk.fulfilment_id is not None,
        **about,
    }


def _special(talk: Conversation, language: str) -> str:
    with translation.override(language):
        return _("something special: %s") % talk.about


def _review_facts(review: Review) -> dict[str, Any]:
    enterprise, product = review.fulfilment.enterprise, review.product
    return {
        "group_th": enterprise.name_th,
        "group_en": enterprise.name_en or enterprise.name_th,
        "product_th": product.title,
        "product_en": product.title_en or product.title,
    }
