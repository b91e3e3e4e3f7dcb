"""Correction watch: compares articles that editions quoted with their pages, and stores what their outlets changed."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.collect.page_visits import PageRequest, visit_pages
from digest.collect.revisit import PageVisit, VisitOutcome
from digest.model.corrections import WATCH_PERIOD
from digest.model.newsletters import Source
from digest.model.protocols import FetchState, Stop
from digest.pipeline.app import App
from digest.pipeline.correction_check import Finding, PresentText, check, present_feed_text, present_page_text
from digest.pipeline.edition_corrections import watching
from digest.pipeline.extraction_version import extraction_version
from digest.pipeline.fetch_leases import FetchLeases
from digest.store import articles, boilerplate, corrections, entries, stories, watched_articles
from digest.store.watched_articles import QuotedText, StoredText, WatchedArticle
from digest.stories.corrections import brake
from digest.stories.corrections.schedule import next_visit

#: Articles that are compared in one run, and pages that are visited for one source.
_MAX_ARTICLES, _MAX_PAGES = 300, 20
#: A visit that was put off without a time.
_LATER = timedelta(hours=1)
#: What a run has for itself while it visits a source's articles.
_LEASE = "corrections of {}"
_HELD = "{corrected} of {compared} articles of this source that were compared within a day changed"


@dataclass(slots=True, kw_only=True)
class WatchResult:
    """Outcome of a run."""

    #: Articles that were compared or visited.
    compared: int = 0
    #: Corrections that were found, and those that are held, by source id.
    found: int = 0
    held: dict[str, int] = field(default_factory=dict)
    #: Unexpected exceptions, each with the id of its source, for the log.
    exceptions: list[tuple[str, Exception]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """A watched article with everything to judge it."""

    watched: WatchedArticle
    #: None if retention deleted its text.
    stored: StoredText | None
    quoted: Sequence[QuotedText]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settled:
    """A case with its result."""

    case: _Case
    #: As it is to be stored.
    watched: WatchedArticle
    #: The present text; None if none was read.
    text: PresentText | None = None
    finding: Finding = field(default_factory=Finding)


def visit_due_articles(app: App, *, now: datetime, stop: Stop) -> WatchResult:
    """Compare the articles that are due with their pages, or with their feed's newest version of them.

    A source's results are stored in one transaction: of a run that is killed, the other visits stay due.
    """
    with app.span("corrections") as add, closing(FetchLeases(app.store, now=now)) as leases:
        result = _visit(app, leases, now=now, stop=stop)
        add(compared=result.compared, found=result.found)
    return result


def _visit(app: App, leases: FetchLeases, *, now: datetime, stop: Stop) -> WatchResult:
    run = _Run(app=app, now=now)
    by_source = _due_cases(app, leases, now)
    sources = {source.id: source for source in app.settings.sources}
    requests: list[tuple[Source, Sequence[PageRequest]]] = []
    for source_id, cases in by_source.items():
        source = sources.get(source_id)
        pages = run.settle(cases, source_id, has_source=source is not None)
        if source and pages:
            run.waiting[source_id] = pages
            requests.append((source, [_request(case) for case in pages]))

    async def store_visits(source: Source, visits: Sequence[PageVisit]) -> None:
        run.store_visits(source.id, visits)

    if requests:
        asyncio.run(visit_pages(requests, app.settings.fetch, now=now, gate=leases, on_visits=store_visits, stop=stop))
    return run.result


def _due_cases(app: App, leases: FetchLeases, now: datetime) -> Mapping[str, Sequence[_Case]]:
    """The due articles by source id, without those of sources whose articles another process visits now."""
    newsletter_ids = [newsletter.id for newsletter in watching(app.settings)]
    with app.store.read() as conn:
        wanted = {watched.source_id for watched in watched_articles.due(conn, now=now, limit=_MAX_ARTICLES)}
    claimed = leases.claim_sources([_LEASE.format(source_id) for source_id in sorted(wanted)])
    with app.store.read() as conn:
        due = [
            watched
            for watched in watched_articles.due(conn, now=now, limit=_MAX_ARTICLES)
            if _LEASE.format(watched.source_id) in claimed
        ]
        ids = [watched.article_id for watched in due]
        texts = watched_articles.stored_texts(conn, ids)
        quoted = watched_articles.quoted_texts(conn, ids, newsletter_ids, since=now - 2 * WATCH_PERIOD)
    quoted_by_id: dict[str, list[QuotedText]] = defaultdict(list)
    for text in quoted:
        quoted_by_id[text.article_id].append(text)
    by_source: dict[str, list[_Case]] = defaultdict(list)
    for watched in due:
        case = _Case(watched=watched, stored=texts.get(watched.article_id), quoted=quoted_by_id[watched.article_id])
        by_source[watched.source_id].append(case)
    return by_source


def _request(case: _Case) -> PageRequest:
    assert case.stored is not None  # cases without a text are settled before
    entry = replace(case.stored.entry, page_url=case.watched.page_url)
    state = FetchState(etag=case.watched.etag, last_modified=case.watched.last_modified)
    return PageRequest(entry=entry, state=state)


@dataclass(slots=True, kw_only=True)
class _Run:
    """Judges and stores the cases of one run, source by source."""

    app: App
    now: datetime
    result: WatchResult = field(default_factory=WatchResult)
    #: Cases whose pages are visited, by source id, in the order of the requests.
    waiting: dict[str, Sequence[_Case]] = field(default_factory=dict)

    def settle(self, cases: Sequence[_Case], source_id: str, *, has_source: bool) -> Sequence[_Case]:
        """Store what needs no request; return the cases whose pages are to be visited."""
        pages: list[_Case] = []
        settled: list[_Settled] = []
        for case in cases:
            if reason := self._impossible(case, has_source=has_source):
                watched = replace(case.watched, next_visit=None, outcome="unknown", detail=reason)
                settled.append(_Settled(case=case, watched=watched))
            elif case.watched.page_url:
                pages.append(case)
            else:
                settled.append(self._judged_feed(case))
        self._store(source_id, settled)
        return pages[:_MAX_PAGES]

    def store_visits(self, source_id: str, visits: Sequence[PageVisit]) -> None:
        """Judge and store a source's visits."""
        with self.app.store.read() as conn:
            learned = boilerplate.load(conn, [source_id])
        settled: list[_Settled] = []
        for case, visit in zip(self.waiting[source_id], visits, strict=True):
            if visit.exception:
                self.result.exceptions.append((source_id, visit.exception))
            if visit.entry is None or case.stored is None:
                settled.append(_Settled(case=case, watched=self._after_visit(case.watched, visit)))
                continue
            text = present_page_text(case.stored, visit.entry, title=visit.title, blocks=visit.blocks, learned=learned)
            watched = replace(
                self._visited(case.watched),
                etag=visit.fetch_state.etag,
                last_modified=visit.fetch_state.last_modified,
            )
            settled.append(self._judged(case, case.stored, text, watched))
        self._store(source_id, settled)

    def _impossible(self, case: _Case, *, has_source: bool) -> str:
        """Why the article can't be compared any more; empty if it can."""
        if not has_source:
            return "its source was removed from the settings"
        if case.stored is None or not case.quoted:
            return "its text or its editions are no longer stored"
        if case.watched.extraction != extraction_version():
            return "its text was extracted by another version of this program"
        return ""

    def _judged_feed(self, case: _Case) -> _Settled:
        assert case.stored is not None  # as above
        watched = replace(case.watched, visited=self.now, next_visit=None)
        return self._judged(case, case.stored, present_feed_text(case.stored), watched)

    def _judged(self, case: _Case, stored: StoredText, text: PresentText, watched: WatchedArticle) -> _Settled:
        finding = check(case.watched, stored, text, case.quoted, now=self.now)
        outcome = "corrected" if finding.corrections else "as quoted"
        watched = replace(watched, outcome=outcome, detail=finding.reason)
        return _Settled(case=case, watched=watched, text=text, finding=finding)

    def _after_visit(self, watched: WatchedArticle, visit: PageVisit) -> WatchedArticle:
        """The article after a visit that read nothing. One that the server put off doesn't count."""
        if visit.outcome is VisitOutcome.POSTPONED:
            again = visit.retry_at or self.now + _LATER
            is_over = again >= watched.told + WATCH_PERIOD
            return replace(watched, next_visit=None if is_over else again, outcome=visit.outcome, detail=visit.detail)
        watched = self._visited(watched)
        if visit.outcome in {VisitOutcome.GONE, VisitOutcome.FORBIDDEN}:
            watched = replace(watched, next_visit=None)
        return replace(watched, outcome=visit.outcome, detail=visit.detail)

    def _visited(self, watched: WatchedArticle) -> WatchedArticle:
        visits = watched.visits + 1
        again = next_visit(watched.article_id, told=watched.told, visits=visits, now=self.now)
        return replace(watched, visits=visits, visited=self.now, next_visit=again)

    def _store(self, source_id: str, settled: Sequence[_Settled]) -> None:
        """Store the results of a source's cases, and hold its corrections if there are too many."""
        if not settled:
            return
        with self.app.store.begin() as conn:
            for item in settled:
                watched_articles.save(conn, item.watched)
            found = sum(_add(conn, item.case, item.text, item.finding) for item in settled if item.text)
            held = self._brake(conn, source_id) if found else 0
        self.result.compared += len(settled)
        self.result.found += found
        if held:
            self.result.held[source_id] = held

    def _brake(self, conn: Connection, source_id: str) -> int:
        """Hold the source's corrections if they are too many to be believed; return how many."""
        since = self.now - brake.PERIOD
        corrected = corrections.count_articles(conn, source_id, since=since)
        compared = watched_articles.count_visited(conn, source_id, since=since)
        if brake.is_believed(corrected, compared):
            return 0
        reason = _HELD.format(corrected=corrected, compared=compared)
        return corrections.hold(conn, source_id, reason, since=since)


def _add(conn: Connection, case: _Case, text: PresentText, finding: Finding) -> int:
    """Store an article's corrections and its present text, so that no later edition quotes what was corrected."""
    added = [corrections.add(conn, correction, story_ids) for correction, story_ids in finding.corrections]
    if any(added) and case.watched.page_url:
        pairs = [(text.entry, text.article)]
        entries.add(conn, [text.entry])
        stories.save_published_wordings(conn, articles.changed_wordings(conn, pairs))
        articles.add(conn, pairs, extraction=extraction_version())
    return sum(added)
