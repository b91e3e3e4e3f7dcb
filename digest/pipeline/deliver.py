"""Editions to the post: whose letterhead they have, and who carries them. The promise itself is ``deliver``'s."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from digest.deliver.message.edition_headers import Letterhead, Recipient
from digest.deliver.message.message import Prepared, prepare
from digest.model import Delivery, Edition, Newsletter
from digest.model.delivery_token import DeliveryToken, return_address
from digest.model.errors import DigestError
from digest.model.mailbox import Mailbox
from digest.model.protocols import Mailer, Message, SendResult, Stage
from digest.pipeline.app import App
from digest.pipeline.bounces import heed_refusals
from digest.pipeline.newsletter import links_of, sender_of, unsubscribe_mail_link
from digest.pipeline.outbox import Stop, Tally, Writer, deliver, writer
from digest.render import GREETING_PLACEHOLDER, TOKEN_PLACEHOLDER
from digest.render.delivery_placeholders import fill_greeting
from digest.settings import Settings
from digest.settings.select import newsletter_of
from digest.store import editions


def post(
    edition_id: int, app: App, *, clock: Callable[[], datetime], stop: Stop, even_if_waiting: bool = False
) -> Tally:
    """Deliver what is due of the edition (or what waits at all); where its mails stand then.

    Addresses that were found not to exist are not tried with the next one.
    """
    tally = deliver(
        edition_id,
        app.store,
        app.mailer(),
        write=writer_for(edition_id, app),
        clock=clock,
        stop=stop,
        policy=app.settings.smtp.unknown,
        even_if_waiting=even_if_waiting,
    )
    with app.store.begin() as conn:
        heed_refusals(edition_id, conn, now=clock())
    return tally


def post_one(edition: Edition, newsletter: Newsletter, to: Mailbox, app: App, *, now: datetime) -> None:
    """One mail that no ledger knows, to look at. Raises ``DigestError`` if it isn't taken."""
    hand_over(written(edition, newsletter, to, app.settings, now=now), app.mailer())


def written(edition: Edition, newsletter: Newsletter, to: Mailbox, settings: Settings, *, now: datetime) -> Message:
    """One mail that no ledger knows: nobody leaves by its links."""
    prepared = _prepared(edition, newsletter, settings, date=now)
    message_id = f"<{uuid.uuid4().hex}@{prepared.letterhead.sender.domain}>"
    nobody = {TOKEN_PLACEHOLDER: "test", GREETING_PLACEHOLDER: fill_greeting(newsletter.greeting, to.name)}
    pieces = prepared.pieces_to(Recipient(mailbox=to, message_id=message_id, values=nobody))
    sender = prepared.letterhead.sender.address
    return Message(id=0, message_id=message_id, sender=sender, recipient=to.address, chunks=pieces)


def hand_over(letter: Message, mailer: Mailer) -> None:
    """Let the mailer carry one letter that stands in no ledger. Raises ``DigestError`` if it isn't taken."""
    outbox = _Single(letters=[letter])
    mailer(outbox)
    report = next(iter(outbox.reports), None)
    if report is None or report.stage is not Stage.CONTENT or not 200 <= report.code < 300:
        words = f"{report.code} {report.text}".strip() if report and report.code else "the line went dead"
        raise DigestError(f"the mail to {letter.recipient} was not taken: {words}")


def writer_for(edition_id: int, app: App) -> Writer:
    """What makes each reader's mail of the edition, as its newsletter is set now."""
    with app.store.read() as conn:
        published = editions.get(conn, edition_id)
    if published is None:
        raise DigestError(f"there is no edition {edition_id}", hint="'digest editions list' shows those there are")
    if not published.edition.html:
        raise DigestError(f"edition {edition_id} is too old: its text was removed", hint="see [retention] editions")
    newsletter = newsletter_of(app.settings, published.edition.newsletter_id)
    prepared = _prepared(published.edition, newsletter, app.settings, date=published.at)
    return _returning(prepared, newsletter, app.settings)


def _returning(prepared: Prepared, newsletter: Newsletter, settings: Settings) -> Writer:
    """Makes mails that tell, if they come back or their readers leave by mail, whose they were."""
    secret = settings.web.secret.reveal()
    sender = settings.bounces.address or prepared.letterhead.sender

    def values(delivery: Delivery) -> dict[str, str]:
        mark = str(DeliveryToken.from_message_id(delivery.message_id).signed(secret))
        return {
            TOKEN_PLACEHOLDER: mark,
            GREETING_PLACEHOLDER: fill_greeting(newsletter.greeting, delivery.subscriber.name),
        }

    def tagged(delivery: Delivery) -> Message:
        letter = write(delivery)
        mark = DeliveryToken.from_message_id(letter.message_id).signed(secret)
        return replace(letter, sender=return_address(letter.sender, mark))

    write = writer(prepared, values, sender=sender.address)
    return tagged if settings.bounces.tagged else write


def _prepared(edition: Edition, newsletter: Newsletter, settings: Settings, *, date: datetime) -> Prepared:
    letterhead = _letterhead(newsletter, settings, date=date)
    if settings.dkim.key_file is None:
        return prepare(edition, letterhead)
    from digest.deliver.message.dkim import signer  # only who signs pays for cryptography

    return prepare(edition, letterhead, signer(settings.dkim, letterhead.sender.domain))


def _letterhead(newsletter: Newsletter, settings: Settings, *, date: datetime) -> Letterhead:
    links = links_of(newsletter, settings)
    return Letterhead(
        sender=sender_of(newsletter),
        list_id=newsletter.id,
        title=newsletter.title,
        date=date,
        unsubscribe=links.unsubscribe if links.archive else "",
        unsubscribe_mail=unsubscribe_mail_link(newsletter, settings),
        archive=links.archive,
        placeholders=(TOKEN_PLACEHOLDER, GREETING_PLACEHOLDER),
    )


@dataclass(slots=True, kw_only=True)
class _Single:
    """An outbox without a ledger."""

    letters: list[Message]
    reports: list[SendResult] = field(default_factory=list)

    @property
    def is_closing(self) -> bool:
        return False

    def take(self) -> Message | None:
        return self.letters.pop() if self.letters else None

    def settle(self, reports: Sequence[SendResult], starting: Sequence[Message]) -> frozenset[int]:
        self.reports += reports
        return frozenset(letter.id for letter in starting)
