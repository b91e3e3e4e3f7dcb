"""``/stories/ID``: a story with all its updates over the days, if a public newsletter has told it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from digest.model.corrections import Correction
from digest.model.newsletters import Newsletter
from digest.pipeline.archive import public_newsletters, slot_address
from digest.pipeline.newsletter import newsletter_path
from digest.pipeline.story_updates import StoryUpdate, find_corrections, find_updates
from digest.render.context_types import StoryContext
from digest.render.locale import labels_for, long_date, short_date
from digest.render.story_pages import published_corrections, published_story
from digest.store.archived_stories import ArchivedStory
from digest.web.pages import PageRequest, PageResponse, Site
from digest.web.public import public_response

#: Digits of a story's number; a database has no larger one.
_MAX_DIGITS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionLink:
    """An edition that told the story."""

    path: str
    #: The newsletter's title, with the date if it isn't the update's.
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateContext:
    """One update on the page."""

    story: StoryContext
    #: ``2026-03-29``, and written out in the page's language.
    day: str
    date: str
    editions: tuple[EditionLink, ...]


def story_page(site: Site, request: PageRequest) -> PageResponse:
    """Show the story's updates, the newest first, each sentence with its source."""
    number = request.parts["story"]
    newsletters = {newsletter.id: newsletter for newsletter in public_newsletters(site.app.settings)}
    updates: Sequence[StoryUpdate] = ()
    corrections: Sequence[Correction] = ()
    if number.isascii() and number.isdecimal() and len(number) <= _MAX_DIGITS:
        with site.app.store.read() as conn:
            updates = find_updates(conn, int(number), newsletters.keys())
            corrections = find_corrections(conn, updates)
    if not updates:
        return site.render("error", status=404, private=True, code=404)
    told_by = list(dict.fromkeys(edition.newsletter_id for update in updates for edition in update.editions))
    site = site.for_newsletters(*told_by)
    contexts = tuple(_contexts(site, updates, newsletters))
    newest = contexts[0].story
    page = site.render(
        "story",
        story=newest,
        updates=contexts,
        corrections=published_corrections(corrections, language=site.language, at=site.clock()),
        labels=labels_for(site.language),
        newsletter=newsletters[told_by[0]],
        may_subscribe=any(newsletters[id_].subscribe for id_ in told_by),
        description=newest.first_sentence.text if newest.first_sentence else "",
        address=f"{site.url}/stories/{int(number)}",
    )
    changed = max(edition.frozen_at for update in updates for edition in update.editions)
    changed = max(changed, *(correction.found for correction in corrections)) if corrections else changed
    return public_response(page, request, changed=changed)


def story_path(site: Site, archived: ArchivedStory) -> str:
    """The path of the page of a story."""
    return f"{site.path}/stories/{archived.story.thread_id}"


def _contexts(
    site: Site, updates: Sequence[StoryUpdate], newsletters: Mapping[str, Newsletter]
) -> Iterator[UpdateContext]:
    labels = labels_for(site.language)
    for update in updates:
        first = update.editions[0]
        due = first.slot.due.astimezone(newsletters[first.newsletter_id].timezone)
        links = (_edition_link(site, edition, newsletters, first) for edition in update.editions)
        yield UpdateContext(
            story=published_story(update.story, language=site.language, at=due),
            day=_day(first).isoformat(),
            date=long_date(_day(first), labels),
            editions=tuple(dict.fromkeys(links)),
        )


def _edition_link(
    site: Site, edition: ArchivedStory, newsletters: Mapping[str, Newsletter], first: ArchivedStory
) -> EditionLink:
    title, day = newsletters[edition.newsletter_id].title, _day(edition)
    return EditionLink(
        path=f"{site.path}/{newsletter_path(edition.newsletter_id)}/{slot_address(edition.slot.key)}",
        title=title if day == _day(first) else f"{title} ({short_date(day, labels_for(site.language))})",
    )


def _day(edition: ArchivedStory) -> date:
    return edition.slot.day
