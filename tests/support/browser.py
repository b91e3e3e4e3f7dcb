"""A real Chromium for the tests that have to see a mail as a reader does. It installs nothing.

Where Chromium is missing these tests step aside on a person's machine and fail in CI: there it has to be.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support.checkers import wanting

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def executable() -> str | None:
    """Where Chromium is on this machine: ``$CHROMIUM``, else by its usual names."""
    return os.environ.get("CHROMIUM") or next((path for name in _NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window; a module's own, because Playwright keeps an event loop running in the thread."""
    path = executable()
    if path is None:
        missing = f"no Chromium on this machine (looked for $CHROMIUM and {', '.join(_NAMES)} in the PATH)"
        wanting(missing, "apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()
