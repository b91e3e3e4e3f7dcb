"""Mail over SMTP (RFC 5321) to one server, as the settings name it.

    smtp.py              the mailer, and a look at whether its server lets us in
    smtp_exchange.py     an outbox's letters over several connections, in one loop
    smtp_connection.py   a socket that never waits
    smtp_talk.py         the conversation: pure
    smtp_reply.py, smtp_offers.py    what a server says
    smtp_dial.py, smtp_dialing.py    setting a connection up: TLS, EHLO, login; in the background
    smtp_ask.py, smtp_login.py, smtp_trouble.py, smtp_pace.py

The standard library's client sends one mail at a time and waits five times for each; and it raises where we need to
know how far a letter came.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field

from digest.mailers.smtp_dial import Timeouts, dial, hang_up
from digest.mailers.smtp_exchange import Exchange
from digest.mailers.smtp_offers import Offers
from digest.ports import Outbox
from digest.settings import SmtpSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpMailer:
    """Carries letters to the server of the settings."""

    smtp: SmtpSettings
    timeouts: Timeouts = field(default_factory=Timeouts)

    def __call__(self, outbox: Outbox) -> None:
        Exchange(self.smtp, self.timeouts, outbox).run()


#: A person waits for the outcome.
_SHORT = Timeouts(greeting=30, command=30)


def probe(smtp: SmtpSettings, timeouts: Timeouts = _SHORT) -> str:
    """Connect, secure, log in, and leave; what the server is like. Raises ``MailError``."""
    line = dial(smtp, timeouts, ssl.create_default_context())
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
