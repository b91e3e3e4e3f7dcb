"""Checks of mail: the server that takes it, the mailbox for bounces, the ways to unsubscribe."""

from __future__ import annotations

from collections.abc import Iterator

from digest.cli.check.findings import Finding, bad, from_error, note, ok
from digest.deliver.bounces.brake import RefusalKind, refusal_kind
from digest.model.errors import DigestError, one_line
from digest.model.protocols import Envelope, EnvelopeRefusal
from digest.settings import Settings, WebSettings
from digest.settings.plugins import BUILT_IN, PluginPoint
from digest.settings.types import MIN_SECRET_LENGTH, WEAK_KEY_HINT

_LOCALHOST = {"localhost", "127.0.0.1", "::1"}


def check_mail_server(settings: Settings, *, offline: bool) -> Iterator[Finding]:
    """Connect to the mail server, log in, and try to address the operator; no mail is sent."""
    from digest.deliver.mailers import probe

    topic, smtp = "mail server", settings.smtp
    if not settings.can_send:
        yield note(topic, "none is set, so nothing can be sent", 'set [smtp] host = "mail.example.org"')
    elif settings.mailer.name not in {"", *BUILT_IN[PluginPoint.MAILER]}:
        yield ok(topic, f"mails are sent by the mailer {settings.mailer.name!r}")
    elif settings.has_own_mailers and not smtp.host and not smtp.folder:
        yield ok(topic, "each newsletter has a mailer of its own; no other mails can be sent")
    elif smtp.security == "none" and smtp.password and smtp.host not in _LOCALHOST:
        message = f"the password would be sent to {smtp.host} without encryption"
        yield bad(topic, message, 'set security = "starttls" or "tls"')
    elif smtp.folder or not offline:
        try:
            report = probe(smtp, _envelopes(settings))
        except DigestError as error:
            yield from_error(topic, error)
        else:
            yield ok(topic, report.description)
            yield from (_refusal(refusal, settings) for refusal in report.refusals)


def _envelopes(settings: Settings) -> tuple[Envelope, ...]:
    """A mail from each return address to the operator, or to itself if no operator is set."""
    returns = [settings.bounces.address or newsletter.sender for newsletter in settings.newsletters]
    addresses = dict.fromkeys(mailbox.address for mailbox in returns if mailbox)
    operator = settings.operator.address
    return tuple(Envelope(sender=address, recipient=operator.address if operator else address) for address in addresses)


def _refusal(refusal: EnvelopeRefusal, settings: Settings) -> Finding:
    """The server refuses an envelope: bad, unless it only delays it, or doesn't know an address that we guessed."""
    envelope = refusal.envelope
    message = f"refuses mail from {envelope.sender} to {envelope.recipient}: {one_line(refusal.reply)}"
    if refusal.code < 500:
        return note("mail server", message, "it may accept it later; 'digest send' tries again by itself")
    if settings.operator.address is None and refusal_kind(refusal.reply) is RefusalKind.ADDRESS:
        hint = "if no such mailbox exists, set address in [operator], to test with an address that does"
        return note("mail server", message, hint)
    if not settings.smtp.username:
        hint = "set [smtp] username and password: many servers take mail only from those who log in"
    else:
        hint = f"ask its operator whether {settings.smtp.username} may send from {envelope.sender}"
    return bad("mail server", message, hint)


def check_bounce_mailbox(settings: Settings, *, offline: bool) -> Iterator[Finding]:
    """Connect to the mailbox for bounces; no mail is marked as read."""
    bounces = settings.bounces
    if not bounces.host or offline:
        return
    from digest.inbound.imap import probe

    if bounces.security == "none" and bounces.host not in _LOCALHOST:
        message = f"the password would be sent to {bounces.host} without encryption"
        yield bad("bounces", message, 'set security = "tls" or "starttls"')
        return
    try:
        yield ok("bounces", probe(bounces.account))
    except DigestError as error:
        yield from_error("bounces", error)


def check_unsubscribing(settings: Settings) -> Iterator[Finding]:
    """Check that mails that unsubscribe are read, where no page does it."""
    if not settings.web.url and settings.can_send and not settings.bounces.host:
        message = "mails that unsubscribe arrive in the sender's mailbox, which is not read"
        yield note("bounces", message, "set [bounces] host, or pipe them into 'digest bounces'")


def check_subscribing_by_mail(settings: Settings) -> Iterator[Finding]:
    """Check that mails by which people subscribe are read, and whose word is taken for their authors."""
    inbound, topic = settings.inbound, "inbound"
    if not inbound.address and not inbound.authserv_id:
        return
    if not inbound.address and not settings.bounces.host and any(source.mailbox for source in settings.sources):
        return  # it is set for the mails that are sources
    if not settings.bounces.host:
        message = "mails that subscribe are only read if they are piped into 'digest bounces'"
        yield note(topic, message, "set [bounces] host to the mailbox that they arrive in")
    if inbound.address and inbound.address.domain not in _sender_domains(settings):
        message = f"{inbound.address.address} is at a domain that no newsletter is sent from"
        yield note(topic, message, "send a mail to it, and look whether it arrives in the mailbox of [bounces]")
    if not any(newsletter.subscribe and newsletter.sender for newsletter in settings.newsletters):
        yield note(topic, "no newsletter can be subscribed to", 'set "from", and leave out subscribe = false')
    elif inbound.authserv_id:
        yield ok(topic, f"a valid DKIM signature, by the word of {inbound.authserv_id}, spares the confirmation mail")
    else:
        hint = "set [inbound] authserv_id to your mail server's name, to spare those with a valid DKIM signature"
        yield ok(topic, "whoever subscribes by mail is asked for a confirmation", hint)


def _sender_domains(settings: Settings) -> set[str]:
    mailboxes = [newsletter.sender for newsletter in settings.newsletters]
    return {mailbox.domain for mailbox in (settings.bounces.address, *mailboxes) if mailbox}


def check_secret(web: WebSettings) -> Iterator[Finding]:
    """Check that nobody can guess the secrets whose signatures prove a bounce or an unsubscribe mail."""
    if web.secret_problem and not web.url:  # else the check of the pages reports it
        yield bad("web", web.secret_problem, WEAK_KEY_HINT)
    if any(len(secret.reveal()) < MIN_SECRET_LENGTH for secret in web.previous_secrets):
        message = f"one of [web] previous_secrets has fewer than {MIN_SECRET_LENGTH} characters: mails can be forged"
        yield note("web", message, "remove it when the mails that it signed are old enough")
