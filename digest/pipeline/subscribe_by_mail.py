"""Subscribing by a mail to ``subscribe+NEWSLETTER@…``, and confirming by an answer to the confirmation mail.

If a receiving server that the settings name has verified a DKIM signature of the author's domain, nothing more is
asked. Otherwise the address gets a confirmation mail, under the same limits as by a page: anybody can forge an author.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.deliver.bounces.author_mails import AuthorMail, SubscribeCommand
from digest.deliver.bounces.classify import MailKind
from digest.deliver.bounces.parse import InboundMail
from digest.inbound.authentication import is_signed_by_author
from digest.model.link_token import Purpose, read_token
from digest.model.mailbox import AddressError, Mailbox
from digest.model.newsletters import Newsletter
from digest.pipeline.processed_mail import ProcessedMail, no_action
from digest.pipeline.signing import accepted_keys
from digest.pipeline.subscribe import confirm, decline, find_confirmation, open_newsletters
from digest.settings import Settings
from digest.store import subscribers, subscription_requests, unsubscribes
from digest.store.subscribers import NewSubscriber, normalize_address
from digest.store.subscription_requests import BY_MAIL, NewRequest

#: How old a signed mail may be: whoever got hold of one can send it again.
_SIGNED_WITHIN, _CLOCK_SKEW = timedelta(days=3), timedelta(hours=1)


def subscribe_by_mail(mail: InboundMail, conn: Connection, settings: Settings, *, now: datetime) -> ProcessedMail:
    """Subscribe the author of a mail, or ask for a confirmation; a mail about none of our newsletters is left alone."""
    author_mail = mail.author_mail or AuthorMail(author="")
    author = _author(author_mail, settings)
    wanted = tuple(_wanted(author_mail, settings))
    if author is None or not wanted:
        reason = "it names no newsletter that anybody may subscribe to" if author else "it has no author to write to"
        return no_action(mail, f"ignored: {reason}", is_ours=False)
    ids = tuple(dict.fromkeys(newsletter.id for newsletter, _ in wanted))
    titles = ", ".join(ids)
    if subscribers.suppression_reasons(conn, [author]):
        return no_action(mail, f"ignored: the author gets no mail ({titles})", is_ours=True)
    request = NewRequest(address=author, newsletter_ids=ids, network=BY_MAIL)
    request_id = subscription_requests.record(conn, request, at=now)
    if not request_id:
        return no_action(mail, f"not processed: too many requests wait ({titles})", is_ours=False)
    is_by_author = all(command.is_by_author for _, command in wanted)
    is_proven = is_by_author and _is_proven(author_mail, author, settings, now=now)
    if is_proven and not _has_left_since(conn, author, ids, author_mail.date):
        for newsletter_id in ids:
            subscribers.add(conn, [NewSubscriber(address=author)], newsletter_id, at=now, resubscribe=True)
        subscription_requests.confirm_by_author(conn, request_id, at=now)
        return ProcessedMail(kind=mail.kind, address=author, action=f"subscribed to {titles}", has_changed=True)
    return ProcessedMail(kind=mail.kind, address=author, action=f"asked to confirm: {titles}", has_changed=True)


def confirm_by_answer(mail: InboundMail, conn: Connection, settings: Settings, *, now: datetime) -> ProcessedMail:
    """Subscribe who answered a confirmation mail from the address that it went to."""
    author_mail = mail.author_mail or AuthorMail(author="")
    for token in author_mail.reply_tokens:
        found = find_confirmation(conn, token, settings.web, now=now, purpose=Purpose.REPLY)
        if found is None or normalize_address(found.request.address) != normalize_address(author_mail.author):
            continue
        was_confirmed = found.request.confirmed is not None
        confirm(conn, token, settings.web, now=now, newsletters=settings.newsletters, purpose=Purpose.REPLY)
        action = f"{'had confirmed' if was_confirmed else 'confirmed'}: {', '.join(found.request.newsletter_ids)}"
        return ProcessedMail(
            kind=mail.kind, address=found.request.address, action=action, has_changed=not was_confirmed
        )
    return no_action(mail, f"ignored: {mail.detail}", is_ours=False)


def process_returned_confirmation(
    mail: InboundMail, conn: Connection, settings: Settings, *, now: datetime
) -> ProcessedMail | None:
    """What a mail server or its user says about a confirmation mail of ours; None if the mail is about none.

    If the address doesn't exist, or its owner complains, no such mail goes there for a month.
    """
    if mail.kind in {MailKind.OTHER, MailKind.UNSUBSCRIBE}:  # a person's own words
        return None
    keys = accepted_keys(conn, settings.web)
    proven = next((token for text in mail.message_tokens if (token := read_token(text, Purpose.REPLY, keys))), None)
    if proven is None:
        return None
    request = subscription_requests.get(conn, proven.subscriber_id)
    is_dead = mail.kind is MailKind.HARD_BOUNCE and request is not None and request.confirmed is None
    if request is None or not (is_dead or mail.kind is MailKind.COMPLAINT):
        return no_action(mail, f"nothing to do about a confirmation mail: {mail.detail}", is_ours=True)
    decline(conn, request, now=now)
    action = f"no confirmation mail for a month: {mail.detail}"
    return ProcessedMail(kind=mail.kind, address=request.address, action=action, has_changed=True)


def _author(mail: AuthorMail, settings: Settings) -> str | None:
    """The author's address; None if it can't be written to, or is one of ours: no loop can begin."""
    try:
        author = Mailbox.at(mail.author).address
    except AddressError:
        return None
    own = {normalize_address(mailbox.address) for mailbox in _own_mailboxes(settings)}
    return None if normalize_address(author) in own or author.lower().startswith("subscribe") else author


def _own_mailboxes(settings: Settings) -> Iterator[Mailbox]:
    yield from filter(None, (settings.bounces.address, settings.inbound.address))
    yield from (newsletter.sender for newsletter in settings.newsletters if newsletter.sender)


def _wanted(mail: AuthorMail, settings: Settings) -> Iterator[tuple[Newsletter, SubscribeCommand]]:
    """The newsletters that the mail names, each with its command; the only one if it names none."""
    newsletters = open_newsletters(settings)
    domains = {"", *(mailbox.domain for mailbox in _own_mailboxes(settings))}
    for command in mail.commands:
        if command.domain not in domains:
            continue
        for newsletter in newsletters:
            is_only = not command.newsletter and len(newsletters) == 1
            if is_only or newsletter.id.casefold() == command.newsletter.casefold():
                yield newsletter, command


def _is_proven(mail: AuthorMail, author: str, settings: Settings, *, now: datetime) -> bool:
    """Whether the mail is surely the author's, and recent."""
    if mail.date is None or not -_CLOCK_SKEW <= now - mail.date <= _SIGNED_WITHIN:
        return False
    domain = author.rpartition("@")[2]
    return is_signed_by_author(mail.authentication, settings.inbound.authserv_id, domain)


def _has_left_since(conn: Connection, author: str, ids: tuple[str, ...], date: datetime | None) -> bool:
    """Whether the author has left one of the newsletters after the mail was written: somebody may send it again."""
    key = normalize_address(author)
    left = [entry.since for id_ in ids for entry in unsubscribes.find(conn, [key], id_).values()]
    return date is None or any(since >= date for since in left)
