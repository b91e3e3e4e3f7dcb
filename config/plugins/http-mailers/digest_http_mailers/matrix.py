"""Mailer that writes editions into rooms of Matrix (https://spec.matrix.org, client-server API).

    [[newsletters]]
    mailer = "matrix"
    [newsletters.mailer_options]
    server = "https://matrix.example.org"
    token_file = "/etc/digest/matrix-token"
    rooms = { "team@chat.invalid" = "!abc:example.org" }

A room subscribes by an address of its own, which need not exist: ``digest subscribers add team@chat.invalid``. The
transaction id is made from the Message-ID, so that a homeserver takes a repeated message once.

All text is text: markup is escaped, links are those of the edition's articles, and nobody is mentioned.
"""

import hashlib
import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from email import message_from_bytes, policy
from urllib.parse import quote, urlsplit

from digest.model.corrections import Correction
from digest.model.errors import MailError
from digest.model.protocols import Message, Outbox, SendOutcome, SendResult
from digest.model.published_stories import PublishedArticle, PublishedEdition, PublishedStory

from .service import Answer, Request, Service, deliver, read_secret

#: An event has at most 65,536 bytes, with what the server adds.
_MAX_BYTES = 60_000
#: Characters of one sentence or title.
_MAX_LENGTH = 2_000
_WORD_JOINER = "\u2060"


class Matrix:
    """Writes one message at a time."""

    def __call__(  # options of the settings
        self,
        outbox: Outbox,
        server: str,
        rooms: Mapping[str, str],
        token: str = "",
        token_file: str = "",
        stories: int = 10,
        timeout_s: float = 30.0,
    ) -> None:
        service, secret = Service(server, timeout_s), read_secret(token, token_file)
        if not secret:
            raise MailError("the option token, or token_file, is missing")
        room_of = {address.casefold(): room for address, room in rooms.items()}
        edition = outbox.edition

        def send(message: Message) -> SendResult:
            if (room := room_of.get(message.recipient.casefold())) is None:
                reply = f"the option rooms has no room for {message.recipient}"
                return SendResult(message=message, outcome=SendOutcome.DEFERRED, reply=reply)
            content = edition_content(edition, stories) if edition else mail_content(message)
            request = request_for(content, room, message.message_id, prefix=service.path, token=secret)
            result, answer = service.send(message, request)
            return with_error_code(result, answer) if answer else result

        deliver(outbox, service, send)


def request_for(content: Mapping[str, object], room: str, message_id: str, *, prefix: str, token: str) -> Request:
    """The request that sends an event; the same transaction on each try."""
    transaction = hashlib.sha256(message_id.encode()).hexdigest()[:32]
    path = f"{prefix}/_matrix/client/v3/rooms/{quote(room, safe='')}/send/m.room.message/{transaction}"
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return Request("PUT", path, _as_json(content), headers)


def with_error_code(result: SendResult, answer: Answer) -> SendResult:
    """The result with the server's error code, and its time to wait."""
    try:
        document = json.loads(answer.body)
    except ValueError:
        return result
    if not isinstance(document, dict) or result.outcome is SendOutcome.ACCEPTED:
        return result
    code = re.fullmatch(r"[A-Z_]{1,40}", str(document.get("errcode", "")))
    milliseconds = document.get("retry_after_ms")
    wait_s = max(0, milliseconds) // 1_000 + 1.0 if isinstance(milliseconds, int) else None
    reply = f"{result.reply} {code[0]}" if code else result.reply
    return replace(result, reply=reply, retry_after_s=result.retry_after_s or wait_s)


def edition_content(edition: PublishedEdition, count: int) -> Mapping[str, object]:
    """The edition as an event: as many of its first ``count`` stories, and then corrections, as fit."""
    stories = edition.stories[:count]
    blocks = [*map(_story, stories), *map(_correction, edition.corrections)]
    content: Mapping[str, object] = {}
    for kept in range(len(blocks), -1, -1):
        left_out = len(edition.stories) - min(kept, len(stories))
        content = _content([*_heading(edition), *blocks[:kept], *_left_out(left_out)])
        if len(_as_json(content)) <= _MAX_BYTES:
            break
    return content


def mail_content(message: Message) -> Mapping[str, object]:
    """A mail that is no edition: its subject and text."""
    mail = message_from_bytes(message.content, policy=policy.default)
    body = mail.get_body(("plain",))
    lines = str(body.get_content()).splitlines() if body else []
    subject = _plain(str(mail["Subject"]))
    blocks = [(subject, f"<strong>{html.escape(subject)}</strong>")]
    blocks += [(_plain(line), html.escape(_plain(line))) for line in lines[:200] if line.strip()]
    return _content(blocks)


#: A paragraph as plain text and as HTML.
_Block = tuple[str, str]


def _content(blocks: list[_Block]) -> Mapping[str, object]:
    return {
        "msgtype": "m.notice",
        "body": "\n\n".join(text for text, _ in blocks),
        "format": "org.matrix.custom.html",
        "formatted_body": "".join(f"<p>{markup}</p>" for _, markup in blocks),
        "m.mentions": {},  # nobody, whatever the text looks like
    }


def _heading(edition: PublishedEdition) -> Iterator[_Block]:
    title, day = _plain(edition.title), edition.slot_key.partition("T")[0]
    yield f"{title} · {day}", f"<strong>{html.escape(title)}</strong> · {day}"
    author = f" ({_plain(edition.note_author)})" if edition.note_author else ""
    for paragraph in filter(None, map(_plain, edition.note.split("\n\n"))):
        yield f"{paragraph}{author}", f"<em>{html.escape(paragraph + author)}</em>"
        author = ""


def _story(story: PublishedStory) -> _Block:
    lead = story.articles[0] if story.articles else None
    title = _plain(story.title)
    texts, markup = [title], [f"<strong>{_link(title, lead)}</strong>"]
    if lead and _url(lead):
        texts.append(_url(lead))
    for sentence in story.sentences:
        text, article = _plain(sentence.text), sentence.article
        source = _plain(article.source) if article else ""
        texts.append(f"{text} ({source})" if source else text)
        markup.append(html.escape(text) + (f" ({_link(source, article)})" if source else ""))
    return "\n".join(texts), "<br>".join(markup)


def _correction(correction: Correction) -> _Block:
    """A sentence of an earlier edition, struck out, and what its article has now."""
    title, before, after = map(_plain, (correction.title, correction.before, correction.after))
    markup = f"<strong>{_link(title, correction)}</strong><br><del>{html.escape(before)}</del>"
    arrow = f" → {html.escape(after)}" if after else ""
    return f"{title}\n- {before}\n+ {after}".removesuffix("\n+ "), markup + arrow


def _left_out(count: int) -> Iterator[_Block]:
    if count:
        yield f"+ {count}", f"+ {count}"


def _link(text: str, article: PublishedArticle | Correction | None) -> str:
    url = _url(article) if article else ""
    return f'<a href="{html.escape(url)}">{html.escape(text)}</a>' if url else html.escape(text)


def _url(article: PublishedArticle | Correction) -> str:
    """The article's web address; a link to matrix.to would look like a user or a room."""
    parts = urlsplit(article.url)
    return article.url if parts.scheme in {"http", "https"} and parts.hostname != "matrix.to" else ""


def _plain(text: str) -> str:
    """The text on one line; older clients would take ``@room`` for a mention of everybody."""
    text = "".join(character for character in " ".join(text.split()) if character.isprintable())
    return re.sub("@(?=room)", f"@{_WORD_JOINER}", text, flags=re.IGNORECASE)[:_MAX_LENGTH]


def _as_json(content: Mapping[str, object]) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
