"""Sends mail over SMTP (RFC 5321) to the server of the settings: many connections, one thread, non-blocking.

Sending:

    sender.py              takes messages from the outbox, assigns them to connections, commits results in time
    connection.py          a non-blocking socket, with timeouts
    protocol.py            which command follows which reply, and the result of each message: pure
    wire_format.py         one message as SMTP bytes
    replies.py             parses replies and capabilities
    outcomes.py            what a reply means for its message

Opening connections, each step of which waits for the server:

    background_connect.py  in threads, while others send
    open_session.py        connect, TLS, EHLO, log in
    command_channel.py     one command and its reply
    auth.py                login
    errors.py              messages for the user
    connect_backoff.py     waits between attempts
    probe.py               tests a server without sending

``smtplib`` sends one mail at a time and waits five times for each; and its exceptions do not tell at which stage a
message failed.
"""

from __future__ import annotations

from dataclasses import dataclass

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
