"""Delivers an edition: builds its mails by the newsletter's settings, and sends them by the mailer of the settings.

How deliveries are claimed, committed and retried is in ``outbox.py``.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, partial

from digest.deliver.message.attachment import Attachment
from digest.deliver.message.edition_headers import EditionHeaders, Recipient
from digest.deliver.message.prepare import PreparedMessage, prepare_message
from digest.model.delivery_token import DeliveryToken, return_address
from digest.model.editions import Delivery, Edition
from digest.model.errors import DigestError, MailError
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter
from digest.model.protocols import Mailer, Message, SendOutcome, SendResult, Stop
from digest.model.published_stories import PublishedEdition, PublishedStory
from digest.pipeline.app import App
from digest.pipeline.edition_files import edition_attachment, published_edition, with_stories
from digest.pipeline.edition_links import link_token_filler
from digest.pipeline.ledger_outbox import MessageBuilder
from digest.pipeline.newsletter import links_of, sender_of, unsubscribe_mail_link
from digest.pipeline.outbox import Tally, deliver_due, message_builder, tally
from digest.pipeline.send_rates import SendRates
from digest.pipeline.signing import signing_key
from digest.pipeline.suppression import judge_refusals
from digest.render import GREETING_PLACEHOLDER, TOKEN_PLACEHOLDER
from digest.render.delivery_placeholders import TOKEN_PLACEHOLDERS, fill_greeting
from digest.settings import Settings
from digest.store import editions
from digest.store.editions import StoredEdition


class NotAccepted(DigestError):
    """A mail server did not accept a message."""

    def __init__(self, message: str, *, reply: str, is_final: bool) -> None:
        super().__init__(message)
        #: The server's words, or why there are none.
        self.reply = reply
        #: Another try is useless.
        self.is_final = is_final


def deliver_edition(
    edition_id: int,
    app: App,
    *,
    clock: Callable[[], datetime],
    stop: Stop,
    even_if_waiting: bool = False,
    limit: int | None = None,
) -> Tally:
    """Send the edition's due deliveries (with ``even_if_waiting``, all that wait), and count all by state.

    With ``limit``, only so many: other workers send the others.

    Addresses that a server rejected as nonexistent are suppressed for later editions, unless there are so many that the
    server is suspected: see ``suppression.py``.
    """
    with app.span("deliver", edition=edition_id) as add:
        counts = _deliver(edition_id, app, clock=clock, stop=stop, even_if_waiting=even_if_waiting, limit=limit)
        add(**{str(outcome): count for outcome, count in counts.counts.items()})
    return counts


def _deliver(
    edition_id: int,
    app: App,
    *,
    clock: Callable[[], datetime],
    stop: Stop,
    even_if_waiting: bool,
    limit: int | None,
) -> Tally:
    try:
        deliver_due(
            edition_id,
            app.store,
            app.mailer_for(_newsletter_of(edition_id, app)),
            build_message=edition_message_builder(edition_id, app),
            read_edition=partial(_read_edition, edition_id, app),
            clock=clock,
            stop=stop,
            rates=SendRates(app.store, app.settings.smtp, app.settings.recipient_domains),
            unknown_policy=app.settings.smtp.unknown,
            even_if_waiting=even_if_waiting,
            limit=limit,
        )
    except MailError:
        _judge_refusals(edition_id, app, now=clock())
        raise
    _judge_refusals(edition_id, app, now=clock())
    return tally(edition_id, app.store)


def _newsletter_of(edition_id: int, app: App) -> Newsletter:
    with app.store.read() as conn:
        return app.settings.newsletter(editions.newsletter_id(conn, edition_id))


def _read_edition(edition_id: int, app: App) -> PublishedEdition | None:
    with app.store.read() as conn:
        stored = editions.get(conn, edition_id)
        return published_edition(conn, stored, app.settings) if stored else None


def _judge_refusals(edition_id: int, app: App, *, now: datetime) -> None:
    with app.store.begin() as conn:
        judge_refusals(edition_id, conn, now=now)


def send_one(
    edition: Edition,
    newsletter: Newsletter,
    to: Mailbox,
    app: App,
    *,
    now: datetime,
    stories: tuple[PublishedStory, ...] = (),
) -> None:
    """Send the edition to one address, without the ledger. Raises ``DigestError`` if it isn't accepted.

    ``stories`` are for a mailer that sends no mails.
    """
    message = unrecorded_message(edition, newsletter, to, app.settings, now=now)
    published = with_stories(edition, stories, newsletter, frozen_at=now)
    send_message(message, app.mailer_for(newsletter), edition=published)


def unrecorded_message(
    edition: Edition,
    newsletter: Newsletter,
    to: Mailbox,
    settings: Settings,
    *,
    now: datetime,
    attachment: Attachment | None = None,
) -> Message:
    """The edition's mail to one address, without the ledger: its links unsubscribe nobody."""
    prepared = _prepare(edition, newsletter, settings, date=now)
    prepared = prepared.with_attachment(attachment) if attachment else prepared
    sender = prepared.headers.sender
    message_id = f"<{uuid.uuid4().hex}@{sender.domain}>"
    greeting = fill_greeting(newsletter.greeting, to.name)
    values = dict.fromkeys(TOKEN_PLACEHOLDERS, "test") | {GREETING_PLACEHOLDER: greeting}
    chunks = prepared.chunks_for(Recipient(mailbox=to, message_id=message_id, values=values))
    return Message(id=0, message_id=message_id, sender=sender.address, recipient=to.address, chunks=chunks)


def send_message(message: Message, mailer: Mailer, *, edition: PublishedEdition | None = None) -> None:
    """Send one message without the ledger. Raises ``NotAccepted``, or ``MailError`` if the server can't be used."""
    outbox = _SingleMessageOutbox(messages=[message], edition=edition)
    mailer(outbox)
    result = next(iter(outbox.results), None)
    if result is None or result.outcome is not SendOutcome.ACCEPTED:
        reason = result.reply if result else "it was not tried"
        raise NotAccepted(
            f"the mail to {message.recipient} was not accepted: {reason}",
            reply=reason,
            is_final=result is not None and result.outcome is SendOutcome.REJECTED,
        )


def edition_message_builder(edition_id: int, app: App) -> MessageBuilder:
    """Builder of each subscriber's mail, by the newsletter's current settings. Raises ``DigestError``."""
    with app.store.read() as conn:
        published = editions.get(conn, edition_id)
        key = signing_key(conn, app.settings.web)
    if published is None:
        raise DigestError(f"there is no edition {edition_id}", hint="'digest editions list' shows those there are")
    if not published.edition.html:
        raise DigestError(f"edition {edition_id} is too old: its text was removed", hint="see [retention] editions")
    newsletter = app.settings.newsletter(published.edition.newsletter_id)
    prepared = _prepare(published.edition, newsletter, app.settings, date=published.frozen_at)
    build = partial(_with_tokens, published=published, newsletter=newsletter, settings=app.settings, key=key)
    return _with_epub(build(prepared), lambda: build(prepared.with_attachment(edition_attachment(published, app))))


def _with_epub(plain: MessageBuilder, make_attaching: Callable[[], MessageBuilder]) -> MessageBuilder:
    """Builder of mails, with the file for those who want it; it is made for the first of them, and shared."""
    attaching = cache(make_attaching)

    def build_message(delivery: Delivery) -> Message:
        return attaching()(delivery) if delivery.subscriber.wants_epub else plain(delivery)

    return build_message


def _with_tokens(
    prepared: PreparedMessage, *, published: StoredEdition, newsletter: Newsletter, settings: Settings, key: str
) -> MessageBuilder:
    """Builder of mails whose links, and with ``[bounces] tagged`` whose return address, contain signed tokens."""
    sender = settings.bounces.address or prepared.headers.sender
    fill_link_tokens = link_token_filler(published, prepared.headers.unsubscribe, key)

    def token(delivery: Delivery) -> DeliveryToken:
        return DeliveryToken.from_message_id(delivery.message_id).signed(key)

    def values(delivery: Delivery) -> dict[str, str]:
        return {
            TOKEN_PLACEHOLDER: str(token(delivery)),
            GREETING_PLACEHOLDER: fill_greeting(newsletter.greeting, delivery.subscriber.name),
            **fill_link_tokens(delivery.subscriber),
        }

    def build_tagged(delivery: Delivery) -> Message:
        message = build(delivery)
        return replace(message, sender=return_address(message.sender, token(delivery)))

    build = message_builder(prepared, values, sender=sender.address)
    return build_tagged if settings.bounces.tagged else build


def _prepare(edition: Edition, newsletter: Newsletter, settings: Settings, *, date: datetime) -> PreparedMessage:
    return prepare_signed(edition, _edition_headers(newsletter, settings, date=date), settings)


def prepare_signed(edition: Edition, headers: EditionHeaders, settings: Settings) -> PreparedMessage:
    """The edition's mail, with a DKIM signature if a key is set."""
    if settings.dkim.key_file is None:
        return prepare_message(edition, headers)
    from digest.deliver.message.dkim import signer_for  # cryptography is imported only if mails are signed

    return prepare_message(edition, headers, signer_for(settings.dkim, headers.sender.domain))


def _edition_headers(newsletter: Newsletter, settings: Settings, *, date: datetime) -> EditionHeaders:
    links = links_of(newsletter, settings)
    return EditionHeaders(
        sender=sender_of(newsletter),
        list_id=newsletter.id,
        title=newsletter.title,
        date=date,
        unsubscribe=links.unsubscribe if settings.web.url else "",
        unsubscribe_mail=unsubscribe_mail_link(newsletter, settings),
        archive=links.archive if newsletter.archive == "public" else "",
        placeholders=(*TOKEN_PLACEHOLDERS, GREETING_PLACEHOLDER),
    )


@dataclass(slots=True, kw_only=True)
class _SingleMessageOutbox:
    """An outbox without a ledger."""

    messages: list[Message]
    edition: PublishedEdition | None
    results: list[SendResult] = field(default_factory=list)

    @property
    def is_closing(self) -> bool:
        return False

    def next_message(self) -> Message | None:
        return self.messages.pop() if self.messages else None

    @property
    def wait_s(self) -> None:
        return None

    def commit(self, results: Sequence[SendResult], starting: Sequence[Message]) -> frozenset[int]:
        self.results += results
        return frozenset(message.id for message in starting)
