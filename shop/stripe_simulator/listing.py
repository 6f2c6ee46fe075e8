"""Lists in pages, and ``expand[]``: ids replaced by the objects they name."""

from __future__ import annotations

import json
from typing import Any

from .encoding import Params
from .errors import ApiError, not_found
from .shapes import Obj
from .store import Work

# Which kind of object an id's beginning stands for.
_KINDS = {
    "pi_": "payment_intent",
    "ch_": "charge",
    "py_": "charge",
    "pm_": "payment_method",
    "txn_": "balance_transaction",
    "re_": "refund",
    "pyr_": "refund",
    "cs_": "checkout.session",
    "dp_": "dispute",
    "tr_": "transfer",
    "trr_": "transfer_reversal",
    "po_": "payout",
    "acct_": "account",
}
_PAGE = ("limit", "starting_after", "ending_before", "created", "expand")


def page(work: Work, params: Params, kind: str, url: str, filters: dict[str, str]) -> Obj:
    """One page, newest first. ``filters`` maps request fields to paths inside the objects."""
    params.only(*_PAGE, *filters)
    limit = params.integer("limit", least=1, most=100) or 10
    clauses, values = ["kind=?"], [kind]  # type: tuple[list[str], list[Any]]
    for field, path in filters.items():
        wanted = params.words(field) if field == "types" else [params.text(field)]
        if wanted and wanted[0] is not None:
            marks = ",".join("?" * len(wanted))
            clauses.append(f"json_extract(body, '$.{path}') IN ({marks})")
            values.extend(wanted)
    _by_age(params, clauses, values)
    after, before = params.text("starting_after"), params.text("ending_before")
    if after:
        clauses.append("seq<?")
        values.append(_place(work, kind, after, "starting_after"))
    if before:
        clauses.append("seq>?")
        values.append(_place(work, kind, before, "ending_before"))
    order = "ASC" if before and not after else "DESC"
    rows = work.store.rows(
        f"SELECT body FROM objects WHERE {' AND '.join(clauses)} ORDER BY seq {order} LIMIT ?",
        *values,
        limit + 1,
    )
    data = [json.loads(row["body"]) for row in rows[:limit]]
    if order == "ASC":
        data.reverse()
    return {"object": "list", "data": data, "has_more": len(rows) > limit, "url": url}


def _by_age(params: Params, clauses: list[str], values: list[Any]) -> None:
    if isinstance(params.values.get("created"), str):
        clauses.append("created=?")
        values.append(params.integer("created", most=99_999_999_999))
        return
    created = params.inner("created")
    created.only("gt", "gte", "lt", "lte")
    for word, sign in (("gt", ">"), ("gte", ">="), ("lt", "<"), ("lte", "<=")):
        moment = created.integer(word, most=99_999_999_999)
        if moment is not None:
            clauses.append(f"created{sign}?")
            values.append(moment)


def _place(work: Work, kind: str, object_id: str, param: str) -> int:
    row = work.store.row("SELECT seq FROM objects WHERE id=? AND kind=?", object_id, kind)
    if row is None:
        raise not_found(kind, object_id, param)
    return int(row["seq"])


def whole(data: list[Obj], url: str) -> Obj:
    """A list that is short enough to be given at once."""
    return {"object": "list", "data": data, "has_more": False, "url": url}


def expand(work: Work, answer: Obj, params: Params) -> Obj:
    """The answer with each path of ``expand[]`` opened."""
    for path in params.words("expand"):
        steps = path.split(".")
        if len(steps) > 4 or not all(steps):
            raise _cannot(path)
        _open(work, answer, steps, path)
    return answer


def _open(work: Work, obj: Obj, steps: list[str], path: str) -> None:
    name, rest = steps[0], steps[1:]
    if obj.get("object") == "list" and name == "data":
        if not rest:
            raise _cannot(path)
        for item in obj["data"]:
            _open(work, item, rest, path)
        return
    value = obj.get(name)
    if value is None:
        value = obj[name] = _on_demand(work, obj, name, path)
    elif isinstance(value, str):
        value = obj[name] = _named(work, value, path)
    elif not isinstance(value, dict):
        raise _cannot(path)
    if rest and isinstance(value, dict):
        _open(work, value, rest, path)
    elif not rest and isinstance(value, dict) and "object" not in value:
        raise _cannot(path)


def _on_demand(work: Work, obj: Obj, name: str, path: str) -> Obj | None:
    """Lists that Stripe leaves out unless asked for."""
    if obj.get("object") == "checkout.session" and name == "line_items":
        lines = work.private(obj["id"])["lines"]
        return whole(lines[:10], f"/v1/checkout/sessions/{obj['id']}/line_items")
    if obj.get("object") == "charge" and name == "refunds":
        found = [
            refund
            for refund in work.of_intent("refund", obj["payment_intent"])
            if refund["charge"] == obj["id"]
        ]
        return whole(found[:10], f"/v1/charges/{obj['id']}/refunds")
    if name not in obj:
        raise _cannot(path)
    return None


def _named(work: Work, object_id: str, path: str) -> Obj:
    for beginning, kind in _KINDS.items():
        if object_id.startswith(beginning):
            return work.get(kind, object_id)
    raise _cannot(path)


def _cannot(path: str) -> ApiError:
    return ApiError(f"This property cannot be expanded ({path}).", param="expand")
