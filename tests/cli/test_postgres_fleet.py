"""Commands of a fleet explain in one message why their PostgreSQL database can't be used by several machines."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from digest.cli import main
from digest.store import open_store
from tests.support.pgbouncer import pgbouncer
from tests.support.unusable_databases import UnusableDatabase

pytestmark = pytest.mark.slow

_SETTINGS = """
[store]
url = "{url}"
direct_url = "{direct_url}"
[jobs]
engine = "{engine}"
[smtp]
folder = "mails"
[[sources]]
id = "own"
path = "articles"
[[newsletters]]
id = "main"
title = "Main"
from = "Main <main@example.org>"
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("articles").mkdir()


def _write(url: str, direct_url: str = "", engine: str = "procrastinate") -> None:
    Path("digest.toml").write_text(_SETTINGS.format(url=url, direct_url=direct_url, engine=engine))


@pytest.mark.parametrize("command", ["run", "worker", "send"])
@pytest.mark.parametrize("problem", ["a server that is down", "an old server", "the wrong encoding", "a standby"])
def test_an_unusable_database_is_told(
    unusable_databases: dict[str, UnusableDatabase], problem: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    database = unusable_databases[problem]
    _write(database.url)

    assert main([command]) == 1
    message, hint = capsys.readouterr().err.splitlines()
    assert database.message in message
    assert database.hint in hint


@pytest.mark.parametrize("engine", ["embedded", "procrastinate"])
def test_a_pooler_without_direct_url_is_told(
    engine: str, postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pgbouncer(postgres_url) as pooled:
        _write(pooled, engine=engine)
        for command in (["run"], ["worker"]) if engine == "procrastinate" else (["run"],):
            assert main(command) == 1
            message, hint = capsys.readouterr().err.splitlines()
            assert "behind a pooler" in message
            assert "set [store] direct_url" in hint

        assert main(["check", "--offline"]) == 1
        assert "behind a pooler" in capsys.readouterr().out

        _write(pooled, direct_url=postgres_url, engine=engine)
        main(["check", "--offline"])
        assert "behind a pooler" not in capsys.readouterr().out
        assert main(["status"]) == 0
        assert main(["db", "upgrade"]) == 0


def test_a_direct_url_to_another_database_is_told(
    postgres_url: str, postgres_server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(postgres_url, direct_url=postgres_server)
    for command in (["run"], ["worker"]):
        assert main(command) == 1
        message, hint = capsys.readouterr().err.splitlines()
        assert "direct_url leads to another database than url" in message
        assert "same server and database" in hint


def test_missing_rights_are_told(postgres_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    guest = postgres_url.replace("postgres:@", "digest_visitor:@")
    open_store(postgres_url).close()
    with psycopg.connect(postgres_url, autocommit=True) as conn:
        conn.execute("DROP ROLE IF EXISTS digest_visitor")
        conn.execute("CREATE ROLE digest_visitor LOGIN")
        conn.execute("GRANT USAGE ON SCHEMA public TO digest_visitor")
        conn.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO digest_visitor")
        _write(guest)
        try:
            for command in (["run"], ["worker"], ["db", "upgrade"]):
                assert main(command) == 1, "it may not create the queue's tables"
                *_log, message, hint = capsys.readouterr().err.splitlines()
                assert "permission denied for schema public" in message
                assert "OWNER TO digest_visitor" in hint

            _write(postgres_url)
            assert main(["db", "upgrade"]) == 0
            capsys.readouterr()
            _write(guest)
            assert main(["check", "--offline"]) == 1
            assert "permission denied for table procrastinate_" in capsys.readouterr().out
        finally:
            conn.execute("DROP OWNED BY digest_visitor")
            conn.execute("DROP ROLE digest_visitor")
