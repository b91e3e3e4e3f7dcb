"""What ``digest check`` looks at of mail: the server that takes it, the mailbox with what comes back, silence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal

from digest.cli.check.finding import Finding
from digest.model.errors import DigestError
from digest.settings import Settings

_HERE = {"localhost", "127.0.0.1", "::1"}


def findings_on_server(found: Settings, *, offline: bool) -> Iterator[Finding]:
    """Does it let us in? Nothing is sent."""
    from digest.deliver.mailers import probe

    smtp = found.smtp
    if not smtp.host and not smtp.folder:
        hint = 'set [smtp] host = "mail.example.org"'
        yield _server("note", "none is set, so nothing can be sent", hint)
        return
    if smtp.security == "none" and smtp.password and smtp.host not in _HERE:
        message = f"the password would travel to {smtp.host} unprotected"
        yield _server("bad", message, 'set security = "starttls" or "tls"')
        return
    if offline and not smtp.folder:
        return
    try:
        yield _server("ok", probe(smtp))
    except DigestError as error:
        yield _server("bad", str(error), error.hint)


def findings_on_mailbox(found: Settings, *, offline: bool) -> Iterator[Finding]:
    """Can we look for what comes back? Nothing is marked as read."""
    bounces = found.bounces
    if not bounces.host or offline:
        return
    from digest.inbound.imap import probe

    if bounces.security == "none" and bounces.host not in _HERE:
        message, hint = f"the password would travel to {bounces.host} unprotected", 'set security = "tls" or "starttls"'
        yield Finding(state="bad", topic="bounces", message=message, hint=hint)
        return
    try:
        yield Finding(state="ok", topic="bounces", message=probe(bounces))
    except DigestError as error:
        yield Finding(state="bad", topic="bounces", message=str(error), hint=error.hint)


def findings_on_leaving(found: Settings) -> Iterator[Finding]:
    """Where do readers end up who follow a mail's links to unsubscribe?"""
    if found.web.url:
        message = f"mails link to pages below {found.web.url}, which this version does not serve"
        yield Finding(state="bad", topic="web", message=message, hint="leave url out, or serve these pages yourself")
        if not found.web.url.startswith("https://"):
            message = "mail programs offer no button to unsubscribe: they want a link that is encrypted"
            yield Finding(state="note", topic="web", message=message, hint='set [web] url = "https://…"')
    elif not found.bounces.host and (found.smtp.host or found.smtp.folder):
        message = "mails that unsubscribe come to the sender's mailbox, which is not read"
        hint = "set [bounces] host, or pipe them into 'digest bounces'"
        yield Finding(state="note", topic="bounces", message=message, hint=hint)


def findings_on_footers(found: Settings) -> Iterator[Finding]:
    """Does every mail that can be sent say where its sender is?"""
    for newsletter in found.newsletters:
        can_be_sent = newsletter.sender and (found.smtp.host or found.smtp.folder)
        if can_be_sent and not newsletter.brand.over(found.brand).address:
            message = "its footer has no postal address, which many countries' laws want there"
            hint = 'set address = "…" in [brand]'
            yield Finding(state="note", topic=f"newsletter {newsletter.id}", message=message, hint=hint)


def findings_on_silence(found: Settings) -> Iterator[Finding]:
    """Newsletters with nothing to tell for a while, or nothing to tell it from."""
    from digest.jobs.alarm import alarm_for
    from digest.store import open_store

    try:
        with open_store(found.store.url, read_only=True) as store, store.read() as conn:
            now = datetime.now(UTC)
            alarms = [alarm_for(conn, newsletter, found, now=now) for newsletter in found.newsletters]
    except DigestError:  # told already
        return
    for alarm in alarms:
        if alarm:
            hint = "look at 'digest sources list': are they quiet, or broken?"
            yield Finding(state="bad", topic=f"newsletter {alarm.newsletter_id}", message=alarm.message, hint=hint)


def _server(state: Literal["ok", "note", "bad"], message: str, hint: str = "") -> Finding:
    return Finding(state=state, topic="mail server", message=message, hint=hint)
