"""config/plugins/http-mailers: what a service's answers mean, what is sent, and nobody is missed when it is killed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from digest.deliver.bounces.brake import RefusalKind, refusal_kind
from digest.model.editions import Outcome
from digest.model.errors import MailError
from digest.model.protocols import Message, SendOutcome
from digest.model.published_stories import PublishedArticle, PublishedEdition, PublishedSentence, PublishedStory
from digest.store import open_store
from tests.render.epub.test_epub import CORRECTION
from tests.support.editions import publish, rows
from tests.support.http_service import HttpService, Received, Reply, http_service
from tests.support.smtp_delivery import MemoryOutbox, message
from tests.support.values import NOON

PLUGIN = Path(__file__).resolve().parents[1] / "config" / "plugins" / "http-mailers"
sys.path.insert(0, str(PLUGIN))
try:
    from digest_http_mailers import matrix, service, webhook  # type: ignore[import-not-found]  # no package of ours
finally:
    sys.path.remove(str(PLUGIN))

#: The example of the reference implementation (standardwebhooks, Apache-2.0).
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MAIL = (
    b"Date: Sun, 29 Mar 2026 05:00:00 +0000\r\nSubject: =?utf-8?q?H=C3=A4fen?=\r\n"
    b"List-Unsubscribe: <https://news.example/unsubscribe/1>,\r\n <mailto:x@news.example>\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\nIt opens.\r\n"
)
ARTICLE = PublishedArticle(
    id="a",
    url="https://herald.example/1?a=1&b=2",
    title="It opens",
    source="Herald",
    author="",
    published=NOON,
    language="en",
)
STORY = PublishedStory(
    id=1, thread_id=1, edition_id=1, position=0, title="The harbour opens", is_update=False, section="", language="en",
    sentences=(PublishedSentence(text="It opens on Monday.", article=ARTICLE),), articles=(ARTICLE,),
)  # fmt: skip
EDITION = PublishedEdition(
    newsletter_id="main", title="Harbour News", slot_key="2026-03-29", frozen_at=NOON, subject="The harbour opens",
    preheader="", language="en", stories=(STORY,),
)  # fmt: skip
READERS = 12
ROOMS = {"reader1@harbour.example": "!a:example.org"}


def post(server: HttpService, *messages: Message, edition: PublishedEdition | None = EDITION) -> MemoryOutbox:
    """Send the messages to the webhook; the outbox with their results."""
    outbox = MemoryOutbox([*messages] or [message(1, MAIL)], edition=edition)
    webhook.Webhook()(outbox, url=f"{server.url}/hook?x=1", secret=SECRET)
    return outbox


def to_room(server: HttpService, *, edition: PublishedEdition | None = EDITION) -> MemoryOutbox:
    """Send a message to its room; the outbox with its result."""
    outbox = MemoryOutbox([message(1, MAIL)], edition=edition)
    matrix.Matrix()(outbox, server=server.url, rooms=ROOMS, token="secret")
    return outbox


# --- answers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "outcome", "stops"),
    [
        (Reply(200), SendOutcome.ACCEPTED, False),
        (Reply(202), SendOutcome.ACCEPTED, False),
        (Reply(204, b""), SendOutcome.ACCEPTED, False),
        (Reply(301, headers={"Location": "http://192.0.2.1/"}), SendOutcome.SENDER_REJECTED, True),
        (Reply(400), SendOutcome.REJECTED, False),
        (Reply(401), SendOutcome.SENDER_REJECTED, True),
        (Reply(404), SendOutcome.SENDER_REJECTED, True),
        (Reply(410), SendOutcome.REJECTED, False),
        (Reply(413), SendOutcome.REJECTED, False),
        (Reply(422), SendOutcome.REJECTED, False),
        (Reply(429), SendOutcome.DEFERRED, False),
        (Reply(429, headers={"Retry-After": "3600"}), SendOutcome.DEFERRED, True),
        (Reply(500), SendOutcome.DEFERRED, False),
        (Reply(503, headers={"Retry-After": "3600"}), SendOutcome.DEFERRED, True),
        (Reply(504), SendOutcome.UNKNOWN, False),
        (Reply(0), SendOutcome.UNKNOWN, False),
    ],
    ids=lambda value: str(value.status) if isinstance(value, Reply) else None,
)
def test_an_answer_decides_about_its_message_and_whether_others_follow(
    reply: Reply, outcome: SendOutcome, stops: bool
) -> None:
    outbox = MemoryOutbox([message(1, MAIL), message(2, MAIL)], edition=EDITION)
    with http_service(reply) as server, pytest.raises(MailError) if stops else nullcontext():
        webhook.Webhook()(outbox, url=server.url, secret=SECRET)

    assert outbox.outcomes == ([outcome] if stops else [outcome, SendOutcome.ACCEPTED])
    assert refusal_kind(outbox.results[0].reply) is not RefusalKind.ADDRESS


def test_the_time_to_wait_is_told_to_the_ledger() -> None:
    outbox = MemoryOutbox([message(1, MAIL)], edition=EDITION)
    with http_service(Reply(429, headers={"Retry-After": "3600"})) as server, pytest.raises(MailError, match="3600 s"):
        webhook.Webhook()(outbox, url=server.url, secret=SECRET)

    assert (outbox.results[0].retry_after_s, outbox.codes) == (3600.0, {"reader1@harbour.example": 429})


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        ("Sat, 28 Mar 2026 13:00:00 GMT", 3_600),
        ("Sat, 28 Mar 2026 11:00:00 GMT", 0),
        ("soon", None),
        ("", None),
    ],
)
def test_a_time_to_wait_is_a_number_or_a_date(text: str, seconds: int | None) -> None:
    assert service.seconds_until(text, NOON) == seconds


def test_a_connection_serves_many_messages_and_one_that_ended_is_opened_anew_before_the_next_starts() -> None:
    with http_service(Reply(), Reply(headers={"Connection": "close"})) as server:
        outbox = post(server, *(message(id_, MAIL) for id_ in range(1, 5)))

    assert (outbox.outcomes, server.connections) == ([SendOutcome.ACCEPTED] * 4, 2)


def test_nothing_is_started_while_the_service_is_away() -> None:
    with http_service() as server:
        pass  # its port is closed again
    outbox = MemoryOutbox([message(1, MAIL)])
    with pytest.raises(MailError, match=r"can't connect to 127\.0\.0\.1") as caught:
        webhook.Webhook()(outbox, url=server.url, secret=SECRET)

    assert (outbox.results, caught.value.temporary) == ([], True)


@pytest.mark.parametrize(
    "url", ["http://192.0.2.1/x", "http://hooks.example.org/", "ftp://127.0.0.1/", "hooks.example.org", ""]
)
def test_nothing_is_sent_without_encryption(url: str) -> None:
    with pytest.raises(MailError, match="is no https address"):
        service.Service(url, 1.0)


# --- the webhook -------------------------------------------------------------------------------------------------


def test_a_signature_is_that_of_the_reference_implementation() -> None:
    signature = webhook.sign(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', webhook.signing_key(SECRET), timestamp=1614265330
    )

    assert signature == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!", "whsec_" + "A" * 88]
)
def test_a_weak_secret_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(MailError, match=r"^the option secret is not 'whsec_' and base64 of 24 to 64 bytes$"):
        webhook.signing_key(secret)


def test_a_receiver_can_check_a_request_and_knows_a_repeated_one() -> None:
    with http_service() as server:
        post(server, message(1, MAIL))
        post(server, message(1, MAIL), message(2, MAIL))

    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    for request in server.requests:
        headers = {name.casefold(): value for name, value in request.headers.items()}
        content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + request.body
        expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{expected}"
        assert (request.method, request.path, headers["content-type"]) == ("POST", "/hook?x=1", "application/json")
    first, again, other = ({**request.headers}.get("webhook-id", "") for request in server.requests)
    assert first == again != other
    assert re.fullmatch("msg_[0-9a-f]{32}", first)
    assert server.requests[0].body == server.requests[1].body


def test_the_json_has_the_edition_and_the_recipients_own_link() -> None:
    with http_service() as server:
        post(server, edition=replace(EDITION, corrections=(CORRECTION,)))
        post(server, edition=None)
    edition, mail = (json.loads(request.body) for request in server.requests)

    assert (edition["type"], edition["timestamp"]) == ("edition", "2026-03-28T12:00:00Z")
    data = edition["data"]
    assert (data["to"], data["subject"], data["text"]) == ("reader1@harbour.example", "Häfen", "It opens.\n")
    assert data["unsubscribe"] == "https://news.example/unsubscribe/1"
    assert data["edition"]["stories"][0]["brief"] == [
        {"text": "It opens on Monday.", "url": ARTICLE.url, "source": "Herald"}
    ]
    assert data["edition"]["corrections"] == [
        {
            "kind": "changed",
            "title": "The lock opens",
            "url": "https://herald.example/1",
            "source": "Herald",
            "before": "It opens on Monday.",
            "after": "It opens on Tuesday.",
            "note": "An earlier version had the wrong day.",
        }
    ]
    assert (mail["type"], mail["timestamp"], "edition" in mail["data"]) == ("mail", "2026-03-29T05:00:00Z", False)


# --- Matrix ------------------------------------------------------------------------------------------------------


def test_a_room_gets_title_sentences_and_links() -> None:
    with http_service() as server:
        outbox = to_room(server)
        to_room(server)
    first, again = server.requests

    assert outbox.outcomes == [SendOutcome.ACCEPTED]
    assert (first.method, first.headers["Authorization"]) == ("PUT", "Bearer secret")
    assert re.fullmatch(r"/_matrix/client/v3/rooms/%21a%3Aexample.org/send/m.room.message/[0-9a-f]{32}", first.path)
    assert first.path == again.path  # the homeserver takes it once
    content = json.loads(first.body)
    assert content["body"] == (
        "Harbour News · 2026-03-29\n\nThe harbour opens\nhttps://herald.example/1?a=1&b=2\nIt opens on Monday. (Herald)"
    )
    link = '<a href="https://herald.example/1?a=1&amp;b=2">'
    assert content["formatted_body"] == (
        "<p><strong>Harbour News</strong> · 2026-03-29</p>"
        f"<p><strong>{link}The harbour opens</a></strong><br>It opens on Monday. ({link}Herald</a>)</p>"
    )
    assert (content["msgtype"], content["m.mentions"]) == ("m.notice", {})


@pytest.mark.parametrize(
    "text",
    [
        "@room free bread",
        '<a href="https://evil.example">Herald</a>',
        "</p><script>alert(1)</script>",
        "[Herald](https://evil.example) @user:example.org",
        "one\ntwo\u202e\x00",
    ],
)
def test_text_of_others_mentions_nobody_and_is_no_markup(text: str) -> None:
    article = replace(ARTICLE, source=text, url="javascript:alert(1)")
    story = replace(STORY, title=text, sentences=(PublishedSentence(text=text, article=article),), articles=(article,))
    content = matrix.edition_content(replace(EDITION, title=text, stories=(story,)), 10)

    assert {*re.findall(r"<[^>]*>", content["formatted_body"])} == {"<p>", "</p>", "<strong>", "</strong>", "<br>"}
    assert "@room" not in content["body"] + content["formatted_body"]
    assert not re.search("[\u202e\x00]", content["body"])
    assert content["m.mentions"] == {}


def test_a_room_sees_what_outlets_corrected() -> None:
    removed = replace(CORRECTION, before="It opens <b>", after="")
    content = matrix.edition_content(replace(EDITION, stories=(), corrections=(CORRECTION, removed)), 10)
    title = '<strong><a href="https://herald.example/1">The lock opens</a></strong><br>'

    assert content["formatted_body"].partition("</p>")[2] == (
        f"<p>{title}<del>It opens on Monday.</del> → It opens on Tuesday.</p>"
        f"<p>{title}<del>It opens &lt;b&gt;</del></p>"
    )
    assert content["body"].endswith("The lock opens\n- It opens <b>")


def test_a_room_and_a_webhook_have_the_editors_note() -> None:
    noted = replace(EDITION, stories=(), note="The <b>ferry</b> is late.\n\n@room bread", note_author="Ann Writer")
    with http_service() as server:
        post(server, edition=noted)
    content = matrix.edition_content(noted, 10)

    note = json.loads(server.requests[0].body)["data"]["edition"]["note"]
    assert note == {"text": noted.note, "author": "Ann Writer"}
    assert content["formatted_body"].partition("</p>")[2] == (
        "<p><em>The &lt;b&gt;ferry&lt;/b&gt; is late. (Ann Writer)</em></p><p><em>@\u2060room bread</em></p>"
    )


def test_a_link_to_a_user_is_no_link() -> None:
    article = replace(ARTICLE, url="https://matrix.to/#/@user:example.org")
    content = matrix.edition_content(replace(EDITION, stories=(replace(STORY, sentences=(), articles=(article,)),)), 10)

    assert "matrix.to" not in json.dumps(content)


def test_an_event_is_never_too_large() -> None:
    long = replace(STORY, sentences=tuple(PublishedSentence(text="値" * 5_000, article=ARTICLE) for _ in range(2)))
    content = matrix.edition_content(replace(EDITION, stories=(long,) * 20), 15)

    assert 40_000 < len(json.dumps(content, ensure_ascii=False).encode()) <= 60_000
    assert re.search(r"\+ 1\d$", content["body"])


def test_a_mail_that_is_no_edition_is_told_as_text() -> None:
    with http_service() as server:
        to_room(server, edition=None)

    assert json.loads(server.requests[0].body)["body"] == "Häfen\n\nIt opens."


def test_an_address_without_a_room_waits_and_the_others_go_on() -> None:
    outbox = MemoryOutbox([message(2, MAIL), message(1, MAIL)], edition=EDITION)
    with http_service() as server:
        matrix.Matrix()(outbox, server=server.url, rooms=ROOMS, token="secret")

    assert outbox.outcomes == [SendOutcome.DEFERRED, SendOutcome.ACCEPTED]
    assert outbox.results[0].reply == "the option rooms has no room for reader2@harbour.example"


def test_a_homeserver_says_what_is_wrong_and_how_long_to_wait() -> None:
    limited = Reply(429, b'{"errcode": "M_LIMIT_EXCEEDED", "error": "<b>", "retry_after_ms": 90000}')
    outbox = MemoryOutbox([message(1, MAIL)], edition=EDITION)
    with http_service(limited) as server, pytest.raises(MailError, match="asks to wait 91 s"):
        matrix.Matrix()(outbox, server=server.url, rooms=ROOMS, token="secret")

    assert (outbox.results[0].reply, outbox.results[0].retry_after_s) == (
        "HTTP 429 Too Many Requests M_LIMIT_EXCEEDED",
        91,
    )


# --- killed ------------------------------------------------------------------------------------------------------

SENDER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from digest.pipeline.outbox import deliver_due
from digest.processes.mailer_process import IsolatedMailer
from digest.settings.plugins import Plugin, PluginPoint
from digest.store import open_store
from tests.support.editions import build_message

url, edition_id, folder, target, options = sys.argv[1:]
plugin = Plugin(point=PluginPoint.MAILER, name="m", target=target, distribution="m", version="1", folder=folder)
mailer = IsolatedMailer(plugin, eval(options), timeout_s=20, memory_mb=600)
Path("sender.pid").write_text(str(__import__("os").getpid()))
with open_store(url) as store:
    deliver_due(int(edition_id), store, mailer, build_message=build_message, clock=lambda: datetime.now(UTC),
                stop=Event(), even_if_waiting=True)
"""


@pytest.mark.slow
def test_a_killed_sender_of_the_webhook_misses_nobody(tmp_path: Path, persistent_url: str) -> None:
    assert_nobody_is_missed("webhook:Webhook", {"secret": SECRET}, "url", tmp_path, persistent_url)


@pytest.mark.slow
def test_a_killed_sender_to_rooms_misses_nobody(tmp_path: Path) -> None:
    rooms = {f"reader{number}@harbour.example": f"!{number}:example.org" for number in range(READERS)}
    store_url = f"sqlite:///{tmp_path / 'digest.db'}"
    assert_nobody_is_missed("matrix:Matrix", {"token": "secret", "rooms": rooms}, "server", tmp_path, store_url)


def assert_nobody_is_missed(
    target: str, options: dict[str, object], address_option: str, folder: Path, store_url: str
) -> None:
    """A sender is killed while the service reads a request (it answers nothing), and after it took one."""
    kills = {3: 0, 6: 200, 9: 0}
    with open_store(store_url) as store:
        edition_id = publish(store, readers=READERS)

    def answer(_: Received) -> Reply:
        if (status := kills.pop(len(server.requests), None)) is not None:
            os.kill(int((folder / "sender.pid").read_text()), signal.SIGKILL)
            return Reply(status)
        return Reply()

    with http_service(answer=answer) as server:
        arguments = [store_url, str(edition_id), str(PLUGIN), f"digest_http_mailers.{target}"]
        command = [sys.executable, "-c", SENDER, *arguments, repr({**options, address_option: server.url})]
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[1])}
        codes = [subprocess.run(command, cwd=folder, env=environment, check=False).returncode for _ in range(4)]

    copies = Counter(request.headers.get("webhook-id") or request.path for request in server.requests)
    with open_store(store_url) as store:
        outcomes = Counter(row.outcome for row in rows(store, edition_id).values())
    assert codes == [-signal.SIGKILL] * 3 + [0]
    assert outcomes == {Outcome.SENT: READERS}
    assert len(copies) == READERS
    assert max(copies.values()) <= 2
    assert sum(copies.values()) <= READERS + 3
