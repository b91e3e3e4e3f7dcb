"""Preview: compose a digest without changing anything.

With addresses of sources, over a store in memory; else for the configured newsletter, over its store opened read-only;
with neither, for the sample that ships with the project.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from digest import settings
from digest.collect.discovery.address import source_from_address
from digest.inbound.maildir_source import is_maildir
from digest.model.audiences import AS_PUBLISHED
from digest.model.digests import Digest
from digest.model.errors import NothingCollected
from digest.model.newsletters import ANYBODY, Newsletter, Source
from digest.model.protocols import Collected
from digest.model.slots import Slot, Window
from digest.pipeline import calendar, slots
from digest.pipeline.alert_preview import preview_alert
from digest.pipeline.app import App, ImageFetcher, make_app
from digest.pipeline.collect import CollectResult, Progress, collect_sources
from digest.pipeline.compose import compose
from digest.pipeline.editor_desk import open_waiting
from digest.pipeline.newsletter import sources_of
from digest.pipeline.sample import SAMPLE_TIME, read_pictures, sample_newsletter, sample_source
from digest.pipeline.subscriber_edition import SubscriberEdition, compose_for, find_next_edition
from digest.settings import FetchSettings, Settings, shipped_files
from digest.settings.timezone import local_zone
from digest.store import Store, editions, open_store

#: A ``since`` without limit.
EVER = timedelta.max
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRequest:
    """Options of a preview."""

    #: Addresses of sources; without any, the configured newsletter or the sample is shown.
    addresses: tuple[str, ...] = ()
    newsletter_id: str | None = None
    #: The settings file; None to find it.
    config: Path | None = None
    #: Compose as if at that time; without a zone, in the newsletter's.
    at: datetime | None = None
    #: How far back to look; ``EVER`` for no limit, None for the newsletter's usual window.
    since: timedelta | None = None
    #: Fetch the configured sources first.
    fetch: bool = False
    #: Private addresses (``host:port``) to permit in addition to the settings.
    allow: tuple[str, ...] = ()
    #: Address of a subscriber of the configured newsletter whose next edition is shown; None for that of all.
    recipient: str | None = None
    #: Show the alert that would be sent instead of the digest.
    alert: bool = False
    #: Replacements for fields of the newsletter.
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A composed digest, and the settings it was composed with."""

    digest: Digest
    settings: Settings
    #: Fetches images to embed; None if nothing may be fetched.
    fetch_images: ImageFetcher | None = None
    #: The subscriber who will get it, and when; None for nobody in particular.
    recipient: SubscriberEdition | None = None
    #: Of an alert: why it would not be sent now; empty if it would, and of a digest.
    wait: str = ""
    #: It is a draft that waits for its editor, as it stands.
    is_draft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """Everything that is decided before anything is fetched."""

    settings: Settings
    newsletter: Newsletter
    #: Compose as of this time.
    at: datetime
    #: Entries that are fetched now are first seen at this time.
    seen: datetime
    #: Use an empty store in memory instead of the configured one.
    in_memory: bool
    fetch: bool
    #: None for the newsletter's usual window.
    since: timedelta | None
    #: Show the next edition of this subscriber.
    recipient: str | None = None
    #: Show the alert.
    alert: bool = False
    #: Reads the images instead of fetching them; None to fetch them.
    fetch_images: ImageFetcher | None = None
    #: A draft that waits for its editor is shown; otherwise what would be composed now.
    shows_draft: bool = False


def preview(
    request: PreviewRequest, *, environ: Mapping[str, str], now: datetime, on_done: Progress | None = None
) -> Preview:
    """Compose the requested digest. Raises ``NothingCollected`` if every source failed."""
    plan = replace(_plan(request, environ, now), alert=request.alert)
    return _compose(plan, on_done)


def preview_newsletter(request: PreviewRequest, configured: Settings, *, now: datetime) -> Preview:
    """Compose the digest of a newsletter of these settings. Raises ``DigestError``."""
    return _compose(_plan_newsletter(request, configured, now), None)


def _compose(plan: _Plan, on_done: Progress | None) -> Preview:
    sources, wait = sources_of(plan.newsletter, plan.settings), ""
    with ExitStack() as stores:
        store = stores.enter_context(_open_store(plan))
        if plan.shows_draft and (draft := _waiting_draft(plan, store)):
            return Preview(digest=draft, settings=plan.settings, is_draft=True)
        upcoming = _next_edition_of_recipient(plan, store)
        slot, window = _slot_and_window(plan, store, upcoming)
        if plan.fetch and not plan.in_memory:  # a copy, which the fetched entries are written to
            store = stores.enter_context(store.snapshot([source.id for source in sources], window))
        app = make_app(plan.settings, store=store)
        result = _collect(sources, app, plan, on_done)
        if plan.alert:
            alert = preview_alert(_with_title(plan.newsletter, result), app, now=plan.at)
            digest, wait = alert.digest, alert.wait
        elif upcoming and plan.since is None:
            digest = compose_for(upcoming, app, now=plan.at)
        else:
            newsletter = upcoming.newsletter if upcoming else _with_title(plan.newsletter, result)
            audience = upcoming.audience if upcoming else AS_PUBLISHED
            digest = compose(newsletter, slot, app, window=window, audience=audience)
    digest = replace(digest, failures=(*digest.failures, *result.problems))
    fetch_images = (plan.fetch_images or app.fetch_images) if plan.fetch else None
    return Preview(digest=digest, settings=plan.settings, fetch_images=fetch_images, recipient=upcoming, wait=wait)


def watched_paths(request: PreviewRequest, environ: Mapping[str, str]) -> tuple[Path, ...]:
    """The files and folders whose changes change the preview."""
    file = None if request.addresses else settings.find(request.config, environ)
    paths = [shipped_files.templates(), *(Path(address) for address in request.addresses)]
    if file:
        paths += [file.parent, *(source.path for source in settings.load(file, environ).sources if source.path)]
    if template := request.changes.get("template"):
        paths.append(Path(template))
    return tuple(path for path in paths if path.exists())


# --- plan ------------------------------------------------------------------------------------------------------------


def _plan(request: PreviewRequest, environ: Mapping[str, str], now: datetime) -> _Plan:
    if request.addresses:
        return _plan_addresses(request, settings.load_fetch(request.config, environ), now)
    file = settings.find(request.config, environ)
    if file is None and request.newsletter_id is None:
        return _plan_sample(request)
    return _plan_newsletter(request, settings.load(file, environ), now)


def _plan_addresses(request: PreviewRequest, fetch: FetchSettings, now: datetime) -> _Plan:
    sources: list[Source] = []
    for address in request.addresses:
        source = source_from_address(address, used_ids=[source.id for source in sources])
        # Of a Maildir everything is shown to the user who names it; nobody else gets it.
        is_mail_folder = source.path is not None and is_maildir(source.path)
        sources.append(replace(source, senders=(ANYBODY,)) if is_mail_folder else source)
    newsletter = Newsletter(id="preview", title="", timezone=local_zone(), quality_floor=0)
    plan = _plan_in_memory(request, newsletter, tuple(sources), now=now)
    return replace(plan, settings=_permitting(replace(plan.settings, fetch=fetch), request.allow))


def _plan_sample(request: PreviewRequest) -> _Plan:
    plan = _plan_in_memory(request, sample_newsletter(), (sample_source(),), now=SAMPLE_TIME)
    return replace(plan, fetch_images=read_pictures)


def _plan_in_memory(
    request: PreviewRequest, newsletter: Newsletter, sources: tuple[Source, ...], *, now: datetime
) -> _Plan:
    newsletter = replace(newsletter, **request.changes)
    return _Plan(
        settings=_permitting(Settings(sources=sources), request.allow),
        newsletter=newsletter,
        at=_requested_time(request.at, newsletter) or now,
        seen=now,
        in_memory=True,
        fetch=True,
        since=request.since or EVER,
    )


def _plan_newsletter(request: PreviewRequest, configured: Settings, now: datetime) -> _Plan:
    newsletter = replace(configured.newsletter(request.newsletter_id), **request.changes)
    return _Plan(
        settings=_permitting(configured, request.allow),
        newsletter=newsletter,
        at=_requested_time(request.at, newsletter) or now,
        seen=now,
        in_memory=False,
        fetch=request.fetch,
        since=request.since,
        recipient=request.recipient,
        shows_draft=_asks_for_nothing_else(request),
    )


def _asks_for_nothing_else(request: PreviewRequest) -> bool:
    """Whether no other time, subscriber or content is asked for; another template shows the same content."""
    is_as_composed = request.changes.keys() <= {"template"} and not request.fetch
    return is_as_composed and request.at is None and request.since is None and request.recipient is None


def _permitting(configured: Settings, allow: tuple[str, ...]) -> Settings:
    return replace(configured, fetch=configured.fetch.permitting(allow))


def _requested_time(at: datetime | None, newsletter: Newsletter) -> datetime | None:
    """The requested time in UTC; it is in the newsletter's zone unless it has an offset."""
    if at is None:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=newsletter.timezone)).astimezone(UTC)


# --- store, slot and sources -----------------------------------------------------------------------------------------


def _open_store(plan: _Plan) -> Store:
    return open_store("sqlite://") if plan.in_memory else open_store(plan.settings.store.url, read_only=True)


def _waiting_draft(plan: _Plan, store: Store) -> Digest | None:
    with store.read() as conn:
        draft = open_waiting(conn, plan.newsletter, now=plan.at)
    return draft.digest if draft else None


def _next_edition_of_recipient(plan: _Plan, store: Store) -> SubscriberEdition | None:
    if plan.recipient is None or plan.in_memory:
        return None
    app = make_app(plan.settings, store=store)
    with store.read() as conn:
        return find_next_edition(conn, plan.newsletter, plan.recipient, app, now=plan.at)


def _slot_and_window(plan: _Plan, store: Store, upcoming: SubscriberEdition | None) -> tuple[Slot, Window]:
    """The slot of that day, or the next one if it is published, and the window; or those of a subscriber's edition."""
    newsletter = plan.newsletter
    if upcoming:
        return upcoming.slot, _window(plan, upcoming.widest_window)
    if plan.in_memory:
        slot = Slot(due=plan.at, key=f"{plan.at.astimezone(newsletter.timezone):%Y-%m-%d}")
        everything = Window(start=_EPOCH, end=plan.at + timedelta(minutes=1), new_since=plan.at - timedelta(days=1))
        return slot, _window(plan, everything)
    slot = slots.today(newsletter.schedule, newsletter.timezone, plan.at)
    with store.read() as conn:
        if editions.find(conn, newsletter.id, slot):
            slot = slots.upcoming(newsletter.schedule, newsletter.timezone, plan.at)
        return slot, _window(plan, calendar.window(conn, newsletter, slot, now=plan.at))


def _window(plan: _Plan, usual: Window) -> Window:
    """The usual window, or one that starts as long ago as requested, as if there had been no edition in that time."""
    if plan.since is None:
        return usual
    if plan.since is EVER:
        return replace(usual, start=_EPOCH, last_edition=None)
    start = max(plan.at - plan.since, _EPOCH)
    return replace(usual, start=start, new_since=start, last_edition=None)


def _collect(sources: tuple[Source, ...], app: App, plan: _Plan, on_done: Progress | None) -> CollectResult:
    if not plan.fetch:
        return CollectResult(outcomes=(), new_articles=0)
    result = collect_sources(sources, app, now=plan.seen, on_done=on_done)
    if result.all_failed:
        raise NothingCollected("\n".join(f"{failure.url}: {failure.error}" for failure in result.failures))
    return result


def _with_title(newsletter: Newsletter, result: CollectResult) -> Newsletter:
    """The newsletter with a title: its own, else that of its only source."""
    titles = {outcome.title for outcome in result.outcomes if isinstance(outcome, Collected)}
    source_title = titles.pop() if len(titles) == 1 else ""
    return newsletter if newsletter.title else replace(newsletter, title=source_title or "Digest")
