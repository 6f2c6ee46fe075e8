"""Checkout Sessions: what is bought, where the buyer goes afterwards, and when it is over."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from . import intents
from .encoding import Params
from .errors import ApiError, missing, unsupported
from .shapes import Obj, blank
from .store import Work, new_id

METHODS = ("card", "promptpay")
LONGEST = 24 * 3600
# A request that asks for exactly the least time must not fail for the seconds it travelled.
LENIENCE = 30
LOCALES = ("auto", "th", "en", "en-GB")
_ECHOED = (
    "client_reference_id",
    "customer_email",
    "submit_type",
    "billing_address_collection",
)
_KNOWN = (
    *_ECHOED,
    "cancel_url",
    "currency",
    "custom_text",
    "customer_creation",
    "expand",
    "expires_at",
    "line_items",
    "locale",
    "metadata",
    "mode",
    "payment_intent_data",
    "payment_method_options",
    "payment_method_types",
    "phone_number_collection",
    "success_url",
    "ui_mode",
)


def create(work: Work, params: Params, *, base_url: str, shortest: int) -> Obj:
    """A Session for one payment. ``shortest`` is the least life in seconds (Stripe: 1,800)."""
    params.only(*_KNOWN)
    if params.text("mode") not in (None, "payment"):
        raise unsupported("mode", f"mode={params.text('mode')}")
    if params.text("ui_mode") not in (None, "hosted", "hosted_page"):
        raise unsupported("ui_mode", "embedded Checkout pages")
    lines = [_line(item, work) for item in params.items("line_items")]
    if not lines:
        raise missing("line_items")
    if len(lines) > 100:
        raise ApiError("A Checkout Session can have at most 100 line items.", param="line_items")
    currencies = {line["currency"] for line in lines}
    if len(currencies) > 1:
        raise ApiError("All line items must have the same currency.", param="line_items")
    currency = currencies.pop()
    total = sum(line["amount_total"] for line in lines)
    intents.check_amount(total, currency, "line_items")
    session_id = new_id("cs_test_a1", 56)
    session = blank("checkout.session")
    session.update({name: params.text(name) for name in _ECHOED})
    session.update(
        id=session_id,
        object="checkout.session",
        adaptive_pricing={"enabled": False},
        amount_subtotal=total,
        amount_total=total,
        automatic_tax={"enabled": False, "liability": None, "provider": None, "status": None},
        cancel_url=_address(params, "cancel_url"),
        collected_information={
            "business_name": None,
            "individual_name": None,
            "shipping_details": None,
        },
        created=work.now,
        currency=currency,
        custom_fields=[],
        custom_text={
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
        },
        customer_creation=params.text("customer_creation") or "if_required",
        customer_details=_who(params.text("customer_email")),
        discounts=[],
        expires_at=_end(work, params, shortest),
        invoice_creation={"enabled": False, "invoice_data": None},
        livemode=False,
        locale=params.choice("locale", *LOCALES),
        metadata=params.metadata(),
        mode="payment",
        payment_method_collection="if_required",
        payment_method_options={},
        payment_method_types=methods_of(params, currency),
        payment_status="unpaid",
        phone_number_collection={"enabled": False},
        shipping_options=[],
        status="open",
        success_url=_address(params, "success_url", required=True),
        total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        ui_mode="hosted_page",
        url=f"{base_url}/c/pay/{session_id}",
    )
    work.add(
        session,
        due_at=session["expires_at"],
        lines=lines,
        intent=_intent_data(params.inner("payment_intent_data")),
    )
    return session


def methods_of(params: Params, currency: str) -> list[str]:
    """The payment methods asked for, or all that fit the currency."""
    asked = params.words("payment_method_types")
    for position, name in enumerate(asked):
        param = f"payment_method_types[{position}]"
        if name not in METHODS:
            raise unsupported(param, f"payment method {name!r}")
        if name == "promptpay" and currency != "thb":
            raise ApiError(
                "The payment method type `promptpay` only supports the currency: thb.", param=param
            )
    if asked:
        return list(dict.fromkeys(asked))
    return list(METHODS) if currency == "thb" else ["card"]


def _line(item: Params, work: Work) -> Obj:
    item.only("price_data", "quantity", "metadata")
    if "price_data" not in item:
        raise missing(item.name_of("price_data"))
    price = item.inner("price_data")
    price.only("currency", "unit_amount", "product_data", "tax_behavior")
    product = price.inner("product_data")
    product.only("name", "description", "images", "metadata", "tax_code")
    unit = price.integer("unit_amount")
    if unit is None:
        raise missing(price.name_of("unit_amount"))
    currency = price.must("currency").lower()
    quantity = item.integer("quantity", least=1, most=999_999)
    if quantity is None:
        raise missing(item.name_of("quantity"))
    name = product.must("name")
    return {
        "id": new_id("li_1", 23),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": unit * quantity,
        "amount_tax": 0,
        "amount_total": unit * quantity,
        "currency": currency,
        "description": name,
        "discounts": [],
        "metadata": item.metadata(),
        "price": {
            "id": new_id("price_1", 23),
            "object": "price",
            "active": False,
            "billing_scheme": "per_unit",
            "created": work.now,
            "currency": currency,
            "custom_unit_amount": None,
            "livemode": False,
            "lookup_key": None,
            "metadata": {},
            "nickname": None,
            "product": new_id("prod_", 14),
            "recurring": None,
            "tax_behavior": "unspecified",
            "tiers_mode": None,
            "transform_quantity": None,
            "type": "one_time",
            "unit_amount": unit,
            "unit_amount_decimal": str(unit),
        },
        "quantity": quantity,
        "taxes": [],
    }


def _address(params: Params, key: str, *, required: bool = False) -> str | None:
    value = params.text(key, required=required)
    if value is None:
        return None
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or not value.isprintable():
        raise ApiError("Not a valid URL", code="url_invalid", param=key)
    return value


def _end(work: Work, params: Params, shortest: int) -> int:
    end = params.integer("expires_at", most=99_999_999_999)
    if end is None:
        return work.now + LONGEST
    if end < work.now + shortest - LENIENCE:
        raise ApiError(
            f"The `expires_at` timestamp must be at least {shortest // 60} minutes from Checkout"
            " Session creation.",
            param="expires_at",
        )
    if end > work.now + LONGEST + LENIENCE:
        raise ApiError(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
            param="expires_at",
        )
    return end


def _intent_data(data: Params) -> Obj:
    """What the intent will carry; Stripe makes the intent only when the buyer confirms."""
    data.only(
        "metadata",
        "description",
        "receipt_email",
        "statement_descriptor",
        "statement_descriptor_suffix",
        "transfer_group",
        "capture_method",
    )
    if data.text("capture_method") not in (None, "automatic", "automatic_async"):
        raise unsupported(data.name_of("capture_method"), "manual capture")
    given: Obj = {
        name: data.text(name) for name in data.values if name not in ("metadata", "capture_method")
    }
    given["metadata"] = data.metadata()
    return given


def _who(email: str | None, name: str | None = None) -> Obj | None:
    if email is None:
        return None
    details = blank("checkout.session", "customer_details")
    details.update(email=email, name=name, tax_exempt="none")
    if name:
        details["address"] = {**blank("checkout.session", "customer_details", "address")}
        details["address"]["country"] = "TH"
    return details


def ensure_intent(work: Work, session: Obj) -> Obj:
    """The Session's intent, made on the buyer's first try."""
    if session["payment_intent"]:
        return work.get("payment_intent", session["payment_intent"])
    given: dict[str, Any] = dict(work.private(session["id"])["intent"])
    intent = intents.create(
        work,
        amount=session["amount_total"],
        currency=session["currency"],
        methods=session["payment_method_types"],
        session=session["id"],
        **given,
    )
    session["payment_intent"] = intent["id"]
    work.save(session)
    return intent


def complete(work: Work, session: Obj, *, paid: bool) -> Obj:
    """The buyer is done. A slow bank leaves it complete and unpaid."""
    intent = work.get("payment_intent", session["payment_intent"])
    method = work.get("payment_method", intent["payment_method"])["billing_details"]
    session.update(
        status="complete",
        payment_status="paid" if paid else "unpaid",
        customer_details=_who(method["email"], method["name"]),
        url=None,
    )
    work.due(session["id"], None)
    work.save(session)
    work.emit("checkout.session.completed", session)
    return session


def settle_late(work: Work, session: Obj, *, paid: bool) -> Obj:
    """A slow bank has answered."""
    if paid:
        session["payment_status"] = "paid"
        work.save(session)
    word = "succeeded" if paid else "failed"
    work.emit(f"checkout.session.async_payment_{word}", session)
    return session


def expire(work: Work, session: Obj) -> Obj:
    """No payment can start or finish any more; an unfinished intent dies with its Session."""
    if session["status"] != "open":
        raise ApiError(
            'Only Checkout Sessions with a status in ["open"] can be expired.'
            f" This Checkout Session has a status of `{session['status']}`.",
            began=True,
        )
    if session["payment_intent"]:
        intent = work.get("payment_intent", session["payment_intent"])
        if intent["status"] in intents.CANCELABLE:
            intents.cancel(work, intent, "expired")
    session.update(status="expired", url=None)
    work.due(session["id"], None)
    work.save(session)
    work.emit("checkout.session.expired", session)
    return session


def success_address(session: Obj) -> str:
    """Where the buyer goes after paying, with the Session's id filled in."""
    address: str = session["success_url"]
    for name in ("{CHECKOUT_SESSION_ID}", "%7BCHECKOUT_SESSION_ID%7D"):
        address = address.replace(name, session["id"])
    return address
