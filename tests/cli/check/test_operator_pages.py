"""``digest check`` on the operator's pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from digest.cli import main
from digest.pipeline.operator_password import hash_password, save_password
from tests.support.web_site import SECRET


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    save_password(hash_password("four words no two", n=16), tmp_path / "operator")


def findings(capsys: pytest.CaptureFixture[str], *keys: str) -> list[tuple[str, str]]:
    """The states of the findings about the pages, with their hints; all problems of serving count, too."""
    Path("digest.toml").write_text("\n".join(["[web]", f'secret = "{SECRET}"', *keys]))
    main(["check", "--json", "--offline"])
    topics = {"operator's pages", "web"}
    return [
        (finding["state"], finding["hint"])
        for finding in json.loads(capsys.readouterr().out)
        if finding["topic"] in topics and "nothing answers there" not in finding["message"]
    ]


URL, PASSWORD = 'url = "https://news.example"', 'operator_password_file = "operator"'
HEADER, PROXY = 'operator_header = "X-Remote-User"', 'proxies = ["127.0.0.1"]'


def test_a_password_of_ones_own_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert findings(capsys, URL, PASSWORD) == [("ok", "")]


def test_without_such_pages_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert findings(capsys, URL) == []


def test_a_file_that_others_can_read_is_noted(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    Path("operator").chmod(0o644)

    assert findings(capsys, URL, PASSWORD) == [("note", f"chmod 600 {tmp_path / 'operator'}"), ("ok", "")]


def test_a_missing_or_broken_file_is_bad(capsys: pytest.CaptureFixture[str]) -> None:
    Path("operator").write_text("four words no two")
    assert findings(capsys, URL, PASSWORD) == [("bad", "'digest web password' writes it anew")]
    Path("operator").unlink()
    assert findings(capsys, URL, PASSWORD) == [("bad", "'digest web password' sets one")]


def test_a_header_needs_a_proxy_that_isnt_everybody(capsys: pytest.CaptureFixture[str]) -> None:
    assert [state for state, _ in findings(capsys, URL, HEADER, PROXY)] == ["ok"]
    assert [state for state, _ in findings(capsys, URL, HEADER)] == ["bad"]
    assert [state for state, _ in findings(capsys, URL, HEADER, 'proxies = ["0.0.0.0/0"]')] == ["bad"]


def test_pages_without_an_address_or_without_https_are_bad(capsys: pytest.CaptureFixture[str]) -> None:
    assert [state for state, _ in findings(capsys, PASSWORD)] == ["bad"]
    assert [state for state, _ in findings(capsys, 'url = "http://news.example"', PASSWORD)] == ["bad", "ok"]
