"""``digest status`` and ``digest editions``, as text and as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Select, delete, func, select, update

from digest.cli import main
from digest.model.editions import Outcome
from digest.model.newsletters import Source
from digest.model.slowdown import Slowdown
from digest.pipeline import slots as schedule
from digest.settings.schedule import parse_schedule
from digest.store import deliveries, hosts, rate_limits, runs, slots, sources, subscribers, tables
from digest.store.hosts import HostState
from digest.store.slots import SlotStatus
from digest.store.subscribers import NewSubscriber
from tests.support.databases import open_persistent_store, persistent_store_content
from tests.support.editions import set_outcome as change_outcome

SETTINGS = """\
[smtp]
folder = "mails"

[operator]
alarm_after = 2

[[sources]]
id = "own"
path = "articles"

[[newsletters]]
id = "main"
title = "Main"
from = "Main <main@example.org>"
schedule = "daily 00:00"
"""
SUBSCRIBERS = ["ann@example.org", "bo@example.org"]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], persistent_url: str
) -> None:
    """Folder with settings, and one edition sent."""
    monkeypatch.chdir(tmp_path)
    Path("digest.toml").write_text(SETTINGS)
    Path("articles").mkdir()
    text = "The island ferry stayed in harbour because of strong wind. Bread and milk came by helicopter at noon."
    Path("articles/ferry.txt").write_text(f"On the ferry\n\n{text}\n")
    with open_persistent_store() as store, store.begin() as conn:
        subscribers.add(conn, [NewSubscriber(address=address) for address in SUBSCRIBERS], "main", at=datetime.now(UTC))
    assert main(["send"]) == 0
    capsys.readouterr()


def printed(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    main(argv)
    return capsys.readouterr().out


def as_json(capsys: pytest.CaptureFixture[str], *argv: str) -> object:
    return json.loads(printed(capsys, *argv, "--json"))


# --- status ------------------------------------------------------------------------------------------------------


def test_status_has_next_slots_and_last_editions(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, "status")
    today, tomorrow = (f"{datetime.now(UTC) + days * DAY:%Y-%m-%d}" for days in (0, 1))

    assert f" {tomorrow} 00:00 UTC, last {today} published" in out
    assert f"edition 1: main {today}.1: 2 sent" in out
    assert "queue: 0 waiting, 0 being sent" in out
    assert "sources: 1, 0 failing" in out
    assert "database: " in out


def test_status_as_json_has_all_parts(capsys: pytest.CaptureFixture[str]) -> None:
    document = as_json(capsys, "status")

    assert isinstance(document, dict)
    assert list(document) == [
        "newsletters",
        "editions",
        "queue",
        "slowed",
        "sources",
        "unread_mails",
        "secret_problem",
        "unmatched_unsubscribes",
        "service_problems",
        "runs",
        "problems",
        "database",
    ]
    assert document["editions"][0]["counts"] == {"sent": 2}
    today = document["newsletters"][0]["history"][-1]
    assert (today["subscribers"], today["joined"], today["deliveries"]) == (2, 2, {"sent": 2})
    assert len(document["sources"]["history"]) == 1
    assert document["database"]["bytes"] > 100_000
    assert document["database"]["problems"] == []


def test_status_reports_a_secret_that_can_be_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    Path("digest.toml").write_text(f'[web]\nsecret = "go!"\n{SETTINGS}')

    assert "problem: [web] secret has fewer than 32 characters" in printed(capsys, "status")


def test_status_says_why_mails_failed(capsys: pytest.CaptureFixture[str]) -> None:
    set_outcome(Outcome.FAILED)
    with open_persistent_store() as store, store.begin() as conn:
        replies = update(tables.deliveries).where(tables.deliveries.c.outcome == Outcome.FAILED)
        conn.execute(replies.values(reply="552 5.2.2 <ann@example.org>: mailbox full"))

    assert "  1 failed: 552 5.2.2 <…> mailbox full" in printed(capsys, "status").splitlines()
    document = as_json(capsys, "status")
    assert isinstance(document, dict)
    reasons = document["editions"][0]["reasons"]
    assert reasons == [{"outcome": "failed", "reply": "552 5.2.2 <…> mailbox full", "count": 1}]


def test_status_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    before = persistent_store_content()
    for argv in (["status"], ["status", "--check"], ["editions", "list"], ["editions", "show", "1"]):
        main(argv)

    assert persistent_store_content() == before


def test_status_lists_failing_sources_and_alarms(capsys: pytest.CaptureFixture[str]) -> None:
    now = datetime.now(UTC)
    with open_persistent_store() as store, store.begin() as conn:
        sources.record_failure(conn, Source(id="own", path=Path("articles")), "the folder is gone", at=now - 2 * HOUR)
    out = printed(capsys, "status")

    assert "own since" in out
    assert "its only source can't be read" in out


@pytest.mark.parametrize(
    ("collected", "message"),
    [
        pytest.param(timedelta(minutes=5), "", id="lately"),
        pytest.param(DAY, "no sources were fetched since", id="yesterday"),
        pytest.param(None, "no sources were fetched yet", id="never"),
    ],
)
def test_check_fails_if_nothing_was_collected(
    capsys: pytest.CaptureFixture[str], collected: timedelta | None, message: str
) -> None:
    with open_persistent_store() as store, store.begin() as conn:
        conn.execute(delete(tables.sources))
        if collected:
            runs.start(conn, "collect", at=datetime.now(UTC) - collected)

    assert main(["status", "--check"]) == (1 if message else 0)
    err = capsys.readouterr().err
    assert message in err
    assert bool(err) == bool(message)


@pytest.mark.parametrize("command", ["send", "collect"])
def test_check_knows_what_cron_fetched(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    if command == "collect":  # the edition of before was sent by ``digest send``, which fetches too
        with open_persistent_store() as store, store.begin() as conn:
            conn.execute(delete(tables.sources))
        assert main([command]) == 0
        capsys.readouterr()

    assert main(["status", "--check"]) == 0
    assert capsys.readouterr().err == ""


def test_check_fails_if_an_edition_is_late_or_mails_wait(capsys: pytest.CaptureFixture[str]) -> None:
    now = datetime.now(UTC)
    Path("digest.toml").write_text(SETTINGS.replace('"daily 00:00"', f'"daily {now - HOUR:%H:%M}"\ncatch_up = "30h"'))
    with open_persistent_store() as store, store.begin() as conn:
        runs.start(conn, "collect", at=now)
        conn.execute(delete(tables.slots))
        daily = parse_schedule(f"daily {now - HOUR:%H:%M}")
        last = schedule.latest(daily, UTC, now - DAY)
        slots.record_status(conn, "main", last, SlotStatus.PUBLISHED, at=last.due)
        change_outcome(conn, Outcome.RETRY, next_try=now - 2 * HOUR)

    assert main(["status", "--check"]) == 1
    err = capsys.readouterr().err
    assert "is late" in err
    assert "2 mails wait since" in err


# --- editions ----------------------------------------------------------------------------------------------------


def test_editions_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert "2 sent" in printed(capsys, "editions", "list")
    document = as_json(capsys, "editions", "list", "-n", "main")
    assert isinstance(document, list)
    assert [edition["id"] for edition in document] == [1]
    assert main(["editions", "list", "-n", "other"]) == 2


def test_an_edition_is_shown_as_it_was_sent(capsys: pytest.CaptureFixture[str]) -> None:
    assert "The island ferry stayed in harbour" in printed(capsys, "editions", "show", "1")
    assert printed(capsys, "editions", "show", "1", "--html").lstrip().startswith("<!")
    lines = printed(capsys, "editions", "show", "1", "--recipients").splitlines()
    assert [line.split()[:2] for line in lines] == [[address, "sent"] for address in SUBSCRIBERS]
    document = as_json(capsys, "editions", "show", "1", "--recipients")
    assert isinstance(document, dict)
    assert [row["address"] for row in document["recipients"]] == SUBSCRIBERS


def test_an_unknown_edition_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["editions", "show", "9"]) == 2
    assert "digest editions list" in capsys.readouterr().err
    assert main(["editions", "resend", "9"]) == 2


def mails() -> list[str]:
    return sorted(path.name for path in Path().glob("mails/*"))


def set_outcome(outcome: Outcome) -> None:
    """Set the outcome of the first delivery."""
    with open_persistent_store() as store, store.begin() as conn:
        first = conn.execute(select(func.min(tables.deliveries.c.id))).scalar_one()
        change_outcome(conn, outcome, tables.deliveries.c.id == first)


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.UNKNOWN])
def test_resend_sends_failed_and_unknown_deliveries_unchanged(
    capsys: pytest.CaptureFixture[str], outcome: Outcome
) -> None:
    first = mails()
    (file,) = [path for path in Path().glob("mails/*") if b"ann@example.org" in path.read_bytes()]
    before = file.read_bytes()
    for path in Path().glob("mails/*"):
        path.unlink()
    set_outcome(outcome)

    assert "ann@example.org" in printed(capsys, "editions", "resend", "1", "--dry-run")
    assert mails() == []
    assert main(["editions", "resend", "1"]) == 0
    assert mails() == [file.name]
    assert file.name in first
    assert file.read_bytes() == before


def test_resend_to_addresses_sends_only_to_them(capsys: pytest.CaptureFixture[str]) -> None:
    for path in Path().glob("mails/*"):
        path.unlink()

    assert main(["editions", "resend", "1"]) == 0
    assert mails() == []
    assert main(["editions", "resend", "1", "Bo@example.org", "cy@example.org"]) == 0
    assert "1 of them" in capsys.readouterr().err
    assert len(mails()) == 1
    assert b"bo@example.org" in next(Path().glob("mails/*")).read_bytes()


def test_resend_says_why_it_sends_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    sent = mails()
    capsys.readouterr()

    assert main(["editions", "resend", "1"]) == 0
    captured = capsys.readouterr()
    assert captured.out == f"edition 1: 0 sent again; {len(sent)} sent\n"
    assert captured.err.splitlines() == [
        "digest: no mail failed: nothing was sent again",
        "  'digest editions resend 1 --again' sends it to all who have it; with an address, to that one",
    ]


def test_resend_again_sends_to_all_with_the_same_message_ids(capsys: pytest.CaptureFixture[str]) -> None:
    sent = {path.name: path.read_bytes() for path in Path().glob("mails/*")}
    for path in Path().glob("mails/*"):
        path.unlink()

    assert printed(capsys, "editions", "resend", "1", "--again", "--dry-run").splitlines() == [
        f"{address} (sent)" for address in SUBSCRIBERS
    ]
    assert mails() == []
    assert main(["editions", "resend", "1", "--again"]) == 0
    assert {path.name: path.read_bytes() for path in Path().glob("mails/*")} == sent


@pytest.mark.parametrize("arguments", [["--again"], [], ["bo@example.org"]])
def test_resend_never_mails_who_left(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with open_persistent_store() as store, store.begin() as conn:
        subscribers.unsubscribe(conn, "bo@example.org", "main", at=datetime.now(UTC))
        is_mail = tables.deliveries.c.message_id.in_(_message_ids("bo@example.org"))
        change_outcome(conn, Outcome.FAILED, is_mail)
    for path in Path().glob("mails/*"):
        path.unlink()

    assert "bo@example.org" not in printed(capsys, "editions", "resend", "1", *arguments, "--dry-run")
    main(["editions", "resend", "1", *arguments])
    assert not any(b"bo@example.org" in path.read_bytes() for path in Path().glob("mails/*"))


def _message_ids(address: str) -> Select[tuple[str]]:
    query = select(tables.deliveries.c.message_id).join_from(tables.deliveries, tables.subscribers)
    return query.where(tables.subscribers.c.address == address)


def test_resend_skips_suppressed_addresses() -> None:
    with open_persistent_store() as store, store.begin() as conn:
        subscribers.suppress(conn, "bo@example.org", "complained", at=datetime.now(UTC))
    for path in Path().glob("mails/*"):
        path.unlink()

    main(["editions", "resend", "1", "bo@example.org"])
    assert mails() == []
    with open_persistent_store() as store, store.read() as conn:
        assert deliveries.counts(conn, 1) == {Outcome.SENT: 2}


def test_status_names_servers_that_asked_for_less(capsys: pytest.CaptureFixture[str]) -> None:
    now = datetime.now(UTC)
    with open_persistent_store() as store, store.begin() as conn:
        slowdown = Slowdown(slowed_at=now, interval_s=0.2, reply="421 4.7.28 unusual rate")
        rate_limits.slow_down(conn, "domain gmail.com", slowdown)
        hosts.save(conn, [HostState(name="feeds.example", not_before=now + HOUR, refusal="429 Too Many Requests")])

    text = printed(capsys, "status")
    document = json.loads(printed(capsys, "status", "--json"))

    assert "  gmail.com gets 30" in text
    assert " mails a minute, and more until " in text
    assert ": 421 4.7.28 unusual rate" in text
    assert "  feeds.example gets no request until " in text
    assert [rate["name"] for rate in document["slowed"]] == ["gmail.com"]
    assert [host["host"] for host in document["sources"]["refusing_hosts"]] == ["feeds.example"]
