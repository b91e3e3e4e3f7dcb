"""Questions about mail: the recipient, the server, its login; the server is tried."""

from __future__ import annotations

from dataclasses import dataclass, replace

from digest.cli.init.answers import usual_sender
from digest.cli.init.providers import guess_provider, is_loopback, parse_server, server_text
from digest.cli.init.terminal import Terminal, ask_until_valid, say_error
from digest.cli.init.trials import Trials
from digest.model.errors import DigestError
from digest.model.mailbox import Mailbox
from digest.model.protocols import Envelope
from digest.model.secret import Secret
from digest.settings.types import SmtpSettings

_SKIP, _KEEP, _NONE = "skip", "keep", "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailQuestions:
    """Asks for the recipient and a mail server that takes mail for them."""

    terminal: Terminal
    trials: Trials

    def ask_recipient(self, usual: str) -> Mailbox | None:
        """The address to mail to; None for later."""

        def parse(text: str) -> Mailbox | None:
            return None if text.lower() in {"", _SKIP} else Mailbox.parse(text)

        skip = "skip: later" if usual else "Enter: later"
        return ask_until_valid(self.terminal, f"Your address, to mail to ({skip})", usual, parse)

    def ask_server(self, recipient: Mailbox, given: SmtpSettings | None, sender: Mailbox | None) -> SmtpSettings | None:
        """A server that accepts mail to the recipient, or is kept all the same; None to leave mail out for now."""
        smtp = self._with_password(given) if given else self._ask(recipient, None)
        while smtp is not None:
            if self._accepts(smtp, sender or usual_sender(recipient, smtp, ""), recipient):
                return smtp
            answer = self.terminal.ask(f"Enter: try another; {_KEEP}: as it is; {_SKIP}: no mail for now").lower()
            if answer == _KEEP:
                return smtp
            smtp = None if answer == _SKIP else self._ask(recipient, smtp)
        return None

    def _ask(self, recipient: Mailbox, previous: SmtpSettings | None) -> SmtpSettings | None:
        """Ask for server, user and password; None to leave mail out."""
        provider = guess_provider(recipient.domain)
        default = server_text(previous) if previous else server_text(parse_server(provider.server))
        if provider.note and not previous:
            self.terminal.say(f"{recipient.domain}: {provider.note}.", indent=2)

        def parse(text: str) -> SmtpSettings | None:
            return None if text.lower() == _SKIP else parse_server(text)

        smtp = ask_until_valid(self.terminal, f"Mail server, HOST or HOST:PORT ({_SKIP}: later)", default, parse)
        if smtp is None:
            return None
        usual = previous.username if previous else "" if is_loopback(smtp.host) else recipient.address
        username = self.terminal.ask(f"User name there ({_NONE}: without)", usual or _NONE)
        return self._with_password(replace(smtp, username="" if username.lower() == _NONE else username))

    def _with_password(self, smtp: SmtpSettings) -> SmtpSettings:
        """Ask for the password of a login that has none."""
        if not smtp.username or smtp.password:
            return smtp
        return replace(smtp, password=Secret(self.terminal.ask_secret(f"Password of {smtp.username} (not shown)")))

    def _accepts(self, smtp: SmtpSettings, sender: Mailbox | None, recipient: Mailbox) -> bool:
        """Try the server; say what it answers."""
        if smtp.security == "none" and smtp.password and not is_loopback(smtp.host):
            self.terminal.say(f"the password would be sent to {smtp.host} without encryption", indent=2)
            return False
        self.terminal.say(f"trying {smtp.host}:{smtp.port} …", indent=2)
        envelope = Envelope(sender=(sender or recipient).address, recipient=recipient.address)
        try:
            report = self.trials.probe(smtp, envelope)
        except DigestError as error:
            say_error(self.terminal, error)
            return False
        for refusal in report.refusals:
            self.terminal.say(
                f"{smtp.host} refuses mail from {envelope.sender} to {envelope.recipient}: {refusal.reply}", indent=2
            )
        if not report.refusals:
            self.terminal.say(f"ok: {report.description}", indent=2)
        return not report.refusals
