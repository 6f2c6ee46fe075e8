"""The order's page: every parcel, its state and date; what the buyer can still do."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from catalogue.asking.views import given_photo
from catalogue.models import ProductPicture
from shop.care.models import Conversation, Review
from shop.care.services import reviewed_product_id
from shop.care.states import Side
from shop.core.limits import count_knock
from shop.core.money import ZERO
from shop.fulfilment import services as fulfilments
from shop.fulfilment.cancelling import (
    Back,
    Terms,
    paid_of,
    refund_on_cancelling,
    terms_of_part,
    waived_of,
)
from shop.fulfilment.comparing import photos_wanted
from shop.fulfilment.models import (
    ChangeRequest,
    DelayNotice,
    Fulfilment,
    Instalment,
    JobUpdate,
)
from shop.fulfilment.services import changes
from shop.fulfilment.services.paying_back import refund_causes
from shop.fulfilment.states import (
    AT_WORK,
    FulfilmentState,
)
from shop.fulfilment.timeline import (
    Next,
    Step,
    may_tell_problem,
    steps_of,
    withdrawal_ends_on,
)
from shop.oscar.checkout.showing import snapshot_pictures
from shop.oscar.customer.views import limited
from shop.oscar.order import services
from shop.oscar.order.forms import (
    LookupForm,
)
from shop.oscar.order.models import Line, Order
from shop.oscar.order.showing import ShownWork, next_with_work, works_of
from shop.oscar.order.showing_changes import ShownChange, shown_changes
from shop.payments.models import Refund
from shop.production.models import ClusterOrder, ClusterPart

from .opening import (
    opened_order,
    page_language,
    typed,
    with_everything,
)

HOUR = 60 * 60


@dataclass(frozen=True, slots=True)
class ShownPart:
    """One group's part as the page shows it."""

    part: Fulfilment
    lines: list[tuple[Line, ProductPicture | None]]
    steps: list[Step]
    next: Next
    refunds: list[Refund]
    notices: list[DelayNotice]
    #: Whether the group has written something the buyer has not seen.
    has_news: bool
    #: What has arrived, each product once, with the buyer's review of it where there is one.
    to_review: list[tuple[Line, Review | None]]
    works: list[ShownWork]
    #: Lines that the villages of a cluster make together.
    shared: list[ClusterOrder]
    #: What the buyer has asked to be otherwise, the latest first.
    changes: list[ShownChange]

    @property
    def may_ask(self) -> bool:
        """Something may still be asked to be otherwise."""
        return changes.may_ask(self.part)

    @property
    def address(self) -> list[str]:
        """Where this part alone goes; nothing where it goes with the whole order."""
        own = self.part.own_address
        return [own.first_name, *own.written(page_language())] if own else []

    @property
    def refund(self) -> Refund | None:
        return self.refunds[0] if self.refunds else None

    @property
    def refunded(self) -> Any:
        return sum(refund.amount for refund in self.refunds)

    @property
    def balance(self) -> Instalment | None:
        """The payment that is due when it is finished."""
        return fulfilments.balance_of(self.part)

    @property
    def asked(self) -> DelayNotice | None:
        """The notice of delay that waits for the buyer's word."""
        return next((notice for notice in self.notices if notice.is_open), None)

    @property
    def delay(self) -> DelayNotice | None:
        """The last notice, answered or not."""
        return self.notices[-1] if self.notices else None

    @property
    def paid(self) -> Any:
        """Baht that have been paid for it so far."""
        return paid_of(self.part)

    @property
    def back(self) -> Back | None:
        """What comes back if the buyer cancels now; None when it is too late."""
        return refund_on_cancelling(self.part) if self.asked is None else None

    @property
    def terms(self) -> Terms:
        return terms_of_part(self.part)

    @property
    def has_many(self) -> bool:
        """Several lines are made, so that each photo says of which it is."""
        return len(self.works) > 1

    @property
    def updates(self) -> list[tuple[Line, JobUpdate]]:
        """The makers' photos and sentences, the latest first."""
        shown = [(work.line, update) for work in self.works for update in work.updates]
        return sorted(shown, key=lambda each: each[1].at, reverse=True)

    @property
    def can_answer_proofs(self) -> bool:
        return self.part.state in AT_WORK

    @property
    def is_on_its_way(self) -> bool:
        return self.part.state == FulfilmentState.DISPATCHED

    @property
    def may_tell_problem(self) -> bool:
        """Something may be wrong with it, and nothing has been told yet."""
        return may_tell_problem(self.part, today=timezone.localdate())

    @property
    def withdraw_until(self) -> Any:
        """None too where all of it was made for this buyer alone."""
        if all(line.non_returnable for line, _picture in self.lines):
            return None
        return withdrawal_ends_on(self.part)

    @property
    def keeps_some(self) -> bool:
        """Some of it was made for this buyer alone."""
        return any(line.non_returnable for line, _picture in self.lines)


@never_cache
@require_safe
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """The owner's order; anybody else's is not found."""
    user: Any = request.user
    if not user.is_authenticated:
        raise Http404("sign in, or use the signed link")
    order = with_everything().filter(number=number, user=user).first()
    if order is None:
        raise Http404("no such order of yours")
    return _page(request, order)


@never_cache
@require_safe
def signed(request: HttpRequest, number: str, token: str) -> HttpResponse:
    """The order of whoever holds the signed link."""
    return _page(request, opened_order(number, token))


@never_cache
@limited
@require_http_methods(["GET", "HEAD", "POST"])
def lookup(request: HttpRequest) -> HttpResponse:
    """Sends the link again; the answer does not tell whether there is such an order."""
    form = LookupForm(typed(request))
    if request.method == "POST":
        count_knock(f"order:{request.META.get('REMOTE_ADDR', '')}", limit=20, per_seconds=HOUR)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"].lower()
        count_knock(f"order:{email}", limit=5, per_seconds=HOUR)
        services.send_order_link(
            email=email, number=form.cleaned_data["number"], language=page_language()
        )
        return render(request, "order/lookup_sent.html", {"email": email})
    status = 422 if form.is_bound else 200
    return render(request, "order/lookup.html", {"form": form}, status=status)


@require_safe
def photos(request: HttpRequest, number: str, token: str) -> HttpResponse:
    """The photos have addresses of their own below this one."""
    raise Http404("no photo named")


@never_cache
@require_safe
def photo(request: HttpRequest, number: str, token: str, photo: UUID) -> HttpResponse:
    """A photo that the buyer answered with, for whoever may see the order."""
    order = Order.objects.filter(number=number).first()
    if order is None or not services.opens_order(order, token):
        raise Http404("no such order")
    wanted = ChangeRequest.objects.filter(fulfilment__order=order)
    known = services.photos_of(order.lines.all()) | photos_wanted(wanted)
    if str(photo) not in known:
        raise Http404("no such photo in this order")
    return given_photo(str(photo))


def _page(request: HttpRequest, order: Order) -> HttpResponse:
    today = timezone.localdate()
    parts = _shown_parts(order, today)
    waiting = [shown for shown in parts if shown.next.by is not None]
    unpaid = order.total_incl_tax - sum((paid_of(shown.part) for shown in parts), ZERO)
    context = {
        "order": order,
        "token": services.order_token(order),
        "parts": parts,
        "first": min(
            waiting,
            # On the same day what has to be answered comes before what has to be sent.
            key=lambda shown: (shown.next.by or today, shown.next.what != "answer"),
            default=None,
        ),
        "address": order.shipping_address.written(page_language()),
        "goods": order.total_incl_tax - order.shipping_incl_tax,
        "refunds": [shown for shown in parts if shown.refunds],
        "unpaid": unpaid,
        "paid": order.total_incl_tax - unpaid,
        "waived": sum((waived_of(shown.part) for shown in parts), ZERO),
        "balance_days": settings.BALANCE_DAYS,
    }
    return render(request, "order/detail.html", context)


def _shown_parts(order: Order, today: Any) -> list[ShownPart]:
    parts = list(order.fulfilments.all())
    pictures = snapshot_pictures(row.line for part in parts for row in part.lines.all())
    references = [order.checkout_reference]
    references += [each.reference for part in parts for each in part.instalments.all()]
    references += [each.reference for part in parts for each in part.changes.all()]
    refunds = {
        refund.cause: refund
        for refund in Refund.objects.filter(
            attempt__checkout_reference__in=references
        ).select_related("attempt")
    }
    news = set(
        Conversation.objects.filter(fulfilment__in=[part.pk for part in parts])
        .waiting_for(Side.BUYER)
        .values_list("fulfilment_id", flat=True)
    )
    reviews = {
        (review.fulfilment_id, review.product_id): review
        for review in Review.objects.filter(fulfilment__order=order)
    }
    shared = _shared_lines(parts)
    shown = []
    for part in parts:
        part.order = order
        lines = [(row.line, pictures.get(row.line.pk)) for row in part.lines.all()]
        found = [
            refunds[key]
            for cause in (fulfilments.refund_cause(part), fulfilments.problem_cause(part))
            for key in refund_causes(part, cause)
            if key in refunds
        ]
        works = works_of(part, today=today)
        steps, after = steps_of(part), next_with_work(part, works, today=today)
        to_review: dict[int, Any] = {}
        if part.state == FulfilmentState.RECEIVED:
            for line, _picture in lines:
                if (product_id := reviewed_product_id(line)) is not None:
                    to_review.setdefault(product_id, (line, reviews.get((part.pk, product_id))))
        shown.append(
            ShownPart(
                part,
                lines,
                steps,
                after,
                found,
                list(part.delays.all()),
                has_news=part.pk in news,
                to_review=[*to_review.values()],
                works=works,
                shared=[each for line, _picture in lines for each in shared.get(line.pk, [])],
                changes=shown_changes(part, refunds),
            )
        )
    return shown


def _shared_lines(parts: list[Fulfilment]) -> dict[int, list[ClusterOrder]]:
    """Order line id → the cluster order that makes it, with its parts."""
    lines = [row.line_id for part in parts if part.made_to_order for row in part.lines.all()]
    if not lines:
        return {}
    alive = ClusterPart.objects.alive().select_related("enterprise").order_by("pk")
    orders = ClusterOrder.objects.alive().filter(line__in=lines)
    found = orders.prefetch_related(Prefetch("parts", alive), "sample_picture")
    return {order.line_id or 0: [order] for order in found}
