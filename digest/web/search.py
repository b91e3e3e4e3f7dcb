"""``/search``: stories of public newsletters, the newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from digest.model.newsletters import Newsletter
from digest.pipeline.archive import public_newsletters
from digest.pipeline.search import SearchResult, search, search_problem
from digest.render.locale import labels_for, long_date
from digest.render.plain_text import line
from digest.render.story_pages import published_story
from digest.store.archived_stories import ArchivedStory
from digest.text.highlight import best_text, highlight
from digest.text.search_terms import MAX_QUERY_LENGTH, Term
from digest.web.pages import PageRequest, PageResponse, Site
from digest.web.stories import story_path

_HEADERS = {"Cache-Control": "no-cache", "X-Robots-Tag": "noindex"}
_MAX_DIGITS = 18

#: A text in parts, each with whether it is one of the words that were searched for.
Marked = Sequence[tuple[str, bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A story on the page of results."""

    path: str
    title: Marked
    #: The sentence with the most of the words.
    excerpt: Marked
    language: str
    direction: str
    is_update: bool
    #: ``2026-03-29``, and written out in the page's language.
    day: str
    date: str
    #: The newsletter's title.
    newsletter: str


def search_page(site: Site, request: PageRequest) -> PageResponse:
    """Show the form, and what was found."""
    newsletters = {newsletter.id: newsletter for newsletter in public_newsletters(site.app.settings)}
    chosen = request.query.get("newsletter", "")
    if not newsletters or (chosen and chosen not in newsletters):
        return site.render("error", status=404, private=True, code=404)
    site = site.for_newsletters(*([chosen] if chosen else newsletters))
    query = line(request.query.get("q", ""))[:MAX_QUERY_LENGTH]
    with site.app.store.read() as conn:
        problem = search_problem(conn)
        ids = [chosen] if chosen else newsletters.keys()
        result = SearchResult(terms=()) if problem else search(conn, query, ids, before=_before(request))
    parameters = {"q": query, "newsletter": chosen} if chosen else {"q": query}
    page = site.render(
        "search",
        query=query,
        newsletter=newsletters.get(chosen),
        newsletters=tuple(newsletters.values()),
        labels=labels_for(site.language),
        is_available=not problem,
        has_words=bool(result.terms),
        hits=tuple(_hit(site, archived, result.terms, newsletters) for archived in result.stories),
        is_first_page=_before(request) is None,
        first_page=f"{site.path}/search?{urlencode(parameters)}",
        older=f"{site.path}/search?{urlencode(parameters | {'before': result.older})}" if result.older else "",
        all_newsletters=f"{site.path}/search?{urlencode({'q': query})}",
    )
    return PageResponse(body=page.body, headers=_HEADERS)


def _before(request: PageRequest) -> int | None:
    """The number of the story before which the page begins; None for the first page."""
    text = request.query.get("before", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS else None


def _hit(site: Site, archived: ArchivedStory, terms: Sequence[Term], newsletters: Mapping[str, Newsletter]) -> Hit:
    newsletter = newsletters[archived.newsletter_id]
    due = archived.slot.due.astimezone(newsletter.timezone)
    story = published_story(archived.story, language=site.language, at=due)
    excerpt = best_text([line(sentence.text) for sentence in archived.story.sentences], terms)
    return Hit(
        path=story_path(site, archived),
        title=highlight(story.title, terms),
        excerpt=highlight(excerpt, terms),
        language=story.language,
        direction=story.direction,
        is_update=story.is_update,
        day=f"{archived.slot.day}",
        date=long_date(archived.slot.day, labels_for(site.language)),
        newsletter=newsletter.title,
    )
