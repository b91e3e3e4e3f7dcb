"""The archive on a real socket: who may read it, its lists and editions, and what of a mail it leaves out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from digest.model.slots import Slot
from digest.render.delivery_placeholders import GREETING_PLACEHOLDER, READ_PLACEHOLDER
from digest.store import Store, editions, stories
from tests.support.values import NOON, SLOT, article, brief, edition
from tests.support.web_site import NEWSLETTER, URL, Answer, RunningSite, running_site, site_settings
from tests.web.test_unsubscribe import BODY, mailed

PUBLIC = replace(NEWSLETTER, archive="public", greeting="Good morning, {name}!")
MEMBERS = replace(NEWSLETTER, id="members", title="Members only", archive="subscribers")
SECRET = replace(MEMBERS, id="secret", title="Board only", subscribe=False)
HIDDEN = replace(NEWSLETTER, id="hidden", title="Hidden")


def slot_of(day: int) -> Slot:
    return Slot(due=SLOT.due + timedelta(days=day), key=f"{(SLOT.due + timedelta(days=day)).date()}")


def publish(
    store: Store, *, newsletter_id: str = "main", slot: Slot = SLOT, title: str = "Ferry", **changes: str
) -> int:
    """Publish an edition with one story."""
    frozen = edition(newsletter_id=newsletter_id, slot=slot, subject=f"{title} sails", **changes)
    with store.begin() as conn:
        id_, _ = editions.add(conn, frozen, at=slot.due)
        stories.add(conn, id_, [brief(article(f"{newsletter_id}-{slot.key}", title=title))])
    return id_


@pytest.fixture
def site(sqlite_store: Store) -> Iterator[RunningSite]:
    with running_site(sqlite_store, site_settings(PUBLIC, MEMBERS, SECRET, HIDDEN)) as running:
        yield running


def links(page: Answer) -> list[str]:
    """Paths of editions that the page links to."""
    return re.findall(r'href="(/main/\d[^"]*)"', page.text)


def test_the_list_has_the_titles_of_editions_by_month(site: RunningSite, sqlite_store: Store) -> None:
    publish(sqlite_store, title="The ferry <sails>")
    publish(sqlite_store, slot=slot_of(3), title="The mill grinds")
    page = site.get("/main/")

    assert page.status == 200
    assert links(page) == ["/main/2026-04-01", "/main/2026-03-29"]
    assert page.text.index("April 2026") < page.text.index("The mill grinds") < page.text.index("March 2026")
    assert "The ferry &lt;sails&gt;" in page.text
    assert f'<link rel="canonical" href="{URL}/main/">' in page.text


def test_a_long_list_has_pages_and_an_index_of_months(site: RunningSite, sqlite_store: Store) -> None:
    with sqlite_store.begin() as conn:
        for day in range(120):
            editions.add(conn, edition(slot=slot_of(day)), at=NOON)
    first, last = site.get("/main/"), site.get("/main/?page=3")

    assert (len(links(first)), len(links(last))) == (50, 20)
    assert 'href="/main/?page=2"' in first.text
    assert 'href="/main/?page=2#m2026-04"' in first.text
    assert 'href="/main/?page=3#m2026-03"' in first.text
    assert 'id="m2026-03"' in last.text


@pytest.mark.parametrize("page", ["0", "-1", "2", "x", "%D9%A3", "9999999999", ""])
def test_a_page_of_the_list_that_there_is_not_is_404(page: str, site: RunningSite, sqlite_store: Store) -> None:
    publish(sqlite_store)

    assert site.get(f"/main/?page={page}").status == 404


def test_an_archive_without_editions_says_so(site: RunningSite) -> None:
    assert "The first edition is still to come." in site.get("/main/").text
    assert site.get("/main/latest").status == 404


def test_an_edition_is_a_page_of_stories_with_their_sources_and_neighbours(
    site: RunningSite, sqlite_store: Store
) -> None:
    for day in range(3):
        publish(sqlite_store, slot=slot_of(day), title=f"Ferry {day}")
    page = site.get("/main/2026-03-30")

    assert page.status == 200
    assert re.search(r"<h2[^>]*><a[^>]*>Ferry 1</a></h2>", page.text)
    assert re.search(r"The harbour opens again\. <a [^>]*>Harbour Herald</a>", page.text)
    assert links(page) == ["/main/2026-03-31", "/main/2026-03-29"]
    assert f'<link rel="canonical" href="{URL}/main/2026-03-30">' in page.text
    assert '<meta property="og:title" content="Ferry 1 sails">' in page.text
    assert f'href="{URL}/main/feed.xml"' in page.text


def test_several_editions_of_a_day_have_addresses_with_their_times(site: RunningSite, sqlite_store: Store) -> None:
    for hour in ("07:00", "18:30"):
        publish(sqlite_store, slot=Slot(due=SLOT.due, key=f"2026-03-29T{hour}"), title=f"At {hour}")

    assert links(site.get("/main/")) == ["/main/2026-03-29T18-30", "/main/2026-03-29T07-00"]
    assert "At 07:00" in site.get("/main/2026-03-29T07-00").text
    assert site.get("/main/2026-03-29").status == 404


def test_latest_leads_to_the_newest_edition(site: RunningSite, sqlite_store: Store) -> None:
    publish(sqlite_store)
    publish(sqlite_store, slot=slot_of(1))
    answer = site.get("/main/latest")

    assert (answer.status, answer.headers["location"]) == (303, "/main/2026-03-30")


def test_the_mail_in_the_frame_has_nothing_of_a_reader_and_no_picture_from_elsewhere(
    site: RunningSite, sqlite_store: Store
) -> None:
    picture = '<img src="data:image/png;base64,AA=="/>'
    html = (
        f'<p>{GREETING_PLACEHOLDER}</p>{BODY}<img src="https://tracker.example/x.png" alt="A &lt;ferry&gt;">{picture}'
        f'<a title="a > b" href="{URL}/read/{READ_PLACEHOLDER}">Read</a><a href="https://herald.example/1">More</a>'
    )
    publish(sqlite_store, html=html)
    frame = re.search(r'<iframe src="([^"]+)"[^>]* sandbox="([^"]*)"', site.get("/main/2026-03-29").text)
    assert frame
    mail = site.get(frame[1])

    assert (mail.status, "script" in frame[2], "same-origin" in frame[2]) == (200, False, False)
    assert (
        mail.text
        == f'<p>Good morning!</p><p>Harbour</p>A &lt;ferry&gt;{picture}<a href="https://herald.example/1">More</a>'
    )
    policy = mail.headers["content-security-policy"]
    assert policy.startswith("sandbox ")
    assert "frame-ancestors 'self'" in policy
    assert "img-src data:" in policy
    assert mail.headers["x-frame-options"] == "SAMEORIGIN"


def test_an_edition_whose_mail_was_deleted_still_has_its_stories(site: RunningSite, sqlite_store: Store) -> None:
    publish(sqlite_store, html="", text="")
    page = site.get("/main/2026-03-29")

    assert "The harbour opens again." in page.text
    assert "<iframe" not in page.text
    assert site.get("/main/2026-03-29/mail").status == 404


def test_the_latest_revision_is_shown(site: RunningSite, sqlite_store: Store) -> None:
    publish(sqlite_store, title="Wrong")
    with sqlite_store.begin() as conn:
        id_, _ = editions.add(conn, edition(revision=2, subject="Right"), at=NOON)
        stories.add(conn, id_, [brief(article("b", title="Right"))])

    assert "Wrong" not in site.get("/main/").text + site.get("/main/2026-03-29").text
    assert "Right" in site.get("/main/2026-03-29").text


@pytest.mark.parametrize(
    "path",
    ["/hidden/", "/hidden/latest", "/hidden/2026-03-29", "/hidden/2026-03-29/mail", "/secret/", "/nobody/", "/nobody"],
)
def test_a_newsletter_without_an_archive_and_one_that_there_is_not_look_alike(
    path: str, site: RunningSite, sqlite_store: Store
) -> None:
    for newsletter_id in ("hidden", "secret"):
        publish(sqlite_store, newsletter_id=newsletter_id)
    answer = site.get(path)

    assert (answer.status, answer.body) == (404, site.get("/nobody/2026-03-29").body)


@pytest.mark.parametrize("slot", ["2026-03-28", "2026-3-29", "2026-13-45", "2026-03-29T07:00", "x" * 500, "..%2f"])
def test_an_edition_that_there_is_not_is_404(slot: str, site: RunningSite, sqlite_store: Store) -> None:
    publish(sqlite_store)

    assert site.get(f"/main/{slot}").status == 404


def test_an_archive_without_a_final_slash_is_found(site: RunningSite) -> None:
    answer = site.get("/main")

    assert (answer.status, answer.headers["location"]) == (308, "/main/")


def test_an_archive_for_subscribers_opens_by_a_link_in_a_mail(sqlite_store: Store) -> None:
    body = f'<a href="{URL}/read/{READ_PLACEHOLDER}/archive">Earlier editions</a>'
    with running_site(sqlite_store, site_settings(replace(NEWSLETTER, archive="subscribers"))) as site:
        ann = mailed(site, sqlite_store, body=body)
        closed = site.get("/main/")
        (link,) = [link for link in ann.links if link.endswith("/archive")]
        opened = site.get(link)
        cookie = opened.headers["set-cookie"]
        shown = site.get("/main/", Cookie=cookie.partition(";")[0])
        site.post(next(link for link in ann.links if "/unsubscribe/" in link))
        left = site.get("/main/", Cookie=cookie.partition(";")[0])

    assert (closed.status, "for subscribers" in closed.text) == (404, True)
    assert (opened.status, opened.headers["location"]) == (303, "/main/")
    assert "Path=/main/;" in cookie
    assert "HttpOnly; SameSite=Lax; Secure" in cookie
    assert (shown.status, links(shown)) == (200, ["/main/2026-03-29"])
    assert shown.headers["cache-control"] == "no-store"
    assert "noindex" in shown.headers["x-robots-tag"]
    assert left.status == 404


def test_an_archive_below_a_path_links_to_itself(sqlite_store: Store) -> None:
    publish(sqlite_store, html=BODY)
    publish(sqlite_store, slot=slot_of(1))
    with running_site(sqlite_store, site_settings(PUBLIC, url="https://example.org/news/")) as site:
        pages = {
            path: site.get(f"/news{path}", Host="example.org")
            for path in (
                "/",
                "/main/",
                "/main/latest",
                "/main/2026-03-29",
                "/main/feed.xml",
                "/sitemap.xml",
                "/robots.txt",
            )
        }
        mail = re.search(r'<iframe src="([^"]+)"', pages["/main/2026-03-29"].text)

        assert mail
        assert site.get(mail[1], Host="example.org").status == 200
    assert pages["/main/latest"].headers["location"] == "/news/main/2026-03-30"
    assert 'rel="canonical" href="https://example.org/news/main/2026-03-29"' in pages["/main/2026-03-29"].text
    for path in ("/main/feed.xml", "/sitemap.xml"):
        assert ">https://example.org/news/main/" in pages[path].text
    assert "Disallow: /news/read/\n" in pages["/robots.txt"].text
    for path in ("/", "/main/", "/main/2026-03-29"):
        assert re.findall(r'href="(/(?!news/)[^"]*)"', pages[path].text) == []
