"""Article extraction from web pages."""

from __future__ import annotations

import pytest

from digest.collect.pages.extract import read_page

SENTENCES = (
    "The council of Ferrytown voted on Monday to close its old bridge for a year, after cracks were found in it.",
    "The office of the harbour said that a ferry will run every ten minutes, and will cost as much as the bus.",
    "“We had no choice,” said the mayor. “The piers are older than the town hall, and nobody knew how weak they were.”",
    "Shops at the northern end fear for their trade, and the chamber has asked the council for help until the autumn.",
    "Engineers will begin with the repairs in June. They expect to finish two piers before the storms of the winter.",
    "The last time the bridge was closed was in 1953, when ice broke an arch and the town was cut off for three weeks.",
)
NOTICE = "We keep to the press code of Ferrytown, and we correct what was wrong."


def page(*body: str) -> bytes:
    notice = f"<div class='note'><p>{NOTICE}</p></div>"
    return f"<html><head><title>Bridge closed</title></head><body>{notice}{''.join(body)}</body></html>".encode()


def missing(data: bytes) -> list[str]:
    """The sentences of the article that were not extracted."""
    body = read_page(data, url="https://ferrytown.example/1").body
    return [sentence for sentence in SENTENCES if sentence not in body]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("".join(f"<p>{line}</p>" for line in SENTENCES), id="paragraphs"),
        pytest.param(f"<center><font>{'<br><br>'.join(SENTENCES)}</font></center>", id="line breaks"),
        pytest.param(f"<ul>{''.join(f'<li>{line}</li>' for line in SENTENCES)}</ul>", id="list"),
        pytest.param(f"<dl>{''.join(f'<dd>{line}</dd>' for line in SENTENCES)}</dl>", id="definitions"),
        pytest.param("".join(f"<h4>{line}</h4>" for line in SENTENCES), id="headings"),
    ],
)
def test_the_article_is_found_where_precise_extraction_gives_only_a_notice(body: str) -> None:
    assert missing(page(f"<h1>Bridge closed</h1>{body}")) == []


def test_a_short_article_stays_as_precise_extraction_gives_it() -> None:
    comments = "".join(f"<li class='comment'>{line}</li>" for line in SENTENCES)
    data = page(f"<article><p>{SENTENCES[0]}</p><p>{SENTENCES[1]}</p></article><ul id='comments'>{comments}</ul>")

    assert missing(data) == list(SENTENCES[2:])


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param("<span class='link'><a href='/x'>", "</a></span>", id="span named as a link"),
        pytest.param("<span id='bottom'>", "</span>", id="span named by its place"),
        pytest.param("<span style='border: 1px solid'>", "</span>", id="span with a border"),
        pytest.param("<a rel='tag' href='/tags/x'>", "</a>", id="link to a tag"),
    ],
)
def test_a_sentence_keeps_its_links_and_marked_words(start: str, end: str) -> None:
    lines = (f"<p>{line[:20]}{start}{line[20:50]}{end}{line[50:]}</p>" for line in SENTENCES)
    body = read_page(page("<h1>Bridge closed</h1>", *lines), url="https://ferrytown.example/1").body

    text = body.replace('<a href="/x">', "").replace('<a href="/tags/x">', "").replace("</a>", "")
    assert [line for line in SENTENCES if line not in text] == []


def test_hidden_words_in_a_sentence_are_dropped() -> None:
    lines = [f"<p>{line}</p>" for line in SENTENCES[1:]]
    hidden = f"<p>{SENTENCES[0][:20]}<span style='display:none'>Unseen words</span>{SENTENCES[0][20:]}</p>"

    assert "Unseen" not in read_page(page(hidden, *lines), url="https://ferrytown.example/1").body


@pytest.mark.parametrize("placeholder", ["Loading ...", "By Ann Smith", "Ann Smith/AFP", "Untitled Document"])
@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        ("<title>{}</title><meta property='og:title' content='Bridge closed'>", "", "Bridge closed"),
        ("<meta property='og:title' content='{}'><title>Bridge closed</title>", "", "Bridge closed"),
        ("<title>{}</title>", "<h1>Bridge closed</h1>", "Bridge closed"),
        ("<title>{}</title>", "<h1>{}</h1>", ""),
    ],
)
def test_a_page_s_title_is_the_first_that_is_a_headline(placeholder: str, head: str, body: str, expected: str) -> None:
    html = f"<html><head>{head}</head><body>{body}<p>{SENTENCES[0]}</p></body></html>".replace("{}", placeholder)

    assert read_page(html.encode(), url="https://ferrytown.example/1").metadata.title == expected
