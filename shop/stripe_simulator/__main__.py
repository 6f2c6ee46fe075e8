"""Start the simulator: ``python -m shop.stripe_simulator --port 12111 --store …``."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from .server import Server
from .simulator import RefusedInProduction, Settings, Simulator, refuse_in_production


def arguments(environ: Mapping[str, str]) -> argparse.ArgumentParser:
    """The options; the shop's own environment gives the defaults, so that the two agree."""
    shop = f"http://127.0.0.1:{environ.get('PORT') or 8000}"
    port = environ.get("STRIPE_SIMULATOR_PORT") or "12111"
    url = environ.get("STRIPE_WEBHOOK_URL", f"{shop}/payments/webhook/")
    secret = environ.get("STRIPE_WEBHOOK_SECRET") or "whsec_simulator"
    parser = argparse.ArgumentParser(
        prog="python -m shop.stripe_simulator",
        description="A stand-in for Stripe on the loopback address. No real money moves.",
    )
    add = parser.add_argument
    add("--port", type=int, default=port, help="0 takes a free one and prints it")
    add("--store", default="var/stripe.sqlite3", help="SQLite file, or :memory:")
    add("--webhook-url", default=url, help="where signed events are sent; empty: nowhere")
    add("--webhook-secret", default=secret, help="whsec_…, shared with the shop")
    add("--webhook-retries", default="1,5,30,120,600", help="seconds between tries")
    add("--webhook-threads", type=int, default=1, help="more than one lets events race")
    add("--qr-lifetime", type=int, default=3600, help="seconds a PromptPay QR can be paid")
    add("--shortest-session", type=int, default=1800, help="seconds; Stripe's least is 1800")
    add("--refund-decision", choices=("succeed", "fail"), help="decide PromptPay refunds alone")
    add("--refund-delay", type=int, default=0, help="seconds until that decision")
    add("--quiet", action="store_true", help="no line per request")
    return parser


def main(argv: list[str] | None = None) -> int:
    options = arguments(os.environ).parse_args(argv)
    try:
        refuse_in_production(os.environ)
        retries = tuple(float(wait) for wait in options.webhook_retries.split(",") if wait.strip())
    except (RefusedInProduction, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    level = logging.WARNING if options.quiet else logging.INFO
    logging.basicConfig(level=level, format="%(asctime)s stripe %(message)s", stream=sys.stderr)
    if options.store != ":memory:":
        Path(options.store).parent.mkdir(parents=True, exist_ok=True)
    simulator = Simulator(
        options.store,
        webhook_url=options.webhook_url or None,
        webhook_secret=options.webhook_secret,
        webhook_retries=retries,
        webhook_threads=options.webhook_threads,
        settings=Settings(
            shortest_session=options.shortest_session,
            qr_lifetime=options.qr_lifetime,
            refund_decision=options.refund_decision,
            refund_delay=options.refund_delay,
        ),
    )
    try:
        server = Server(simulator, options.port)
    except OSError as error:
        print(f"The Stripe simulator cannot use port {options.port}: {error}", file=sys.stderr)
        return 1
    serve_until_told(simulator, server)
    return 0


def serve_until_told(simulator: Simulator, server: Server) -> None:
    """Serve until SIGTERM or SIGINT; then finish what is being sent and close the store."""

    def stop(signum: int, frame: object) -> None:
        # shutdown() waits for the loop, which runs in this very thread.
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    simulator.start(server.base_url)
    print(f"Stripe simulator ready on {server.base_url}", flush=True)
    try:
        server.serve_forever(poll_interval=0.1)
    finally:
        server.server_close()
        simulator.stop()


if __name__ == "__main__":
    sys.exit(main())
