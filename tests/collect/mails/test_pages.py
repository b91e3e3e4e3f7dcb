"""Stories of mails that only announce an article: its page is fetched."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from digest.collect.collector import make_collector
from digest.collect.mails.pages import add_pages, wants_pages
from digest.http.client import Client
from digest.http.private_access import PrivateAccess
from digest.http.robots import Robots
from digest.model.articles import BodyFormat, Entry
from digest.model.imap_address import ImapAddress
from digest.model.newsletters import Source
from digest.model.protocols import Collected, FetchState, no_known_guids
from digest.model.secret import Secret
from digest.settings import FetchSettings
from digest.text.urls import outlet_domain
from tests.support.imap_server import imap_server
from tests.support.newsletter_mails import newsletter_mail
from tests.support.sites import html
from tests.support.values import NOON
from tests.support.web_servers import Answer, WebServer

TEASER = "The ferry sails again, says the harbour office, after three weeks in the dock."
PAGE = f"<p>{TEASER}</p>" + "".join(
    f"<p>The ferry of the harbour office sails in week {week} of the dock's repair, and its crew paints the hull.</p>"
    for week in range(12)
)


def mails(web: WebServer, **changes: object) -> Collected:
    """A mailbox with one story, which links to a page."""
    source = Source(id="inbox", mailbox=ImapAddress(username="me", host="mail.example.org"))
    entry = Entry(
        source_id="inbox",
        guid="1",
        url=web.url("/a"),
        title="The ferry sails again",
        body=f"<p>{TEASER}</p>",
        form=BodyFormat.HTML,
        seen=NOON,
        source="Harbour Post",
    )
    return Collected(source=replace(source, **changes), entries=(entry,))  # type: ignore[arg-type]


def with_pages(collected: Collected, web: WebServer) -> Collected:
    async def run() -> Collected:
        settings = FetchSettings(timeout_s=5)
        access = PrivateAccess(allow=(web.address,), own=("127.0.0.1", int(web.address.rpartition(":")[2])))
        async with Client(settings, NOON, access) as client:
            return await add_pages(collected, FetchState(), no_known_guids, client=client, robots=Robots(client, {}))

    return asyncio.run(run())


@pytest.mark.slow  # the first page that is read imports a second's worth
def test_a_story_has_the_text_and_the_name_of_the_page_that_it_links_to(web: WebServer) -> None:
    web.routes["/a"] = html(body=PAGE)
    (entry,) = with_pages(mails(web), web).entries

    assert "week 11" in entry.body
    assert entry.source == outlet_domain(web.url("/a"))


def test_a_page_that_is_missing_leaves_the_words_of_the_mail(web: WebServer) -> None:
    web.routes["/a"] = Answer(status=404)
    (entry,) = with_pages(mails(web), web).entries

    assert (entry.body, entry.source) == (f"<p>{TEASER}</p>", "Harbour Post")


def test_no_page_is_fetched_where_none_is_wanted(web: WebServer) -> None:
    assert wants_pages(mails(web), FetchState())
    assert not wants_pages(mails(web, full_text="never"), FetchState())
    assert not wants_pages(replace(mails(web), entries=()), FetchState())


def test_a_mail_leads_to_no_private_address(web: WebServer) -> None:
    """Not even to one that is allowed for a source of its own."""
    link = f'<p><a href="{web.url("/a")}">The ferry sails again</a></p>'.encode()
    with imap_server(newsletter_mail(1) + link * 2) as box:
        address = ImapAddress(username="news", host="127.0.0.1", port=box.port, security="none")
        source = Source(id="inbox", mailbox=address, password=Secret('pass "word"'), senders=("*",), full_text="always")
        collector = make_collector(FetchSettings(allow=(web.address,), timeout_s=5), NOON)
        collected = asyncio.run(collector(source, FetchState(), no_known_guids))

    assert collected.entries
    assert web.requests == []


@pytest.fixture(autouse=True)
def _page(web: WebServer) -> None:
    web.routes["/robots.txt"] = Answer(status=404)
