"""What endpoints are given, and the kinds of endpoint that many objects have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import listing
from .encoding import Params
from .shapes import Obj
from .simulator import Simulator
from .store import Work


@dataclass
class Call:
    """What an endpoint is given."""

    simulator: Simulator
    work: Work
    params: Params
    names: dict[str, str]

    @property
    def id(self) -> str:
        return self.names["id"]


def retrieve(kind: str, param: str) -> Callable[[Call], Obj]:
    def endpoint(call: Call) -> Obj:
        call.params.only("expand")
        return call.work.get(kind, call.id, param)

    return endpoint


def update(kind: str, param: str, *texts: str) -> Callable[[Call], Obj]:
    """Change metadata (empty values remove) and the given texts."""

    def endpoint(call: Call) -> Obj:
        call.params.only("metadata", "expand", *texts)
        obj = call.work.get(kind, call.id, param)
        if "metadata" in call.params:
            sent = call.params.inner("metadata").values
            added = call.params.metadata()
            kept = {name: text for name, text in obj["metadata"].items() if name not in sent}
            obj["metadata"] = {**kept, **added}
        obj.update({name: call.params.text(name) for name in texts if name in call.params})
        return call.work.save(obj)

    return endpoint


def listed(kind: str, url: str, **filters: str) -> Callable[[Call], Obj]:
    def endpoint(call: Call) -> Obj:
        return listing.page(call.work, call.params, kind, url, filters)

    return endpoint
