"""``digest bounces``, fed from a pipe, a Maildir and a mailbox."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from digest.cli import main
from digest.inbound import MAX_MAIL_BYTES
from digest.store import deliveries, editions, subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.bounce_mails import ADDRESS, EDITION_TOKEN, complaint, dsn, plain_mail
from tests.support.databases import open_persistent_store
from tests.support.imap_server import imap_server
from tests.support.values import NOON, edition

SETTINGS = '[[newsletters]]\nid = "main"\ntitle = "Main"\n'
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], persistent_url: str
) -> Run:
    """The command in a folder with settings, and one mail sent."""
    (tmp_path / "digest.toml").write_text(SETTINGS)
    monkeypatch.chdir(tmp_path)
    with open_persistent_store() as store, store.begin() as conn:
        subscribers.add(conn, [NewSubscriber(address=ADDRESS)], "main", at=NOON)
        id_, _ = editions.add(conn, edition(), at=NOON)
        deliveries.create_for_edition(conn, id_, host="news.example", at=NOON)

    def run(*argv: str, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = main(["bounces", *argv])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def ours(raw: bytes) -> bytes:
    """The mail, about the copy that was sent."""
    with open_persistent_store() as store, store.read() as conn:
        (row,) = deliveries.for_edition(conn, 1)
    return raw.replace(f"{EDITION_TOKEN}.1".encode(), row.message_id.strip("<>").partition("@")[0].encode())


def suppressed() -> dict[str, str]:
    with open_persistent_store() as store, store.read() as conn:
        return dict(subscribers.suppression_reasons(conn, [ADDRESS]))


def maildir(*mails: bytes) -> Path:
    folder = Path("Maildir")
    for name in ("new", "cur", "tmp"):
        (folder / name).mkdir(parents=True)
    for number, mail in enumerate(mails):
        (folder / "new" / f"17000000{number}.M1P1.mx").write_bytes(mail)
    return folder


def test_a_bounce_from_a_pipe_is_heeded(run: Run) -> None:
    code, out, err = run(stdin=ours(dsn("5.1.1", "smtp; 550 no such user")))

    assert (code, err) == (0, "")
    assert out == f"hard       {ADDRESS}  suppressed: bounced: 5.1.1 550 no such user\n"
    assert suppressed() == {ADDRESS: "bounced: 5.1.1 550 no such user"}


def test_a_script_can_read_what_was_done(run: Run) -> None:
    assert json.loads(run("--json", stdin=ours(complaint()))[1]) == {
        "kind": "complaint",
        "address": ADDRESS,
        "done": "suppressed: complained: a feedback report of type 'abuse'",
        "has_changed": True,
    }


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\x00" * 1_000,
        plain_mail("Buy a boat", From="x@shop.example"),
        dsn("5.1.1"),
        b"x" * 3 * MAX_MAIL_BYTES,
    ],
    ids=["nothing", "no mail", "anything else", "forged", "huge"],
)
def test_a_mail_that_means_nothing_is_told_and_is_no_error(run: Run, raw: bytes) -> None:
    """Or the mail server that pipes it in would send a bounce in turn."""
    code, out, err = run(stdin=raw)

    assert (code, err) == (0, "")
    assert "ignored" in out
    assert suppressed() == {}


def test_a_maildir_is_read_once(run: Run) -> None:
    folder = maildir(plain_mail("Buy a boat", From="x@shop.example"), ours(dsn("5.1.1")))

    assert [line.split()[0] for line in run("--maildir", str(folder))[1].splitlines()] == ["other", "hard"]
    assert run("--maildir", str(folder)) == (0, "", "")
    assert [file.name for file in sorted((folder / "cur").iterdir())] == [
        "170000000.M1P1.mx:2,S",
        "170000001.M1P1.mx:2,S",
    ]


def test_a_folder_that_is_no_maildir_is_refused(run: Run) -> None:
    code, _, err = run("--maildir", ".")

    assert code == 2
    assert ". is no Maildir" in err


def imap(at: int, **more: str) -> None:
    """Settings for a mailbox."""
    values = {"host": '"127.0.0.1"', "security": '"none"', "username": '"news"', "password": "'pass \"word\"'"} | more
    lines = [f"{key} = {value}" for key, value in {"port": str(at), **values}.items()]
    Path("digest.toml").write_text("\n".join(["[bounces]", *lines, SETTINGS]))


def test_a_mailbox_is_read_once(run: Run) -> None:
    with imap_server(plain_mail("Buy a boat"), ours(dsn("5.1.1")), b"x" * 2 * MAX_MAIL_BYTES) as box:
        imap(box.port)

        assert [line.split()[0] for line in run("--imap")[1].splitlines()] == ["other", "hard", "other"]
        assert run("--imap") == (0, "", "")
        assert box.seen == {7, 8, 9}
    assert list(suppressed()) == [ADDRESS]


def test_a_mail_counts_as_read_once_it_has_been_heeded(run: Run) -> None:
    with imap_server(ours(dsn("5.1.1")), plain_mail("x")) as box:
        imap(box.port)
        box.deaf_to = "FETCH 8"

        code, out, err = run("--imap")

        assert (code, out.split()[0], box.seen) == (1, "hard", {7})
        assert "127.0.0.1" in err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"password": '"wrong"'}, "check [bounces] username and password"),
        ({"folder": '"Elsewhere"'}, "has no folder 'Elsewhere'"),
        ({"security": '"tls"'}, "[bounces] port and security"),
        ({"security": '"starttls"'}, "can't be read from"),
        ({"port": "9"}, "[bounces] host and port"),
        ({"host": '""'}, "set [bounces] host"),
    ],
    ids=["password", "folder", "no TLS there", "no STARTTLS", "nobody there", "none set"],
)
def test_a_mailbox_that_can_not_be_read_says_why(run: Run, more: dict[str, str], said: str) -> None:
    with imap_server() as box:
        imap(box.port, **more)

        code, out, err = run("--imap")

    assert code in (1, 2)
    assert out == ""
    assert said in err


def test_what_is_no_imap_server_is_said_to_be_none(run: Run) -> None:
    with imap_server() as box:
        box.banner = b"220 mail.example ESMTP\r\n"
        imap(box.port)

        assert "can't be read from" in run("--imap")[2]


def test_a_server_that_hangs_up_as_tls_begins_is_told_as_that(run: Run) -> None:
    with imap_server() as box:
        box.offers = "IMAP4rev1 STARTTLS"
        imap(box.port, security='"starttls"')

        err = run("--imap")[2]

    assert f"with 127.0.0.1:{box.port}" in err
    assert "descriptor" not in err, "nor is it told how closing went"
