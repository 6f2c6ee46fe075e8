"""The hosted Checkout page: what the buyer sees between the shop and the shop."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from . import checkout, sessions
from .cards import BY_SLUG
from .checkout import CardForm
from .layout import Page, button, field_row, html, redirect
from .shapes import Obj
from .simulator import Simulator
from .words import Words, language_for, money

OFFERED = ("succeed", "declined", "insufficient_funds", "three_d_secure", "expired")


def show(simulator: Simulator, session_id: str, query: Mapping[str, str], accepted: str) -> Page:
    """The page as it stands now; ``?fill=`` fills in a test card."""
    with simulator.work() as work:
        session = work.get("checkout.session", session_id)
        lines = work.private(session_id)["lines"]
        intent = None
        if session["payment_intent"]:
            intent = work.find("payment_intent", session["payment_intent"])
    words = Words(language_for(session["locale"], accepted))
    if session["status"] != "open":
        return _over(words, session)
    form = CardForm(email=session["customer_email"] or "")
    card = BY_SLUG.get(query.get("fill", ""))
    if card:
        form.number, form.expiry, form.cvc = card.spaced, "12/34", "123"
        form.name = "ผู้ทดสอบ ระบบ" if words.language == "th" else "Test Buyer"
        form.email = form.email or "buyer@example.com"
    failure = intent["last_payment_error"] if intent and not card else None
    return _page(words, session, lines, form, words.why(failure))


def submit(simulator: Simulator, session_id: str, sent: Mapping[str, str], accepted: str) -> Page:
    """A pressed button. A second press finds the Session complete and only goes on."""
    with simulator.work() as work:
        session = work.get("checkout.session", session_id)
        words = Words(language_for(session["locale"], accepted))
        if session["status"] == "complete":
            return redirect(sessions.success_address(session))
        if session["status"] == "expired":
            return _over(words, session)
        lines = work.private(session_id)["lines"]
        email = session["customer_email"] or sent.get("email", "").strip()
        form = CardForm(email=email)
        if sent.get("method") == "promptpay" and "promptpay" in session["payment_method_types"]:
            if not checkout.looks_like_email(email):
                form.errors["promptpay-email"] = "bad_email"
                return _page(words, session, lines, form)
            intent = checkout.pay_by_promptpay(simulator, work, session, email)
            return redirect(f"/promptpay/{intent['id']}")
        form = CardForm(
            sent.get("number", ""),
            sent.get("expiry", ""),
            sent.get("cvc", ""),
            sent.get("name", ""),
            email,
        )
        form.check(work.now)
        if form.errors or "card" not in session["payment_method_types"]:
            return _page(words, session, lines, form)
        intent = checkout.pay_by_card(simulator, work, session, form)
        session = work.get("checkout.session", session_id)
    if session["status"] == "complete":
        return redirect(sessions.success_address(session))
    if intent["status"] == "requires_action":
        return redirect(f"/authenticate/{intent['id']}")
    # The number is not sent back to the browser.
    again = CardForm(name=form.name, email=form.email)
    return _page(words, session, lines, again, words.why(intent["last_payment_error"]))


def _page(
    words: Words,
    session: Obj,
    lines: list[Obj],
    form: CardForm,
    problem: str | None = None,
) -> Page:
    amount = money(session["amount_total"], session["currency"])
    alert = f'<p class="alert" role="alert">{escape(problem)}</p>' if problem else ""
    ways = ""
    if "card" in session["payment_method_types"]:
        ways += _card_form(words, session, form, amount)
    if "promptpay" in session["payment_method_types"]:
        ways += _promptpay_form(words, session, form)
    main = f"""{alert}<section class="summary" aria-labelledby="summary">
<h1><span class="summary__label">{escape(words.say("total"))}</span>
<span class="summary__amount">{amount}</span></h1>
<h2 id="summary">{escape(words.say("summary"))}</h2>
<ul class="lines">{"".join(_line(words, line) for line in lines)}</ul>
{_back(words, session)}
</section>
<div class="ways">{ways}</div>"""
    leads_to = (session["success_url"], session["cancel_url"])
    return html(
        words, f"{words.say('pay_title')} {amount}", main, leads_to=leads_to,
        wide=True,
    )  # fmt: skip


def _line(words: Words, line: Obj) -> str:
    quantity = f"{escape(words.say('quantity'))} {line['quantity']}"
    return f"""<li><span class="lines__name">{escape(line["description"])}
<small>{quantity}</small></span>
<span class="lines__amount">{money(line["amount_total"], line["currency"])}</span></li>"""


def _back(words: Words, session: Obj) -> str:
    if not session["cancel_url"]:
        return ""
    address = escape(session["cancel_url"])
    return f'<p><a class="back" href="{address}">← {escape(words.say("back"))}</a></p>'


def _email_row(words: Words, session: Obj, form: CardForm, name: str, error: str | None) -> str:
    """The e-mail is asked only when the shop did not give it."""
    if session["customer_email"]:
        return f"""<dl class="known"><dt>{escape(words.say("email"))}</dt>
<dd>{escape(session["customer_email"])}</dd></dl>"""
    row = field_row(
        name,
        words.say("email"),
        value=form.email,
        error=words.say(error) if error else None,
        extra='type="email" autocomplete="email" maxlength="254"',
    )
    return row.replace(f'name="{name}"', 'name="email"', 1)


def _card_form(words: Words, session: Obj, form: CardForm, amount: str) -> str:
    def row(name: str, value: str, extra: str, css: str = "") -> str:
        error = form.errors.get(name)
        told = words.say(error) if error else None
        return field_row(name, words.say(name), value=value, error=told, extra=extra, css=css)

    digits = 'inputmode="numeric"'
    fills = "".join(
        button(words.say(f"card_{slug}"), name="fill", value=slug, css="button--small")
        for slug in OFFERED
    )
    # Only the page filled in by a test-card button carries a number.
    return f"""<section class="way" aria-labelledby="card">
<h2 id="card">{escape(words.say("card"))}</h2>
<form method="get" class="fill" aria-labelledby="fill">
<p id="fill" class="fill__title">{escape(words.say("fill_title"))}</p>
<p class="fill__help">{escape(words.say("fill_help"))}</p>
<div class="fill__buttons">{fills}</div></form>
<form method="post" class="form" autocomplete="off">
<input type="hidden" name="method" value="card">
{_email_row(words, session, form, "email", form.errors.get("email"))}
{row("number", form.number, f'{digits} autocomplete="cc-number" maxlength="30"')}
<div class="form__pair">
{row("expiry", form.expiry, f'{digits} autocomplete="cc-exp" maxlength="9" placeholder="12/34"')}
{row("cvc", form.cvc, f'{digits} autocomplete="cc-csc" maxlength="4"')}
</div>
{row("name", form.name, 'autocomplete="cc-name" maxlength="200"')}
{button(words.say("pay", amount=amount), css="button--primary")}
</form></section>"""


def _promptpay_form(words: Words, session: Obj, form: CardForm) -> str:
    error = form.errors.get("promptpay-email")
    return f"""<section class="way" aria-labelledby="promptpay">
<h2 id="promptpay">{escape(words.say("promptpay"))}</h2>
<p>{escape(words.say("promptpay_help"))}</p>
<form method="post" class="form">
<input type="hidden" name="method" value="promptpay">
{_email_row(words, session, form, "promptpay-email", error)}
{button(words.say("show_qr"), css="button--primary button--second")}
</form></section>"""


def _over(words: Words, session: Obj) -> Page:
    """Nothing can be paid here any more."""
    paid = session["status"] == "complete"
    if paid:
        told = words.say("is_paid" if session["payment_status"] == "paid" else "is_processing")
        title, css = words.say("status_title"), "notice notice--good"
        address = sessions.success_address(session)
    else:
        title, told = words.say("expired_title"), words.say("expired_help")
        css, address = "notice", session["cancel_url"]
    link = ""
    if address:
        label = escape(words.say("back"))
        link = f'<p><a class="button button--primary" href="{escape(address)}">{label}</a></p>'
    main = f'<section class="{css}"><h1>{escape(title)}</h1><p>{escape(told)}</p>{link}</section>'
    return html(words, title, main)
