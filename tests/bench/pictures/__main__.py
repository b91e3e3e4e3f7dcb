"""``python -m tests.bench.pictures [PART ...]`` takes the repository's pictures anew; all by default."""

from __future__ import annotations

import argparse
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.bench.pictures import illustrations, operation, screenshots, sources, terminal
from tests.support.browser import executable

#: What to take, in this order: screenshots show the illustrations.
_PARTS = ("sample", "templates", "terminal")


def main() -> None:
    """Write the pictures and print their paths and sizes."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.pictures", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help="templates, sample, terminal (default: all)")
    chosen = parser.parse_args().parts or _PARTS
    if unknown := set(chosen) - set(_PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))} (there are {', '.join(_PARTS)})")
    for part in _PARTS:
        if part in chosen:
            paths = _take(part)
            sources.record(paths)
            for path in paths:
                print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


def _take(part: str) -> list[Path]:
    """Take a part's pictures. Playwright keeps an event loop, and so does composing a mail: mails come before."""
    if part == "terminal":
        return [terminal.take(), *operation.take()]
    mails = screenshots.mails() if part == "templates" else {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=["--no-sandbox", "--disable-gpu"])
        return [*(screenshots.take(browser, mails) if part == "templates" else illustrations.draw(browser))]


if __name__ == "__main__":
    main()
