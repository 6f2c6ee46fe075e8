"""The waiting list as a buyer sees it: joining, one's entries, an offer."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from catalogue.shopfront.forms import JoinForm
from shop.core.clock import this_moment
from shop.core.limits import TooOften, count_knock
from shop.oscar.basket import services as baskets
from shop.oscar.partner.models import StockRecord
from shop.production import services
from shop.production.models import WaitingEntry
from shop.production.promising import most_promised, promise, read_calendars, terms_of

HOUR = 60 * 60
#: Entries one visitor may make within an hour; more is no shopping.
MOST_PER_HOUR = 20
PER_PAGE = 30


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, stockrecord_id: int) -> HttpResponse:
    """Wait for so many pieces: said with the most that can be promised now.

    `?quantity=` fills in how many.
    """
    record = _on_sale(stockrecord_id)
    user: Any = request.user
    guest = not user.is_authenticated
    typed = request.POST if request.method == "POST" else None
    wanted = request.GET.get("quantity", "")
    start = {"quantity": wanted} if wanted.isascii() and wanted.isdigit() else {}
    form = JoinForm(typed, guest=guest, initial=start)
    if form.is_bound and form.is_valid():
        entry = _join(request, record, form, None if guest else user)
        if entry is not None:
            messages.success(request, _("You are on the list. We write as soon as days are free."))
            return redirect(services.entry_path(entry, language=get_language() or "th"))
    context = {
        "form": form,
        "guest": guest,
        "offer_hours": settings.WAITING_OFFER_HOURS,
        **_as_it_stands(record, form),
    }
    status = 422 if form.is_bound else 200
    return render(request, "shopfront/waiting_join.html", context, status=status)


def _join(
    request: HttpRequest, record: StockRecord, form: JoinForm, user: Any
) -> WaitingEntry | None:
    quantity = form.cleaned_data["quantity"]
    who = {"user": user} if user else {"email": form.cleaned_data["email"]}
    key = f"waiting:{user.pk}" if user else f"waiting:{request.META.get('REMOTE_ADDR', '')}"
    try:
        count_knock(key, limit=MOST_PER_HOUR, per_seconds=HOUR)
        return services.join_waiting_list(
            stockrecord_id=record.pk,
            quantity=quantity,
            now=timezone.now(),
            language=get_language() or "th",
            **who,
        )
    except TooOften as error:
        minutes = -(-error.retry_after // 60)
        form.add_error(
            None,
            _("That was a lot at once. Please try again in %(minutes)d minutes.")
            % {"minutes": minutes},
        )
    except services.CanBePromised:
        form.add_error("quantity", _("So many can be promised now. You need not wait."))
    except services.CannotWait as refusal:
        if refusal.least is None:
            raise Http404("nothing to wait for") from refusal
        form.add_error(
            "quantity",
            _("The group makes from %(least)d to %(most)d of these at a time.")
            % {"least": refusal.least, "most": refusal.most},
        )
    return None


def _as_it_stands(record: StockRecord, form: JoinForm) -> dict[str, Any]:
    """What can be promised at this moment, beside the form."""
    moment = this_moment()
    terms = terms_of(record)
    calendars = read_calendars([terms.workshop] if terms else [], moment["today"])
    most = most_promised(record, moment["today"], calendars, hour=moment["hour"])
    found = None
    if most:
        found = promise(record, most, moment["today"], calendars, hour=moment["hour"])
    product = record.product.parent if record.product.is_child else record.product
    return {
        "record": record,
        "product": product,
        "enterprise": record.partner.enterprise,
        "most": most,
        "most_by": found.promised_on if found else None,
        "horizon": terms.workshop.horizon_days if terms else 0,
    }


@login_required
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What a person waits for, and what became of it."""
    entries = WaitingEntry.objects.filter(user=request.user).with_goods().order_by("-joined_at")
    page = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    rows = [(entry, services.entry_path(entry, language=get_language() or "th")) for entry in page]
    return render(request, "shopfront/waiting_mine.html", {"page": page, "rows": rows})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest, reference: UUID, token: str) -> HttpResponse:
    """One entry, for whoever holds its signed link: take the offer, or leave the list."""
    found = WaitingEntry.objects.with_goods().filter(reference=reference).first()
    if found is None or not constant_time_compare(services.entry_token(found), token):
        raise Http404("no such entry")
    now = timezone.now()
    if request.method == "POST":
        answer = request.POST.get("answer", "")
        if answer == "take" and _take(request, found):
            return redirect("basket:summary")
        if answer == "leave":
            user: Any = request.user if request.user.is_authenticated else None
            services.leave_waiting_list(entry=found, now=now, by=user)
            messages.success(request, _("You are off the list."))
        return redirect(request.path)
    context = {
        "entry": found,
        "product": found.product.parent if found.product.is_child else found.product,
        "enterprise": found.stockrecord.partner.enterprise,
        "promise": services.promise_to(found, now=now) if found.is_offered else None,
        "in_basket": bool(found.basket_id and found.basket_id == request.basket.pk),
        "is_over": bool(found.offered_until and found.offered_until <= now),
    }
    return render(request, "shopfront/waiting_entry.html", context)


def _take(request: HttpRequest, found: WaitingEntry) -> bool:
    try:
        baskets.take_offered(basket=request.basket, entry=found, now=timezone.now())
    except services.NotOffered:
        messages.info(request, _("The days are not kept any more. See below how it stands."))
    except (baskets.CannotBeAdded, baskets.TooMany, baskets.TooFew):
        messages.error(
            request,
            _("This cannot be ordered now. It may be sold out, or its group is taking a break."),
        )
    else:
        messages.success(request, _("It lies in your basket. The days are kept while you pay."))
        return True
    return False


def _on_sale(stockrecord_id: int) -> StockRecord:
    records = StockRecord.objects.select_related(
        "product__parent", "partner__enterprise", "making__workshop"
    )
    record = records.filter(pk=min(stockrecord_id, 2**62)).first()
    if record is None or terms_of(record) is None or not services.is_on_sale(record):
        raise Http404("nothing to wait for")
    return record
