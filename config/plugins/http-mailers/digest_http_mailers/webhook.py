"""Mailer that posts each message as JSON to a webhook, signed as Standard Webhooks 1.0 say.

    [[newsletters]]
    mailer = "webhook"
    mailer_options = { url = "https://hooks.example.org/news", secret_file = "/etc/digest/webhook-secret" }

``echo whsec_$(openssl rand -base64 32)`` makes a secret. ``webhook-id`` is a hash of the Message-ID, which is the same
on every try: a receiver that keeps the ids takes each message once.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from digest.model.corrections import Correction
from digest.model.errors import MailError
from digest.model.protocols import Message, Outbox, SendResult
from digest.model.published_stories import PublishedEdition, PublishedSentence, PublishedStory

from .service import Request, Service, deliver, read_secret

_PREFIX = "whsec_"


class Webhook:
    """Posts one message at a time."""

    def __call__(  # options of the settings
        self,
        outbox: Outbox,
        url: str,
        secret: str = "",
        secret_file: str = "",
        html: bool = False,
        timeout_s: float = 30.0,
    ) -> None:
        service, key = Service(url, timeout_s), signing_key(read_secret(secret, secret_file))
        edition = outbox.edition

        def send(message: Message) -> SendResult:
            body = json.dumps(payload(message, edition, html=html), ensure_ascii=False).encode("utf-8", "replace")
            headers = signed_headers(message.message_id, body, key, timestamp=int(time.time()))
            return service.send(message, Request("POST", service.path or "/", body, headers))[0]

        deliver(outbox, service, send)


def signing_key(secret: str) -> bytes:
    """The key in a secret: ``whsec_`` and base64 of 24 to 64 bytes. Raises ``MailError``."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(_PREFIX) or not 24 <= len(key) <= 64:
        raise MailError("the option secret is not 'whsec_' and base64 of 24 to 64 bytes")
    return key


def signed_headers(message_id: str, body: bytes, key: bytes, *, timestamp: int) -> Mapping[str, str]:
    """Headers of a request (https://github.com/standard-webhooks/standard-webhooks, "Signature scheme")."""
    webhook_id = f"msg_{hashlib.sha256(message_id.encode()).hexdigest()[:32]}"  # it may have no full stop
    return {
        "Content-Type": "application/json",
        "User-Agent": "digest-webhook/1.0",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{sign(webhook_id, body, key, timestamp=timestamp)}",
    }


def sign(webhook_id: str, body: bytes, key: bytes, *, timestamp: int) -> str:
    """The signature in base64."""
    content = b"%b.%d.%b" % (webhook_id.encode(), timestamp, body)
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def payload(message: Message, edition: PublishedEdition | None, *, html: bool) -> Mapping[str, object]:
    """The request's JSON; without an edition, the mail alone."""
    mail = message_from_bytes(message.content, policy=policy.default)
    data = {
        "message_id": message.message_id.strip("<>"),
        "to": message.recipient,
        "subject": str(mail["Subject"]),
        "unsubscribe": _unsubscribe_link(mail),
        "text": _part(mail, "plain"),
    }
    data |= {"html": _part(mail, "html")} if html else {}
    if edition is None:
        return {
            "type": "mail",
            "timestamp": f"{mail['Date'].datetime.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "data": data,
        }
    data["edition"] = {
        "kind": edition.kind,
        "newsletter": edition.newsletter_id,
        "title": edition.title,
        "slot": edition.slot_key,
        "language": edition.language,
        "preheader": edition.preheader,
        "note": {"text": edition.note, "author": edition.note_author} if edition.note else None,
        "stories": [_story(story) for story in edition.stories],
        "corrections": [_correction(correction) for correction in edition.corrections],
    }
    return {"type": "edition", "timestamp": _iso(edition.frozen_at), "data": data}


def _story(story: PublishedStory) -> Mapping[str, object]:
    return {
        "title": story.title,
        "section": story.section,
        "language": story.language,
        "update": story.is_update,
        "brief": [_sentence(sentence) for sentence in story.sentences],
        "articles": [
            {
                "title": article.title,
                "url": article.url,
                "source": article.source,
                "author": article.author,
                "published": _iso(article.published),
            }
            for article in story.articles
        ],
    }


def _correction(correction: Correction) -> Mapping[str, str]:
    names = ("title", "url", "source", "before", "after", "note")
    return {"kind": str(correction.kind), **{name: getattr(correction, name) for name in names}}


def _sentence(sentence: PublishedSentence) -> Mapping[str, str]:
    article = sentence.article
    return {"text": sentence.text, "url": article.url if article else "", "source": article.source if article else ""}


def _part(mail: EmailMessage, subtype: str) -> str:
    body = mail.get_body((subtype,))
    return str(body.get_content()).replace("\r\n", "\n") if body else ""


def _unsubscribe_link(mail: EmailMessage) -> str:
    """The recipient's own link that unsubscribes; empty if the mail has none."""
    match = re.search(r"<([^>]+)>", str(mail["List-Unsubscribe"] or ""))
    return match[1] if match else ""


def _iso(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
