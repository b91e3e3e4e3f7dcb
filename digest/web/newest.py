"""Below the form of ``/`` and ``/subscribe``: the newest editions of the public newsletters."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from digest.model.newsletters import Newsletter
from digest.model.published_stories import PublishedStory
from digest.pipeline.archive import newest_editions
from digest.render.locale import Labels, direction, labels_for
from digest.render.story_pages import PageSection, sections_of
from digest.store import story_texts
from digest.store.archive import ArchivedEdition
from digest.web.archive import EditionLink, edition_link
from digest.web.pages import Site

#: Stories that are shown of the newest edition.
_MAX_STORIES = 3
#: Editions that are listed of each newsletter.
_MAX_EDITIONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A public newsletter with its newest editions."""

    newsletter: Newsletter
    editions: tuple[EditionLink, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """First stories of an edition: they show what a subscriber will get."""

    newsletter: Newsletter
    edition: EditionLink
    sections: tuple[PageSection, ...]
    labels: Labels
    language: str
    direction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """The newest editions of the public newsletters."""

    shelves: tuple[Shelf, ...] = ()
    #: Of the newest edition of the chosen newsletters, or of all; None if there is none.
    sample: Sample | None = None


def read_newest(site: Site, chosen: Collection[str]) -> Newest:
    """The newest editions, and a sample of a newsletter that is chosen in the form if it is public."""
    with site.app.store.read() as conn:
        newest = newest_editions(conn, site.app.settings, limit=_MAX_EDITIONS)
        samples = [(item.newsletter, heading) for item in newest for heading in item.editions if heading.lead_title]
        newsletter, heading = max(
            samples, key=lambda sample: (sample[0].id in chosen, sample[1].slot.due), default=(None, None)
        )
        stories = story_texts.of_edition(conn, heading.id)[:_MAX_STORIES] if heading else ()
    shelves = tuple(
        Shelf(newsletter=item.newsletter, editions=tuple(edition_link(site, edition) for edition in item.editions))
        for item in newest
    )
    sample = _sample(site, newsletter, heading, stories) if newsletter and heading else None
    return Newest(shelves=shelves, sample=sample)


def _sample(site: Site, newsletter: Newsletter, heading: ArchivedEdition, stories: Sequence[PublishedStory]) -> Sample:
    language, due = heading.language, heading.slot.due.astimezone(newsletter.timezone)
    return Sample(
        newsletter=newsletter,
        edition=edition_link(site, heading),
        sections=sections_of(stories, language=language, at=due),
        labels=labels_for(language),
        language=language,
        direction=direction(language),
    )
