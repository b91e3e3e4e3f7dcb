"""Mail over SMTP (RFC 5321) to one server, as the settings name it: many connections, one thread, nothing that waits.

A letter's way, and who knows what of it:

    exchange.py       takes letters from the outbox, lends each to a connection, and has replies committed in time
    connection.py     a socket that never waits; how long a server may be silent
    conversation.py   what is said when, and how far each letter came: pure
    envelope.py       what is said of one letter: its commands, and its content as it travels
    replies.py        what the server says and offers

How a connection comes about, one step after the other, and in the background, since each step waits for the server:

    background.py     dials while the others go on
    dial.py           connect, TLS, EHLO, log in
    ask.py, login.py  questions and answers; proving who we are
    trouble.py        what went wrong, in a person's words
    pace.py           how fast to go, and how long to bear with a server that lets nobody in

The standard library's client sends one mail at a time and waits five times for each; and it raises where we need to
know how far a letter came.
"""

from __future__ import annotations

from dataclasses import dataclass

from digest.deliver.smtp.connect import Timeouts, dial, hang_up, patience, trusted
from digest.deliver.smtp.replies import Offers
from digest.deliver.smtp.sender import Exchange
from digest.model.protocols import Notify, Outbox, ignore_notice
from digest.settings import SmtpSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpMailer:
    """Carries letters to the server of the settings."""

    smtp: SmtpSettings
    #: Where it is told what is waited for.
    tell: Notify = ignore_notice
    #: None for those of the settings.
    timeouts: Timeouts | None = None

    def __call__(self, outbox: Outbox) -> None:
        Exchange(self.smtp, self.timeouts or patience(self.smtp.timeout_s), outbox, tell=self.tell).run()


#: A person waits for the outcome.
_SHORT_S = 30.0


def probe(smtp: SmtpSettings) -> str:
    """Connect, secure, log in, and leave; what the server is like. Raises ``MailError``."""
    timeouts = patience(min(smtp.timeout_s, _SHORT_S))
    line = dial(smtp, timeouts, trusted(smtp))
    hang_up(line, timeouts)
    how = {"starttls": "over TLS (STARTTLS)", "tls": "over TLS", "none": "in the clear"}[smtp.security]
    who = f"as {smtp.username}" if smtp.username else "without a name"
    return f"{smtp.host}:{smtp.port} lets us in {how}, {who}{_extras(line.offers)}"


def _extras(offers: Offers) -> str:
    said = [
        *(["takes several commands at once"] if offers.pipelining else []),
        *(["takes international addresses"] if offers.smtputf8 else []),
        *([f"takes mails up to {offers.largest:,} bytes"] if offers.largest else []),
    ]
    return "".join(f"; {words}" for words in said)
