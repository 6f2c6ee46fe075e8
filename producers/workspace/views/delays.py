"""A later day for one job: told to the buyer before the promised day is over."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cms.opening import BadPicture
from cms.pictures import store_upload
from cms.taking import photo_words
from producers.workspace.forms.delays import DelayForm
from producers.workspace.jobs import jobs_of
from shop.core.states import MoveNotAllowed
from shop.core.templatetags.shop_text import day
from shop.fulfilment import services
from shop.fulfilment.states import IN_WORK

from .access import member, own_part, screen, sent, status_of


@member
@require_http_methods(["GET", "HEAD", "POST"])
def delay(request: HttpRequest, part_id: int) -> HttpResponse:
    """Why, until when, and a photo if there is one; the buyer answers within three days."""
    part = own_part(request, part_id)
    today = timezone.localdate()
    asked = services.open_notice(part)
    if part.state not in IN_WORK or asked is not None:
        words = (
            _("The buyer has not answered the last notice yet.")
            if asked
            else _("A new day can be told after accepting and before sending.")
        )
        messages.info(request, words)
        return redirect("workspace:job", part.pk)
    earliest = services.earliest_new_day(part, today=today)
    form = DelayForm(sent(request), earliest=earliest)
    photo_wrong = ""
    if request.method == "POST" and form.is_valid():
        picture, photo_wrong = _photo(request)
        if not photo_wrong and _told(request, part.pk, form, picture):
            return redirect("workspace:job", part.pk)
    status = 422 if photo_wrong else status_of(form)
    return screen(
        request,
        "delay",
        "jobs",
        status=status,
        job=jobs_of([part], now=timezone.now())[0],
        form=form,
        earliest=earliest,
        photo_wrong=photo_wrong,
    )


def _told(request: HttpRequest, part_id: int, form: DelayForm, picture: Any) -> bool:
    """Whether the buyer has been told; otherwise the form or a message says why not."""
    data = form.cleaned_data
    try:
        notice = services.give_notice(
            fulfilment_id=part_id,
            reason=data["reason"],
            new_day=data["new_day"],
            words=data["words"],
            picture_id=picture.pk if picture else None,
            today=timezone.localdate(),
            by=request.user,
        )
    except services.TooEarly as error:
        form.add_error(
            "new_day",
            _("The earliest day that your plan can keep is %(day)s.")
            % {"day": day(error.earliest)},
        )
        return False
    except services.TooFar as error:
        form.add_error("new_day", _("At the latest %(day)s.") % {"day": day(error.latest)})
        return False
    except services.StillAsked:
        messages.info(request, _("This was noted already. Nothing was done twice."))
    except MoveNotAllowed:
        messages.warning(request, _("A new day can be told after accepting and before sending."))
    else:
        messages.success(
            request,
            _("The buyer has been told: %(day)s. We let you know the answer.")
            % {"day": day(notice.new_promised_on)},
        )
    return True


def _photo(request: HttpRequest) -> tuple[Any, str]:
    """The picture, if one came that can be read, or what is wrong with it."""
    file = request.FILES.get("photo")
    if file is None:
        return None, ""
    try:
        return store_upload(file, title=_("Photo from the group"), by=request.user), ""
    except BadPicture as error:
        return None, photo_words(error)
