"""A newsletter whose mail server refuses some or all of its subscribers; commands run in its folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from digest.model.editions import Outcome
from digest.store import deliveries, subscribers, subscription_list, suppressions
from digest.store.subscribers import NewSubscriber
from tests.support.databases import open_persistent_store
from tests.support.smtp_server import NO_FAULT, Fault, FaultRule, SmtpServer, smtp_server
from tests.support.values import NOON

SETTINGS = """\
[smtp]
host = "127.0.0.1"
port = {port}
security = "none"

[[sources]]
id = "own"
path = "articles"

[[newsletters]]
id = "main"
title = "Main"
from = "Main <main@example.org>"
schedule = "daily 00:00"
"""
#: Replies to RCPT of servers that are set up wrong.
RELAYS = {
    "submission port without login": "554 5.7.1 <{recipient}>: Recipient address rejected: Access denied",
    "no rule for the recipients": "550 Invalid recipient: <{recipient}>",
    "an empty table of users": "550 5.1.1 <{recipient}>: User unknown",
}
#: Reply to content that a filter rejects.
SPAM = "550 5.7.1 Message rejected as spam by Content Filtering."
every_relay = pytest.mark.parametrize("reply", RELAYS.values(), ids=RELAYS)


@pytest.fixture
def newsletter_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, persistent_url: str) -> None:
    """The current folder, with an article; ``relay`` writes the settings."""
    monkeypatch.chdir(tmp_path)
    Path("articles").mkdir()
    text = "The island ferry stayed in harbour for the third day because of strong wind. Bread came by air."
    Path("articles/ferry.txt").write_text(f"On the ferry\n\n{text}\n")


def subscribe(count: int) -> None:
    """Subscribe ``reader000@example.org`` and so on."""
    new = [NewSubscriber(address=f"reader{number:03}@example.org") for number in range(count)]
    with open_persistent_store() as store, store.begin() as conn:
        subscribers.add(conn, new, "main", at=NOON)


def refusing(reply: str, *, readers: int | None = None) -> FaultRule:
    """Refuse each reader, or only the first ``readers``, at RCPT."""

    def fault_for(stage: str, recipient: str) -> Fault:
        if stage != "RCPT" or not recipient.startswith("reader"):
            return NO_FAULT
        if readers is not None and int(recipient[6:9]) >= readers:
            return NO_FAULT
        return Fault(reply.format(recipient=recipient))

    return fault_for


@contextmanager
def relay(fault_for: FaultRule = lambda stage, recipient: NO_FAULT, *, extra: str = "") -> Iterator[SmtpServer]:
    """Run the newsletter's mail server."""
    with smtp_server(SmtpServer(fault_for=fault_for)) as server:
        Path("digest.toml").write_text(SETTINGS.format(port=server.port) + extra)
        yield server


def counts() -> dict[Outcome, int]:
    """Numbers of the first edition's mails by outcome."""
    with open_persistent_store() as store, store.read() as conn:
        return dict(deliveries.counts(conn, 1))


def suppressed() -> list[str]:
    """Addresses that are suppressed, in order."""
    with open_persistent_store() as store, store.read() as conn:
        subscriptions = subscription_list.list_subscriptions(conn, "main")
        return [entry.subscriber.address for entry in subscriptions if entry.suppressed]


def is_suspected() -> bool:
    """Whether the first edition waits for a review."""
    with open_persistent_store() as store, store.read() as conn:
        return suppressions.is_suspected(conn, 1)
