"""The pages on which a tester decides a dispute, or makes a connected account ready."""

from __future__ import annotations

from html import escape

from . import accounts, disputes
from .layout import Page, button, html, redirect
from .shapes import Obj
from .simulator import Simulator
from .store import Work
from .words import Words, language_for, money


def dispute_page(simulator: Simulator, dispute_id: str, accepted: str) -> Page:
    """What the buyer's bank says, and what the shop has answered."""
    with simulator.work() as work:
        dispute = work.get("dispute", dispute_id)
    words = Words(language_for(None, accepted))
    title = words.say("dispute_title", amount=money(dispute["amount"], dispute["currency"]))
    told = [
        words.say("dispute_state", status=dispute["status"], reason=dispute["reason"]),
        *(
            f"{name}: {text}"
            for name, text in dispute["evidence"].items()
            if text and isinstance(text, str)
        ),
    ]
    asks = ""
    if dispute["status"] in disputes.OPEN:
        asks = f"""<form method="post" class="decide" aria-labelledby="tester">
<p id="tester">{escape(words.say("dispute_help"))}</p>
{button(words.say("dispute_win"), name="action", value="win", css="button--primary")}
{button(words.say("dispute_lose"), name="action", value="lose")}</form>"""
    lines = "".join(f"<p>{escape(line)}</p>" for line in told)
    main = f'<section class="notice"><h1>{escape(title)}</h1>{lines}{asks}</section>'
    return html(words, title, main)


def decide_dispute(simulator: Simulator, dispute_id: str, action: str) -> Page:
    """A pressed button; a second press changes nothing."""
    with simulator.work() as work:
        dispute = work.get("dispute", dispute_id)
        if dispute["status"] in disputes.OPEN and action in ("win", "lose"):
            disputes.close(work, dispute, won=action == "win")
    return redirect(f"/dispute/{dispute_id}")


def dispute_form(work: Work, words: Words, intent: Obj) -> str:
    """A button for a tester who plays a cardholder; empty where nothing can be disputed."""
    charge = work.find("charge", intent["latest_charge"] or "")
    if intent["status"] != "succeeded" or charge is None or "card" not in _kind(charge):
        return ""
    if charge["disputed"] or charge["refunded"]:
        return ""
    press = button(words.say("dispute_open"), name="action", value="dispute")
    return f"""<form method="post" class="decide" aria-labelledby="tester">
<p id="tester">{escape(words.say("dispute_open_help"))}</p>{press}</form>"""


def open_dispute(simulator: Simulator, intent_id: str) -> Page:
    """The cardholder's bank takes back what was paid."""
    with simulator.work() as work:
        intent = work.get("payment_intent", intent_id)
        charge = work.get("charge", intent["latest_charge"] or "")
        dispute = disputes.open_dispute(work, charge)
    return redirect(f"/dispute/{dispute['id']}")


def _kind(charge: Obj) -> str:
    return str(charge["payment_method_details"]["type"])


def setup_page(simulator: Simulator, account_id: str, token: str, accepted: str) -> Page:
    """Where the owner of a connected account would name a bank account."""
    with simulator.work() as work:
        account = work.get("account", account_id)
        link: Obj = work.private(account_id).get("link") or {"token": None}
        lives = link["token"] == token and link["until"] > work.now
    words = Words(language_for(None, accepted))
    title = words.say("setup_title")
    if not lives:
        return redirect(link.get("refresh_url", "/"))
    done = account["details_submitted"]
    told = words.say("setup_done" if done else "setup_help", email=account["email"] or account_id)
    press = button(words.say("setup_finish"), name="action", value="finish", css="button--primary")
    leave = button(words.say("back"), name="action", value="leave")
    main = f"""<section class="notice"><h1>{escape(title)}</h1><p>{escape(told)}</p>
<form method="post" class="decide">{"" if done else press}{leave}</form></section>"""
    return html(words, title, main, leads_to=(link["return_url"],))


def finish_setup(simulator: Simulator, account_id: str, token: str, action: str) -> Page:
    """Back to the platform, ready or not; as with Stripe the way back does not say which."""
    with simulator.work() as work:
        account = work.get("account", account_id)
        link = work.private(account_id).get("link")
        if not link or link["token"] != token:
            return redirect("/")
        if action == "finish" and not account["details_submitted"]:
            accounts.finish(work, account)
    return redirect(link["return_url"])
