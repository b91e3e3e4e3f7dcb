"""External checkers accept every template in four languages, of all sizes, with hostile content (``slow``)."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.support.browser import browser
from tests.support.checkers import package, program
from tests.support.checkers.caniemail import features, support
from tests.support.mail_matrix import NAMES, edition

__all__ = ["browser"]  # a fixture
pytestmark = pytest.mark.slow

#: Width, colour scheme, and whether style elements are dropped.
VIEWS = {
    "light": (700, "light", False),
    "dark": (700, "dark", False),
    "320 pixels": (320, "light", False),
    "without style elements": (320, "light", True),
}
#: Outlook needs deprecated attributes for tables without gaps.
RULES = {"extends": ["html-validate:standard"], "root": True, "rules": {"no-deprecated-attr": "off"}}


@pytest.fixture(scope="module")
def pages(browser: Browser) -> dict[str, Page]:
    """One page for each view, reused for all editions."""
    return {
        view: browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
        for view, (width, scheme, _) in VIEWS.items()
    }


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_no_violation_and_nothing_is_too_wide(pages: dict[str, Page], name: str) -> None:
    html = edition(name).html
    for view, (width, _, is_stripped) in VIEWS.items():
        pages[view].set_content(re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL) if is_stripped else html)

        violations = Axe().run(pages[view], options={"resultTypes": ["violations"]}).response["violations"]

        assert [(view, violation["id"], violation["nodes"][0]["html"]) for violation in violations] == []
        assert pages[view].evaluate("document.documentElement.scrollWidth") <= width


def test_the_html_is_valid(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / f"{name}.html").write_text(edition(name).html, "utf-8")

    assert validate(tmp_path) == ""


def test_the_validator_finds_a_broken_page(tmp_path: Path) -> None:
    (tmp_path / "broken.html").write_text(edition(NAMES[0]).html.replace("</h1>", "</h2>"), "utf-8")

    assert "close-order" in validate(tmp_path)


def validate(folder: Path) -> str:
    """Output of html-validate for the pages in the folder."""
    (folder / ".htmlvalidate.json").write_text(json.dumps(RULES), "utf-8")
    program_file = package("html-validate") / "bin" / "html-validate.mjs"
    return subprocess.run([program("node"), program_file, "."], cwd=folder, capture_output=True, text=True).stdout


#: Features supported, in percent, where partial support counts half: the figures of MJML's mails with a dark mode.
MIN_SUPPORT = {"gmail": 78, "apple-mail": 97, "outlook": 80, "yahoo": 73}
#: A share of few features: those of the dark mode, which most programs lack, weigh more. All others have support.
#: Yahoo drops aria-label: there, a screen reader says "Yes" of each story without its title.
MIN_SUPPORT_OF_PLAIN = {"gmail": 71, "apple-mail": 96, "outlook": 76, "yahoo": 66}


@pytest.mark.parametrize("name", NAMES)
def test_mail_programs_support_the_features_of_the_html(name: str) -> None:
    used = features(edition(name).html)
    minimum = MIN_SUPPORT_OF_PLAIN if name.startswith("plain-") else MIN_SUPPORT

    scores = {family: support(used, family).score for family in minimum}
    assert {family: score for family, score in scores.items() if score < minimum[family]} == {}
