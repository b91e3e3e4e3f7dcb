"""The current edition without a trace: as it stands in the store, or as it would be made now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from digest.cli.errors import print_stderr
from digest.cli.progress import collect_progress
from digest.model import Edition, Failure, Newsletter, Slot, Source
from digest.model.errors import NothingCollected
from digest.pipeline import calendar
from digest.pipeline.app import App, make_app
from digest.pipeline.collect import CollectResult, collect_sources
from digest.pipeline.compose import compose
from digest.pipeline.newsletter import render_options, sources_of
from digest.pipeline.publish import embed_images
from digest.render import render
from digest.settings import Settings
from digest.store import editions, open_store, sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What would be sent, over a store that is only read."""

    app: App
    slot: Slot
    edition: Edition
    #: Its id, if it is frozen already.
    edition_id: int | None
    #: How many stories it tells; of one that is frozen, None.
    stories: int | None


@contextmanager
def drafted(newsletter: Newsletter, found: Settings, *, now: datetime, again: bool, visit: bool) -> Iterator[Draft]:
    """The edition of the current slot; if it must be made first, in memory."""
    with ExitStack() as opened:
        kept = opened.enter_context(open_store(found.store.url, read_only=True))
        app = make_app(found, store=kept, tell=print_stderr)
        with kept.read() as conn:
            slot = calendar.current(conn, newsletter, now=now)
            standing = editions.find(conn, newsletter.id, slot)
            window = calendar.window(conn, newsletter, slot, now=now)
        if standing and not again:
            yield Draft(app=app, slot=slot, edition=standing.edition, edition_id=standing.id, stories=None)
            return
        if visit and (stale := stale_sources(newsletter, app, now=now)):
            # Everything that the newsletter may tell, and what it told, in a store that is gone afterwards.
            wanted = [source.id for source in sources_of(newsletter, found)]
            app = replace(app, store=opened.enter_context(kept.snapshot(wanted, window)))
            visited(stale, app, now=now)
        digest = compose(newsletter, slot, app, window=window)
        dressed = render(digest, render_options(newsletter, found))
        edition, missing = embed_images(dressed, newsletter, app.fetch_images, now=now)
        say_missing(missing)
        yield Draft(
            app=replace(app, store=kept), slot=slot, edition=edition, edition_id=None, stories=len(digest.briefs)
        )


def say_missing(pictures: Sequence[Failure]) -> None:
    """Say which pictures an edition goes without, and why."""
    for failure in pictures:
        print_stderr(f"a picture is missing: {failure.url}: {failure.error}")


def visited(wanted: Sequence[Source], app: App, *, now: datetime) -> CollectResult:
    """Visit the sources, and say what went wrong; it need not stop the edition. Raises if nothing at all was read."""
    with collect_progress() as on_done:
        gathered = collect_sources(wanted, app, now=now, on_done=on_done)
    for failure in (*gathered.failures, *gathered.problems):
        print_stderr(f"{failure.source} ({failure.url}): {failure.error}")
    with app.store.read() as conn:
        ever = any(health.last_success for health in sources.health(conn))
    if gathered.all_failed and not ever:
        raise NothingCollected("not one source could be read", hint="'digest check' says what is wrong with each")
    return gathered


def stale_sources(newsletter: Newsletter, app: App, *, now: datetime) -> tuple[Source, ...]:
    """Those not visited for as long as ``digest run`` would leave them; what is on the disk is always read."""
    with app.store.read() as conn:
        healths = {health.id: health for health in sources.health(conn)}
    limit = now - app.settings.fetch.every

    def is_stale(source: Source) -> bool:
        health = healths.get(source.id)
        visits = [at for at in (health.last_success, health.last_failure) if at] if health else []
        return source.path is not None or max(visits, default=limit) <= limit

    return tuple(source for source in sources_of(newsletter, app.settings) if is_stale(source))
