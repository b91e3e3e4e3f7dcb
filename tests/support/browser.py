"""Chromium for tests of how a mail is displayed. Nothing is installed here.

Where Chromium is missing, these tests are skipped on a developer's machine and fail in CI.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support.checkers import skip_or_fail

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def executable() -> str | None:
    """Path of Chromium: ``$CHROMIUM``, else its usual names in the ``PATH``."""
    return os.environ.get("CHROMIUM") or next((path for name in _NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium, for one module: Playwright keeps an event loop running in the thread."""
    path = executable()
    if path is None:
        missing = f"no Chromium on this machine (looked for $CHROMIUM and {', '.join(_NAMES)} in the PATH)"
        skip_or_fail(missing, "apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()
