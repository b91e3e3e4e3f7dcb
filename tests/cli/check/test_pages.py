"""``digest check`` on the subscribers' pages: may they be served, and do they answer?"""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from sqlalchemy import text

from digest.cli import main
from digest.store import Store, open_store
from tests.support.web_site import SECRET, running_site, site_settings

NEWSLETTER = '[[newsletters]]\nid = "{id}"\ntitle = "Main"\nfrom = "main@example.org"\n'


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def findings_on_pages(
    capsys: pytest.CaptureFixture[str], *keys: str, id: str = "main", newsletter: str = ""
) -> list[tuple[str, str]]:
    """Return the states and messages about the pages."""
    Path("digest.toml").write_text("\n".join(["[web]", *keys, NEWSLETTER.format(id=id), newsletter]))
    main(["check", "--json", "--offline"])
    findings = json.loads(capsys.readouterr().out)
    return [
        (finding["state"], f"{finding['message']} → {finding['hint']}")
        for finding in findings
        if finding["topic"] == "web"
    ]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def test_pages_that_answer_are_no_problem(sqlite_store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    with running_site(sqlite_store, site_settings()) as site:
        keys = ('url = "https://news.example"', f'listen = "127.0.0.1:{site.port}"', f'secret = "{SECRET}"')
        ((state, message),) = findings_on_pages(capsys, *keys)

    assert state == "ok"
    assert "https://news.example" in message


def test_pages_that_nobody_serves_are_bad_unless_run_serves_them(capsys: pytest.CaptureFixture[str]) -> None:
    keys = ('url = "https://news.example"', f'listen = "127.0.0.1:{free_port()}"', f'secret = "{SECRET}"')
    ((state, message),) = findings_on_pages(capsys, *keys)
    ((state_served, message_served),) = findings_on_pages(capsys, *keys, "serve = true")

    assert state == "bad"
    assert "serve = true" in message
    assert state_served == "note"
    assert "'digest run'" in message_served


_GOOD = ('url = "https://news.example"', f'secret = "{SECRET}"')


@pytest.mark.parametrize(
    ("keys", "id", "words"),
    [
        pytest.param([f'secret = "{SECRET}"', 'url = "http://news.example"'], "main", "not https", id="no encryption"),
        pytest.param(['url = "https://news.example"'], "main", "secret is missing", id="no secret"),
        pytest.param(['url = "https://news.example"', 'secret = "short"'], "main", "fewer than 32", id="short secret"),
        *(
            pytest.param([*_GOOD, f'metrics_token = "{token}"'], "main", words, id=f"metrics token: {words}")
            for token, words in (("x" * 15, "fewer than 16"), ("a token with spaces", "no Authorization header"))
        ),
        pytest.param(["serve = true", f'secret = "{SECRET}"'], "main", "no address", id="no address"),
    ],
)
def test_what_forbids_serving_is_bad_and_an_error_of_serve(
    keys: list[str], id: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    findings = findings_on_pages(capsys, f'listen = "127.0.0.1:{free_port()}"', *keys, id=id)

    assert any(state == "bad" and words in message for state, message in findings)
    assert main(["serve"]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"])
def test_this_machine_needs_no_encryption(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    keys = (f'url = "{url}"', f'listen = "127.0.0.1:{free_port()}"', f'secret = "{SECRET}"', "serve = true")

    assert [state for state, _ in findings_on_pages(capsys, *keys)] == ["note"]


def test_an_archive_without_pages_is_bad(capsys: pytest.CaptureFixture[str]) -> None:
    ((state, message),) = findings_on_pages(capsys, newsletter='archive = "public"')

    assert state == "bad"
    assert "'main' has an archive" in message
    assert "[web] url" in message


def test_a_public_archive_that_cannot_be_searched_is_noted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keys = (f'url = "http://127.0.0.1:{free_port()}"', f'secret = "{SECRET}"', "serve = true")
    url = f"sqlite:///{tmp_path / 'digest.db'}"
    with open_store(url) as store, store.begin() as conn:
        conn.execute(text("DROP TABLE story_search"))

    assert not any("index" in message for _, message in findings_on_pages(capsys, *keys))
    Path("digest.toml").write_text(f"{Path('digest.toml').read_text()}archive = 'public'\n")
    main(["check", "--json", "--offline"])
    findings = json.loads(capsys.readouterr().out)
    assert "the stories aren't indexed yet" in [finding["message"] for finding in findings]
