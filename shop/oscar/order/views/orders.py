"""The order's page: every parcel, its state and date; what the buyer can still do."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalogue.asking.views import given_photo
from catalogue.models import ProductPicture
from shop.care.models import Conversation, Review
from shop.care.services import reviewed_product_id
from shop.care.states import Side
from shop.core.limits import count_knock
from shop.core.money import ZERO
from shop.core.states import MoveNotAllowed
from shop.core.templatetags.shop_text import day
from shop.fulfilment import services as fulfilments
from shop.fulfilment.cancelling import Back, Terms, paid_of, refund_on_cancelling, terms_of_part
from shop.fulfilment.models import (
    DelayNotice,
    Fulfilment,
    FulfilmentLine,
    Instalment,
    JobUpdate,
    Proof,
)
from shop.fulfilment.states import (
    AT_WORK,
    FREE_CHANGES,
    DelayState,
    FulfilmentState,
    ProofState,
)
from shop.fulfilment.timeline import Next, Step, steps_of, withdrawal_ends_on
from shop.oscar.checkout.showing import snapshot_pictures
from shop.oscar.customer.views import limited
from shop.oscar.order import services
from shop.oscar.order.forms import (
    CancelForm,
    LookupForm,
    ProblemForm,
    ProofChangeForm,
    SampleChangeForm,
)
from shop.oscar.order.models import Line, Order
from shop.oscar.order.showing import WORK, ShownWork, next_with_work, works_of
from shop.payments.models import Refund
from shop.production.models import ClusterOrder, ClusterPart
from shop.production.services import NoCapacity
from shop.production.services.clusters import approve_sample, ask_sample_change
from shop.production.states import SampleState

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
    order = _orders().filter(number=number, user=user).first()
    if order is None:
        raise Http404("no such order of yours")
    return _page(request, order)


@never_cache
@require_safe
def signed(request: HttpRequest, number: str, token: str) -> HttpResponse:
    """The order of whoever holds the signed link."""
    return _page(request, _opened(number, token))


@never_cache
@limited
@require_http_methods(["GET", "HEAD", "POST"])
def lookup(request: HttpRequest) -> HttpResponse:
    """Sends the link again; the answer does not tell whether there is such an order."""
    form = LookupForm(_typed(request))
    if request.method == "POST":
        count_knock(f"order:{request.META.get('REMOTE_ADDR', '')}", limit=20, per_seconds=HOUR)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"].lower()
        count_knock(f"order:{email}", limit=5, per_seconds=HOUR)
        services.send_order_link(
            email=email, number=form.cleaned_data["number"], language=_language()
        )
        return render(request, "order/lookup_sent.html", {"email": email})
    status = 422 if form.is_bound else 200
    return render(request, "order/lookup.html", {"form": form}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cancel_part(request: HttpRequest, number: str, token: str, part_id: int) -> HttpResponse:
    """Asks once more, then cancels one group's part and sends its money back."""
    order, part = _opened_part(number, token, part_id)
    form = CancelForm(_typed(request))
    notice = fulfilments.open_notice(part)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            if notice is not None:
                fulfilments.answer_notice(
                    notice_id=notice.pk,
                    answer=DelayState.CANCELLED,
                    now=timezone.now(),
                    by=order.user,
                    reason=reason,
                )
            else:
                fulfilments.cancel_fulfilment(
                    fulfilment_id=part.pk,
                    by=order.user,
                    reason=reason,
                    seen=form.cleaned_data["seen"],
                )
        except fulfilments.GivesLessNow:
            messages.warning(
                request,
                _("The group has begun meanwhile, so less comes back. Nothing is cancelled yet."),
            )
            return redirect(request.path)
        except (fulfilments.TooLate, fulfilments.AnsweredAlready):
            messages.error(request, _("It is too late to cancel: the group has begun its work."))
        else:
            messages.success(request, _("Cancelled. The money of this part goes back to you."))
        return _to_order(request, order)
    back = refund_on_cancelling(part) if notice is None else Back(paid_of(part), ZERO)
    if back is None:
        messages.error(request, _("It is too late to cancel: the group has begun its work."))
        return _to_order(request, order)
    return _part_page(request, "order/cancel.html", order, part, form, gets=back)


@require_POST
def answer_delay(request: HttpRequest, number: str, token: str, part_id: int) -> HttpResponse:
    """The buyer waits for the later day. (Cancelling asks once more: `cancel_part`.)"""
    order, part = _opened_part(number, token, part_id)
    notice = fulfilments.open_notice(part)
    if notice is None:
        messages.info(request, _("There is nothing to answer any more."))
        return _to_order(request, order)
    try:
        fulfilments.answer_notice(
            notice_id=notice.pk, answer=DelayState.WAITS, now=timezone.now(), by=order.user
        )
    except fulfilments.AnsweredAlready:
        messages.info(request, _("There is nothing to answer any more."))
    else:
        messages.success(request, _("Thank you for waiting. The group has been told."))
    return _to_order(request, order)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def shared_sample(request: HttpRequest, number: str, token: str, shared_id: int) -> HttpResponse:
    """The buyer looks at the sample piece of a shared line: approves it, or asks for a change."""
    order = _opened(number, token)
    shared = ClusterOrder.objects.alive().filter(pk=shared_id, line__order=order).first()
    if shared is None:
        raise Http404("no such shared line of this order")
    approves = "approve" in request.POST
    form = SampleChangeForm(None if approves else _typed(request))
    if request.method == "POST" and (approves or form.is_valid()):
        try:
            if approves:
                today = timezone.localdate()
                approve_sample(cluster_order_id=shared.pk, today=today, by=order.user)
            else:
                reason = form.cleaned_data["words"]
                ask_sample_change(cluster_order_id=shared.pk, reason=reason, by=order.user)
        except MoveNotAllowed:
            messages.info(request, _("There is nothing to answer any more."))
        else:
            words = (
                _("Thank you. The villages begin now.")
                if approves
                else _("The group has been told and makes another sample.")
            )
            messages.success(request, words)
        return _to_order(request, order)
    if shared.sample != SampleState.SHOWN:
        return _to_order(request, order)
    context = {
        "order": order,
        "shared": shared,
        "form": form,
        "back": _order_address(request, order),
    }
    return render(request, "order/sample.html", context, status=422 if form.is_bound else 200)


@require_POST
def received(request: HttpRequest, number: str, token: str, part_id: int) -> HttpResponse:
    """The buyer has the parcel."""
    order, part = _opened_part(number, token, part_id)
    try:
        fulfilments.receive_fulfilment(fulfilment_id=part.pk, by=order.user)
    except MoveNotAllowed:
        if part.state != FulfilmentState.RECEIVED:
            messages.error(request, _("This parcel has not been sent yet."))
    else:
        messages.success(request, _("Thank you. The group is glad that it has arrived."))
    return _to_order(request, order)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def problem(request: HttpRequest, number: str, token: str, part_id: int) -> HttpResponse:
    """The parcel did not come, or is not right: it will not count as received by itself."""
    order, part = _opened_part(number, token, part_id)
    form = ProblemForm(_typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            fulfilments.object_to_fulfilment(fulfilment_id=part.pk, text=form.cleaned_data["text"])
        except fulfilments.TooLate:
            messages.error(request, _("A problem can be told once the parcel has been sent."))
        else:
            messages.success(
                request,
                _("The group has been told. The parcel stays open until this is settled."),
            )
        return _to_order(request, order)
    return _part_page(request, "order/problem.html", order, part, form)


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
    if str(photo) not in services.photos_of(order.lines.all()):
        raise Http404("no such photo in this order")
    return given_photo(str(photo))


@require_POST
def approve_proof(
    request: HttpRequest, number: str, token: str, part_id: int, proof_id: int
) -> HttpResponse:
    """The buyer approves this version; a later day than the button said is asked about again."""
    order, proof = _opened_proof(number, token, part_id, proof_id)
    try:
        fulfilments.approve_proof(
            proof_id=proof.pk,
            seen=_day(request.POST.get("seen")) or proof.job.promised_on,
            by=order.user,
            today=timezone.localdate(),
        )
    except fulfilments.DayHasMoved as error:
        messages.warning(
            request,
            _("Approved now, the parcel goes out by %(day)s. Please tap again if that is right.")
            % {"day": day(error.promised_on)},
        )
    except NoCapacity:
        messages.error(
            request,
            _("The group has no free day left for it. Please write to us, or cancel this part."),
        )
    except (fulfilments.NotTheNewest, MoveNotAllowed):
        _say_proof_is_past(request, proof)
    else:
        messages.success(request, _("Approved. The group begins its work."))
    return _to_order(request, order)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_proof(
    request: HttpRequest, number: str, token: str, part_id: int, proof_id: int
) -> HttpResponse:
    """What should be otherwise, in the buyer's words."""
    order, proof = _opened_proof(number, token, part_id, proof_id)
    form = ProofChangeForm(_typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            fulfilments.ask_for_change(
                proof_id=proof.pk, words=form.cleaned_data["words"], by=order.user
            )
        except fulfilments.NoMoreChanges:
            messages.error(request, _("The group makes no further change of this version."))
        except (fulfilments.NotTheNewest, MoveNotAllowed):
            _say_proof_is_past(request, proof)
        else:
            messages.success(request, _("The group has been told and sends a new version."))
        return _to_order(request, order)
    if not proof.may_ask_for_change:
        _say_proof_is_past(request, proof)
        return _to_order(request, order)
    context = {
        "order": order,
        "proof": proof,
        "form": form,
        "back": _order_address(request, order),
        "changes_left": max(FREE_CHANGES - fulfilments.changes_asked(proof.job_id), 0),
    }
    status = 422 if form.is_bound else 200
    return render(request, "order/proof_change.html", context, status=status)


# --- reading ---


def _orders() -> Any:
    parts = Fulfilment.objects.select_related("enterprise", "carrier").prefetch_related(
        Prefetch("lines", FulfilmentLine.objects.select_related("line__job__workshop")),
        Prefetch("delays", DelayNotice.objects.select_related("picture")),
        "parcels__carrier",
        *WORK,
        "instalments",
    )
    return Order.objects.select_related("shipping_address", "user").prefetch_related(
        Prefetch("fulfilments", parts.order_by("pk"))
    )


def _opened(number: str, token: str) -> Order:
    order = _orders().filter(number=number).first()
    if order is None or not services.opens_order(order, token):
        raise Http404("no such order")
    return order


def _opened_part(number: str, token: str, part_id: int) -> tuple[Order, Fulfilment]:
    order = _opened(number, token)
    for part in order.fulfilments.all():
        if part.pk == part_id:
            return order, part
    raise Http404("no such part of this order")


def _opened_proof(number: str, token: str, part_id: int, proof_id: int) -> tuple[Order, Proof]:
    order, part = _opened_part(number, token, part_id)
    proofs = Proof.objects.select_related("job__line", "picture")
    proof = proofs.filter(pk=proof_id, job__line__fulfilment_line__fulfilment=part).first()
    if proof is None:
        raise Http404("no such proof of this part")
    return order, proof


def _say_proof_is_past(request: HttpRequest, proof: Proof) -> None:
    """The buyer has answered a version that does not wait any more."""
    now = Proof.objects.filter(job=proof.job_id).order_by("version").last()
    if now is not None and now.pk != proof.pk:
        messages.warning(request, _("There is a newer version. Please look at it."))
    elif now is not None and now.state == ProofState.APPROVED:
        messages.info(request, _("You have approved this version already."))
    else:
        messages.info(request, _("You have answered already. Nothing was done twice."))


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _page(request: HttpRequest, order: Order) -> HttpResponse:
    today = timezone.localdate()
    parts = _shown_parts(order, today)
    waiting = [shown for shown in parts if shown.next.by is not None]
    unpaid = sum(
        (x.amount for shown in parts for x in shown.part.instalments.all() if x.state != "paid"),
        ZERO,
    )
    context = {
        "order": order,
        "token": services.order_token(order),
        "parts": parts,
        "first": min(waiting, key=lambda shown: shown.next.by or today, default=None),
        "address": order.shipping_address.written(_language()),
        "goods": order.total_incl_tax - order.shipping_incl_tax,
        "refunds": [shown for shown in parts if shown.refunds],
        "unpaid": unpaid,
        "paid": order.total_incl_tax - unpaid,
        "balance_days": settings.BALANCE_DAYS,
    }
    return render(request, "order/detail.html", context)


def _shown_parts(order: Order, today: Any) -> list[ShownPart]:
    parts = list(order.fulfilments.all())
    pictures = snapshot_pictures(row.line for part in parts for row in part.lines.all())
    references = [order.checkout_reference]
    references += [each.reference for part in parts for each in part.instalments.all()]
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
        cause = fulfilments.refund_cause(part)
        found = [refunds[key] for key in (cause, f"{cause}:balance") if key in refunds]
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


def _part_page(
    request: HttpRequest, template: str, order: Order, part: Fulfilment, form: Any, **more: Any
) -> HttpResponse:
    context = {
        **more,
        "order": order,
        "part": part,
        "form": form,
        "back": _order_address(request, order),
    }
    return render(request, template, context, status=422 if form.is_bound else 200)


def _to_order(request: HttpRequest, order: Order) -> HttpResponse:
    return redirect(_order_address(request, order))


def _order_address(request: HttpRequest, order: Order) -> str:
    """The owner goes on at the plain address, a guest at the signed one."""
    user: Any = request.user
    if user.is_authenticated and order.user_id == user.pk:
        return reverse("order:detail", args=[order.number])
    return services.order_path(order, language=_language())


def _language() -> str:
    return "en" if get_language() == "en" else "th"


def _typed(request: HttpRequest) -> Any:
    """What was sent with a form, an empty one too; None where none was sent."""
    return request.POST if request.method == "POST" else None
