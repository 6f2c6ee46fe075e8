"""The pages on which a tester plays the bank: PromptPay, 3-D Secure, refunds, and the overview."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from html import escape
from urllib.parse import urlencode

from . import money_pages, outcomes, promptpay, refunds, sessions
from .errors import ApiError
from .layout import Page, button, html, redirect
from .shapes import Obj
from .simulator import Simulator
from .store import Work
from .words import Words, language_for, money

BANGKOK = timezone(timedelta(hours=7))
_DECISIONS = {
    "pay": outcomes.pay,
    "process": outcomes.process,
    "fail": outcomes.refuse,
    "expire": outcomes.run_out,
}


def decide(work: Work, intent: Obj, action: str) -> Obj:
    """Play the bank once. A second press changes nothing."""
    if action == "pay":
        outcomes.must_wait(intent, "requires_action", "processing")
    return _DECISIONS[action](work, intent)


def decide_and_go(simulator: Simulator, intent_id: str, action: str) -> Page:
    """A pressed button on one of these pages; the buyer goes where Stripe would send them."""
    if action == "dispute":
        return money_pages.open_dispute(simulator, intent_id)
    with simulator.work() as work:
        intent = work.get("payment_intent", intent_id)
        kind = kind_of_wait(intent)
        if action in _DECISIONS:
            try:
                intent = decide(work, intent, action)
            except ApiError as error:
                if error.status != 409:
                    raise
        session = outcomes.session_of(work, intent)
        return_url = work.private(intent_id).get("return_url")
    if session and session["status"] == "complete":
        return redirect(sessions.success_address(session))
    if session:
        return redirect(f"/c/pay/{session['id']}")
    if return_url and kind == "redirect_to_url":
        return redirect(_with_result(return_url, intent))
    return redirect(f"/promptpay/{intent_id}")


def kind_of_wait(obj: Obj) -> str | None:
    """What an intent waits for the buyer to do."""
    return obj["next_action"]["type"] if obj.get("next_action") else None


def _with_result(address: str, intent: Obj) -> str:
    result = {
        "payment_intent": intent["id"],
        "payment_intent_client_secret": intent["client_secret"],
        "redirect_status": "succeeded" if intent["status"] == "succeeded" else "failed",
    }
    return f"{address}{'&' if '?' in address else '?'}{urlencode(result)}"


def _words_for(session: Obj | None, accepted: str) -> Words:
    return Words(language_for(session["locale"] if session else None, accepted))


def promptpay_page(simulator: Simulator, intent_id: str, accepted: str) -> Page:
    """The QR, and the tester's buttons under it."""
    with simulator.work() as work:
        intent = work.get("payment_intent", intent_id)
        session = outcomes.session_of(work, intent)
        private = work.private(intent_id)
        words = _words_for(session, accepted)
        dispute = money_pages.dispute_form(work, words, intent)
    amount = money(intent["amount"], intent["currency"])
    if kind_of_wait(intent) != "promptpay_display_qr_code":
        return _state_page(words, intent, session, private.get("return_url"), dispute)
    until = datetime.fromtimestamp(private["qr_expires_at"], BANGKOK).strftime("%H:%M")
    buttons = button(words.say("do_pay"), name="action", value="pay", css="button--primary")
    for action in ("fail", "expire", "process"):
        buttons += button(words.say(f"do_{action}"), name="action", value=action)
    other = ""
    if session:
        label = escape(words.say("other_way"))
        other = f'<p><a class="back" href="/c/pay/{session["id"]}">← {label}</a></p>'
    main = f"""<section class="notice notice--qr"><h1>{escape(words.say("qr_title"))}</h1>
<p class="summary__amount">{amount}</p>
<img class="qr" src="/qr/{intent_id}.svg" width="240" height="240"
 alt="{escape(words.say("qr_alt", amount=amount))}">
<p>{escape(words.say("qr_until", time=until))}</p>
<form method="post" class="decide" aria-labelledby="tester">
<p id="tester">{escape(words.say("tester"))}</p>{buttons}</form>{other}</section>"""
    leads_to = (session["success_url"],) if session else ()
    return html(words, words.say("qr_title"), main, leads_to=leads_to)


def _state_page(
    words: Words, intent: Obj, session: Obj | None, return_url: str | None, more: str = ""
) -> Page:
    told = {
        "succeeded": "is_paid",
        "processing": "is_processing",
        "canceled": "is_canceled",
        "requires_action": "is_waiting",
    }.get(intent["status"], "is_open")
    why = words.why(intent["last_payment_error"])
    parts = [f"<p>{escape(words.say(told))}</p>"]
    if why and told == "is_open":
        parts.append(f'<p class="alert" role="alert">{escape(why)}</p>')
    if session:
        parts.append(_link(f"/c/pay/{session['id']}", words.say("other_way")))
    elif return_url:
        parts.append(_link(_with_result(return_url, intent), words.say("back")))
    css = "notice notice--good" if told == "is_paid" else "notice"
    title = words.say("status_title")
    main = f'<section class="{css}"><h1>{escape(title)}</h1>{"".join(parts)}{more}</section>'
    return html(words, title, main)


def _link(address: str, label: str) -> str:
    return f'<p><a class="button button--primary" href="{escape(address)}">{escape(label)}</a></p>'


def authenticate_page(simulator: Simulator, intent_id: str, accepted: str) -> Page:
    """The bank's own page of 3-D Secure."""
    with simulator.work() as work:
        intent = work.get("payment_intent", intent_id)
        session = outcomes.session_of(work, intent)
        private = work.private(intent_id)
        method = work.find("payment_method", intent["payment_method"] or "")
    words = _words_for(session, accepted)
    if kind_of_wait(intent) != "redirect_to_url" or method is None:
        return _state_page(words, intent, session, private.get("return_url"))
    amount = money(intent["amount"], intent["currency"])
    told = words.say("bank_help", amount=amount, last4=method["card"]["last4"])
    yes = button(words.say("authenticate"), name="action", value="pay", css="button--primary")
    no = button(words.say("authenticate_fail"), name="action", value="fail")
    main = f"""<section class="notice"><h1>{escape(words.say("bank_title"))}</h1>
<p>{escape(told)}</p><form method="post" class="decide">{yes}{no}</form></section>"""
    leads_to = (session["success_url"],) if session else (private.get("return_url"),)
    return html(words, words.say("bank_title"), main, leads_to=leads_to)


def refund_page(simulator: Simulator, refund_id: str, accepted: str) -> Page:
    """Where a tester answers for a buyer who is asked for a bank account."""
    with simulator.work() as work:
        refund = work.get("refund", refund_id)
    words = Words(language_for(None, accepted))
    title = words.say("refund_title", amount=money(refund["amount"], refund["currency"]))
    state = words.say("refund_state", status=refund["status"])
    asks = ""
    if refund["status"] in refunds.OPEN:
        email = refund.get("instructions_email") or "?"
        asks = f"""<p>{escape(words.say("refund_help", email=email))}</p>
<form method="post" class="decide">
{button(words.say("refund_succeed"), name="action", value="succeed", css="button--primary")}
{button(words.say("refund_fail"), name="action", value="fail")}</form>"""
    main = f"""<section class="notice"><h1>{escape(title)}</h1><p>{escape(state)}</p>{asks}
</section>"""
    return html(words, title, main)


def decide_refund(simulator: Simulator, refund_id: str, action: str) -> Page:
    with simulator.work() as work:
        refund = work.get("refund", refund_id)
        if refund["status"] in refunds.OPEN and action in ("succeed", "fail"):
            (refunds.succeed if action == "succeed" else refunds.fail)(work, refund)
    return redirect(f"/refund/{refund_id}")


def qr_picture(simulator: Simulator, intent_id: str, kind: str) -> Page:
    with simulator.work() as work:
        intent = work.get("payment_intent", intent_id)
    text = promptpay.payload(intent["amount"], intent["id"])
    media = "image/svg+xml" if kind == "svg" else "image/png"
    headers = {"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "cross-origin"}
    return Page(200, promptpay.picture(text, kind), media, headers)


def index_page(simulator: Simulator, accepted: str) -> Page:
    """What happened lately, with a way in for the tester."""
    words = Words(language_for(None, accepted))
    parts = [f"<h1>{escape(words.say('index_title'))}</h1>"]
    for kind, title, path in (
        ("checkout.session", "sessions", "/c/pay/"),
        ("payment_intent", "intents", "/promptpay/"),
        ("refund", "refunds", "/refund/"),
        ("dispute", "disputes", "/dispute/"),
    ):
        rows = simulator.store.rows(
            "SELECT body FROM objects WHERE kind=? ORDER BY seq DESC LIMIT 20", kind
        )
        found = [json.loads(row["body"]) for row in rows]
        parts.append(_table(words, words.say(title), found, path))
    return html(words, words.say("index_title"), "".join(parts), wide=True)


def _table(words: Words, title: str, found: list[Obj], path: str) -> str:
    if not found:
        return f"<h2>{escape(title)}</h2><p>{escape(words.say('none_yet'))}</p>"
    head = "".join(
        f'<th scope="col">{escape(words.say(f"col_{name}"))}</th>'
        for name in ("made", "amount", "status", "id", "page")
    )
    rows = ""
    for obj in found:
        amount = obj.get("amount", obj.get("amount_total")) or 0
        made = datetime.fromtimestamp(obj["created"], BANGKOK).strftime("%d/%m %H:%M:%S")
        short = escape(f"{obj['id'][:14]}…{obj['id'][-4:]}")
        label = f"{words.say('open')} {obj['id'][-4:]}"
        challenged = kind_of_wait(obj) == "redirect_to_url"
        page = f"{'/authenticate/' if challenged else path}{obj['id']}"
        rows += f"""<tr><td>{made}</td><td>{money(amount, obj["currency"])}</td>
<td>{escape(obj["status"])}</td><td><code>{short}</code></td>
<td><a href="{page}">{escape(label)}</a></td></tr>"""
    return f"""<h2>{escape(title)}</h2><div class="scroll" tabindex="0" role="region"
 aria-label="{escape(title)}"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>
</div>"""
