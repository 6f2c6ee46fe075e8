"""How a product is made to order: one question per screen, and terms to use again."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalogue.models import Product
from producers.workspace.capacity import workshops_of
from producers.workspace.forms.capacity import NewWorkshopForm
from producers.workspace.forms.making import (
    DaysAndHoursForm,
    MakingForm,
    PaymentForm,
    ProfileNameForm,
    ProofForm,
    WorkForm,
)
from producers.workspace.making import records_of, step_after
from shop.production import services
from shop.production.models import TERMS_FIELDS, MadeToOrderTerms, ProcessingProfile

from .access import member, own_product, screen, sent, status_of

#: Question → form and the question on top. `work` comes first and begins the terms.
QUESTIONS: dict[str, tuple[type[MakingForm], Any]] = {
    "work": (WorkForm, gettext_lazy("How much work is one piece?")),
    "days": (DaysAndHoursForm, gettext_lazy("When does it count, and how is it packed?")),
    "proof": (ProofForm, gettext_lazy("What does the buyer see before you begin?")),
    "payment": (PaymentForm, gettext_lazy("How does the buyer pay and cancel?")),
}


@member
@require_safe
def making(request: HttpRequest, product_id: int) -> HttpResponse:
    """All of it at a glance; without terms, the first question."""
    product = own_product(request, product_id)
    records = _made_records(product)
    terms = _terms(records)
    if terms is None:
        return redirect(_address(request, product, "work"))
    return screen(
        request,
        "making",
        "products",
        product=product,
        terms=terms,
        profiles=_profiles(product).exclude(pk=terms.profile_id),
        form=ProfileNameForm(),
        is_new=_is_new(request),
        after=_after(product),
    )


@member
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, product_id: int, question: str) -> HttpResponse:
    """One question about how a product is made; saved at once."""
    product = own_product(request, product_id)
    if question not in QUESTIONS:
        raise Http404("no such question")
    records = _made_records(product)
    terms = _terms(records)
    workshops = workshops_of(product.enterprise)
    if question == "work" and not workshops:
        return _first_workshop(request, product, records)
    if terms is None and question != "work":
        return redirect(_address(request, product, "work"))
    kind, words = QUESTIONS[question]
    extra = {"workshops": workshops} if question == "work" else {}
    shared = terms is not None and _is_shared(terms, records)
    form = kind(sent(request), terms=terms, shared=shared, **extra)
    if request.method == "POST" and form.is_valid():
        if terms and terms.profile_id and form.cleaned_data.get("for_all"):
            services.change_profile(profile_id=terms.profile_id, **form.facts)
        else:
            _set(records, terms, form.facts)
        messages.success(request, _("Saved. What is sold already keeps its terms."))
        return redirect(_address(request, product))
    return screen(
        request,
        "making_question",
        "products",
        status=status_of(form),
        product=product,
        question=question,
        words=words,
        form=form,
        workshops=workshops,
        profiles=_profiles(product) if terms is None else [],
        is_new=_is_new(request),
        after=_after(product),
    )


@member
@require_POST
def use_profile(request: HttpRequest, product_id: int) -> HttpResponse:
    """The product is made like others: under a profile's terms."""
    product = own_product(request, product_id)
    chosen = request.POST.get("profile", "")
    profile = _profiles(product).filter(pk=int(chosen)).first() if _is_id(chosen) else None
    if profile is None:
        raise Http404("no such terms of yours")
    services.set_making_of(
        stockrecord_ids=[record.pk for record in _made_records(product)], profile=profile
    )
    messages.success(request, _("Saved. What is sold already keeps its terms."))
    return redirect(_address(request, product))


@member
@require_POST
def keep_profile(request: HttpRequest, product_id: int) -> HttpResponse:
    """Give this product's terms a name, to use them again."""
    product = own_product(request, product_id)
    records = _made_records(product)
    terms = _terms(records)
    if terms is None:
        return redirect(_address(request, product, "work"))
    form = ProfileNameForm(request.POST)
    if form.is_valid():
        name = form.cleaned_data["name"]
        try:
            profile = services.save_profile(enterprise=product.enterprise, name=name, terms=terms)
        except services.NameTaken:
            form.add_error("name", _("You have terms of this name already."))
        else:
            services.set_making_of(
                stockrecord_ids=[record.pk for record in records], profile=profile
            )
            messages.success(request, _("Saved. You can use these terms for other products."))
            return redirect(_address(request, product))
    return screen(
        request,
        "making",
        "products",
        status=422,
        product=product,
        terms=terms,
        profiles=_profiles(product).exclude(pk=terms.profile_id),
        form=form,
        is_new=False,
        after="",
    )


def _first_workshop(request: HttpRequest, product: Product, records: list[Any]) -> HttpResponse:
    """A group that sells made to order for the first time says how much it can make a day."""
    start = {"name_th": _("Our workshop"), "per_day": 1}
    form = NewWorkshopForm(sent(request), initial=start)
    if request.method == "POST" and form.is_valid():
        workshop = services.open_workshop(
            enterprise=product.enterprise, today=timezone.localdate(), **form.cleaned_data
        )
        _set(records, None, {"workshop_id": workshop.pk})
        messages.success(request, _("Saved. Buyers now see a day that your hands can keep."))
        return redirect(_address(request, product))
    return screen(
        request,
        "workshop_first",
        "products",
        status=status_of(form),
        product=product,
        form=form,
        is_new=_is_new(request),
        after=_after(product),
    )


def _set(records: list[Any], terms: MadeToOrderTerms | None, facts: dict[str, Any]) -> None:
    """All sizes have the same terms: those they had, with these answers."""
    known = {name: getattr(terms, name) for name in TERMS_FIELDS} if terms else {}
    services.set_making_of(stockrecord_ids=[record.pk for record in records], **{**known, **facts})


def _made_records(product: Product) -> list[Any]:
    """What of the product is made to order. Raises Http404 where nothing is."""
    records = [record for record in records_of(product) if record.is_made_to_order]
    if not records:
        raise Http404("nothing of it is made to order")
    return records


def _terms(records: list[Any]) -> MadeToOrderTerms | None:
    """The terms the sizes share; the first that has some."""
    return (
        MadeToOrderTerms.objects.select_related("workshop", "profile")
        .filter(stockrecord__in=[record.pk for record in records])
        .order_by("stockrecord")
        .first()
    )


def _is_shared(terms: MadeToOrderTerms, records: list[Any]) -> bool:
    """Whether other products follow the same profile."""
    if terms.profile_id is None:
        return False
    others = MadeToOrderTerms.objects.filter(profile=terms.profile_id)
    return others.exclude(stockrecord__in=[record.pk for record in records]).exists()


def _profiles(product: Product) -> Any:
    return ProcessingProfile.objects.filter(enterprise=product.enterprise).select_related(
        "workshop"
    )


def _is_id(typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and len(typed) < 16


def _is_new(request: HttpRequest) -> bool:
    return request.GET.get("new") == "1"


def _after(product: Product) -> str:
    """The next question of a new product."""
    return f"{reverse('workspace:step', args=[product.pk, step_after('terms')])}?new=1"


def _address(request: HttpRequest, product: Product, question: str = "") -> str:
    address = (
        reverse("workspace:making_question", args=[product.pk, question])
        if question
        else reverse("workspace:making", args=[product.pk])
    )
    return f"{address}?new=1" if _is_new(request) else address
