"""Checks of mailboxes and Maildirs that are sources: the login, their senders, and who verifies these."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from digest.cli.check.findings import Finding, bad, count, from_error, note, ok
from digest.collect.mails.admission import policy_of
from digest.collect.mails.collect import WINDOW
from digest.collect.mails.probe import FolderFacts, probe_mails
from digest.model.errors import DigestError
from digest.model.newsletters import ANYBODY, Source
from digest.pipeline.mail_senders import has_senders, state_of
from digest.settings import Settings
from digest.store import mails, open_store


def check_mail_sources(settings: Settings, *, offline: bool) -> Iterator[Finding]:
    """Log in to each mailbox, and read headers of its newest mails; nothing is stored or marked."""
    for source in settings.sources:
        if has_senders(source) and not (source.mailbox and offline):
            yield from _check(source, settings)


def _check(source: Source, settings: Settings) -> Iterator[Finding]:
    topic = f"source {source.id}"
    try:
        facts = probe_mails(source, timeout_s=settings.fetch.timeout_s)
        with open_store(settings.store.url, read_only=True) as store, store.read() as conn:
            policy = policy_of(source, mails.decisions(conn, source.id))
    except DigestError as error:
        yield from_error(topic, error)
        return
    states = [state_of(sender, policy) for sender in facts.senders]
    newest = f"the newest {len(facts.headers)}" if facts.mails > len(facts.headers) else "they"
    message = f"{source.address}: {facts.mails:,} mail{'' if facts.mails == 1 else 's'}"
    yield ok(topic, f"{message}; {newest} are from {count(states, 'sender')}" if facts.headers else message)
    window_start = datetime.now(UTC) - WINDOW
    is_old = not any(header.sent and header.sent >= window_start for header in facts.headers)
    if facts.headers and is_old and ANYBODY not in source.senders:
        yield note(topic, f"no mail is from the last {WINDOW.days} days; earlier ones are not read")
    yield from _check_verification(source, facts, topic)
    if waiting := [state for state in states if state == "waiting"]:
        hint = f"'digest sources show {source.id}' lists those met so far; digest sources allow {source.id} SENDER"
        yield note(topic, f"{count(waiting, 'sender')} neither allowed nor refused", hint)


def _check_verification(source: Source, facts: FolderFacts, topic: str) -> Iterator[Finding]:
    """Check that a server verifies the mails, unless nobody asks for that."""
    if ANYBODY in source.senders:
        yield note(topic, "mails of anybody are read, signed or not: anybody can write to it", "name senders instead")
        return
    likely = facts.servers[0] if facts.servers else ""
    if not source.authserv_id:
        hint = "set [inbound] authserv_id to the name of your mail server, as in its Authentication-Results"
        if likely:
            hint = f'set [inbound] authserv_id = "{likely}", if that is your mail server: the newest mails carry it'
        yield bad(topic, "nothing verifies who sent a mail, so that none is read", hint)
    elif facts.headers and not facts.verified(source.authserv_id):
        hint = f"the newest mails carry the word of {likely!r}" if likely else "they carry no Authentication-Results"
        yield note(topic, f"{source.authserv_id} verified none of the newest mails", f"check authserv_id: {hint}")
