"""A terminal with a person's answers in it, and trials whose results are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from digest.model.errors import MailError
from digest.model.failures import Failure
from digest.model.newsletters import Source
from digest.model.protocols import Collected, Envelope, EnvelopeRefusal, ServerReport
from digest.settings import SmtpSettings


@dataclass(slots=True)
class FakeTerminal:
    """Answers each question with the next answer: ``(part of the question, line)``; without one, input ends."""

    answers: list[tuple[str, str]]
    said: list[str] = field(default_factory=list)
    #: Defaults of the questions, by their beginning.
    defaults: dict[str, str] = field(default_factory=dict)

    def say(self, message: str, *, indent: int = 0) -> None:
        self.said.append(message)

    def ask(self, question: str, default: str = "") -> str:
        self.defaults[question] = default
        return self._next(question) or default

    def ask_secret(self, question: str) -> str:
        return self._next(question)

    def default_of(self, part: str) -> str:
        return next(default for question, default in self.defaults.items() if part in question)

    def _next(self, question: str) -> str:
        if not self.answers:
            raise KeyboardInterrupt
        part, line = self.answers.pop(0)
        assert part in question, f"{question!r} was asked instead of {part!r}"
        return line


@dataclass(slots=True)
class FakeTrials:
    """Sources in ``unreadable`` fail; a server accepts the password ``secret``, or anybody without a login."""

    unreadable: Sequence[str] = ()
    refusal: str = ""
    fetched: list[str] = field(default_factory=list)
    probed: list[tuple[SmtpSettings, Envelope]] = field(default_factory=list)

    def fetch(self, sources: Sequence[Source], allow: Sequence[str]) -> Sequence[Collected | Failure]:
        self.fetched += [source.address for source in sources]
        return [self._outcome(source) for source in sources]

    def _outcome(self, source: Source) -> Collected | Failure:
        if source.address in self.unreadable:
            return Failure(source=source.id, url=source.address, error="the server answered 404")
        return Collected(source=source, entries=(), kind="feed", title=source.title)

    def probe(self, smtp: SmtpSettings, envelope: Envelope) -> ServerReport:
        self.probed.append((smtp, envelope))
        if smtp.username and smtp.password.reveal() != "secret":
            raise MailError("the mail server rejects the login", hint="check the password")
        refusals = (EnvelopeRefusal(envelope=envelope, code=550, reply=self.refusal),) if self.refusal else ()
        return ServerReport(description="accepts connections", refusals=refusals)
