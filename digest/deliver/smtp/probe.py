"""Tests a mail server without sending: connects, logs in, and tries envelopes up to RCPT."""

from __future__ import annotations

from collections.abc import Sequence

from digest.deliver.smtp.command_channel import CommandChannel
from digest.deliver.smtp.errors import connection_errors_as_mail_errors
from digest.deliver.smtp.open_session import Session, close_session, open_session, tls_context
from digest.deliver.smtp.replies import Capabilities, Reply
from digest.deliver.smtp.timeouts import timeouts_up_to
from digest.deliver.smtp.wire_format import envelope_commands, unsupported
from digest.model.protocols import Envelope, EnvelopeRefusal, Message, ServerReport
from digest.settings import SmtpSettings

#: The user waits for the answer.
_TIMEOUT_S = 30.0


def probe(smtp: SmtpSettings, envelopes: Sequence[Envelope] = ()) -> ServerReport:
    """Connect, log in, try MAIL and RCPT of each envelope, and quit; no mail is sent. Raises ``MailError``."""
    timeouts = timeouts_up_to(min(smtp.timeout_s, _TIMEOUT_S))
    session = open_session(smtp, timeouts, tls_context(smtp))
    try:
        with connection_errors_as_mail_errors(smtp):
            refusals = [refusal for envelope in envelopes if (refusal := _try_envelope(envelope, session))]
    finally:
        close_session(session, timeouts)
    return ServerReport(description=_description(smtp, session.capabilities), refusals=tuple(refusals))


def _try_envelope(envelope: Envelope, session: Session) -> EnvelopeRefusal | None:
    """Send MAIL, RCPT and RSET; None if the server accepts them."""
    message = Message(
        id=0, message_id="", sender=envelope.sender, recipient=envelope.recipient, chunks=(b"\r\n",), is_wire_ready=True
    )
    if rejection := unsupported(message, session.capabilities):
        return EnvelopeRefusal(envelope=envelope, code=rejection.code or 0, reply=rejection.reply)
    channel = CommandChannel(session.sock)
    refusal: Reply | None = None
    for command in envelope_commands(message, session.capabilities):
        reply = channel.send(command.decode().removesuffix("\r\n"))
        if reply.code >= 300:
            refusal = reply
            break
    channel.send("RSET")
    return EnvelopeRefusal(envelope=envelope, code=refusal.code, reply=refusal.text) if refusal else None


def _description(smtp: SmtpSettings, capabilities: Capabilities) -> str:
    security = {"starttls": "over TLS (STARTTLS)", "tls": "over TLS", "none": "without TLS"}[smtp.security]
    login = f"as {smtp.username}" if smtp.username else "without login"
    features = [
        *(["supports pipelining"] if capabilities.pipelining else []),
        *(["supports international addresses"] if capabilities.smtputf8 else []),
        *([f"takes mails up to {capabilities.max_size:,} bytes"] if capabilities.max_size else []),
    ]
    described = "".join(f"; {feature}" for feature in features)
    return f"{smtp.host}:{smtp.port} accepts connections {security}, {login}{described}"
