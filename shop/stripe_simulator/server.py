"""The HTTP around the simulator: one thread per connection, loopback only."""

from __future__ import annotations

import json
import logging
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from urllib.parse import parse_qsl, unquote, urlsplit

from . import api, checkout_page, control, money_pages, tester_pages
from .errors import ApiError
from .layout import Page, html
from .simulator import Simulator
from .words import Words, language_for

LOOPBACK = "127.0.0.1"
LARGEST_BODY = 1_000_000
_ASSETS = {
    "simulator.css": "text/css; charset=utf-8",
    "simulator.svg": "image/svg+xml",
}
_HOSTS = ("127.0.0.1", "localhost", "::1")
log = logging.getLogger("stripe_simulator")


class Server(ThreadingHTTPServer):
    """Listens on the loopback address and nowhere else."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, simulator: Simulator, port: int) -> None:
        self.simulator = simulator
        super().__init__((LOOPBACK, port), Handler)

    @property
    def base_url(self) -> str:
        return f"http://{LOOPBACK}:{self.server_address[1]}"

    def server_bind(self) -> None:
        # HTTPServer would look up the host's name here, which can take seconds.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = LOOPBACK, self.server_address[1]


class Handler(BaseHTTPRequestHandler):
    """Reads one request, finds its door, writes the answer in one piece."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "StripeSimulator"
    sys_version = ""
    timeout = 75
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        """Only method, path and status; never a query string or a body."""

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = unquote(urlsplit(self.path).path)
        try:
            body = self._read_body()
            page = self._refuse_strangers() or self._find(path, body)
        except ApiError as error:
            page = self._missing(error.status)
        except (ConnectionError, TimeoutError):
            raise
        except Exception:
            log.exception("%s %s broke", self.command, path)
            told = "The simulator broke; its log says where."
            page = _json(500, {"error": {"type": "api_error", "message": told}})
        if page.status == 0:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        log.info("%s %s %s", self.command, path, page.status)
        self._write(page)

    def _read_body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            self.close_connection = True
            raise ApiError("Send a Content-Length.", status=411)
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            self.close_connection = True
            raise ApiError("The body is too large.", status=413)
        return self.rfile.read(int(length))

    def _refuse_strangers(self) -> Page | None:
        """A page of another site must not reach in through the browser of somebody here."""
        host = urlsplit(f"//{self.headers.get('Host', '')}").hostname
        origin = self.headers.get("Origin")
        if host not in _HOSTS:
            return _json(403, {"error": "The simulator answers to the loopback address only."})
        if origin and urlsplit(origin).hostname not in _HOSTS:
            return _json(403, {"error": "Not from another site."})
        return None

    def _find(self, path: str, body: bytes) -> Page:
        simulator = self.server.simulator
        if path.startswith("/v1/"):
            asked = api.Request(self.command, self.path, self.headers, body)
            answer = api.handle(simulator, asked)
            page = Page(answer.status, answer.text.encode(), "application/json")
            page.headers = answer.headers
            return page
        if path.startswith("/_sim/"):
            return self._control(path.removeprefix("/_sim/"), body)
        return self._page(path, body)

    def _control(self, path: str, body: bytes) -> Page:
        kind = self.headers.get("Content-Type", "").split(";")[0]
        if self.command == "POST" and body and kind != "application/json":
            return _json(415, {"error": "Send JSON."})
        return _json(*control.handle(self.server.simulator, self.command, path, body))

    def _page(self, path: str, body: bytes) -> Page:
        simulator = self.server.simulator
        accepted = self.headers.get("Accept-Language", "")
        posted = self.command == "POST"
        sent: dict[str, str] = {}
        if posted:
            sent = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        query = dict(parse_qsl(urlsplit(self.path).query))
        match path.strip("/").split("/"):
            case [""]:
                return tester_pages.index_page(simulator, accepted)
            case ["assets", name] if name in _ASSETS:
                return _asset(name)
            case ["c", "pay", name]:
                if posted:
                    return checkout_page.submit(simulator, name, sent, accepted)
                return checkout_page.show(simulator, name, query, accepted)
            case ["promptpay" | "authenticate", name] if posted:
                return tester_pages.decide_and_go(simulator, name, sent.get("action", ""))
            case ["promptpay", name]:
                return tester_pages.promptpay_page(simulator, name, accepted)
            case ["authenticate", name]:
                return tester_pages.authenticate_page(simulator, name, accepted)
            case ["refund", name]:
                if posted:
                    return tester_pages.decide_refund(simulator, name, sent.get("action", ""))
                return tester_pages.refund_page(simulator, name, accepted)
            case ["dispute", name]:
                if posted:
                    return money_pages.decide_dispute(simulator, name, sent.get("action", ""))
                return money_pages.dispute_page(simulator, name, accepted)
            case ["setup", "s", name, token]:
                if posted:
                    asked = sent.get("action", "")
                    return money_pages.finish_setup(simulator, name, token, asked)
                return money_pages.setup_page(simulator, name, token, accepted)
            case ["qr", name] if name.endswith((".svg", ".png")):
                return tester_pages.qr_picture(simulator, name[:-4], name[-3:])
        return self._missing(404)

    def _missing(self, status: int) -> Page:
        words = Words(language_for(None, self.headers.get("Accept-Language", "")))
        title = words.say("not_found")
        return html(words, title, f"<section class='notice'><h1>{title}</h1></section>",
                    status=status)  # fmt: skip

    def _write(self, page: Page) -> None:
        self.send_response(page.status)
        for name, value in page.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", page.kind)
        self.send_header("Content-Length", str(len(page.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(page.body)
        self.wfile.flush()


def _json(status: int, body: object) -> Page:
    return Page(status, json.dumps(body, ensure_ascii=False).encode(), "application/json")


def _asset(name: str) -> Page:
    text = Path(__file__).with_name(name).read_bytes()
    return Page(200, text, _ASSETS[name], {"Cache-Control": "no-cache"})
