"""A mailbox with 100,000 mails: commands, mails and memory of each run are bounded, and nothing is left out."""

from __future__ import annotations

import resource
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from digest.pipeline.app import make_app
from digest.settings import Settings
from digest.store import open_store
from tests.pipeline.test_mail_sources import collected, mailbox
from tests.support.imap_server import FakeMailbox, imap_server
from tests.support.newsletter_mails import newsletter_mail

COUNT = 100_000
RECENT = COUNT - 700
#: Headers of a batch, and a mail, each in one command; EXAMINE and the searches of a run.
MOST_COMMANDS = 700


class ManyMails(Mapping[int, bytes]):
    """Mails that are written when they are fetched: most are of strangers."""

    def __getitem__(self, uid: int) -> bytes:
        is_news = uid % 100 != 1
        return newsletter_mail(uid) if is_news else newsletter_mail(uid, sender="x@b.example", signed_by="b.example")

    def __contains__(self, uid: object) -> bool:
        return isinstance(uid, int) and 1 <= uid <= COUNT

    def __iter__(self) -> Iterator[int]:
        return iter(range(1, COUNT + 1))

    def __len__(self) -> int:
        return COUNT


@pytest.fixture
def server() -> Iterator[FakeMailbox]:
    with imap_server() as box:
        box.mails = ManyMails()
        yield box


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000


@pytest.mark.slow
def test_of_a_large_mailbox_the_recent_mails_are_read_and_then_only_new_ones(server: FakeMailbox) -> None:
    """700 mails are recent, 7 of them by a stranger: two runs read them, and a third asks for nothing."""
    server.arrived = dict.fromkeys(range(1, RECENT + 1), date(2020, 1, 1))
    new, commands = [], []
    with open_store("sqlite://") as store:
        app = make_app(Settings(), store=store)
        for hour in range(4):
            server.commands.clear()
            new.append(collected(app, mailbox(server), after=timedelta(hours=hour)).new_articles)
            commands.append(len(server.commands))

    assert new == [500, 193, 0, 0]
    assert max(commands) <= MOST_COMMANDS
    assert commands[2:] == [3, 3]  # CAPABILITY, LOGIN, EXAMINE
    assert min(server.fetched) > RECENT
    assert len(server.fetched) == len(set(server.fetched)) == 693


@pytest.mark.slow
def test_a_flood_of_strangers_is_bounded_in_commands_and_memory(server: FakeMailbox) -> None:
    """All mails are recent and by strangers: no mail is fetched, and each run looks at 5,000 headers."""
    source = replace(mailbox(server), senders=("@nobody.example",))
    with open_store("sqlite://") as store:
        app = make_app(Settings(), store=store)
        collected(app, source)
        before, runs = peak_mb(), []
        for hour in range(1, 4):
            server.commands.clear()
            collected(app, source, after=timedelta(hours=hour))
            runs.append(len(server.commands))

    assert server.fetched == []
    assert max(runs) <= 130
    assert peak_mb() - before < 60
