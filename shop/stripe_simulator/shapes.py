"""The fields every object carries, and new objects made from them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

Obj = dict[str, Any]

API_VERSION = "2026-10-28.endive"
"""The version of Stripe's interface whose shapes are imitated (that of the SDK in use)."""


@cache
def _tree() -> Obj:
    shapes: Obj = json.loads(Path(__file__).with_name("shapes.json").read_text("utf-8"))
    return shapes


def field_tree(kind: str) -> Obj:
    """Names of the fields of ``kind``, nested; the leaves are empty."""
    tree: Obj = json.loads(json.dumps(_tree()[kind]))
    return tree


def blank(kind: str, *path: str) -> Obj:
    """An object of ``kind`` (or a part of one) with every field present and empty."""
    tree = _tree()[kind]
    for name in path:
        tree = tree[name]
    return dict.fromkeys(tree)


def billing_details(*, name: str | None = None, email: str | None = None) -> Obj:
    """Who pays, as far as the payment form asked."""
    details = blank("charge", "billing_details")
    details["address"] = blank("charge", "billing_details", "address")
    details.update(name=name, email=email)
    return details
