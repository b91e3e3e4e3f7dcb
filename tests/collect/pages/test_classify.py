"""Pages that are no articles, and articles that look like them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from digest.collect.pages.extract import read_page
from digest.collect.pages.notice import Notice

URL = "https://ferrytown.example/harbour/notes"
SENTENCES = (
    "The council of Ferrytown voted on Monday to close its old bridge for a year, after cracks were found in it.",
    "The office of the harbour said that a ferry will run every ten minutes, and will cost as much as the bus.",
    "Shops at the northern end fear for their trade, and the chamber has asked the council for help until the autumn.",
    "Engineers will begin with the repairs in June, and expect to finish two piers before the storms of the winter.",
    "The last time the bridge was closed was in 1953, when ice broke an arch and the town was cut off for weeks.",
)
ARTICLE = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
MENU = "".join(f"<a href='/{name}'>{name}</a> " for name in ("Home", "News", "Sport", "Weather", "About"))


def page(title: str, body: str, head: str = "") -> bytes:
    return f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>".encode()


def notice_of(title: str, body: str, head: str = "") -> Notice | None:
    return read_page(page(title, body, head), content_type="text/html; charset=utf-8", url=URL).notice


CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "data/pages/notices.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=[f"{case['kind']}: {case['name']}" for case in CASES])
def test_a_notice_is_told_from_an_article(case: dict[str, str]) -> None:
    notice = notice_of(case["title"], case["body"], case.get("head", ""))

    assert notice is (None if case["kind"] == "article" else Notice[case["kind"].upper()])


def test_a_missing_page_that_recommends_articles_is_no_article() -> None:
    teasers = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
    body = f"<h1>Page not found</h1><p>The page you requested could not be found.</p><h2>Popular today</h2>{teasers}"

    assert notice_of("Page not found | Ferrytown Post", body) is Notice.NOT_FOUND


def test_an_article_that_is_not_free_and_has_no_text_is_behind_a_paywall() -> None:
    data = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'

    assert notice_of("The bridge closes", "<h1>The bridge closes</h1><p>By Ann Smith</p>", data) is Notice.PAYWALL


TITLES = ("On mud", "Stones", "Two piers", "Why I left", "Lamps", "The frost", "On salt")


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param("<li>2026-11-2{n} <a href='/{n}'>{title}</a></li>", id="dates before"),
        pytest.param("<li><a href='/{n}'>{title}</a> <time>20 Nov</time></li>", id="dates behind"),
        pytest.param("<p><a href='/{n}'>{title}</a></p>", id="lines"),
        pytest.param("<div><span>20.11.2026</span> <a href='/{n}'>{title}</a></div>", id="divisions"),
        pytest.param("<tr><td>2026-11-20</td><td><a href='/{n}'>{title}</a></td></tr>", id="a table"),
        pytest.param(
            "<h2><a href='/{n}'>{title}</a></h2><p>The harbour is quiet, and the mud is deep.</p>", id="teasers"
        ),
        pytest.param(
            "<a href='/{n}'><h3>{title}</h3><p>The harbour is quiet, and the mud is deep.</p></a>", id="cards"
        ),
        pytest.param("<article><h2><a href='/{n}'>{title}</a></h2><p>{long}</p></article>", id="articles"),
    ],
)
def test_a_list_with_short_titles_is_no_article(entry: str) -> None:
    entries = "".join(
        entry.format(n=number, title=title, long=" ".join(SENTENCES[:2])) for number, title in enumerate(TITLES)
    )
    body = f"<nav>{MENU}</nav><main><h1>Ann writes</h1>{entries}</main><footer>© 2026 Ann</footer>"

    assert notice_of("Ann writes", body) is Notice.LIST


def test_a_list_with_an_introduction_is_no_article() -> None:
    entries = "".join(f"<li>2026-11-2{n} <a href='/{n}'>{title}</a></li>" for n, title in enumerate(TITLES))
    introduction = "<p>I am Ann, and I write about mud, stones and the sea. Here is what I wrote, the newest first.</p>"

    assert notice_of("Ann writes", f"<h1>Ann writes</h1>{introduction}<ul>{entries}</ul>") is Notice.LIST


def post(number: int) -> str:
    time = f"<a href='/harbour/{number}'><time datetime='2026-11-2{number}T08:00'>08:00</time></a>"
    return (
        f"<div class='post'><b>Harbour</b><div class='text'>{SENTENCES[number % 5]}</div><div>1.2K {time}</div></div>"
    )


@pytest.mark.parametrize(
    ("head", "body"),
    [
        pytest.param("", "".join(map(post, range(6))), id="posts with times"),
        pytest.param(
            "<meta property='og:type' content='profile'>", f"<h1>Ann</h1><p>{SENTENCES[0]}</p>", id="an account"
        ),
        pytest.param(
            '<script type="application/ld+json">{"@type": "ProfilePage"}</script>',
            "<p>Ann, 12 posts</p>",
            id="a profile",
        ),
    ],
)
def test_a_channel_is_no_article(head: str, body: str) -> None:
    assert notice_of("Harbour", body, head) is Notice.CHANNEL


@pytest.mark.parametrize(
    "start",
    [
        "<div itemscope itemtype='https://schema.org/DiscussionForumPosting'>",
        '<script type="application/ld+json">{"@type": "QAPage"}</script><div>',
    ],
)
def test_a_discussion_is_an_article(start: str) -> None:
    posts = "".join(map(post, range(6)))

    assert notice_of("Mud", f"{start}<h1>How deep is the mud?</h1>{posts}</div>") is None


@pytest.mark.parametrize("title", ["Page not found", "Log in", "Access denied", "Just a moment", "Maintenance"])
def test_a_long_text_is_an_article_whatever_its_title(title: str) -> None:
    text = "".join(f"<p>{number}. {sentence}</p>" for number in range(4) for sentence in SENTENCES)

    assert notice_of(title, f"<h1>{title}</h1>{text}") is None


def test_a_page_with_a_selector_is_not_classified() -> None:
    data = page("Log in", "<h1>Log in</h1><p class='a'>Sails.</p>")

    assert read_page(data, url=URL, selector="p.a").notice is None
