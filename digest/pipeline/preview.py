"""The one-off: a digest composed without a trace. Nothing is marked, nothing is kept, the store's file stays as it was.

Of addresses given, over a store in memory; else of the configured newsletter, over its store opened for reading; with
neither, of the sample that ships with the project.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from digest import settings
from digest.collect.discovery.address import source_from_address
from digest.model import Digest, Newsletter, Slot, Source, Window
from digest.model.errors import NothingCollected
from digest.model.protocols import Collected
from digest.pipeline import calendar, slots
from digest.pipeline.app import App, ImageFetcher, make_app
from digest.pipeline.collect import CollectResult, Progress, collect_sources
from digest.pipeline.compose import compose
from digest.pipeline.newsletter import sources_of
from digest.settings import Settings, shipped_files
from digest.settings.timezone import local_zone
from digest.store import Store, editions, open_store

#: Look back as far as there is anything.
EVER = timedelta.max
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
#: The sample's articles stand still, and so does the morning on which they are news.
_SAMPLE_AT = datetime(2026, 3, 28, 6, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRequest:
    """What a person wants to see."""

    #: Addresses of sources; none for the configured newsletter, or the sample.
    addresses: tuple[str, ...] = ()
    newsletter_id: str | None = None
    #: The settings file; None to find one.
    config: Path | None = None
    #: Compose as if at that time; without a zone, on the newsletter's clock.
    at: datetime | None = None
    #: How far back to look; ``EVER`` for everything, None for what the newsletter does.
    since: timedelta | None = None
    #: Visit the configured sources first.
    fetch: bool = False
    #: Private addresses that may be visited beside those in the settings, as ``host:port``.
    allow: tuple[str, ...] = ()
    #: What takes the place of the newsletter's own fields.
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would be sent, and the settings it was composed with."""

    digest: Digest
    settings: Settings
    #: Fetches pictures that travel with the mail, where anything may be visited at all.
    photos: ImageFetcher | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What is composed, decided before anything is visited."""

    settings: Settings
    newsletter: Newsletter
    #: Compose as of this moment.
    at: datetime
    #: What is visited was first seen at this moment.
    seen: datetime
    #: Start with an empty store in memory; otherwise the configured one is read.
    afresh: bool
    visit: bool
    #: None for what the newsletter does.
    since: timedelta | None


def preview(
    request: PreviewRequest, *, environ: Mapping[str, str], now: datetime, on_done: Progress | None = None
) -> Preview:
    """Compose what ``request`` asks for. Raises ``NothingCollected`` if every source failed."""
    plan = _plan(request, environ, now)
    wanted = sources_of(plan.newsletter, plan.settings)
    with ExitStack() as opened:
        standing = opened.enter_context(_standing(plan))
        slot, window = _moment(plan, standing)
        kept = opened.enter_context(_scratch(plan, standing, wanted, window))
        app = make_app(plan.settings, store=kept)
        gathered = _gathered(wanted, app, plan, on_done)
        digest = compose(_titled(plan.newsletter, gathered), slot, app, window=window)
    told = replace(digest, failures=(*digest.failures, *gathered.problems))
    return Preview(digest=told, settings=plan.settings, photos=app.fetch_images if plan.visit else None)


def watched_paths(request: PreviewRequest, environ: Mapping[str, str]) -> tuple[Path, ...]:
    """The files and folders that change the preview when they change."""
    file = None if request.addresses else settings.find(request.config, environ)
    places = [shipped_files.templates(), *(Path(address) for address in request.addresses)]
    if file:
        places += [file.parent, *(source.path for source in settings.load(file, environ).sources if source.path)]
    if template := request.changes.get("template"):
        places.append(Path(template))
    return tuple(place for place in places if place.exists())


# --- what is composed --------------------------------------------------------------------------------------------


def _plan(request: PreviewRequest, environ: Mapping[str, str], now: datetime) -> _Plan:
    if request.addresses:
        return _given(request, now)
    file = settings.find(request.config, environ)
    if file is None and request.newsletter_id is None:
        return _sample(request)
    return _configured(request, settings.load(file, environ), now)


def _given(request: PreviewRequest, now: datetime) -> _Plan:
    """Everything at the addresses; it needs no settings."""
    sources: list[Source] = []
    for address in request.addresses:
        sources.append(source_from_address(address, used_ids=[source.id for source in sources]))
    newsletter = Newsletter(id="preview", title="", timezone=local_zone())
    return _afresh(request, newsletter, tuple(sources), at=now, seen=now)


def _sample(request: PreviewRequest) -> _Plan:
    source = Source(id="sample", title="Sample", path=shipped_files.config() / "sample")
    newsletter = Newsletter(id="sample", title="The Sample Digest", timezone=ZoneInfo("Europe/Berlin"))
    return _afresh(request, newsletter, (source,), at=_SAMPLE_AT, seen=_SAMPLE_AT)


def _afresh(
    request: PreviewRequest, newsletter: Newsletter, sources: tuple[Source, ...], *, at: datetime, seen: datetime
) -> _Plan:
    changed = replace(newsletter, **request.changes)
    return _Plan(
        settings=_allowing(Settings(sources=sources), request.allow),
        newsletter=changed,
        at=_instant(request.at, changed) or at,
        seen=seen,
        afresh=True,
        visit=True,
        since=request.since or EVER,
    )


def _configured(request: PreviewRequest, found: Settings, now: datetime) -> _Plan:
    newsletter = replace(found.newsletter(request.newsletter_id), **request.changes)
    return _Plan(
        settings=_allowing(found, request.allow),
        newsletter=newsletter,
        at=_instant(request.at, newsletter) or now,
        seen=now,
        afresh=False,
        visit=request.fetch,
        since=request.since,
    )


def _allowing(found: Settings, allow: tuple[str, ...]) -> Settings:
    return replace(found, fetch=found.fetch.permitting(allow))


# --- out of what -------------------------------------------------------------------------------------------------


def _standing(plan: _Plan) -> Store:
    """An empty store in memory, or the configured one, opened so that nothing in it changes."""
    return open_store("sqlite://") if plan.afresh else open_store(plan.settings.store.url, read_only=True)


def _scratch(plan: _Plan, standing: Store, wanted: tuple[Source, ...], window: Window) -> AbstractContextManager[Store]:
    """Where what is fetched now may be put."""
    if plan.afresh or not plan.visit:
        return nullcontext(standing)
    return standing.snapshot([source.id for source in wanted], window)


def _gathered(sources: tuple[Source, ...], app: App, plan: _Plan, on_done: Progress | None) -> CollectResult:
    if not plan.visit:
        return CollectResult(outcomes=(), new_articles=0)
    gathered = collect_sources(sources, app, now=plan.seen, on_done=on_done)
    if gathered.all_failed:
        lines = "\n".join(f"{failure.url}: {failure.error}" for failure in gathered.failures)
        raise NothingCollected(lines)
    return gathered


def _titled(newsletter: Newsletter, gathered: CollectResult) -> Newsletter:
    """A newsletter without a title takes the only source's own."""
    titles = {outcome.title for outcome in gathered.outcomes if isinstance(outcome, Collected)}
    own = titles.pop() if len(titles) == 1 else ""
    return newsletter if newsletter.title else replace(newsletter, title=own or "Digest")


# --- for when ----------------------------------------------------------------------------------------------------


def _moment(plan: _Plan, kept: Store) -> tuple[Slot, Window]:
    """The slot of that day, or the next one if that has gone out; and how far back it looks."""
    zone = plan.newsletter.timezone
    if plan.afresh:
        slot = Slot(due=plan.at, key=f"{plan.at.astimezone(zone):%Y-%m-%d}")
        return slot, _window(plan, Window(start=_BEGINNING, end=plan.at + timedelta(minutes=1)))
    schedule = plan.newsletter.schedule
    slot = slots.today(schedule, zone, plan.at)
    with kept.read() as conn:
        if editions.find(conn, plan.newsletter.id, slot):
            slot = slots.upcoming(schedule, zone, plan.at)
        return slot, _window(plan, calendar.window(conn, plan.newsletter, slot, now=plan.at))


def _window(plan: _Plan, usual: Window) -> Window:
    if plan.since is None:
        return usual
    if plan.since is EVER:
        return replace(usual, start=_BEGINNING)
    return replace(usual, start=max(plan.at - plan.since, _BEGINNING))


def _instant(at: datetime | None, newsletter: Newsletter) -> datetime | None:
    """A time that a person gave, on the newsletter's clock unless it names an offset."""
    if at is None:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=newsletter.timezone)).astimezone(UTC)
