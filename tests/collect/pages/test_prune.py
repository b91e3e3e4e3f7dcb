"""Pruning before article extraction: other elements are removed, the article stays."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.pages.extract import parse_html, read_page
from digest.collect.pages.prune import prune

FERRY = "The ferry across the bay sails again since Monday morning, says the office of the harbour. "
BRIDGE = "Two engineers have looked at every bolt of the old bridge and found none of them loose. "
MILL = "The miller in the valley grinds rye for the three bakers of the town, as his mother did. "


def page(*body: str, head: str = "<title>The ferry sails</title>") -> bytes:
    return f"<html><head>{head}</head><body>{''.join(body)}</body></html>".encode()


def p(text: str, times: int = 3) -> str:
    return f"<p>{text * times}</p>"


ARTICLE = p(FERRY) + p(BRIDGE) + p(MILL)
LINKED = '<a href="/x">Ten ferries that never sailed at all</a>'
CARD = '<span><img src="/p.jpg"><a href="/people/ann">Ann Ferrywoman</a> <a href="/n/1">Old news of her</a></span>'
TAGS = '<p>Filed under: <a rel="tag" href="/t/f">ferries</a>, <a rel="tag" href="/t/b">the bay</a></p>'


@pytest.mark.parametrize(
    ("inside", "removed"),
    [
        (p(FERRY) + f"<p>{LINKED}</p>" + p(BRIDGE) + p(MILL), ["Ten ferries"]),
        (p(FERRY) + f"<p><strong>Related: </strong>{LINKED}</p>" + p(BRIDGE) + p(MILL), ["Ten ferries", "Related"]),
        (p(FERRY) + f"<p><b>DON'T MISS</b></p><p>{LINKED}</p><p>{LINKED} [PHOTOS]</p>" + p(MILL), ["MISS", "PHOTOS"]),
        (ARTICLE + f"<h3>More of this</h3><ul><li>{LINKED}</li><li>{LINKED}</li></ul>", ["More of this", "Ten"]),
        (ARTICLE + TAGS, ["Filed under", "ferries", "the bay<"]),
    ],
    ids=["a line that is a link", "with a label", "with a heading of its own", "a list of links", "tags"],
)  # fmt: skip
def test_link_lines_are_removed(inside: str, removed: list[str]) -> None:
    body = read_page(page(f"<article><h1>The ferry sails</h1>{inside}</article>"), url="https://a.example/").body

    assert FERRY.strip() in body
    assert MILL.strip() in body
    assert [words for words in removed if words in body] == []


@pytest.mark.parametrize(
    "line",
    [
        f'<p>{FERRY}Read <a href="/x">what the harbour said</a>.</p>',
        f'<p>The <a href="/x">harbour office</a> and the <a href="/y">engineers</a> agree, she wrote. {FERRY}</p>',
        f'<p><a href="/x">{FERRY * 4}</a></p>',
        f'<ul><li>{FERRY}</li><li><a href="/x">The office</a> adds that {BRIDGE}</li></ul>',
    ],
    ids=["a link at the end", "links in a sentence", "a long paragraph all linked", "a list with links"],
)
def test_a_sentence_with_links_stays(line: str) -> None:
    tree = parse_html(page(line))
    before = tree.text_content()

    prune(tree)

    assert tree.text_content() == before


def test_a_hover_card_is_removed_and_the_name_stays() -> None:
    name = f'<span><a href="/people/ann">Ann Ferrywoman</a>{CARD}</span>'
    tree = parse_html(page(f"<p>The captain, {name}, waved. {FERRY}</p>"))

    prune(tree)

    assert tree.text_content().split("The captain, ")[1].startswith("Ann Ferrywoman, waved. ")


def test_other_posts_beneath_the_article_are_removed() -> None:
    post = f'<article class="post"><h1>The ferry sails</h1>{p(FERRY)}</article>'
    other_posts = "".join(f'<article class="post"><h2>{n}</h2>{p(MILL)}</article>' for n in range(3))

    body = read_page(page(post, other_posts), url="https://a.example/").body

    assert FERRY.strip() in body
    assert MILL.strip() not in body


def test_a_nested_article_stays() -> None:
    tree = parse_html(page(f"<article><article><h1>Ferry</h1>{ARTICLE}</article><article>inner</article></article>"))

    prune(tree)

    assert FERRY in tree.text_content()


def test_an_article_split_by_advertisements_is_joined() -> None:
    parts = [f'<div class="row"><div class="article-body wide">{p(text)}</div></div>' for text in (FERRY, BRIDGE, MILL)]
    ad = '<div class="row"><div class="ad">Advertisement</div></div>'

    body = read_page(page(ad.join(parts)), url="https://a.example/").body

    assert [body.index(text.strip()) for text in (FERRY, BRIDGE, MILL)] == sorted(
        body.index(text.strip()) for text in (FERRY, BRIDGE, MILL)
    )


def test_posts_of_a_blog_are_not_joined() -> None:
    posts = "".join(
        f'<div><h2><a href="/{n}">Post {n}</a></h2><div class="entry body">{p(text)}</div></div>'
        for n, text in enumerate((FERRY, MILL))
    )
    tree = parse_html(page(posts))

    prune(tree)

    assert [len(element.findall("p")) for element in tree.find_class("entry")] == [1, 1]


@given(st.lists(st.sampled_from([
    "<p>", "</p>", "<div class='post body'>", "</div>", "<span>", "</span>", "<img>", "<a rel=tag>", "<a href=x>",
    "</a>", "<article>", "</article>", "<h1>", "</h1>", "<b>", "</b>", "<li>", FERRY, "x",
]), max_size=60))  # fmt: skip
def test_pruning_only_removes_text(pieces: list[str]) -> None:
    tree = parse_html(page("".join(pieces), "end"))
    characters = Counter(tree.text_content())

    prune(tree)

    assert Counter(tree.text_content()) <= characters
