"""Stories of mails that only announce an article elsewhere: its page is fetched, as for the teasers of a feed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from digest.collect.full_text import add_full_text
from digest.model.articles import Entry
from digest.model.protocols import Collected, FetchState, KnownGuids
from digest.text.urls import is_web_url, outlet_domain

if TYPE_CHECKING:
    from digest.http.client import Client
    from digest.http.robots import Robots


def wants_pages(mails: Collected, state: FetchState) -> bool:
    """Whether there is an address to fetch."""
    if mails.source.full_text == "never":
        return False
    return bool(state.pending_pages) or any(is_web_url(entry.url) for entry in mails.entries)


async def add_pages(
    mails: Collected, state: FetchState, known_guids: KnownGuids, *, client: Client, robots: Robots
) -> Collected:
    """The mails' entries, with their page's text where they are teasers and it can be fetched."""
    texts = await add_full_text(
        mails.entries,
        mails.source,
        pending=state.pending_pages,
        known_guids=known_guids,
        client=client,
        robots=robots,
    )
    bodies = {entry.guid: entry.body for entry in mails.entries}
    return replace(
        mails,
        entries=tuple(_named(entry, bodies.get(entry.guid, "")) for entry in texts.entries),
        pending_pages=texts.pending_pages,
        problems=(*mails.problems, *texts.problems),
        exceptions=(*mails.exceptions, *texts.exceptions),
    )


def _named(entry: Entry, body_in_mail: str) -> Entry:
    """The entry by the name of its page's outlet, if it has that page's words."""
    is_from_page = bool(entry.page_url) and entry.body != body_in_mail
    return replace(entry, source=outlet_domain(entry.page_url) or entry.source) if is_from_page else entry
