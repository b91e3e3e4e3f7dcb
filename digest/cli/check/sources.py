"""Checks of sources: can each be read, and do its languages need another package?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime

from digest.clean.articles import clean
from digest.cli.check.findings import Finding, bad, count, note, ok
from digest.cli.progress import collect_progress
from digest.collect.concurrent import collect
from digest.model.errors import one_line
from digest.model.failures import Failure
from digest.model.protocols import Collected
from digest.pipeline.mail_senders import has_senders
from digest.pipeline.parts import Parts
from digest.settings import Settings
from digest.text.segmentation import install_hint

#: Articles of a source that are looked at for their languages.
_LANGUAGE_SAMPLE = 20


def check_sources(settings: Settings, *, offline: bool) -> Iterator[Finding]:
    """Fetch every source, or only those on disk if ``offline``; nothing is stored."""
    articles = (source for source in settings.sources if not has_senders(source))
    sources = [source for source in articles if source.path or not offline]
    fetch = settings.fetch
    collector = Parts(settings=settings).collector_at(datetime.now(UTC))
    with collect_progress() as on_done:
        visits = collect(sources, collector, concurrency=fetch.concurrency, per_host=fetch.per_host, on_done=on_done)
        outcomes = asyncio.run(visits)
    for source, outcome in zip(sources, outcomes, strict=True):
        topic = f"source {source.id}"
        if isinstance(outcome, Failure):
            yield bad(topic, f"{outcome.url}: {outcome.error}")
            continue
        message = f"{outcome.title or source.address}: {count(outcome.entries, 'article')}"
        yield ok(topic, message) if outcome.entries else note(topic, message)
        yield from (note(topic, one_line(problem)) for problem in outcome.problems)
        yield from _check_languages(outcome, topic)


def _check_languages(collected: Collected, topic: str) -> Iterator[Finding]:
    """Note languages that an optional package would segment better."""
    for language in sorted({article.language for article in clean(collected.entries[:_LANGUAGE_SAMPLE])}):
        if hint := install_hint(language):
            yield note(topic, f"some articles are in {language!r}", hint)
