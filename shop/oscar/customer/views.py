"""Signing in and out, signing up, a forgotten password."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from producers.models import Enterprise
from shop.core.contacts import find_user, one_spelling
from shop.core.limits import TooOften, count_knock
from shop.oscar.address.forms import AddressForm
from shop.oscar.address.models import UserAddress

from . import services
from .forms import (
    ChangePasswordForm,
    CodeForm,
    ContactForm,
    NewContactForm,
    NewPasswordForm,
    ProfileForm,
    SignInForm,
    SignUpForm,
)

HOUR = 60 * 60
LONGEST_ADDRESS = 2000
SIGN_UP, RESET, CHANGE = "sign_up", "reset", "change"


def limited(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Turns a used-up rate limit into a page that says when to come back."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except TooOften as error:
            minutes = -(-error.retry_after // 60)
            response = render(request, "429.html", {"minutes": minutes}, status=429)
            response["Retry-After"] = str(error.retry_after)
            return response

    return inner


@never_cache
@sensitive_post_parameters("password")
@limited
def sign_in(request: HttpRequest) -> HttpResponse:
    """E-mail or phone, and password."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(_next(request))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name = one_spelling(form.cleaned_data["username"])
        count_knock(f"sign-in:{_address(request)}", limit=30, per_seconds=HOUR)
        count_knock(f"sign-in:{name}", limit=10, per_seconds=HOUR // 4)
        user = authenticate(request, username=name, password=form.cleaned_data["password"])
        if user is not None:
            login(request, user)
            return HttpResponseRedirect(_next(request))
        form.add_error(
            None,
            _(
                "No account has this e-mail or number with this password. "
                "Check both, or get a new password."
            ),
        )
    return _page(request, "sign_in", form, next=request.GET.get("next", ""))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.success(request, _("You are signed out."))
    return redirect(f"/{translation.get_language()}/")


@never_cache
@limited
def sign_up(request: HttpRequest) -> HttpResponse:
    """First step: where can we reach you? A code goes there."""
    return _ask_contact(request, SIGN_UP, "customer:sign_up_code")


@never_cache
@sensitive_post_parameters("password", "code")
@limited
def sign_up_code(request: HttpRequest) -> HttpResponse:
    """Second step: the code, a name, a password."""
    contact = _pending(request, SIGN_UP)
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.check_strength(data["password"])
            _use(request, contact, SIGN_UP, data["code"])
            user = services.sign_up(
                contact=contact,
                password=data["password"],
                name=data["name"],
                language=translation.get_language() or "th",
                consents=[services.NEWSLETTER] if data["newsletter"] else [],
            )
        except ValidationError as error:
            form.add_error("password", error)
        except services.WrongCode:
            form.add_error("code", _wrong_code())
        except services.ContactTaken:
            form.add_error(None, _("There is an account already. Sign in instead."))
        else:
            login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
            messages.success(request, _("Welcome. Your account is ready."))
            return HttpResponseRedirect(_next(request))
    return _page(request, "sign_up_code", form, contact=contact)


@never_cache
@limited
def reset(request: HttpRequest) -> HttpResponse:
    """Forgotten password: a code goes to the contact, if there is an account."""
    return _ask_contact(request, RESET, "customer:reset_code")


@never_cache
@sensitive_post_parameters("password", "code")
@limited
def reset_code(request: HttpRequest) -> HttpResponse:
    """The code and a new password; then the person is signed in."""
    contact = _pending(request, RESET)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.check_strength(data["password"])
            _use(request, contact, RESET, data["code"])
            user = services.set_new_password(contact=contact, password=data["password"])
        except ValidationError as error:
            form.add_error("password", error)
        except services.WrongCode:
            form.add_error("code", _wrong_code())
        else:
            login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
            messages.success(request, _("Your new password is set and you are signed in."))
            return HttpResponseRedirect(_next(request))
    return _page(request, "reset_code", form, contact=contact)


# --- the account ---


@login_required
def summary(request: HttpRequest) -> HttpResponse:
    """The account at a glance."""
    user: Any = request.user
    orders = _orders(user)[:3]
    addresses = _addresses(user)[:2]
    return render(
        request, "customer/summary.html", {"orders": list(orders), "addresses": list(addresses)}
    )


@login_required
def orders(request: HttpRequest) -> HttpResponse:
    page = Paginator(_orders(request.user), 10).get_page(request.GET.get("page"))
    return render(request, "customer/orders.html", {"page": page})


@login_required
def addresses(request: HttpRequest) -> HttpResponse:
    return render(request, "customer/addresses.html", {"addresses": _addresses(request.user)})


@login_required
def address(request: HttpRequest, address_id: int | None = None) -> HttpResponse:
    """A new address, or one of the book."""
    user: Any = request.user
    row = _own_address(user, address_id) if address_id else None
    searching = request.method == "POST" and "find" in request.POST
    if searching:  # the tambon list was asked for: nothing is wrong yet, nothing typed is lost
        form = AddressForm(initial=request.POST.dict(), user=user)
    else:
        form = AddressForm(request.POST or None, address=row, user=user)
    if request.method == "POST" and not searching and form.is_valid():
        services.save_address(
            user=user,
            contact=form.contact,
            address=form.address_parts,
            address_id=address_id,
        )
        messages.success(request, _("The address is saved."))
        return redirect("customer:addresses")
    return render(request, "customer/address.html", {"form": form, "address": row})


@login_required
@require_POST
def remove_address(request: HttpRequest, address_id: int) -> HttpResponse:
    user: Any = request.user
    _own_address(user, address_id)
    services.remove_address(user=user, address_id=address_id)
    messages.success(request, _("The address is removed."))
    return redirect("customer:addresses")


@login_required
@require_POST
def use_first(request: HttpRequest, address_id: int) -> HttpResponse:
    user: Any = request.user
    _own_address(user, address_id)
    services.use_address_first(user=user, address_id=address_id)
    messages.success(request, _("This address is offered first from now on."))
    return redirect("customer:addresses")


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Name, language, contacts, consent."""
    user: Any = request.user
    start = {"name": user.get_full_name(), "language": user.language}
    form = ProfileForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        services.change_profile(user=user, **form.cleaned_data)
        messages.success(request, _("Your profile is saved."))
        return redirect("customer:profile")
    consent = services.has_consent(user, services.NEWSLETTER)
    return render(request, "customer/profile.html", {"form": form, "newsletter": consent})


@login_required
@require_POST
def newsletter(request: HttpRequest) -> HttpResponse:
    """Give or withdraw the consent, with one tap either way."""
    user: Any = request.user
    if request.POST.get("wanted") == "yes":
        services.give_consent(user=user, purpose=services.NEWSLETTER)
        messages.success(request, _("We will write to you about new products."))
    else:
        services.withdraw_consent(user=user, purpose=services.NEWSLETTER)
        messages.success(request, _("We will not write to you about products any more."))
    return redirect("customer:profile")


@login_required
@sensitive_post_parameters("password")
@limited
def contact(request: HttpRequest) -> HttpResponse:
    """Another e-mail or phone: the password first (a link from an SMS may have signed them in),
    then a code to the new one."""
    if request.method == "POST":
        count_knock(f"password:{request.user.pk}", limit=10, per_seconds=HOUR)
    form = NewContactForm(request.POST or None, user=request.user)
    return _ask_contact(request, CHANGE, "customer:contact_code", form)


@login_required
@limited
def contact_code(request: HttpRequest) -> HttpResponse:
    pending = _pending(request, CHANGE)
    form = CodeForm(request.POST or None)
    user: Any = request.user
    if request.method == "POST" and form.is_valid():
        try:
            _use(request, pending, CHANGE, form.cleaned_data["code"])
            services.change_contact(user=user, contact=pending)
        except services.WrongCode:
            form.add_error("code", _wrong_code())
        except services.ContactTaken:
            form.add_error(None, _("Another account uses this e-mail or number."))
        else:
            messages.success(request, _("Your contact is changed."))
            return redirect("customer:profile")
    return _page(request, "contact_code", form, contact=pending)


@login_required
@sensitive_post_parameters("old", "password")
@limited
def password(request: HttpRequest) -> HttpResponse:
    """A new password for somebody who knows the old one."""
    user: Any = request.user
    form = ChangePasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        count_knock(f"password:{user.pk}", limit=10, per_seconds=HOUR)
        if not user.check_password(form.cleaned_data["old"]):
            form.add_error("old", _("This is not your password now."))
        else:
            try:
                services.change_password(user=user, password=form.cleaned_data["password"])
            except ValidationError as error:
                form.add_error("password", error)
            else:
                update_session_auth_hash(request, user)
                messages.success(request, _("Your new password is set."))
                return redirect("customer:profile")
    return _page(request, "password", form)


@login_required
def own_data(request: HttpRequest) -> HttpResponse:
    """A copy of what we keep about the person, as a file."""
    user: Any = request.user
    response = JsonResponse(services.own_data(user), json_dumps_params={"ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="talat-loi-fa-my-data.json"'
    return response


# --- small parts ---


def _ask_contact(
    request: HttpRequest, purpose: str, then: str, form: ContactForm | None = None
) -> HttpResponse:
    form = form or ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        contact = form.cleaned_data["contact"]
        count_knock(f"code:{_address(request)}", limit=20, per_seconds=HOUR)
        count_knock(f"code:{contact}", limit=5, per_seconds=HOUR)
        known = find_user(contact) is not None
        if known == (purpose == RESET):
            language = translation.get_language() or "th"
            services.send_code(contact=contact, purpose=purpose, language=language)
        elif known:
            services.tell_account_exists(contact=contact)
        request.session[f"pending-{purpose}"] = contact
        return HttpResponseRedirect(_with_next(request, reverse(then)))
    return _page(request, purpose, form)


def _pending(request: HttpRequest, purpose: str) -> str:
    contact = request.session.get(f"pending-{purpose}")
    if not contact:
        raise Http404
    return contact


def _use(request: HttpRequest, contact: str, purpose: str, code: str) -> None:
    count_knock(f"try-code:{contact}", limit=15, per_seconds=HOUR)
    services.use_code(contact=contact, purpose=purpose, code=code)
    request.session.pop(f"pending-{purpose}", None)


def _wrong_code() -> str:
    return _("This code is not right or has expired. Check it, or send a new one.")


def _page(request: HttpRequest, name: str, form: Any, **context: Any) -> HttpResponse:
    context.setdefault("next", request.POST.get("next") or request.GET.get("next", ""))
    status = 422 if form.is_bound and form.errors else 200
    return render(request, f"customer/{name}.html", {"form": form, **context}, status=status)


def _next(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    if _is_ours(request, target):
        return target
    # Who belongs to a group comes for its work; their own purchases are one tap away.
    works = Enterprise.objects.of_member(request.user).exists()
    return reverse("workspace:home" if works else settings.LOGIN_REDIRECT_URL)


def _is_ours(request: HttpRequest, target: str) -> bool:
    """Whether an address is a whole path of this shop, fit to be sent back in a header."""
    fit = target.startswith("/") and target.isprintable() and len(target) <= LONGEST_ADDRESS
    return fit and url_has_allowed_host_and_scheme(target, {request.get_host()})


def _with_next(request: HttpRequest, address: str) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    if _is_ours(request, target):
        return f"{address}?{urlencode({'next': target})}"
    return address


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def _orders(user: Any) -> Any:
    return user.orders.prefetch_related("fulfilments__enterprise", "lines").order_by("-date_placed")


def _addresses(user: Any) -> Any:
    return UserAddress.objects.filter(user=user).order_by("-is_default_for_shipping", "-pk")


def _own_address(user: Any, address_id: int) -> UserAddress:
    row = UserAddress.objects.filter(user=user, pk=address_id).first()
    if row is None:
        raise Http404
    return row
