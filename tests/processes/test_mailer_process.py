"""Mailers of plugins: each started message has one result, however the mailer ends; none is sent later."""

from __future__ import annotations

import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from digest.model.editions import Outcome
from digest.model.errors import MailError
from digest.model.protocols import SendOutcome
from digest.model.published_stories import PublishedEdition
from digest.pipeline.outbox import Tally, deliver_due
from digest.processes.mailer_process import IsolatedMailer
from digest.settings.plugins import Plugin, PluginPoint
from digest.store import Store
from tests.support.editions import build_message, publish, rows
from tests.support.smtp_delivery import MemoryOutbox, message
from tests.support.values import NOON

PUBLISHED = PublishedEdition(
    newsletter_id="main",
    title="Harbour News",
    slot_key="2026-03-29",
    frozen_at=NOON,
    subject="The harbour opens",
    preheader="",
    language="en",
    stories=(),
)
FOLDER = Path(__file__).parents[1] / "data" / "plugins"
pytestmark = pytest.mark.slow


def mailer(attribute: str, **options: object) -> IsolatedMailer:
    target = f"broken_parts:{attribute}"
    plugin = Plugin(
        point=PluginPoint.MAILER, name="m", target=target, distribution="my-package", version="1.2", folder=str(FOLDER)
    )
    return IsolatedMailer(plugin, options, timeout_s=2, memory_mb=600)


def sent(folder: Path) -> Counter[str]:
    """How often each recipient was sent a mail."""
    file = folder / "sent"
    return Counter(file.read_text().split()) if file.exists() else Counter()


def test_a_mailer_sends_all_messages(tmp_path: Path) -> None:
    outbox = MemoryOutbox([message(id_) for id_ in range(1, 6)])
    mailer("sends", folder=str(tmp_path))(outbox)

    assert outbox.outcomes == [SendOutcome.ACCEPTED] * 5
    assert set(sent(tmp_path).values()) == {1}


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("raises", "failed: ZeroDivisionError"),
        ("hangs", "exited, or was ended after 2 s"),
        ("hangs_in_child", "exited, or was ended after 2 s"),
        ("exits", "exited, or was ended"),
        ("leaves", "failed: SystemExit"),
        ("allocates", "ran out of memory|exited"),
        ("own_error", "failed: _OwnError"),
    ],
)
def test_a_message_without_a_result_may_have_arrived(fault: str, reason: str, tmp_path: Path) -> None:
    outbox = MemoryOutbox([message(id_) for id_ in range(1, 6)])
    with pytest.raises(MailError, match=rf"^mailer 'm' \(from my-package 1.2\).*({reason})") as caught:
        mailer("sends_then", folder=str(tmp_path), fault=fault)(outbox)

    assert caught.value.temporary
    assert [result.message.id for result in outbox.results] == [1, 2]
    assert outbox.outcomes == [SendOutcome.ACCEPTED, SendOutcome.UNKNOWN]
    assert outbox.results[1].reply == "mailer 'm' (from my-package 1.2) gave no result"


@pytest.mark.parametrize(
    ("attribute", "reason", "outcomes"),
    [
        ("result_without_start", "gave a result for a message that it had not started", []),
        ("wrong_result", "gave str, expected SendResult", [SendOutcome.UNKNOWN]),
        ("stops_early", "stopped before all mails were sent", []),
        ("hangs_as_mailer", "was ended after 2 s", []),
        ("not_callable", "can't be called", []),
    ],
)
def test_a_mailer_that_breaks_its_protocol_is_named(attribute: str, reason: str, outcomes: list[SendOutcome]) -> None:
    outbox = MemoryOutbox([message(1), message(2)])
    with pytest.raises(MailError, match=reason):
        mailer(attribute)(outbox)

    assert outbox.outcomes == outcomes


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(90, 90.0), (None, None), ("soon", None), (-1, None), (float("nan"), None), (float("inf"), None)],
)
def test_a_mailer_reads_the_edition_and_tells_how_long_a_service_asks_to_wait(
    seconds: object, told: float | None
) -> None:
    outbox = MemoryOutbox([message(1)], edition=PUBLISHED)
    mailer("asks_for_time", seconds=seconds)(outbox)
    without = MemoryOutbox([message(1)])
    mailer("asks_for_time", seconds=seconds)(without)

    (result,) = outbox.results
    assert (result.reply, result.retry_after_s) == ("Harbour News", told)
    assert without.results[0].reply == "no edition"


def test_a_mailer_that_takes_and_never_starts_is_stopped() -> None:
    outbox = MemoryOutbox([message(id_) for id_ in range(1, 1_500)])
    with pytest.raises(MailError, match="takes more than 1000 messages without starting them"):
        mailer("takes_all")(outbox)


@pytest.mark.parametrize("policy", ["retry", "hold"])
def test_over_the_ledger_nobody_is_missed_and_one_mail_at_most_is_doubled(
    policy: str, tmp_path: Path, sqlite_store: Store
) -> None:
    edition_id = publish(sqlite_store, readers=8)

    def send(attribute: str, **options: object) -> Tally:
        return deliver_due(
            edition_id,
            sqlite_store,
            mailer(attribute, folder=str(tmp_path), **options),
            build_message=build_message,
            clock=lambda: NOON,
            stop=threading.Event(),
            unknown_policy=policy,  # type: ignore[arg-type]  # one of the two
            even_if_waiting=True,
        )

    with pytest.raises(MailError):
        send("sends_then", fault="hangs")
    after_hang = Counter(row.outcome for row in rows(sqlite_store, edition_id).values())
    time.sleep(0.2)
    assert after_hang[Outcome.SENT] == 1
    assert after_hang[Outcome.UNKNOWN] + after_hang[Outcome.RETRY] == 1
    assert sum(sent(tmp_path).values()) == 2

    send("sends")
    counts = sent(tmp_path)

    assert len(counts) == 8
    assert sorted(counts.values()) == [1] * 7 + ([2] if policy == "retry" else [1])
