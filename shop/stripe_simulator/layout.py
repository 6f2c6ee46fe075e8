"""The frame of every page: marked as a test, no script, a strict content policy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from urllib.parse import urlsplit

from .words import Words


@dataclass
class Page:
    """An HTTP answer for a browser."""

    status: int
    body: bytes
    kind: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


def policy(leads_to: Iterable[str | None] = ()) -> str:
    """The Content-Security-Policy; forms may end at the shop's own addresses by a redirect."""
    origins = sorted({_origin(address) for address in leads_to if address})
    forms = " ".join(["'self'", *origins])
    return (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none';"
        f" frame-ancestors 'none'; form-action {forms}"
    )


def _origin(address: str) -> str:
    parts = urlsplit(address)
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{host}{port}"


def html(
    words: Words,
    title: str,
    main: str,
    *,
    status: int = 200,
    leads_to: Iterable[str | None] = (),
    wide: bool = False,
) -> Page:
    """A whole page. ``title`` is text, ``main`` is ready HTML."""
    text = f"""<!doctype html>
<html lang="{words.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{escape(title)} · {escape(words.say("test_mode"))}</title>
<link rel="stylesheet" href="/assets/simulator.css">
<link rel="icon" href="/assets/simulator.svg" type="image/svg+xml">
</head>
<body>
<header class="banner"><strong>{escape(words.say("test_mode"))}</strong>
<span>{escape(words.say("no_money"))}</span></header>
<main class="{"page page--wide" if wide else "page"}">
{main}
</main>
</body>
</html>
"""
    headers = {
        "Content-Security-Policy": policy(leads_to),
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Page(status, text.encode(), headers=headers)


def redirect(address: str) -> Page:
    """Go on with GET, whatever the method was."""
    return Page(303, b"", headers={"Location": address, "Cache-Control": "no-store"})


def field_row(
    name: str,
    label: str,
    *,
    value: str = "",
    error: str | None = None,
    extra: str = "",
    css: str = "",
) -> str:
    """One labelled text field; its error is tied to it for screen readers."""
    told = f' aria-invalid="true" aria-describedby="{name}-error"' if error else ""
    problem = f'<p class="field__error" id="{name}-error">{escape(error)}</p>' if error else ""
    return f"""<div class="field {css}"><label for="{name}">{escape(label)}</label>
<input id="{name}" name="{name}" value="{escape(value)}" required{told} {extra}>{problem}</div>"""


def button(label: str, *, name: str = "", value: str = "", css: str = "") -> str:
    what = f' name="{name}" value="{escape(value)}"' if name else ""
    return f'<button class="button {css}"{what}>{escape(label)}</button>'
