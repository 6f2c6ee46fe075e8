"""The shop's web process for browser tests: it writes down every request it was sent.

One JSON line for each request in log/requests.log below VAR_DIR, with its query, headers and body,
so that a test can search what reached our server.
"""

import json
import threading
from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings

from shop.wsgi import application as shop

Environ = dict[str, Any]


class Recorder:
    """Passes each request on after writing it down."""

    def __init__(self, application: Callable[..., Iterable[bytes]], path: Path) -> None:
        self.application = application
        self.lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file = path.open("a", encoding="utf-8", buffering=1)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length else b""
        environ["wsgi.input"] = BytesIO(body)
        self.write(environ, body)
        return self.application(environ, start_response)

    def write(self, environ: Environ, body: bytes) -> None:
        headers = {name: value for name, value in environ.items() if name.startswith("HTTP_")}
        line = json.dumps(
            {
                "method": environ["REQUEST_METHOD"],
                "path": environ["PATH_INFO"],
                "query": environ.get("QUERY_STRING", ""),
                "headers": headers,
                "body": body.decode("utf-8", "backslashreplace"),
            },
            ensure_ascii=False,
        )
        with self.lock:
            self.file.write(line + "\n")


application = Recorder(shop, settings.VAR_DIR / "log" / "requests.log")
