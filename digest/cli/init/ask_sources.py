"""Questions about sources: lists that were found, addresses that are typed or pasted; each is fetched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from digest.cli.init.feed_lists import FoundList, join_sources, sources_from_line
from digest.cli.init.terminal import Terminal, ask_yes, say_error
from digest.cli.init.trials import Trials
from digest.model.errors import UsageError
from digest.model.failures import Failure
from digest.model.newsletters import Source
from digest.model.protocols import Collected
from digest.model.secret import Secret

#: Sources that are named one by one, whether they can be read or not.
_NAMED = 12
#: Sources that fail and are asked about one by one.
_ASKED = 3
_KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceQuestions:
    """Asks for sources, until they can be read."""

    terminal: Terminal
    trials: Trials
    allow: tuple[str, ...] = ()

    def ask(self, given: Sequence[Source], lists: Sequence[FoundList]) -> tuple[Source, ...]:
        """The sources: those given, or of lists and typed; without those that can't be read, unless they are kept."""
        sources = tuple(given)
        if not sources:
            for found in lists:
                sources = join_sources(sources, self._ask_list(found))
            sources = self._ask_addresses(sources)
        return self._readable(sources)

    def _ask_list(self, found: FoundList) -> Sequence[Source]:
        number = len(found.feeds.sources)
        feeds = "1 feed" if number == 1 else f"{number} feeds"
        if not ask_yes(self.terminal, f"{feeds} of {found.program} in {found.file}: use?"):
            return ()
        for problem in found.feeds.problems:
            self.terminal.say(problem, indent=2)
        return found.feeds.sources

    def _ask_addresses(self, sources: tuple[Source, ...]) -> tuple[Source, ...]:
        self.terminal.say(
            "What shall it read? Addresses of sites or feeds, folders, a mailbox (imaps://user@host/Folder), or a"
            " newsreader's list (OPML, newsboat's urls, rss2email.cfg). An empty line ends the list."
        )
        while line := self.terminal.ask("add"):
            try:
                new, left_out = sources_from_line(line)
            except UsageError as error:
                say_error(self.terminal, error)
                continue
            for problem in left_out:
                self.terminal.say(problem, indent=2)
            sources = join_sources(sources, self._with_passwords(new))
        return sources

    def _with_passwords(self, sources: Sequence[Source]) -> tuple[Source, ...]:
        """The sources; a mailbox with its password, which is asked for."""
        return tuple(map(self._with_password, sources))

    def _with_password(self, source: Source) -> Source:
        if source.mailbox is None:
            return source
        question = f"Password of {source.mailbox.username} at {source.mailbox.host} (not shown)"
        return replace(source, password=Secret(self.terminal.ask_secret(question)))

    def _readable(self, sources: tuple[Source, ...]) -> tuple[Source, ...]:
        """Fetch the sources; ask for another address of those that can't be read."""
        readable: tuple[Source, ...] = ()
        while sources:
            outcomes = self.trials.fetch(sources, self.allow)
            self._say_outcomes(outcomes)
            pairs = [*zip(sources, outcomes, strict=True)]
            readable = join_sources(readable, [source for source, outcome in pairs if isinstance(outcome, Collected)])
            failed = [source for source, outcome in pairs if isinstance(outcome, Failure)]
            kept, sources = self._ask_about_failed(failed)
            readable = join_sources(readable, kept)
        return readable

    def _say_outcomes(self, outcomes: Sequence[Collected | Failure]) -> None:
        read = [outcome for outcome in outcomes if isinstance(outcome, Collected)]
        for outcome in outcomes:
            if isinstance(outcome, Failure):
                self.terminal.say(f"can't be read: {outcome.url}: {outcome.error}", indent=2)
            elif len(outcomes) <= _NAMED:
                self.terminal.say(f"ok: {outcome.title or outcome.source.address}: {_articles(outcome)}", indent=2)
                for problem in outcome.problems if outcome.source.mailbox else ():
                    self.terminal.say(problem, indent=4)
        if len(outcomes) > _NAMED:
            self.terminal.say(f"{len(read)} of {len(outcomes)} sources can be read", indent=2)

    def _ask_about_failed(self, failed: Sequence[Source]) -> tuple[Sequence[Source], tuple[Source, ...]]:
        """Those to keep as they are, and other addresses to try instead."""
        if len(failed) > _ASKED:
            question = f"Keep these {len(failed)} all the same, to be tried again later?"
            return (failed if ask_yes(self.terminal, question, default=False) else ()), ()
        kept: list[Source] = []
        others: tuple[Source, ...] = ()
        for source in failed:
            answer = self._ask_other(source)
            if answer is None:
                kept.append(source)
            else:
                others = join_sources(others, answer)
        return kept, others

    def _ask_other(self, source: Source) -> Sequence[Source] | None:
        """Sources instead of one that failed: none to leave it out; None to keep it."""
        while True:
            answer = self.terminal.ask(f"{source.address}: another address ({_KEEP}: as it is; Enter: leave out)")
            if answer.lower() == _KEEP:
                return None
            try:
                return self._with_passwords(sources_from_line(answer)[0]) if answer else ()
            except UsageError as error:
                say_error(self.terminal, error)


def _articles(outcome: Collected) -> str:
    return "1 article" if len(outcome.entries) == 1 else f"{len(outcome.entries)} articles"
