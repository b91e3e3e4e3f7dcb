"""Sends mail over SMTP (RFC 5321) to the server of the settings: many connections, one thread, non-blocking.

Sending:

    sender.py              takes messages from the outbox, assigns them to connections, commits results in time
    connection.py          a non-blocking socket, with timeouts
    protocol.py            which command follows which reply, and the result of each message: pure
    wire_format.py         one message as SMTP bytes
    replies.py             parses replies and capabilities
    outcomes.py            what a reply means for its message
    rate_limit.py          messages a minute

Opening connections, each step of which waits for the server:

    background_connect.py  in threads, while others send
    open_session.py        connect, TLS, EHLO, log in
    command_channel.py     one command and its reply
    auth.py                login
    errors.py              messages for the user
    connect_backoff.py     waits between attempts

``smtplib`` sends one mail at a time and waits five times for each; and its exceptions do not tell at which stage a
message failed.
"""

from __future__ import annotations

from dataclasses import dataclass

from digest.deliver.smtp.open_session import close_session, open_session, tls_context
from digest.deliver.smtp.replies import Capabilities
from digest.deliver.smtp.sender import SmtpSender
from digest.deliver.smtp.timeouts import Timeouts, timeouts_up_to
from digest.model.protocols import Notify, Outbox, ignore_notice
from digest.settings import SmtpSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpMailer:
    """Sends an outbox's messages to the server of the settings."""

    smtp: SmtpSettings
    #: Is told what is being waited for.
    notify: Notify = ignore_notice
    #: None for those of the settings.
    timeouts: Timeouts | None = None

    def __call__(self, outbox: Outbox) -> None:
        timeouts = self.timeouts or timeouts_up_to(self.smtp.timeout_s)
        SmtpSender(self.smtp, timeouts, outbox, notify=self.notify).run()


#: The user waits for the answer.
_PROBE_TIMEOUT_S = 30.0


def probe(smtp: SmtpSettings) -> str:
    """Connect, log in and quit; describe the server in one line. Raises ``MailError``."""
    timeouts = timeouts_up_to(min(smtp.timeout_s, _PROBE_TIMEOUT_S))
    session = open_session(smtp, timeouts, tls_context(smtp))
    close_session(session, timeouts)
    security = {"starttls": "over TLS (STARTTLS)", "tls": "over TLS", "none": "without TLS"}[smtp.security]
    login = f"as {smtp.username}" if smtp.username else "without login"
    return f"{smtp.host}:{smtp.port} accepts connections {security}, {login}{_described(session.capabilities)}"


def _described(capabilities: Capabilities) -> str:
    features = [
        *(["supports pipelining"] if capabilities.pipelining else []),
        *(["supports international addresses"] if capabilities.smtputf8 else []),
        *([f"takes mails up to {capabilities.max_size:,} bytes"] if capabilities.max_size else []),
    ]
    return "".join(f"; {feature}" for feature in features)
