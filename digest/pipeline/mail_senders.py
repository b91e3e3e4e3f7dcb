"""Senders of a source's mails: who is read, who waits for the operator, and the operator's decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from digest.collect.mails.admission import SenderPolicy, matches, policy_of
from digest.inbound.maildir_source import is_maildir
from digest.model.errors import UsageError
from digest.model.newsletters import ANYBODY, Source
from digest.store import mails
from digest.store.mails import ConfirmationMail, SenderMails

SenderState = Literal["allowed", "waiting", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSender:
    """A sender, or a domain that was decided about; without mails, ``mails`` is None."""

    sender: str
    state: SenderState
    mails: SenderMails | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceMails:
    """What the operator may want to know about a source's mails."""

    senders: tuple[MailSender, ...]
    confirmations: tuple[ConfirmationMail, ...]


def has_senders(source: Source) -> bool:
    """Whether its senders are asked for: a mailbox or a Maildir."""
    return bool(source.mailbox) or (source.path is not None and is_maildir(source.path))


def read_source_mails(conn: Connection, source: Source) -> SourceMails:
    """The source's senders, those that wait first, and the mails that ask for a confirmation."""
    policy = policy_of(source, mails.decisions(conn, source.id))
    seen = [
        MailSender(sender=sender.sender, state=state_of(sender.sender, policy), mails=sender)
        for sender in mails.senders(conn, source.id)
    ]
    names = {sender.sender for sender in seen}
    decided = dict.fromkeys((*(name for name in policy.senders if name != ANYBODY), *policy.decisions))
    unseen = [MailSender(sender=name, state=state_of(name, policy)) for name in decided if name not in names]
    order: Sequence[SenderState] = ("waiting", "allowed", "refused")
    senders = sorted((*seen, *unseen), key=lambda sender: order.index(sender.state))
    return SourceMails(senders=tuple(senders), confirmations=mails.confirmations(conn, source.id))


def state_of(sender: str, policy: SenderPolicy) -> SenderState:
    """Whether the sender's mails are read, wait, or were refused."""
    if policy.allows(sender):
        return "allowed"
    domain = f"@{sender.rpartition('@')[2]}"
    return "refused" if policy.decisions.get(sender, policy.decisions.get(domain)) is False else "waiting"


def decide_sender(conn: Connection, source: Source, sender: str, *, is_allowed: bool, at: datetime) -> int:
    """Allow or refuse the sender; return how many mails of it wait. Raises ``UsageError``."""
    if not is_allowed and (matches(sender, source.senders) or sender in source.senders):
        raise UsageError(f"{sender} is allowed by the settings", hint=f"remove it from senders of source {source.id!r}")
    mails.decide(conn, source.id, sender, is_allowed=is_allowed, at=at)
    return sum(found.unread for found in mails.senders(conn, source.id) if matches(found.sender, (sender,)))
