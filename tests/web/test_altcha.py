"""Proof of work before a request to subscribe: opt-in, one request for each solution."""

from __future__ import annotations

import html
import json
import os
import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from altcha import Challenge, Payload, solve_challenge
from playwright.sync_api import Browser

from digest.settings.web_pages import ALTCHA_FILES, find_page_problems
from digest.store import Store
from digest.web.spent_solutions import SpentSolutions
from tests.support.browser import browser
from tests.support.web_site import RunningSite, running_site, site_settings
from tests.web.test_subscribe import ANN, hidden_fields, mails, settle

__all__ = ["browser"]  # a fixture
#: Folder of the widget's npm package, which isn't ours to ship.
PACKAGE = os.environ.get("DIGEST_TEST_ALTCHA")


@pytest.fixture
def site(sqlite_store: Store, tmp_path: Path) -> Iterator[RunningSite]:
    """A site with a folder like that of the npm package."""
    for file in ALTCHA_FILES.values():
        path = tmp_path / "altcha" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"/* {file} */")
    with running_site(sqlite_store, site_settings(altcha=tmp_path / "altcha")) as running:
        yield running


def form_of(site: RunningSite) -> tuple[dict[str, str], Challenge]:
    """The form's fields, filled in, and its challenge."""
    page = site.get("/subscribe")
    (challenge,) = re.findall(r'<altcha-widget challenge="([^"]*)"', page.text)
    site.now += timedelta(seconds=10)
    return hidden_fields(page) | {"email": ANN}, Challenge.from_dict(json.loads(html.unescape(challenge)))


def solved(challenge: Challenge) -> str:
    """The solution, as the widget sends it; half a second of work."""
    solution = solve_challenge(challenge)
    assert solution
    return Payload(challenge, solution).to_base64()


def test_a_solved_challenge_sends_one_mail_and_no_second_request(site: RunningSite) -> None:
    fields, challenge = form_of(site)
    solution = solved(challenge)
    first = site.post("/subscribe", fields | {"altcha": solution})
    second = site.post("/subscribe", fields | {"altcha": solution, "email": "ben@harbour.example"})
    settle(site)

    assert "Please check your mail" in first.text
    assert "press the button once more" in second.text
    assert [mail["To"] for mail in mails(site)] == [ANN]


@pytest.mark.parametrize("solution", ["", "x", "e30=", "bnVsbA==", "W10=", "eyJjaGFsbGVuZ2UiOjEsInNvbHV0aW9uIjp7fX0="])
def test_without_a_solution_nothing_is_asked_for(solution: str, site: RunningSite) -> None:
    fields, _ = form_of(site)
    answer = site.post("/subscribe", fields | {"altcha": solution})
    settle(site)

    assert "press the button once more" in answer.text
    assert mails(site) == []
    assert site.events == []


@pytest.mark.slow
def test_a_solution_is_good_for_its_own_form_alone(site: RunningSite) -> None:
    _, challenge = form_of(site)
    fields, _ = form_of(site)
    solution = solved(challenge)

    assert "press the button once more" in site.post("/subscribe", fields | {"altcha": solution}).text


def test_the_widgets_files_and_no_others_are_served_and_only_its_page_runs_scripts(site: RunningSite) -> None:
    for name, file in ALTCHA_FILES.items():
        assert site.get(f"/assets/altcha/{name}").text == f"/* {file} */"
    assert "pbkdf2.js" in site.get("/assets/altcha/setup.js").text
    assert site.get("/assets/altcha/%2e%2e%2fdigest.db").status == 404
    policy = site.get("/subscribe").headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in site.get("/confirm/x").headers["content-security-policy"]


def test_a_folder_without_the_widget_is_a_problem_of_serving(site: RunningSite, tmp_path: Path) -> None:
    assert list(find_page_problems(site.app.settings)) == []
    (tmp_path / "altcha" / ALTCHA_FILES["pbkdf2.js"]).unlink()
    (problem,) = find_page_problems(site.app.settings)

    assert "dist/workers/pbkdf2.js" in problem.message


def test_without_the_setting_there_is_no_script(sqlite_store: Store) -> None:
    with running_site(sqlite_store) as site:
        page = site.get("/subscribe")
        assert site.get("/assets/altcha/altcha.js").status == 404

    assert "<script" not in page.text
    assert "script-src" not in page.headers["content-security-policy"]


def test_the_oldest_solutions_are_forgotten() -> None:
    spent = SpentSolutions(most=2)

    assert [spent.spend(signature) for signature in "aabca"] == [True, False, True, True, True]


@pytest.mark.slow
def test_the_widget_itself_solves_it_in_a_browser(sqlite_store: Store, browser: Browser) -> None:
    """With the npm package at ``$DIGEST_TEST_ALTCHA``."""
    if not PACKAGE:
        pytest.skip("DIGEST_TEST_ALTCHA names no folder of the npm package altcha")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    settings = site_settings(url=f"http://127.0.0.1:{port}", altcha=Path(PACKAGE))
    with running_site(sqlite_store, settings, port=port) as site:
        page = browser.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{site.url}/subscribe")
        page.get_by_label("Your mail address").fill(ANN)
        site.now += timedelta(seconds=20)
        page.get_by_role("button", name="Subscribe").click()
        page.get_by_role("heading", name="Please check your mail").wait_for(timeout=30_000)
        settle(site)

    assert [text for text in complaints if "404" not in text] == []  # there is no icon
    assert [mail["To"] for mail in mails(site)] == [ANN]
