"""``digest web password`` and ``digest web logout``."""

from __future__ import annotations

import getpass
import io
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.cli import main
from digest.pipeline.operator_password import read_password
from digest.store import open_store, operator_sessions

PASSWORD = "four words no two"


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("digest.toml").write_text('[web]\nurl = "https://news.example"\noperator_password_file = "secrets/operator"\n')
    Path("secrets").mkdir()


def answer(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """Sit at a terminal, and answer the questions with these lines."""
    answers = iter(lines)
    monkeypatch.setattr(sys, "stdin", _Terminal())
    monkeypatch.setattr(getpass, "getpass", lambda _: next(answers))


def test_the_password_is_asked_for_twice_and_never_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, PASSWORD, PASSWORD)
    assert main(["web", "password"]) == 0

    assert read_password(Path("secrets/operator")).matches(PASSWORD)
    assert stat.S_IMODE(Path("secrets/operator").stat().st_mode) == 0o600
    out, err = capsys.readouterr()
    assert out == ""
    assert "log in at https://news.example/operator/" in err
    assert PASSWORD not in err


def test_two_that_differ_change_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    answer(monkeypatch, PASSWORD, PASSWORD + "x")

    assert main(["web", "password"]) == 2
    assert not Path("secrets/operator").exists()
    assert "the two differ" in capsys.readouterr().err


def test_from_stdin_it_is_the_first_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\r\nmore\n"))
    assert main(["web", "password", "--file", "elsewhere"]) == 0

    assert read_password(Path("elsewhere")).matches(PASSWORD)
    assert 'set [web] operator_password_file = "' in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "short\n"])
def test_a_short_one_is_refused(text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))

    assert main(["web", "password"]) == 2
    assert not Path("secrets/operator").exists()
    assert "fewer than 12 characters" in capsys.readouterr().err


def test_a_folder_that_isnt_there_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(PASSWORD))

    assert main(["web", "password", "--file", "nowhere/operator"]) == 1
    assert "choose another place with --file" in capsys.readouterr().err


def test_logout_ends_all_sessions() -> None:
    with open_store("sqlite:///digest.db") as store, store.begin() as conn:
        session_id = operator_sessions.add(conn, password_id="p", network="", at=datetime.now(UTC))
    assert main(["web", "logout"]) == 0

    with open_store("sqlite:///digest.db") as store, store.read() as conn:
        session = operator_sessions.get(conn, session_id)
    assert session
    assert session.ended
