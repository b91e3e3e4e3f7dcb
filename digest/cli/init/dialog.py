"""The questions of ``digest init`` in their order; nothing is written before the last answer."""

from __future__ import annotations

from collections.abc import Sequence

from digest.cli.init.answers import (
    DEFAULT_SCHEDULE,
    Answers,
    Given,
    default_title,
    parse_title,
    parse_when,
    parse_zone,
    usual_sender,
)
from digest.cli.init.ask_mail import MailQuestions
from digest.cli.init.ask_sources import SourceQuestions
from digest.cli.init.feed_lists import FoundList
from digest.cli.init.terminal import Terminal, ask_until_valid, ask_yes
from digest.cli.init.trials import Trials
from digest.model.mailbox import Mailbox
from digest.settings.types import SmtpSettings


def ask_all(terminal: Terminal, given: Given, *, lists: Sequence[FoundList], trials: Trials, timezone: str) -> Answers:
    """Ask what no option answered; sources and mail server are tried. ``KeyboardInterrupt`` at the end of input."""
    terminal.say("A newsletter in a few questions. Enter takes what stands in brackets; Ctrl-C leaves nothing behind.")
    sources = SourceQuestions(terminal=terminal, trials=trials, allow=given.allow).ask(given.sources, lists)
    if not sources:
        terminal.say("Without sources, it reads a folder 'articles' with a first article in it.", indent=2)
    title = given.title or ask_until_valid(terminal, "Its name", default_title(given.folder), parse_title)
    recipient, smtp = _ask_mail(terminal, given, lists, trials)
    schedule = given.schedule or ask_until_valid(
        terminal, "When? 07:00, 'weekdays 07:00', 'mon,thu 18:30'", DEFAULT_SCHEDULE, parse_when
    )
    zone = given.timezone or ask_until_valid(terminal, "Time zone", timezone, parse_zone)
    can_send = smtp is not None and recipient is not None
    send = can_send and (given.send or ask_yes(terminal, f"Send a first mail to {_address(recipient)} now?"))
    return Answers(
        folder=given.folder,
        title=title,
        timezone=zone,
        schedule=schedule,
        sources=sources,
        allow=given.allow,
        recipient=recipient,
        sender=given.sender or usual_sender(recipient, smtp, title),
        smtp=smtp,
        send=send,
    )


def _ask_mail(
    terminal: Terminal, given: Given, lists: Sequence[FoundList], trials: Trials
) -> tuple[Mailbox | None, SmtpSettings | None]:
    questions = MailQuestions(terminal=terminal, trials=trials)
    usual = given.usual_recipient or next((found.to for found in lists if found.to), "")
    recipient = given.recipient or questions.ask_recipient(usual)
    if recipient is None:
        return None, given.smtp
    return recipient, questions.ask_server(recipient, given.smtp, given.sender)


def _address(mailbox: Mailbox | None) -> str:
    return mailbox.address if mailbox else ""
