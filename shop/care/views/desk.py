"""The thread of a talk and the desk under it, for both sides: reading, pointing out, sending."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest
from django.utils.translation import gettext as _

from cms.pictures import drawn_anew
from cms.taking import take_photos
from shop.care import services
from shop.care.contact_words import kinds_in
from shop.care.forms import MessageForm
from shop.care.models import Conversation, TalkMessage, TalkPhoto, drafts_of
from shop.core.limits import TooOften, count_knock
from shop.core.models import StateChange

from .pointing import Pointed, found_in, pointed_out

HOUR = 60 * 60
#: Messages of one person within an hour; more is no talk.
MOST_PER_HOUR = 60
#: Messages shown at once; older ones on the pages before.
PER_PAGE = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a thread: a message, or a step (a problem reported or settled)."""

    at: datetime
    message: TalkMessage | None = None
    mine: bool = False
    photos: tuple[tuple[TalkPhoto, str], ...] = ()
    step: StateChange | None = None


@dataclass
class Desk:
    """The form as it is shown: what waits with it, and what was pointed out."""

    form: MessageForm
    photos: list[TalkPhoto] = field(default_factory=list)
    pointed: Pointed | None = None

    @property
    def room(self) -> int:
        """Photos that still fit."""
        return services.MOST_PHOTOS - len(self.photos)


def thread(
    talk: Conversation | None, side: str, photo_url: Callable[[TalkPhoto], str], page: int = 1
) -> tuple[list[Entry], bool]:
    """A page of the thread (1 is the latest), oldest first, and whether there are older ones.

    Three statements whatever its length.
    """
    if talk is None:
        return [], False
    start = (page - 1) * PER_PAGE
    newest = (
        talk.messages.select_related("author")
        .prefetch_related(Prefetch("photos", TalkPhoto.objects.order_by("pk")))
        .order_by("-sent_at", "-pk")[start : start + PER_PAGE + 1]
    )
    found = list(newest)
    more, found = len(found) > PER_PAGE, found[:PER_PAGE]
    entries = [
        Entry(
            each.sent_at,
            each,
            each.side == side,
            tuple((photo, photo_url(photo)) for photo in each.photos.all()),
        )
        for each in found
    ]
    if page == 1 and found:
        steps = StateChange.objects.filter(
            about_label=talk._meta.label_lower, about_id=talk.pk, at__gte=found[-1].sent_at
        )
        entries += [Entry(step.at, step=step) for step in steps]
    return sorted(entries, key=lambda entry: entry.at), more


def page_of(request: HttpRequest) -> int:
    number = request.GET.get("older", "")
    return min(int(number), 1000) if number.isascii() and number.isdigit() and int(number) else 1


def too_often(error: TooOften) -> str:
    minutes = -(-error.retry_after // 60)
    return _("That was a lot at once. Please send it again in %(minutes)d minutes.") % {
        "minutes": minutes
    }


def take_message(
    request: HttpRequest, *, key: str, send: Callable[..., TalkMessage]
) -> tuple[TalkMessage | None, Desk]:
    """Read what was sent; the message once it is written, and the desk to show otherwise.

    Photos are kept first, so that they are there when the form comes back. Contact data is
    pointed out, and sent at the second tap. `key` counts for the rate limit; what `send` raises
    beyond an empty message goes through.
    """
    form = MessageForm(request.POST)
    draft = form.draft

    def keep(file: Any) -> TalkPhoto | None:
        data, width, height = drawn_anew(file)
        return services.keep_photo(draft=draft, data=data, width=width, height=height)

    wrong = take_photos(request.FILES.getlist("photos"), keep, most=services.MOST_PHOTOS)
    if (dropped := request.POST.get("drop", "")).isdigit():
        services.drop_photo(draft=draft, photo_id=min(int(dropped), 2**62))
    desk = Desk(form, list(drafts_of(draft)))
    valid = form.is_valid()
    for words in wrong:
        form.add_error(None, words)
    if not valid or wrong or "send" not in request.POST:
        return None, desk
    text = form.cleaned_data["text"]
    desk.pointed = pointed_out(request, text)
    if desk.pointed is not None:
        return None, desk
    try:
        count_knock(key, limit=MOST_PER_HOUR, per_seconds=HOUR)
        message = send(text=text, token=draft, warned_of=kinds_in(found_in(request, text)))
    except TooOften as error:
        form.add_error(None, too_often(error))
        return None, desk
    except services.NothingWritten:
        form.add_error("text", _("Write something, or add a photo."))
        return None, desk
    return message, desk


def new_desk(text: str = "") -> Desk:
    form = MessageForm(initial={"text": text})
    form.initial["token"] = form.draft
    return Desk(form)


def status_of(desk: Desk) -> int:
    """422 where something must be looked at again."""
    return 422 if desk.form.is_bound and (desk.form.errors or desk.pointed) else 200
