"""Words a group keeps to use again."""

from django.db import IntegrityError, transaction

from producers.models import Enterprise
from shop.care.models import SavedReply

MOST_REPLIES = 30


class TooManyReplies(Exception):
    """Nobody finds anything among more than `MOST_REPLIES`."""


class TitleTaken(Exception):
    """Another saved reply of the group is called the same."""


@transaction.atomic
def save_reply(
    *, enterprise_id: int, title: str, text: str, reply_id: int | None = None
) -> SavedReply:
    """Keep words under a title, or change those of `reply_id`.

    Raises TooManyReplies, TitleTaken, SavedReply.DoesNotExist for another group's.
    """
    list(Enterprise.objects.select_for_update().filter(pk=enterprise_id).values_list("pk"))
    theirs = SavedReply.objects.filter(enterprise=enterprise_id)
    if reply_id is None:
        if theirs.count() >= MOST_REPLIES:
            raise TooManyReplies
        reply = SavedReply(enterprise_id=enterprise_id)
    else:
        reply = theirs.get(pk=reply_id)
    reply.title, reply.text = title, text
    try:
        with transaction.atomic():
            reply.save()
    except IntegrityError:
        raise TitleTaken from None
    return reply


def remove_reply(*, enterprise_id: int, reply_id: int) -> None:
    SavedReply.objects.filter(enterprise=enterprise_id, pk=reply_id).delete()
