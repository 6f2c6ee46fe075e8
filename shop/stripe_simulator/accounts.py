"""Connected accounts: opened by the platform, made ready by their owner on a hosted page."""

from __future__ import annotations

from .encoding import Params
from .errors import ApiError, not_found
from .listing import whole
from .shapes import Obj, blank
from .store import Work, new_id

KINDS = ("standard", "express", "custom")
CAPABILITIES = ("transfers", "card_payments", "promptpay_payments")
NEEDED = ["business_profile.url", "external_account", "individual.id_number", "tos_acceptance.date"]
_LINK_LIVES = 300


def create(work: Work, params: Params) -> Obj:
    """An account that can do nothing yet: its owner has to finish the hosted page."""
    params.only(
        "type",
        "country",
        "email",
        "capabilities",
        "business_type",
        "business_profile",
        "default_currency",
        "metadata",
        "expand",
    )
    asked = params.inner("capabilities")
    asked.only(*CAPABILITIES)
    wanted = [name for name in asked.values if asked.inner(name).flag("requested")]
    account_id = new_id("acct_1", 16)
    account = blank("account")
    account.update(
        id=account_id,
        object="account",
        business_profile=blank("account", "business_profile"),
        business_type=params.text("business_type"),
        capabilities=dict.fromkeys(wanted, "inactive"),
        charges_enabled=False,
        controller={"type": "application"},
        country=params.text("country") or "TH",
        created=work.now,
        default_currency=params.text("default_currency") or "thb",
        details_submitted=False,
        email=params.text("email"),
        external_accounts=whole([], f"/v1/accounts/{account_id}/external_accounts"),
        future_requirements=_requirements(),
        metadata=params.metadata(),
        payouts_enabled=False,
        requirements=_requirements(*NEEDED),
        settings={name: blank("account", "settings", name) for name in _settings()},
        tos_acceptance={"date": None, "ip": None, "user_agent": None},
        type=params.choice("type", *KINDS) or "express",
    )
    account["business_profile"].update(
        annual_revenue=blank("account", "business_profile", "annual_revenue"),
        support_address=blank("account", "business_profile", "support_address"),
        **_profile(params),
    )
    account["settings"]["payouts"].update(
        debit_negative_balances=True, schedule={"delay_days": 7, "interval": "daily"}
    )
    account["settings"]["card_issuing"] = {"tos_acceptance": {"date": None, "ip": None}}
    account["settings"]["card_payments"]["decline_on"] = {
        "avs_failure": False,
        "cvc_failure": False,
    }
    return work.add(account)


def _settings() -> list[str]:
    return list(blank("account", "settings"))


def _profile(params: Params) -> dict[str, str | None]:
    profile = params.inner("business_profile")
    profile.only("name", "url", "product_description", "mcc", "support_email", "support_phone")
    return {name: profile.text(name) for name in profile.values}


def _requirements(*due: str) -> Obj:
    needed = blank("account", "requirements")
    return {
        **{name: [] for name in needed},
        "current_deadline": None,
        "currently_due": list(due),
        "disabled_reason": "requirements.past_due" if due else None,
        "eventually_due": list(due),
    }


def link(work: Work, params: Params, base_url: str) -> Obj:
    """An address that lives five minutes and works for one owner."""
    params.only("account", "refresh_url", "return_url", "type", "collection_options", "expand")
    account = work.get("account", params.must("account"), "account")
    params.must("type")
    if params.choice("type", "account_onboarding", "account_update") is None:
        raise ApiError("Invalid type.", param="type")
    token = new_id("", 12)
    work.note(
        account["id"],
        link={
            "token": token,
            "until": work.now + _LINK_LIVES,
            "return_url": params.must("return_url"),
            "refresh_url": params.must("refresh_url"),
        },
    )
    made = blank("account_link")
    made.update(
        object="account_link",
        created=work.now,
        expires_at=work.now + _LINK_LIVES,
        url=f"{base_url}/setup/s/{account['id']}/{token}",
    )
    return made


def finish(work: Work, account: Obj) -> Obj:
    """The owner has named a bank account and agreed: what was requested becomes active."""
    before = {
        "details_submitted": account["details_submitted"],
        "payouts_enabled": account["payouts_enabled"],
    }
    account.update(
        capabilities=dict.fromkeys(account["capabilities"], "active"),
        charges_enabled="card_payments" in account["capabilities"],
        details_submitted=True,
        payouts_enabled=True,
        requirements=_requirements(),
    )
    account["tos_acceptance"].update(date=work.now, ip="127.0.0.1")
    work.save(account)
    for name in account["capabilities"]:
        work.emit("capability.updated", capability(account, name))
    work.emit("account.updated", account, before)
    return account


def capability(account: Obj, name: str) -> Obj:
    """One thing that an account may do, or not yet."""
    status = account["capabilities"].get(name)
    if name not in CAPABILITIES or status is None:
        raise not_found("capability", name, "capability")
    found = blank("capability")
    found.update(
        id=name,
        object="capability",
        account=account["id"],
        future_requirements=_requirements(),
        requested=True,
        requested_at=account["created"],
        requirements=_requirements(*(NEEDED if status == "inactive" else ())),
        status=status,
    )
    return found


def request(work: Work, account: Obj, name: str, params: Params) -> Obj:
    """Ask for one more thing that an account may do."""
    params.only("requested", "expand")
    if name not in CAPABILITIES:
        raise not_found("capability", name, "capability")
    if params.flag("requested"):
        ready = "active" if account["details_submitted"] else "inactive"
        account["capabilities"].setdefault(name, ready)
        work.save(account)
    return capability(account, name)
