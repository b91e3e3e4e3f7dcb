"""From any address, as people paste it, to what can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.collect.discovery.address import source_from_address
from digest.collect.discovery.known_sites import known_site_feed
from digest.model.errors import SourceError, UsageError
from digest.model.protocols import FetchState
from tests.support.sites import ALTERNATE, JSON_FEED, PARAGRAPHS, collect, html, rss, titles
from tests.support.web_servers import Answer, WebServer

# --- an address as it was pasted ---------------------------------------------------------------------------------

PASTED = {
    "whole": ("https://a.example/feed", "https://a.example/feed"),
    "without a scheme": ("a.example/feed", "https://a.example/feed"),
    "without a scheme, with a port": ("a.example:8080", "https://a.example:8080"),
    "a scheme of feed readers": ("feed://a.example/f", "https://a.example/f"),
    "a scheme before a scheme": ("feed:http://a.example/f", "http://a.example/f"),
    "a scheme of podcasts": ("pcast://a.example/f", "https://a.example/f"),
    "relative to a scheme": ("//a.example/f", "https://a.example/f"),
    "a slash too few": ("https:/a.example/f", "https://a.example/f"),
    "a colon too few": ("https//a.example/f", "https://a.example/f"),
    "in angle brackets": ("<https://a.example/f>", "https://a.example/f"),
    "in angle brackets, without a scheme": ("<a.example>", "https://a.example"),
    "in quotation marks": ("“https://a.example/f”", "https://a.example/f"),
    "at the end of a sentence": ("https://a.example/f.", "https://a.example/f"),
    "in parentheses": ("(https://a.example/f),", "https://a.example/f"),
    "with its own parentheses": ("https://a.example/f_(b)", "https://a.example/f_(b)"),
    "both": ("(see https://a.example/f_(b))", "https://a.example/f_(b)"),
    "as Markdown": ("[the feed](https://a.example/f)", "https://a.example/f"),
    "after a word": ("RSS: https://a.example/f", "https://a.example/f"),
    "out of a source text": ("https://a.example/?a=1&amp;feed=rss2", "https://a.example/?a=1&feed=rss2"),
    "an entity's name that is none": ("https://a.example/?a=1&copy=2", "https://a.example/?a=1&copy=2"),
    "broken by a mail program": ("https://a.exam\nple/f", "https://a.example/f"),
    "with letters that nobody sees": ("\ufeffhttps://a.example/f\u200b", "https://a.example/f"),
    "an address in an address": ("https://a.example/2020/https://b.example/", "https://a.example/2020/https://b.example/"),
    "with a login": ("https://me:secret@a.example/f", "https://me:secret@a.example/f"),
    "an account": ("@harbour_office@social.example", "https://social.example/@harbour_office.rss"),
    "a subreddit": ("r/sailing", "https://www.reddit.com/r/sailing"),
    "this machine": ("localhost:8000/f", "http://localhost:8000/f"),
    "a number": ("127.0.0.1:8000", "http://127.0.0.1:8000"),
    "a long number": ("[::1]:8000/f", "http://[::1]:8000/f"),
    "international": ("münchen.example", "https://münchen.example"),
}  # fmt: skip


@pytest.mark.parametrize(("pasted", "url"), PASTED.values(), ids=PASTED)
def test_an_address_is_taken_as_it_is_meant(pasted: str, url: str) -> None:
    assert source_from_address(pasted).url == url


@pytest.mark.parametrize(
    "pasted", ["", "notes.txt", "feed.xml", "ftp://a.example/", "two words", "https://a.example/ https://b.example/"]
)
def test_what_is_no_address_is_told(pasted: str) -> None:
    with pytest.raises(UsageError):
        source_from_address(pasted)


def test_what_exists_on_the_disk_is_meant_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.example", "r/sailing", "odd."):
        (tmp_path / name).mkdir(parents=True)

    found = [
        source_from_address(given).path for given in ("a.example", "r/sailing", "odd.", (tmp_path / "odd.").as_uri())
    ]

    assert [path and path.name for path in found] == ["a.example", "sailing", "odd.", "odd."]


def test_an_id_is_made_from_the_address() -> None:
    assert source_from_address("@harbour_office@social.example").id == "harbour-office"
    assert source_from_address("https://www.a.example/feed").id == "a-example"
    assert source_from_address("https://www.a.example/feed", used_ids=["a-example"]).id == "a-example-2"


# --- from a page to its feed -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "links",
    [
        pytest.param(ALTERNATE.format("/feed"), id="its own"),
        pytest.param(ALTERNATE.format("/comments/feed") + ALTERNATE.format("/feed"), id="not that of comments"),
        pytest.param('<base href="/blog/">' + ALTERNATE.format("../feed"), id="relative to its base"),
        pytest.param("<LINK REL='Alternate Feed' TYPE='Application/RSS+XML' HREF='feed'>", id="in capitals"),
    ],
)
def test_a_site_leads_to_its_feed(web: WebServer, links: str) -> None:
    web.routes["/"] = html(links)
    web.routes["/feed"] = Answer(body=rss("A"), headers={"ETag": '"f"'})

    collected = collect(web, "/")

    assert titles(collected) == ["A"]
    assert collected.fetch_state == FetchState(etag='"f"', url=web.url("/feed"))


def test_a_discovered_feed_is_asked_directly_the_next_time(web: WebServer) -> None:
    web.routes["/feed"] = Answer(status=304)

    assert collect(web, "/", FetchState(etag='"f"', url=web.url("/feed"))).unchanged
    assert web.paths == ["/feed"]


def test_a_discovered_feed_that_is_no_more_is_discovered_anew(web: WebServer) -> None:
    web.routes["/"] = html(ALTERNATE.format("/new"))
    web.routes["/new"] = Answer(body=rss("A"))

    collected = collect(web, "/", FetchState(etag='"f"', url=web.url("/feed")))

    assert (titles(collected), collected.fetch_state.url) == (["A"], web.url("/new"))
    assert "If-None-Match" not in web.requests[1][1]


@pytest.mark.parametrize("place", ["/feed", "/atom.xml", "/feed.json"])
def test_a_site_that_names_no_feed_may_have_it_in_the_usual_place(web: WebServer, place: str) -> None:
    web.routes["/"] = html()
    web.routes["/feed"] = html()
    web.routes[place] = Answer(body=JSON_FEED if place.endswith("json") else rss("A"))

    collected = collect(web, "/")

    assert (titles(collected), collected.fetch_state.url) == (["A"], web.url(place))


def test_a_site_without_any_feed_is_its_front_page(web: WebServer) -> None:
    web.routes["/"] = html()

    collected = collect(web, "/")

    assert (titles(collected), collected.fetch_state.url) == (["A page"], "")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.reddit.com/r/sailing/", "https://www.reddit.com/r/sailing/.rss"),
        ("https://old.reddit.com/user/harbour", "https://www.reddit.com/user/harbour/.rss"),
        ("https://github.com/owner/name", "https://github.com/owner/name/releases.atom"),
        ("https://github.com/owner/name/commits/main/", "https://github.com/owner/name/commits/main.atom"),
        ("https://github.com/owner", "https://github.com/owner.atom"),
        ("https://github.com/owner/name.git", "https://github.com/owner/name/releases.atom"),
        ("https://github.com/owner/name/tags", "https://github.com/owner/name/tags.atom"),
        ("https://github.com/owner/name/commits", "https://github.com/owner/name/commits.atom"),
        ("https://github.com/owner/name/issues", ""),
        ("https://www.reddit.com/r/sailing/top/?t=week", "https://www.reddit.com/r/sailing/top/.rss?t=week"),
        ("https://www.reddit.com/r/sailing/comments/1/a_post/", ""),
        ("https://www.youtube.com/user/harbour", "https://www.youtube.com/feeds/videos.xml?user=harbour"),
        ("https://arxiv.org/list/cs.CL/recent", "https://rss.arxiv.org/rss/cs.CL"),
        (
            "https://www.youtube.com/channel/UC0123456789abcdefghijkl/videos",
            "https://www.youtube.com/feeds/videos.xml?channel_id=UC0123456789abcdefghijkl",
        ),
        ("https://youtube.com/playlist?list=PL1", "https://www.youtube.com/feeds/videos.xml?playlist_id=PL1"),
        ("https://www.youtube.com/watch?v=1", ""),
        ("https://medium.com/@harbour", "https://medium.com/feed/@harbour"),
        ("https://example.org/r/sailing", ""),
        ("http://[bad", ""),
    ],
)
def test_the_feeds_of_large_sites_follow_from_the_address(url: str, expected: str) -> None:
    assert known_site_feed(url) == expected


def test_an_article_that_names_its_sites_feed_stays_itself(web: WebServer) -> None:
    web.routes["/ferry"] = html(ALTERNATE.format("/feed") + '<meta property="og:type" content="article">')

    assert titles(collect(web, "/ferry")) == ["A page"]
    assert "/feed" not in web.paths


def test_a_feed_that_is_none_is_told(web: WebServer) -> None:
    web.routes["/"] = html(ALTERNATE.format("/feed"))
    web.routes["/feed"] = html()

    with pytest.raises(SourceError, match=r"names .*/feed as its feed, and that is none"):
        collect(web, "/")


def test_a_podcasts_page_in_a_directory_leads_to_its_feed(web: WebServer) -> None:
    data = f'<script type="fastboot">{{"name": "x", "feedUrl": "{web.url("/cast.xml")}"}}</script>'.replace("/", "\\/")
    web.routes["/us/podcast/harbour-talk/id1"] = html(data.replace("<\\/", "</"))
    web.routes["/cast.xml"] = Answer(body=rss("Episode 1"))

    assert titles(collect(web, "/us/podcast/harbour-talk/id1")) == ["Episode 1"]


def test_an_account_on_the_social_web_leads_to_its_feed(web: WebServer) -> None:
    web.routes["/@harbour_office"] = html(ALTERNATE.format("/@harbour_office.rss"))
    web.routes["/@harbour_office.rss"] = Answer(body=rss("A post"))
    assert titles(collect(web, "/@harbour_office")) == ["A post"]


def test_an_account_whose_page_names_no_feed_has_it_beside(web: WebServer) -> None:
    web.routes["/@harbour_office"] = html()
    web.routes["/@harbour_office.rss"] = Answer(body=rss("A post"))

    assert titles(collect(web, "/@harbour_office")) == ["A post"]


def test_a_link_for_people_leads_to_the_feed(web: WebServer) -> None:
    web.routes["/"] = html(body=PARAGRAPHS + '<a href="/ferries">Ferries</a> <a href="/all-news.xml">RSS</a>')
    web.routes["/all-news.xml"] = Answer(body=rss("A"))

    assert titles(collect(web, "/")) == ["A"]


@pytest.mark.parametrize("dead", [Answer(status=404), Answer(status=410), html()], ids=["missing", "gone", "a page"])
def test_of_several_feeds_the_first_that_is_one_counts(web: WebServer, dead: Answer) -> None:
    web.routes["/"] = html(ALTERNATE.format("/old") + ALTERNATE.format("/new"))
    web.routes["/old"], web.routes["/new"] = dead, Answer(body=rss("A"))

    assert titles(collect(web, "/")) == ["A"]


def test_a_dead_feed_does_not_hide_the_usual_place(web: WebServer) -> None:
    web.routes["/"] = html(ALTERNATE.format("/old"))
    web.routes["/rss.xml"] = Answer(body=rss("A"))

    assert titles(collect(web, "/")) == ["A"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_no_other_feed_takes_the_place_of_one_that_is_away(web: WebServer, status: int) -> None:
    web.routes["/"] = html(ALTERNATE.format("/feed") + ALTERNATE.format("/other"))
    web.routes["/feed"] = Answer(status=status, headers={"Retry-After": "60"})
    web.routes["/other"] = Answer(body=rss("A"))

    with pytest.raises(SourceError, match=str(status)):
        collect(web, "/")


def test_the_feed_of_comments_is_no_way_out(web: WebServer) -> None:
    web.routes["/"] = html(ALTERNATE.format("/feed") + ALTERNATE.format("/comments/feed"))
    web.routes["/comments/feed"] = Answer(body=rss("Comment on A"))

    with pytest.raises(SourceError, match=r"names .*/feed as its feed, and that is none"):
        collect(web, "/")


def test_a_page_that_names_a_thousand_feeds_is_not_followed_for_ever(web: WebServer) -> None:
    web.routes["/"] = html("".join(ALTERNATE.format(f"/{n}") for n in range(1000)))

    with pytest.raises(SourceError):
        collect(web, "/")
    assert len(web.paths) < 30
