"""Replaceable parts by the settings: each name goes through the registry, to a part of ours or to a plugin's process.

A plugin that fails costs no edition: its summarizer or ranker is replaced by ours, and the problem is told. Its source
fails as any source does; its mailer leaves what wasn't sent in the ledger.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from digest.collect.collector import make_collector
from digest.http.limits import HostGate
from digest.model.errors import DigestError, PluginError, SourceError
from digest.model.failures import PluginFailure, PluginFailureHandler, ignore_plugin_failure
from digest.model.newsletters import DETECTING_COLLECTOR, Newsletter, Options, Source
from digest.model.protocols import (
    Budget,
    Candidate,
    Collected,
    Collector,
    FetchState,
    KnownGuids,
    Mailer,
    Notify,
    Ranker,
    RankingContext,
    Summarizer,
    ignore_notice,
    no_known_guids,
)
from digest.model.stories import Ranked
from digest.processes.plugins import IsolatedCollector, IsolatedRanker, IsolatedSummarizer, plugin_process
from digest.settings import Settings
from digest.settings.plugins import Plugin, PluginPoint, find_plugin
from digest.stories.summarizers import summarizer as built_in_summarizer
from digest.text.credentials import redact

T = TypeVar("T")

#: A plugin that failed after so long, or whose process was ended, is not called again for a while: each further story
#: would take as long.
_SLOW_S, _REST_S = 5.0, 300.0


def plugin_folder(settings: Settings) -> Path | None:
    """Folder of the settings, where a user's own modules may be."""
    return settings.file.absolute().parent if settings.file else None


@dataclass(slots=True, kw_only=True)
class Parts:
    """Parts of editions and sources, by name."""

    settings: Settings
    #: Until when plugins are not called, after their process was ended; monotonic.
    _resting: dict[Plugin, float] = field(default_factory=dict)

    def summarizer(
        self, newsletter: Newsletter, on_failure: PluginFailureHandler = ignore_plugin_failure
    ) -> Summarizer:
        """The newsletter's summarizer; ``on_failure`` gets its failures. Raises ``UsageError`` if there is none."""
        plugin = self._find(PluginPoint.SUMMARIZER, newsletter.summarizer)
        if plugin.is_built_in:
            return built_in_summarizer(plugin.name)
        process = plugin_process(plugin, self.settings.plugins)
        isolated = IsolatedSummarizer(process, newsletter.summarizer_options)
        return _WithFallback(
            plugin=plugin,
            summarizer=isolated,
            fallback=built_in_summarizer("default"),
            on_failure=on_failure,
            resting=self._resting,
        )

    def ranker(self, newsletter: Newsletter, on_failure: PluginFailureHandler = ignore_plugin_failure) -> Ranker:
        """The newsletter's ranker; ``on_failure`` gets its failures. Raises ``UsageError`` if there is none."""
        from digest.stories.rankers import built_in_ranker, by_score  # imports what scores need

        plugin = self._find(PluginPoint.RANKER, newsletter.ranker)
        if plugin.is_built_in:
            return built_in_ranker(plugin.name)
        isolated = IsolatedRanker(plugin_process(plugin, self.settings.plugins), newsletter.ranker_options)

        def rank(stories: Sequence[Ranked], context: RankingContext) -> Sequence[Ranked]:
            if not stories:
                return ()
            try:
                return _unless_resting(plugin, self._resting, lambda: isolated(stories, context))
            except PluginError as error:
                on_failure(_failure(plugin, error, "the stories are ordered by score instead"))
                return by_score(stories, context)

        return rank

    def collector_at(self, now: datetime, gate: HostGate | None = None) -> Collector:
        """A collector for every source, by its ``collector``; entries are first seen ``now``."""
        return _ByName(parts=self, detecting=make_collector(self.settings.fetch, now, gate), now=now)

    def collector_of(self, source: Source, now: datetime) -> Collector:
        """The collector of a source that names a plugin. Raises ``SourceError`` if there is none."""
        try:
            plugin = self._find(PluginPoint.COLLECTOR, source.collector)
        except DigestError as error:
            raise SourceError(f"{error}: {error.hint}") from error
        return IsolatedCollector(plugin, self.settings.plugins, now)

    def mailer(self, notify: Notify = ignore_notice) -> Mailer:
        """The mailer of ``[mailer]``, not connected yet. Raises ``UsageError`` if no mail server is set."""
        return self._mailer(self.settings.mailer.name, self.settings.mailer.options, notify)

    def newsletter_mailer(self, newsletter: Newsletter, *, notify: Notify = ignore_notice) -> Mailer:
        """The mailer that the newsletter names. Raises ``UsageError`` if there is none."""
        return self._mailer(newsletter.mailer, newsletter.mailer_options, notify)

    def _mailer(self, name: str, options: Options, notify: Notify) -> Mailer:
        plugin = self._find(PluginPoint.MAILER, name) if name else None
        if plugin is None or plugin.is_built_in:
            from digest.deliver.mailers import open_mailer  # imports ssl and email

            return open_mailer(self.settings.smtp, name=name, notify=notify)
        from digest.processes.mailer_process import IsolatedMailer

        timeout_s, memory_mb = self.settings.mailer.timeout_s, self.settings.plugins.memory_mb
        return IsolatedMailer(plugin, options, timeout_s=timeout_s, memory_mb=memory_mb)

    def _find(self, point: PluginPoint, name: str) -> Plugin:
        return find_plugin(point, name, folder=plugin_folder(self.settings))


@dataclass(frozen=True, slots=True, kw_only=True)
class _ByName:
    """Collects each source by the collector that it names."""

    parts: Parts
    detecting: Collector
    now: datetime

    async def __call__(self, source: Source, state: FetchState, known_guids: KnownGuids = no_known_guids) -> Collected:
        is_ours = source.collector == DETECTING_COLLECTOR
        collector = self.detecting if is_ours else self.parts.collector_of(source, self.now)
        return await collector(source, state, known_guids)


@dataclass(frozen=True, slots=True, kw_only=True)
class _WithFallback:
    """A plugin's summarizer; ours for each story that it fails for."""

    plugin: Plugin
    summarizer: Summarizer
    fallback: Summarizer
    on_failure: PluginFailureHandler
    resting: dict[Plugin, float]

    def __call__(self, candidates: Sequence[Candidate], budget: Budget, *, language: str) -> tuple[Candidate, ...]:
        try:
            return _unless_resting(self.plugin, self.resting, lambda: self._checked(candidates, budget, language))
        except PluginError as error:
            self.on_failure(_failure(self.plugin, error, "the default summarizer is used instead"))
            return self.fallback(candidates, budget, language=language)

    def _checked(self, candidates: Sequence[Candidate], budget: Budget, language: str) -> tuple[Candidate, ...]:
        chosen = self.summarizer(candidates, budget, language=language)
        if budget.words is None and len(chosen) > budget.sentences:
            raise PluginError(f"{self.plugin.title} chose {len(chosen)} sentences, {budget.sentences} are allowed")
        from digest.stories.summarizers.budget import word_count

        words = sum(word_count(candidate.text, language) for candidate in chosen) if budget.words else 0
        if budget.words and words > budget.words and len(chosen) > 1:
            raise PluginError(f"{self.plugin.title} chose {words} words, {budget.words} are allowed")
        return chosen


def _failure(plugin: Plugin, error: PluginError, instead: str) -> PluginFailure:
    return PluginFailure(point=str(plugin.point), name=plugin.name, error=redact(str(error)), instead=instead)


def _unless_resting(plugin: Plugin, resting: dict[Plugin, float], call: Callable[[], T]) -> T:
    """The call's result. Raises ``PluginError``, at once for a plugin that was ended, or slow to fail, a while ago."""
    if time.monotonic() < resting.get(plugin, 0.0):
        raise PluginError(
            f"{plugin.title} took too long a short while ago, and is not called for {_REST_S / 60:.0f} minutes"
        )
    started = time.monotonic()
    try:
        return call()
    except PluginError as error:
        if error.is_ended or time.monotonic() - started >= _SLOW_S:
            resting[plugin] = time.monotonic() + _REST_S
        raise
