"""Writing a review, by an order's signed link: it opens the order for owner and guest alike."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cms.pictures import store_upload
from cms.taking import take_photos
from shop.care import services
from shop.care.forms import ReviewForm
from shop.care.models import Review, ReviewPhoto, review_drafts_of
from shop.care.states import ReviewState
from shop.core.limits import TooOften, count_knock
from shop.core.states import MoveNotAllowed
from shop.fulfilment.models import FulfilmentLine
from shop.fulfilment.states import FulfilmentState
from shop.oscar.order.services import opens_order

from .desk import HOUR, too_often
from .pointing import pointed_out

MOST_PER_HOUR = 30


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, number: str, token: str, line_id: int) -> HttpResponse:
    """The review of one bought product: written, corrected, or only read."""
    row = _opened_line(number, token, line_id)
    part = row.fulfilment
    product_id = services.reviewed_product_id(row.line)
    known = (
        Review.objects.with_photos()
        .select_related("product")
        .filter(fulfilment=part, product=product_id)
        .first()
    )
    open_to_write = part.state == FulfilmentState.RECEIVED and product_id is not None
    if known is not None and known.state == ReviewState.PUBLISHED:
        open_to_write = False
    order_url = reverse("order:signed", args=[number, token])
    context: dict[str, Any] = {
        "part": part,
        "line": row.line,
        "review": known,
        "back": order_url,
        "open_to_write": open_to_write,
    }
    if not open_to_write:
        return render(request, "care/review.html", context)
    form = ReviewForm(
        request.POST if request.method == "POST" else None, initial=_start(known, part)
    )
    form.initial["token"] = form.draft
    if request.method == "POST" and _take(request, form, row, known, context):
        messages.success(request, _("Thank you. The office reads it, then everybody can."))
        return redirect(order_url)
    context.update(
        form=form,
        photos=[*(known.photos.all() if known else ()), *review_drafts_of(form.draft)],
        most=services.MOST_PHOTOS,
    )
    bad = form.is_bound and (form.errors or context.get("pointed"))
    return render(request, "care/review.html", context, status=422 if bad else 200)


def _take(
    request: HttpRequest,
    form: ReviewForm,
    row: FulfilmentLine,
    known: Review | None,
    context: dict[str, Any],
) -> bool:
    """Keep the photos, point out what is pointed out, write; whether it is written."""
    by, draft = row.fulfilment.order.user, form.draft

    def keep(file: Any) -> ReviewPhoto | None:
        if known and known.photos.count() + review_drafts_of(draft).count() >= services.MOST_PHOTOS:
            return None
        picture = store_upload(file, title=row.line.name, by=by)
        return services.keep_review_photo(draft=draft, picture_id=picture.pk)

    wrong = take_photos(request.FILES.getlist("photos"), keep, most=services.MOST_PHOTOS)
    if (dropped := request.POST.get("drop", "")).isdigit():
        review_id = known.pk if known else None
        services.drop_review_photo(
            draft=draft, photo_id=min(int(dropped), 2**62), review_id=review_id
        )
    valid = form.is_valid()
    for words in wrong:
        form.add_error(None, words)
    if not valid or wrong or "send" not in request.POST:
        return False
    context["pointed"] = pointed_out(request, form.cleaned_data["text"])
    if context["pointed"]:
        return False
    facts = {name: form.cleaned_data[name] for name in ("stars", "text", "shown_name")}
    try:
        count_knock(f"review:{row.fulfilment_id}", limit=MOST_PER_HOUR, per_seconds=HOUR)
        if known is None:
            services.submit_review(line_id=row.line_id, by=by, draft=draft, **facts)
        else:
            services.correct_review(review_id=known.pk, by=by, draft=draft, **facts)
    except TooOften as error:
        form.add_error(None, too_often(error))
        return False
    except services.OwnGroup:
        form.add_error(None, _("These are your own group's goods; others review them."))
        return False
    except services.ReviewedAlready:
        return True  # a second tap
    except (services.NotReceived, services.NotReviewable, MoveNotAllowed):
        form.add_error(None, _("This cannot be reviewed any more."))
        return False
    return True


def _start(known: Review | None, part: Any) -> dict[str, Any]:
    if known is not None:
        return {"stars": known.stars, "text": known.text, "shown_name": known.shown_name}
    return {"shown_name": part.order.contact_name.partition(" ")[0]}


def _opened_line(number: str, token: str, line_id: int) -> FulfilmentLine:
    row = (
        FulfilmentLine.objects.select_related(
            "line", "fulfilment__order__user", "fulfilment__enterprise"
        )
        .filter(line=min(line_id, 2**62), fulfilment__order__number=number)
        .first()
    )
    if row is None or not opens_order(row.fulfilment.order, token):
        raise Http404("no such line of this order")
    return row
