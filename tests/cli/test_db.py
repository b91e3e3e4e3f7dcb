"""``digest db upgrade``."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.cli import main


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "digest.toml"
    file.write_text('[store]\nurl = "sqlite:///kept.db"\n')
    return file


def test_upgrade_creates_the_tables_and_is_idempotent(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "upgrade", "--config", str(config)]) == 0
    assert "created the store's tables" in capsys.readouterr().err
    assert (config.parent / "kept.db").exists()

    assert main(["--config", str(config), "db", "upgrade"]) == 0
    printed = capsys.readouterr()
    assert "up to date" in printed.err
    assert printed.out == ""


def test_upgrade_works_on_postgresql(
    config: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DIGEST_STORE__URL", postgres_url)

    assert main(["db", "upgrade", "--config", str(config)]) == 0
    assert "created the store's tables" in capsys.readouterr().err


def test_a_file_that_is_no_database_is_reported_in_one_line(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (config.parent / "kept.db").write_bytes(b"this is a text, and far longer than a header of a database would be" * 20)

    assert main(["db", "upgrade", "--config", str(config)]) == 1
    assert "is not a database" in capsys.readouterr().err


def test_a_missing_action_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db"]) == 2
    assert main(["db", "--help"]) == 0
    assert "upgrade" in capsys.readouterr().out
