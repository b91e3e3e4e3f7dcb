"""Draft of the current edition, for a dry run or a test mail: as published, or composed now; nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from digest.cli.errors import print_stderr
from digest.cli.send.collect_now import collect_now
from digest.model.editions import Edition
from digest.model.failures import Failure, PluginFailure
from digest.model.newsletters import Newsletter
from digest.model.published_stories import PublishedStory
from digest.model.slots import Slot
from digest.pipeline import calendar
from digest.pipeline.app import App, make_app
from digest.pipeline.compose import compose
from digest.pipeline.editor_desk import open_waiting
from digest.pipeline.images import embed_images
from digest.pipeline.newsletter import render_options, sources_of
from digest.pipeline.stale_sources import stale_sources
from digest.render import render
from digest.settings import Settings
from digest.store import editions, open_store, story_texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The edition that would be sent, and an app over the store opened for reading."""

    app: App
    slot: Slot
    edition: Edition
    #: Its id if it is published already.
    edition_id: int | None
    #: Number of stories; None for an edition already published.
    stories: int | None
    #: Its stories, for a mailer that sends no mails.
    content: tuple[PublishedStory, ...]


@contextmanager
def open_draft(
    newsletter: Newsletter, settings: Settings, *, now: datetime, new_revision: bool, collect: bool
) -> Iterator[Draft]:
    """Return the published edition of the current slot; compose one in memory if there is none, or for a new revision.
    A draft that waits for its editor comes before, as it stands.

    ``collect`` fetches stale sources first, into a copy of the store in memory.
    """
    with ExitStack() as stack:
        store = stack.enter_context(open_store(settings.store.url, read_only=True))
        app = make_app(settings, store=store, notify=print_stderr)
        with store.read() as conn:
            held = None if new_revision else open_waiting(conn, newsletter, now=now)
            slot = held.stored.slot if held else calendar.current_slot(conn, newsletter, now=now)
            stored = editions.find(conn, newsletter.id, slot)
            window = calendar.window(conn, newsletter, slot, now=now)
            content = story_texts.of_edition(conn, stored.id) if stored else ()
        if stored and not new_revision:
            yield Draft(app=app, slot=slot, edition=stored.edition, edition_id=stored.id, stories=None, content=content)
            return
        source_app = app
        if collect and not held and (stale := stale_sources(newsletter, app, now=now)):
            ids = [source.id for source in sources_of(newsletter, settings)]
            source_app = replace(app, store=stack.enter_context(store.snapshot(ids, window)))
            collect_now(stale, source_app, now=now)
        digest = held.digest if held else compose(newsletter, slot, source_app, window=window)
        rendered = render(digest, render_options(newsletter, settings))
        edition, missing = embed_images(rendered, digest, settings, app.fetch_images, now=now)
        print_plugin_problems(digest.problems)
        print_missing_images(missing)
        content = story_texts.of_briefs(digest.briefs)
        yield Draft(app=app, slot=slot, edition=edition, edition_id=None, stories=len(digest.briefs), content=content)


def print_plugin_problems(problems: Sequence[PluginFailure]) -> None:
    """Print which plugins failed, and what was done instead."""
    for problem in problems:
        print_stderr(str(problem))


def print_missing_images(failures: Sequence[Failure]) -> None:
    """Print which images an edition lacks, and why."""
    for failure in failures:
        print_stderr(f"image missing: {failure.url}: {failure.error}")
