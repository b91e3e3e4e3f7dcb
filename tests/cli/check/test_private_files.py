"""New files are private; ``digest check`` notes those that other users of this machine can read."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.cli import main
from digest.deliver.mailers import open_mailer
from digest.settings import SmtpSettings
from digest.store import open_store
from tests.support.smtp_delivery import MemoryOutbox, message

SOURCE = '[[sources]]\nid = "a"\nurl = "https://{}@feeds.example.org/"\n'


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: str | Path) -> str:
    return f"{Path(path).stat().st_mode & 0o777:o}"


def notes(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    main(["check", "--offline", "--json"])
    findings = json.loads(capsys.readouterr().out)
    return {finding["topic"]: finding["hint"] for finding in findings if finding["state"] == "note"}


def test_a_new_store_and_its_log_are_private() -> None:
    with open_store("sqlite:///digest.db"):
        assert {path.name: mode(path) for path in Path().iterdir()} == {
            "digest.db": "600",
            "digest.db-wal": "600",
            "digest.db-shm": "600",
        }


def test_a_store_that_exists_keeps_its_mode() -> None:
    Path("digest.db").touch(0o640)
    with open_store("sqlite:///digest.db"):
        assert mode("digest.db") == "640"


def test_new_settings_are_private() -> None:
    main(["init", "news", "--from", "https://anna:lantern@feeds.example.org/"])

    assert mode("news/digest.toml") == "600"
    assert "anna:lantern@" in Path("news/digest.toml").read_text()


@pytest.mark.parametrize(("folder_mode", "file_mode"), [(0o700, "600"), (0o750, "640"), (0o755, "644")])
def test_mails_are_as_private_as_their_folder(folder_mode: int, file_mode: str) -> None:
    Path("out").mkdir()
    Path("out").chmod(folder_mode)
    open_mailer(SmtpSettings(folder=Path("out")))(MemoryOutbox([message(1)]))

    assert [mode(file) for file in Path("out").iterdir()] == [file_mode]


def test_a_readable_store_and_its_copies_are_noted(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    Path("digest.toml").write_text("")
    with open_store("sqlite:///digest.db"):
        pass
    assert "store files" not in notes(capsys)
    Path("digest.db").chmod(0o644)
    Path("digest.db.0004_addresses").touch(0o640)

    assert notes(capsys)["store files"] == f"chmod 600 {tmp_path}/digest.db {tmp_path}/digest.db.0004_addresses"


@pytest.mark.parametrize("login", ["anna:lantern", "anna:l%40ntern", "lantern"])
def test_readable_settings_with_a_password_in_an_address_are_noted(
    login: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("digest.toml").write_text(SOURCE.format(login))
    Path("digest.toml").chmod(0o644)
    hint = notes(capsys)["settings"]
    Path("digest.toml").chmod(0o600)

    assert hint.startswith("chmod 600 ")
    assert "settings" not in notes(capsys)
