"""``/NEWSLETTER/``: the list of editions; ``/NEWSLETTER/latest``: the newest."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from digest.pipeline.archive import slot_address
from digest.pipeline.newsletter import newsletter_path
from digest.render.locale import direction, labels_for, month_of_year, short_date
from digest.render.plain_text import clip, line
from digest.store import archive
from digest.store.archive import ArchivedEdition
from digest.web.archive_access import no_edition, readable_newsletter
from digest.web.pages import PageRequest, PageResponse, Site
from digest.web.public import archive_response

#: Editions on a page of the list.
_PER_PAGE = 50
_MAX_TITLE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionLink:
    """An edition in a list."""

    #: The path of its page.
    path: str
    title: str
    #: ``2026-03-29``
    day: str
    #: ``29 March``, with the time where a day has several.
    date: str
    language: str
    direction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """The editions of one month on a page of the list."""

    #: ``2026-03``
    id: str
    #: ``March 2026``
    title: str
    editions: tuple[EditionLink, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthLink:
    """A month in the index of all months, and the page of the list on which it begins."""

    id: str
    title: str
    page: int


def edition_list(site: Site, request: PageRequest) -> PageResponse:
    """The newsletter's editions, newest first, some on each page."""
    newsletter, number = readable_newsletter(site, request), page_number(request)
    if newsletter is None or number is None:
        return no_edition(site, request)
    with site.app.store.read() as conn:
        counts = archive.counts_by_month(conn, newsletter.id)
        editions = archive.newest(conn, newsletter.id, limit=_PER_PAGE, offset=_PER_PAGE * (number - 1))
    pages = max(1, -(-sum(counts.values()) // _PER_PAGE))
    if number > pages:
        return no_edition(site, request)
    page = site.render(
        "archive",
        newsletter=newsletter,
        months=tuple(_months(site, editions)),
        month_links=tuple(_month_links(counts, site.language)) if pages > 1 else (),
        number=number,
        pages=pages,
        url=site.url,
    )
    return archive_response(page, newsletter, request, changed=editions[0].frozen_at if editions else None)


def newest_edition(site: Site, request: PageRequest) -> PageResponse:
    """Send the browser to the newest edition."""
    newsletter = readable_newsletter(site, request)
    if newsletter is None:
        return no_edition(site, request)
    with site.app.store.read() as conn:
        newest = archive.newest(conn, newsletter.id, limit=1)
    if not newest:
        return no_edition(site, request)
    headers = {"Location": edition_path(site, newest[0]), "Cache-Control": "no-cache"}
    return PageResponse(body="", status=303, headers=headers)


def archive_address(site: Site, request: PageRequest) -> PageResponse:
    """Send the browser from ``/NEWSLETTER`` to ``/NEWSLETTER/``."""
    newsletter = readable_newsletter(site, request)
    if newsletter is None:
        return no_edition(site, request)
    return PageResponse(body="", status=308, headers={"Location": f"{site.path}/{newsletter_path(newsletter.id)}/"})


def edition_path(site: Site, edition: ArchivedEdition) -> str:
    """The path of the edition's page."""
    return f"{site.path}/{newsletter_path(edition.newsletter_id)}/{slot_address(edition.slot.key)}"


def edition_link(site: Site, edition: ArchivedEdition) -> EditionLink:
    """The edition's link in a list, dated in the page's language."""
    written = short_date(edition.slot.day, labels_for(site.language))
    time = edition.slot.time(site.app.settings.newsletter(edition.newsletter_id).timezone)
    return EditionLink(
        path=edition_path(site, edition),
        title=clip(line(edition.lead_title) or line(edition.subject), _MAX_TITLE),
        day=f"{edition.slot.day}",
        date=f"{written}, {time}" if time else written,
        language=edition.language,
        direction=direction(edition.language),
    )


def _months(site: Site, editions: Sequence[ArchivedEdition]) -> Iterator[Month]:
    for month, group in itertools.groupby(editions, key=lambda edition: edition.slot.key[:7]):
        links = tuple(edition_link(site, edition) for edition in group)
        yield Month(id=month, title=_month_title(month, site.language), editions=links)


def _month_links(counts: Mapping[str, int], language: str) -> Iterator[MonthLink]:
    newer = 0
    for month, count in counts.items():
        yield MonthLink(id=month, title=_month_title(month, language), page=newer // _PER_PAGE + 1)
        newer += count


def _month_title(month: str, language: str) -> str:
    return month_of_year(date.fromisoformat(f"{month}-01"), labels_for(language))


def page_number(request: PageRequest) -> int | None:
    """The page of the list that is asked for; None if it can't be one."""
    text = request.query.get("page", "1")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 and int(text) else None
