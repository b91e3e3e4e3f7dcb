"""``/NEWSLETTER/`` and below: the list of editions, one edition, its mail in a frame, and the newest."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from digest.model.newsletters import Newsletter
from digest.pipeline.archive import (
    EditionPage,
    edition_page,
    find_newsletter,
    mail_copy,
    may_read,
    reader_newsletter,
    slot_address,
    slot_key,
)
from digest.render.locale import direction, labels_for, long_date, month_of_year, short_date
from digest.render.plain_text import clip, line
from digest.render.story_pages import sections_of
from digest.store import archive
from digest.store.archive import ArchivedEdition
from digest.web.mail_frame import frame_headers
from digest.web.pages import PRIVATE_HEADERS, PageRequest, PageResponse, Site
from digest.web.public import public_response
from digest.web.security import policy_with_frame

#: Editions on a page of the list.
_PER_PAGE = 50
_COOKIE = "digest_archive"
#: How long a subscriber reads the archive without opening a link in a mail again.
_COOKIE_S = 30 * 86_400
_MAX_TITLE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionLink:
    """An edition in a list."""

    #: The address of its page, below the newsletter's.
    address: str
    title: str
    #: ``29 March``, with the time where a day has several.
    date: str
    #: ``2026-03-29``
    day: str
    language: str
    direction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """The editions of one month on a page of the list."""

    #: ``March 2026``
    title: str
    editions: tuple[EditionLink, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthLink:
    """A month in the index of all months, and the page of the list on which it begins."""

    title: str
    page: int


def edition_list(site: Site, request: PageRequest) -> PageResponse:
    """The newsletter's editions, newest first, some on each page."""
    newsletter = _readable(site, request)
    number = _page_number(request)
    if newsletter is None or number is None:
        return _not_found(site, request)
    with site.app.store.read() as conn:
        counts = archive.counts_by_month(conn, newsletter.id)
        editions = archive.newest(conn, newsletter.id, limit=_PER_PAGE, offset=_PER_PAGE * (number - 1))
    pages = max(1, -(-sum(counts.values()) // _PER_PAGE))
    if number > pages:
        return _not_found(site, request)
    body = site.templates.render(
        "archive",
        newsletter=newsletter,
        months=_months(editions),
        month_links=_month_links(counts, editions) if pages > 1 else (),
        number=number,
        pages=pages,
        url=site.url,
    )
    return _respond(newsletter, body, changed=editions[0].frozen_at if editions else None)


def edition(site: Site, request: PageRequest) -> PageResponse:
    """One edition as a page of its stories, with the mail in a frame."""
    newsletter, key = _readable(site, request), slot_key(request.parts["slot"])
    if newsletter is None or key is None:
        return _not_found(site, request)
    with site.app.store.read() as conn:
        page = edition_page(conn, newsletter, key)
    if page is None:
        return _not_found(site, request)
    body = _edition_body(site, newsletter, page)
    return _respond(newsletter, body, changed=page.edition.frozen_at, policy=policy_with_frame())


def newest_edition(site: Site, request: PageRequest) -> PageResponse:
    """Send the browser to the newest edition."""
    newsletter = _readable(site, request)
    if newsletter is None:
        return _not_found(site, request)
    with site.app.store.read() as conn:
        newest = archive.newest(conn, newsletter.id, limit=1)
    if not newest:
        return _not_found(site, request)
    location = f"{site.path}/{newsletter.id}/{slot_address(newest[0].slot.key)}"
    return PageResponse(body="", status=303, headers={"Location": location, "Cache-Control": "no-cache"})
