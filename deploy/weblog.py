"""The web server's log, without the signed parts of addresses: who reads a log opens no order."""

import re
from typing import Any

from gunicorn.glogging import Logger

#: /orders/<number>/<signature>/…, /workspace/open/<token>/ and anything else as long.
SIGNED = re.compile(r"(?<=/)(?=[^/]*[A-Z0-9_:=])[\w:.=-]{24,}(?=/|$)")


def masked(path: str) -> str:
    """The path with everything that could be a signature left out."""
    return SIGNED.sub("…", path)


class WebLog(Logger):
    """gunicorn's logger, masking paths."""

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        found["U"] = masked(str(found.get("U") or ""))
        return found
