"""Lighthouse 12 (mobile preset) on the pages a shopper meets first, as medians of several runs.

Needs Node 18.20 or newer and Chromium (CHROME_PATH, otherwise /usr/bin/chromium). Opens a demo
market of its own, without a worker, or measures the one at `--url`. Lighthouse is installed into
var/node when missing. The table is printed and written to bench/results-lighthouse.md; the
reports of the last run of each page stay in var/lighthouse. With `--gate` the exit code is 1
when a page is below a limit; performance depends on the machine and is only reported.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
NODE = ROOT / "var" / "node"
REPORTS = ROOT / "var" / "lighthouse"
RESULTS = ROOT / "bench" / "results-lighthouse.md"

PAGES = (
    "/th/",
    "/th/types/textile/",
    "/th/products/praewa-silk-of-kalasin/",
    "/th/groups/kham-muang-praewa/",
    "/th/stories/",
    "/th/stories/the-sampler-under-the-house/",
)
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
TRIES = 4
LIMITS = {"accessibility": 100, "best-practices": 96, "seo": 100}
CHROME_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)

Scores = dict[str, float]


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.lighthouse",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--url", default="", help="where a market runs (default: open one)")
    parser.add_argument("--runs", type=int, default=5, help="runs per page (default 5)")
    parser.add_argument("--gate", action="store_true", help="exit with 1 below a limit")
    options = parser.parse_args()
    if options.runs < 1:
        parser.error("--runs must be at least 1")
    if options.url:
        medians = measured(options.url, runs=options.runs)
    else:
        from tests.browser.shop import OpenShop, prepared_market

        with OpenShop(prepared_market()) as shop:  # no worker: nothing else is busy
            medians = measured(shop.address, runs=options.runs)
    table = as_table(medians, options.runs)
    print("\n" + table)
    RESULTS.write_text(table, encoding="utf-8")
    low = below_limits(medians)
    for line in low:
        print(line, file=sys.stderr)
    return 1 if options.gate and low else 0


def measured(address: str, *, runs: int, pages: Sequence[str] = PAGES) -> dict[str, Scores]:
    """The median scores of each page of the market at `address`."""
    lighthouse = installed()
    medians: dict[str, Scores] = {}
    for page in pages:
        url = address.rstrip("/") + page
        found = [scores(patient_report(lighthouse, url, page)) for _ in range(runs)]
        medians[page] = {name: statistics.median(run[name] for run in found) for name in found[0]}
        print(page, medians[page], flush=True)
    return medians


def installed() -> Path:
    """The Lighthouse command, fetched with npm the first time."""
    command = NODE / "node_modules" / ".bin" / "lighthouse"
    if not command.exists():
        NODE.mkdir(parents=True, exist_ok=True)
        install = ["npm", "install", "--prefix", str(NODE), "--no-save", "--no-audit", "--no-fund"]
        subprocess.run([*install, "lighthouse@12"], check=True)
    return command


def patient_report(lighthouse: Path, url: str, page: str) -> dict[str, Any]:
    """A report, tried up to four times: now and then the browser loses its trace (NO_NAVSTART)."""
    for _ in range(TRIES - 1):
        try:
            return report(lighthouse, url, page)
        except (subprocess.SubprocessError, RuntimeError) as failure:
            print(f"{page}: once more after {type(failure).__name__}", file=sys.stderr, flush=True)
    return report(lighthouse, url, page)


def report(lighthouse: Path, url: str, page: str) -> dict[str, Any]:
    """One run in a fresh browser; raises CalledProcessError or RuntimeError when it fails."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    target = REPORTS / f"{page.strip('/').replace('/', '-')}.json"
    target.unlink(missing_ok=True)
    subprocess.run(
        [
            str(lighthouse),
            url,
            "--quiet",
            "--output=json",
            f"--output-path={target}",
            f"--only-categories={','.join(CATEGORIES)}",
            f"--chrome-flags={CHROME_FLAGS}",
            "--no-enable-error-reporting",
        ],
        check=True,
        timeout=180,
        env={"CHROME_PATH": "/usr/bin/chromium", **os.environ},
    )
    found: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
    if "runtimeError" in found:
        raise RuntimeError(f"{url}: {found['runtimeError']['message']}")
    return found


def scores(found: dict[str, Any]) -> Scores:
    """The four scores (0 to 100), LCP in seconds and the layout shift of one report."""
    result: Scores = {}
    for name in CATEGORIES:
        score = found["categories"][name]["score"]
        if score is None:
            raise RuntimeError(f"{found['requestedUrl']}: no score for {name}")
        result[name] = round(score * 100)
    result["lcp"] = round(found["audits"]["largest-contentful-paint"]["numericValue"] / 1000, 2)
    result["cls"] = round(found["audits"]["cumulative-layout-shift"]["numericValue"], 3)
    return result


def below_limits(medians: dict[str, Scores]) -> list[str]:
    return [
        f"{page}: {name} is {found[name]:g}, the limit is {limit}"
        for page, found in medians.items()
        for name, limit in LIMITS.items()
        if found[name] < limit
    ]


def as_table(medians: dict[str, Scores], runs: int) -> str:
    version = json.loads(
        (NODE / "node_modules" / "lighthouse" / "package.json").read_text(encoding="utf-8")
    )["version"]
    counted = "1 run" if runs == 1 else f"medians of {runs} runs"
    lines = [
        "# Lighthouse",
        "",
        f"Lighthouse {version}, mobile preset (slow 4G and a four times slower CPU, simulated), "
        f"{counted} per page; written by `python -m bench.lighthouse`.",
        "",
        "| Page | Performance | Accessibility | Best practices | SEO | LCP (s) | CLS |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for page, found in medians.items():
        cells = [f"{found[name]:g}" for name in CATEGORIES]
        cells += [f"{found['lcp']:.1f}", f"{found['cls']:.3f}"]
        lines.append(f"| `{page}` | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
