"""``digest bounces`` with mails from stdin, a Maildir and an IMAP mailbox."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from email import message_from_bytes
from pathlib import Path

import pytest

from digest.cli import main
from digest.inbound import MAX_MAIL_BYTES
from digest.store import deliveries, editions, subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.bounce_mails import ADDRESS, EDITION_TOKEN, MESSAGE_ID, complaint, dsn, plain_mail
from tests.support.databases import open_persistent_store
from tests.support.imap_server import imap_server
from tests.support.values import NOON, edition

SETTINGS = '[[newsletters]]\nid = "main"\ntitle = "Main"\n'
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], persistent_url: str
) -> Run:
    """Run ``digest bounces`` in a folder with settings, after one mail was sent."""
    (tmp_path / "digest.toml").write_text(SETTINGS)
    monkeypatch.chdir(tmp_path)
    with open_persistent_store() as store, store.begin() as conn:
        subscribers.add(conn, [NewSubscriber(address=ADDRESS)], "main", at=NOON)
        id_, _ = editions.add(conn, edition(), at=NOON)
        deliveries.create_for_edition(conn, id_, host="news.example", at=NOON)

    def run(*argv: str, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = main(["bounces", *argv])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def about_our_mail(raw: bytes) -> bytes:
    """Put the Message-ID of the mail that was sent into ``raw``."""
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


def test_a_bounce_on_stdin_is_processed(run: Run) -> None:
    code, out, err = run(stdin=about_our_mail(dsn("5.1.1", "smtp; 550 no such user")))

    assert (code, err) == (0, "")
    assert out == f"hard       {ADDRESS}  suppressed: bounced: 5.1.1 550 no such user\n"
    assert suppressed() == {ADDRESS: "bounced: 5.1.1 550 no such user"}


def test_json_has_the_result_of_each_mail(run: Run) -> None:
    assert json.loads(run("--json", stdin=about_our_mail(complaint()))[1]) == {
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
def test_a_mail_that_is_no_bounce_is_reported_and_ignored(run: Run, raw: bytes) -> None:
    """An error would make the mail server that pipes it in return a bounce."""
    code, out, err = run(stdin=raw)

    assert (code, err) == (0, "")
    assert "ignored" in out
    assert suppressed() == {}


def test_each_mail_of_a_maildir_is_read_once(run: Run) -> None:
    folder = maildir(plain_mail("Buy a boat", From="x@shop.example"), about_our_mail(dsn("5.1.1")))

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


def imap(at: int, **options: str) -> None:
    """Write settings for an IMAP mailbox."""
    login = {"username": '"news"', "password": "'pass \"word\"'"}
    values = {"host": '"127.0.0.1"', "security": '"none"', **login, **options}
    lines = [f"{key} = {value}" for key, value in {"port": str(at), **values}.items()]
    Path("digest.toml").write_text("\n".join(["[bounces]", *lines, SETTINGS]))


def test_each_mail_of_a_mailbox_is_read_once(run: Run) -> None:
    with imap_server(plain_mail("Buy a boat"), about_our_mail(dsn("5.1.1")), b"x" * 2 * MAX_MAIL_BYTES) as box:
        imap(box.port)

        assert [line.split()[0] for line in run("--imap")[1].splitlines()] == ["other", "hard", "other"]
        assert [line.split()[0] for line in run("--imap")[1].splitlines()] == ["unread", "unread"]
        assert box.fetched == [7, 8, 9]
        assert box.seen == {8}
    assert list(suppressed()) == [ADDRESS]


def test_a_mail_that_is_none_of_ours_stays_unread_and_is_listed(run: Run) -> None:
    mail = plain_mail("I'd like to talk.", From="Reader <r@shop.example>", Subject="=?utf-8?q?Your_n=C3=BAmber?=")
    with imap_server(mail, dsn("5.1.1")) as box:
        imap(box.port)
        first, second = run("--imap")[1], run("--imap", "--json")[1]

        assert "r@shop.example  “Your númber”  ignored" in first
        assert first.count("; left unread") == 2
        (forged, listed) = [json.loads(line) for line in second.splitlines()]
        assert (listed["kind"], listed["from"], listed["subject"]) == ("unread", "r@shop.example", "Your númber")
        assert forged["subject"] == "Undelivered mail"
        assert box.seen == set()


def test_status_lists_the_mails_that_stay_unread(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with imap_server(plain_mail("Hello", From="r@shop.example", Subject="A question")) as box:
        imap(box.port)
        run("--imap")
        main(["status"])
        text = capsys.readouterr().out
        main(["status", "--json"])
        document = json.loads(capsys.readouterr().out)["unread_mails"]

    assert "mailbox: 1 mail left unread for you" in text
    assert "r@shop.example: A question" in text
    assert (document["total"], document["mails"][0]["from"]) == (1, "r@shop.example")


def test_a_mail_that_was_read_meanwhile_is_no_longer_listed(run: Run) -> None:
    with imap_server(plain_mail("Hello", From="r@shop.example")) as box:
        imap(box.port)
        run("--imap")
        box.seen.add(7)

        assert run("--imap") == (0, "", "")


def test_mails_are_fetched_again_when_their_uids_are_no_longer_valid(run: Run) -> None:
    with imap_server(plain_mail("Hello", From="r@shop.example")) as box:
        imap(box.port)
        run("--imap")
        box.uid_validity = 2
        run("--imap")

        assert box.fetched == [7, 7]


def test_an_automatic_reply_to_our_mail_is_marked_as_read(run: Run) -> None:
    reply = plain_mail("I am away.", From=ADDRESS, Auto_Submitted="auto-replied", In_Reply_To=MESSAGE_ID)
    with imap_server(about_our_mail(reply), reply) as box:
        imap(box.port)
        run("--imap")

        assert box.seen == {7}


@pytest.mark.parametrize("capabilities", ["IMAP4rev1", "IMAP4rev1 AUTH=PLAIN"])
def test_a_password_and_a_folder_may_have_any_characters(run: Run, capabilities: str) -> None:
    with imap_server(about_our_mail(dsn("5.1.1"))) as box:
        box.password, box.capabilities = 'žlutý€ß"\\x', capabilities
        imap(box.port, password=f"'{box.password}'", folder='"Zpět"')

        code, out, err = run("--imap")

    assert (code, err) == (0, "")
    assert out.startswith("hard")


def test_a_wrong_password_in_any_characters_is_rejected_in_plain_text(run: Run) -> None:
    with imap_server() as box:
        imap(box.port, password='"žž"')

        code, _, err = run("--imap")

    assert code == 1
    assert "rejects the login as 'news': [AUTHENTICATIONFAILED] that is all" in err
    assert "b'" not in err


def test_a_mail_is_marked_as_read_after_it_is_processed(run: Run) -> None:
    with imap_server(about_our_mail(dsn("5.1.1")), plain_mail("x")) as box:
        imap(box.port)
        box.closes_at = "FETCH 8"

        code, out, err = run("--imap")

        assert (code, out.split()[0], box.seen) == (1, "hard", {7})
        assert "127.0.0.1" in err


@pytest.mark.parametrize(
    ("options", "message"),
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
def test_an_unreadable_mailbox_is_reported_with_its_cause(run: Run, options: dict[str, str], message: str) -> None:
    with imap_server() as box:
        imap(box.port, **options)

        code, out, err = run("--imap")

    assert code in (1, 2)
    assert out == ""
    assert message in err


def test_a_server_that_does_not_speak_imap_is_reported(run: Run) -> None:
    with imap_server() as box:
        box.banner = b"220 mail.example ESMTP\r\n"
        imap(box.port)

        assert "can't be read from" in run("--imap")[2]


def test_a_connection_closed_at_starttls_is_reported(run: Run) -> None:
    with imap_server() as box:
        box.capabilities = "IMAP4rev1 STARTTLS"
        imap(box.port, security='"starttls"')

        err = run("--imap")[2]

    assert f"with 127.0.0.1:{box.port}" in err
    assert "descriptor" not in err, "the error of closing the socket is not reported"


def test_who_subscribes_by_mail_is_asked_and_confirms_by_an_answer(run: Run) -> None:
    sender = SETTINGS + 'from = "main@news.example"\n[inbound]\naddress = "subscribe@news.example"\n'
    Path("digest.toml").write_text(sender + '[smtp]\nfolder = "out"\n')
    request = plain_mail("", From="Ann <ann@harbour.example>", To="subscribe+main@news.example")
    code, text, _ = run(stdin=request)
    (file,) = Path("out").glob("*.eml")
    mail = message_from_bytes(file.read_bytes())
    answer = {"Subject": f"Re: {mail['Subject']}", "In_Reply_To": mail["Message-ID"], "From": "ann@harbour.example"}
    _, confirmed, _ = run("--json", stdin=plain_mail("Yes", To="main@news.example", **answer))

    assert (code, "asked to confirm: main" in text) == (0, True)
    assert mail["To"] == "ann@harbour.example"
    assert json.loads(confirmed)["done"] == "confirmed: main"
    assert len(list(Path("out").glob("*.eml"))) == 1


def test_a_confirmation_mail_that_cannot_be_sent_waits(run: Run) -> None:
    Path("digest.toml").write_text(SETTINGS + 'from = "main@news.example"\n')
    request = plain_mail("", From="ann@harbour.example", To="main@news.example", Subject="subscribe")
    code, _, message = run(stdin=request)

    assert code == 0
    assert "was not sent, and waits" in message
