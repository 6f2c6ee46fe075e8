"""What a buyer approves before the work: a group's proof, a cluster's sample."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from shop.core.states import MoveNotAllowed
from shop.core.templatetags.shop_text import day
from shop.fulfilment import services as fulfilments
from shop.fulfilment.models import (
    Proof,
)
from shop.fulfilment.states import (
    FREE_CHANGES,
    ProofState,
)
from shop.oscar.order.forms import (
    ProofChangeForm,
    SampleChangeForm,
)
from shop.oscar.order.models import Order
from shop.production.models import ClusterOrder
from shop.production.services import NoCapacity
from shop.production.services.clusters import approve_sample, ask_sample_change
from shop.production.states import SampleState

from .opening import opened_order, opened_part, order_address, to_order, typed


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def shared_sample(request: HttpRequest, number: str, token: str, shared_id: int) -> HttpResponse:
    """The buyer looks at the sample piece of a shared line: approves it, or asks for a change."""
    order = opened_order(number, token)
    shared = ClusterOrder.objects.alive().filter(pk=shared_id, line__order=order).first()
    if shared is None:
        raise Http404("no such shared line of this order")
    approves = "approve" in request.POST
    form = SampleChangeForm(None if approves else typed(request))
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
        return to_order(request, order)
    if shared.sample != SampleState.SHOWN:
        return to_order(request, order)
    context = {
        "order": order,
        "shared": shared,
        "form": form,
        "back": order_address(request, order),
    }
    return render(request, "order/sample.html", context, status=422 if form.is_bound else 200)


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
    return to_order(request, order)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_proof(
    request: HttpRequest, number: str, token: str, part_id: int, proof_id: int
) -> HttpResponse:
    """What should be otherwise, in the buyer's words."""
    order, proof = _opened_proof(number, token, part_id, proof_id)
    form = ProofChangeForm(typed(request))
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
        return to_order(request, order)
    if not proof.may_ask_for_change:
        _say_proof_is_past(request, proof)
        return to_order(request, order)
    context = {
        "order": order,
        "proof": proof,
        "form": form,
        "back": order_address(request, order),
        "changes_left": max(FREE_CHANGES - fulfilments.changes_asked(proof.job_id), 0),
    }
    status = 422 if form.is_bound else 200
    return render(request, "order/proof_change.html", context, status=status)


def _opened_proof(number: str, token: str, part_id: int, proof_id: int) -> tuple[Order, Proof]:
    order, part = opened_part(number, token, part_id)
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
