"""``python -m tests.bench.pictures [templates] [sample]`` takes the repository's pictures anew; both by default."""

from __future__ import annotations

import argparse

from playwright.sync_api import sync_playwright

from tests.bench.pictures import illustrations, screenshots
from tests.support.browser import executable

#: What to take, in this order: screenshots show the illustrations.
_PARTS = ("sample", "templates")


def main() -> None:
    """Write the pictures and print their paths and sizes."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.pictures", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help="templates, sample, or both")
    chosen = parser.parse_args().parts or _PARTS
    if unknown := set(chosen) - set(_PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))} (there are {', '.join(_PARTS)})")
    # Playwright keeps an event loop, and so does composing a mail: mails are composed before and after.
    for part in _PARTS:
        if part not in chosen:
            continue
        mails = screenshots.mails() if part == "templates" else {}
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable(), args=["--no-sandbox", "--disable-gpu"])
            paths = screenshots.take(browser, mails) if part == "templates" else illustrations.draw(browser)
            for path in paths:
                print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
