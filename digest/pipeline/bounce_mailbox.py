"""Processes the mailbox for bounces: mails that are ours are marked as seen, all others stay unread for the operator.

The store remembers the mails that are none of ours, by UIDVALIDITY and UID, so that they are not fetched at each run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from digest.deliver.bounces.parse import parse_mail
from digest.model.errors import DigestError
from digest.model.protocols import Notify, ignore_notice
from digest.pipeline.bounces import process_bounce, unprocessed
from digest.pipeline.processed_mail import ProcessedMail
from digest.settings import Settings
from digest.store import Store, unread_mails
from digest.store.unread_mails import UnreadMail

if TYPE_CHECKING:
    from digest.inbound.imap import ImapFolder
    from digest.inbound.imap_client import RunLimits


def process_mailbox(
    store: Store,
    settings: Settings,
    *,
    clock: Callable[[], datetime],
    notify: Notify = ignore_notice,
    limits: RunLimits | None = None,
) -> Iterator[ProcessedMail]:
    """Fetch and process each unseen mail, in a transaction of its own. Raises ``MailError``.

    One run is bounded in time and bytes; ``notify`` hears if mails are left for the next one.
    """
    from digest.inbound.imap import open_folder  # imports imaplib, needed only with a mailbox

    with open_folder(settings.bounces.account, limits) as folder:
        unseen = folder.unseen()
        with store.begin() as conn:
            remembered = unread_mails.forget_all_but(conn, folder.name, folder.uid_validity, unseen)
        new = [uid for uid in unseen if uid not in remembered]
        for index, uid in enumerate(new):
            if not folder.has_budget():
                notify(f"the mailbox is not read to its end; mails that wait for the next run: {len(new) - index}")
                break
            raw = folder.fetch(uid)
            if raw is None:  # another program removed it
                continue
            processed = _process(raw, store, settings, folder=folder, uid=uid, now=clock())
            if processed.is_ours:
                folder.mark_seen(uid)
            yield processed


def _process(
    raw: bytes, store: Store, settings: Settings, *, folder: ImapFolder, uid: int, now: datetime
) -> ProcessedMail:
    """Process a mail; remember it if it is none of ours."""
    mail = parse_mail(raw)
    try:
        with store.begin() as conn:
            processed = process_bounce(mail, conn, settings, now=now)
    except DigestError:
        raise
    except Exception as error:  # noqa: BLE001  # the edge of one mail: a bug in one stops no other
        processed = unprocessed(mail, error)
    if not processed.is_ours:
        unread = UnreadMail(
            mailbox=folder.name,
            uid_validity=folder.uid_validity,
            uid=uid,
            sender=mail.sender,
            subject=mail.subject,
            detail=processed.action if processed.exception else mail.detail,
            seen=now,
        )
        with store.begin() as conn:
            unread_mails.remember(conn, unread)
    return processed
