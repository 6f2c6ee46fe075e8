"""A custom request too large for one group: quoted over the cluster that the group leads."""

from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from producers.workspace.clusters import choices_of, rows_of_suggestion
from producers.workspace.forms.villages import VillagesForm
from shop.care.views.pointing import pointed_out
from shop.core.clock import this_moment
from shop.core.states import MoveNotAllowed
from shop.fulfilment.models import CustomRequest
from shop.fulfilment.services import quotes
from shop.production.services import clusters

from .access import member, own_request, screen, sent
from .requests import can_quote


@member
@require_http_methods(["GET", "HEAD", "POST"])
def villages(request: HttpRequest, request_id: int) -> HttpResponse:
    """Who makes how many, what each is paid, and by when; then one tap offers and quotes."""
    asked = own_request(request, request_id)
    choices = choices_of(asked.enterprise)
    if not can_quote(asked) or not choices:
        messages.info(request, _("Something has changed meanwhile. See below how it stands."))
        return redirect("workspace:request", asked.pk)
    typed = sent(request)
    if typed is not None and request.POST.get("earliest"):
        typed = typed.copy()
        typed["sent_by"] = request.POST["earliest"]
    today = timezone.localdate()
    form = VillagesForm(typed, choices=choices, asked=asked, today=today)
    plan: dict[str, Any] = {}
    pointed = None
    if form.is_bound and form.is_valid():
        plan = _planned(asked, form)
        wanted = "send" in request.POST and "seen" in plan
        if wanted and request.POST.get("seen") != plan["seen"]:
            messages.warning(request, _("The plan is another one now. Look at it before sending."))
        elif wanted:
            words = (form.cleaned_data.get(name) or "" for name in ("title", "title_en", "words"))
            pointed = pointed_out(request, *words)
        if wanted and request.POST.get("seen") == plan["seen"] and pointed is None:
            where = _send(request, asked, form)
            if where is not None:
                return where
    return screen(
        request,
        "request_villages",
        "jobs",
        status=422 if pointed or (form.is_bound and form.errors) else 200,
        pointed=pointed,
        asked=asked,
        form=form,
        **plan,
    )


def _planned(asked: CustomRequest, form: VillagesForm) -> dict[str, Any]:
    """The table, or why there is none."""
    draft, now = form.draft(), timezone.now()
    (line,), chosen = draft.lines, draft.villages
    assert chosen is not None
    try:
        found = quotes.suggest_villages(
            request=asked,
            villages=chosen,
            pieces=line.quantity,
            unit_price=line.unit_price,
            valid_days=draft.valid_days,
            now=now,
        )
    except clusters.CannotBeShared as refusal:
        return {"refusal": refusal}
    except clusters.ClusterIsClosed:
        return {"closed": True}
    rows = rows_of_suggestion(found)
    shown = [
        *[(row.enterprise.pk, row.pieces, str(row.pay)) for row in rows],
        str(found.pay.per_piece),
        str(found.pay.fee),
        chosen.sent_by.isoformat(),
        chosen.sample,
    ]
    return {
        "rows": rows,
        "pay": found.pay,
        "cluster": chosen.cluster,
        "sent_by": chosen.sent_by,
        "starts_on": found.starts_on,
        "parts_due_on": clusters.parts_due_on(chosen.sent_by),
        "total": draft.total,
        "seen": sha256(repr(shown).encode()).hexdigest()[:16],
    }


def _send(request: HttpRequest, asked: CustomRequest, form: VillagesForm) -> HttpResponse | None:
    try:
        quotes.send_quote(
            request_id=asked.pk,
            by=request.user,
            draft=form.draft(),
            now=timezone.now(),
            **this_moment(),
        )
    except (clusters.CannotBeShared, clusters.ClusterIsClosed):
        messages.warning(request, _("This has changed meanwhile. Nothing was offered yet."))
        return None
    except quotes.NotOpen:
        form.add_error(None, _("Your group takes no orders at the moment."))
        return None
    except MoveNotAllowed:
        messages.info(request, _("Something has changed meanwhile. See below how it stands."))
    else:
        messages.success(
            request, _("Sent. The villages answer within 48 hours, and the buyer is told.")
        )
    return redirect("workspace:request", asked.pk)
