"""Whoever left a newsletter never gets a mail of it again, whatever the operator does without ``--resubscribe``."""

from __future__ import annotations

import email
import email.policy
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.cli import main
from digest.store import erasure, open_store, subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.bounce_mails import unsubscribe_mail
from tests.support.databases import open_persistent_store
from tests.support.values import NOON

LEFT, STAYED = "Ann@M\u00fcllerei.example", "bo@example.org"
NEWSLETTER = (
    '[[newsletters]]\nid = "main"\ntitle = "Main"\nfrom = "Main <main@example.org>"\nschedule = "daily 00:00"\n'
)
OTHER = NEWSLETTER.replace('"main"', '"other"').replace('"Main"', '"Other"')
SOURCE = '[smtp]\nfolder = "mails"\n[[sources]]\nid = "own"\npath = "articles"\n'
TEXT = "The island ferry stayed in harbour for the third day because of strong wind. Bread came by air.\n"

pytestmark = pytest.mark.slow


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, persistent_url: str) -> Callable[..., int]:
    """Run ``digest`` in a folder with a newsletter of two subscribers."""
    monkeypatch.chdir(tmp_path)
    Path("digest.toml").write_text(SOURCE + NEWSLETTER)
    Path("articles").mkdir()
    Path("articles", "ferry.txt").write_text(f"On the ferry\n\n{TEXT}")
    Path("readers.csv").write_text(f"email,name\n{LEFT},Ann\n{STAYED},Bo\n", "utf-8")

    def run(*argv: str, stdin: bytes = b"") -> int:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        return main(list(argv))

    return run


def recipients() -> list[str]:
    """Recipients of the mails sent since the last call."""
    paths = sorted(Path().glob("mails/*"))
    messages = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]
    for path in paths:
        path.unlink()
    return sorted(str(message["To"]).rpartition("<")[2].strip(">") for message in messages)


def unsubscribe_by_mail(run: Callable[..., int]) -> None:
    """Send the mail that Ann's mail program sends for the List-Unsubscribe link."""
    (path,) = [path for path in Path().glob("mails/*") if b"Ann@" in path.read_bytes()]
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    subject = unquote(str(message["List-Unsubscribe"]).partition("subject=")[2].rstrip(">"))
    assert run("bounces", stdin=unsubscribe_mail(subject, sender=str(message["To"]))) == 0


def subscribed() -> list[str]:
    with open_persistent_store() as store, store.read() as conn:
        return [subscriber.address for subscriber in subscribers.for_newsletter(conn, "main")]


def imported(content: str) -> Callable[[Callable[..., int]], None]:
    def attack(run: Callable[..., int]) -> None:
        Path("attack.csv").write_text(content, "utf-8")
        run("subscribers", "import", "attack.csv", "-n", "main")

    return attack


def commands(*lines: str) -> Callable[[Callable[..., int]], None]:
    def attack(run: Callable[..., int]) -> None:
        for line in lines:
            run(*line.split())

    return attack


def import_of_own_export(run: Callable[..., int]) -> None:
    run("subscribers", "import", "export.csv")


def newsletter_registered_again(run: Callable[..., int]) -> None:
    Path("digest.toml").write_text(SOURCE + OTHER)
    run("status")
    Path("digest.toml").write_text(SOURCE + NEWSLETTER)
    run("subscribers", "import", "readers.csv")


PUNYCODE = "ann@xn--mllerei-n2a.example"
ATTACKS = {
    "the file again": imported(f"email\n{LEFT}\n"),
    "capitals": imported(f"email\n{LEFT.upper()}\n"),
    "punycode": imported(f"email\n{PUNYCODE}\n"),
    "decomposed": imported("email\nann@Mu\u0308llerei.example\n"),
    "a full stop after": imported(f"email\n{PUNYCODE}.\n"),
    "mailto and brackets": imported(f"email\n<mailto:{PUNYCODE}>\n"),
    "quoted": imported(f'email\n"""ann""@{PUNYCODE.partition("@")[2]}"\n'),
    "a zero-width space": imported(f"email\n\u200b{PUNYCODE}\n"),
    "wide letters in the domain": imported("email\nann@m\u00fcllerei.\uff45xample\n"),
    "a name": imported(f"email\nAnn Archer <{PUNYCODE}>\n"),
    "active elsewhere": imported(f"email,status\n{PUNYCODE},active\n"),
    "own export": import_of_own_export,
    "add": commands(f"subscribers add {PUNYCODE}", f"subscribers add --again {LEFT}"),
    "another newsletter": newsletter_registered_again,
    "resend": commands(f"editions resend 1 {PUNYCODE}", f"editions resend 1 {PUNYCODE} --again"),
    "erased": commands(f"subscribers remove --erase {PUNYCODE}", "subscribers import readers.csv"),
    "removed twice": commands(f"subscribers remove {PUNYCODE}", "subscribers import readers.csv"),
}


def test_a_former_subscriber_gets_no_mail_again(run: Callable[..., int]) -> None:
    run("subscribers", "import", "readers.csv")
    with open("export.csv", "w", encoding="utf-8") as file, pytest.MonkeyPatch.context() as patched:  # noqa: PTH123
        patched.setattr("sys.stdout", file)
        run("subscribers", "export")
    assert run("send") == 0
    unsubscribe_by_mail(run)
    assert len(recipients()) == 2

    for name, attack in ATTACKS.items():
        attack(run)
        assert subscribed() == [STAYED], name

    Path("articles", "library.txt").write_text(f"On the library\n\n{TEXT.replace('ferry', 'library')}")
    run("send", "--again")
    assert recipients() == [STAYED]


# --- any order of changes ----------------------------------------------------------------------------------------

ADDRESSES = ("ann@example.org", "ann+news@example.org", "bo@example.org")
SPELLINGS = (str, str.upper, str.title, " {} ".format)
NEWSLETTERS = ("main", "weekly")
CHANGES = st.tuples(
    st.sampled_from(["add", "add", "resubscribe", "unsubscribe", "unsubscribe everything", "erase"]),
    st.sampled_from(ADDRESSES),
    st.sampled_from(SPELLINGS),
    st.sampled_from(NEWSLETTERS),
)


@settings(max_examples=60)
@given(st.lists(CHANGES, max_size=12))
def test_only_a_wish_after_the_last_unsubscribe_counts(
    changes: list[tuple[str, str, Callable[[str], str], str]],
) -> None:
    subscribed: set[tuple[str, str]] = set()
    left: set[tuple[str, str]] = set()
    with open_store("sqlite://") as store:
        for number, (change, address, spelling, newsletter) in enumerate(changes):
            at, spelled, pair = NOON + timedelta(days=number), spelling(address), (address, newsletter)
            ended = {(address, each) for each in NEWSLETTERS if change != "unsubscribe" or each == newsletter}
            with store.begin() as conn:
                new = [NewSubscriber(address=spelled)]
                match change:
                    case "add":
                        subscribers.add(conn, new, newsletter, at=at)
                        subscribed |= {pair} - left
                    case "resubscribe":
                        subscribers.add(conn, new, newsletter, at=at, resubscribe=True)
                        subscribed, left = subscribed | {pair}, left - {pair}
                    case "erase":
                        # Nothing is stored about an address that never subscribed.
                        if erasure.erase(conn, spelled, at=at):
                            subscribed, left = subscribed - ended, left | ended
                    case _:
                        which = newsletter if change == "unsubscribe" else None
                        subscribers.unsubscribe(conn, spelled, which, at=at)
                        left |= subscribed & ended
                        subscribed -= ended
                stored = {
                    (subscribers.normalize_address(subscriber.address), each)
                    for each in NEWSLETTERS
                    for subscriber in subscribers.for_newsletter(conn, each)
                }
            assert stored == subscribed
