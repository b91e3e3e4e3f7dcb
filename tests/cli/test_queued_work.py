"""``digest send``, ``collect`` and ``editions resend`` with workers: they queue the work and wait for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from digest.cli import main
from digest.store import editions, open_store, subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.fleet_threads import fleet_threads
from tests.support.run_process import until
from tests.support.values import NOON

pytestmark = pytest.mark.slow

SETTINGS = """\
[jobs]
engine = "procrastinate"
[smtp]
folder = "mails"
[[sources]]
id = "own"
path = "articles"
[[newsletters]]
id = "main"
title = "Main"
from = "Main <main@example.org>"
schedule = "daily 00:00"
"""
ADDRESSES = ["ann@example.org", "bo@example.org", "cy@example.org"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres_url: str) -> None:
    """Folder with settings that send into a folder, an article, and three subscribers."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIGEST_STORE__URL", postgres_url)
    Path("digest.toml").write_text(SETTINGS)
    Path("articles").mkdir()
    write("ferry", "The island ferry stayed in harbour for the third day because of strong wind. Bread came by air.")
    with open_store(postgres_url) as store, store.begin() as conn:
        subscribers.add(conn, [NewSubscriber(address=address) for address in ADDRESSES], "main", at=NOON)


def write(name: str, text: str) -> None:
    Path("articles", f"{name}.txt").write_text(f"{name.title()}\n\n{text}\n")


def mails() -> int:
    return len([*Path("mails").glob("*.eml")]) if Path("mails").is_dir() else 0


def test_workers_collect_publish_and_deliver_while_the_command_waits(
    capsys: pytest.CaptureFixture[str], postgres_url: str
) -> None:
    with fleet_threads():
        assert main(["send", "--json"]) == 0
        document = json.loads(capsys.readouterr().out)
        assert (document["counts"], document["is_new"]) == ({"sent": 3}, True)
        assert mails() == 3

        assert main(["send"]) == 0, "run again, it sends nothing"
        assert "3 sent" in capsys.readouterr().out
        assert mails() == 3

        assert main(["send", "--again"]) == 0
        assert mails() == 6
    with open_store(postgres_url) as store, store.read() as conn:
        assert [summary.revision for summary in editions.summaries(conn)] == [2, 1]


def test_without_a_worker_the_command_says_which_queue_lacks_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["send", "--wait", "7s"]) == 1

    error = capsys.readouterr().err
    assert "no worker takes jobs of the queue collect, deliver, publish" in error
    assert "no clock leads" in error
    assert "the workers go on without this command" in error
    assert mails() == 0
    with fleet_threads() as workers:  # what was queued is done by the first worker
        until(lambda: "delivered" in workers.events)
    assert mails() == 3


def test_a_command_that_is_told_not_to_wait_only_queues(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["send", "--wait", "0s"]) == 1

    with fleet_threads() as workers:
        until(lambda: "delivered" in workers.events)

    assert mails() == 3


def test_test_mails_and_dry_runs_need_no_worker(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["send", "--to", "me@example.org"]) == 0
    assert mails() == 1
    assert main(["send", "--dry-run"]) == 0
    assert "3 would get it" in capsys.readouterr().out


def test_nothing_to_publish_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    for path in Path("articles").iterdir():
        path.unlink()
    with fleet_threads():
        assert main(["send", "--no-collect"]) in {0, 1}

    assert "nothing new" in capsys.readouterr().err
    assert mails() == 0


def test_mails_are_sent_again_by_workers(capsys: pytest.CaptureFixture[str]) -> None:
    with fleet_threads() as workers:
        assert main(["send"]) == 0
        before = workers.events.count("delivered")
        for path in Path("mails").glob("*.eml"):
            path.unlink()
        assert main(["editions", "resend", "1", "ann@example.org"]) == 0
        assert "1 sent again" in capsys.readouterr().out
        assert workers.events.count("delivered") > before

    assert mails() == 1


def test_workers_collect_while_the_command_waits(capsys: pytest.CaptureFixture[str]) -> None:
    with Path("digest.toml").open("a") as file:
        file.write('[[sources]]\nid = "gone"\npath = "nowhere"\n')
    with fleet_threads():
        assert main(["collect", "--json"]) == 0
        captured = capsys.readouterr()
        document = json.loads(captured.out)
        assert (document["new"], document["sources"]) == (1, 2)
        assert [failure["source"] for failure in document["failures"]] == ["gone"]
        assert "1 new article from 1 of 2 sources" in captured.err

        assert main(["collect", "gone"]) == 1, "every source failed"
