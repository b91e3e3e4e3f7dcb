"""Article extraction from web pages."""

from __future__ import annotations

import json

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


PARAGRAPHS = "".join(f"<p>{line}</p>" for line in SENTENCES)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(f"<aside>{PARAGRAPHS}</aside>", id="aside"),
        pytest.param(f"<aside class='sidebar'><div class='box'>{PARAGRAPHS}</div></aside>", id="box in an aside"),
        pytest.param(f"<footer>{PARAGRAPHS}</footer>", id="footer"),
        pytest.param(f"<header>{PARAGRAPHS}</header>", id="header"),
        pytest.param(f"<div id='comments-page'>{PARAGRAPHS}</div>", id="element named comments"),
        pytest.param(f"<div class='post has-comments'>{PARAGRAPHS}</div>", id="post with comments in its name"),
        pytest.param(f"<form id='aspnetForm'>{PARAGRAPHS}</form>", id="form"),
        pytest.param(f"<noscript>{PARAGRAPHS}</noscript>", id="substitute for scripts"),
        pytest.param(
            f"<ferry-story><template shadowrootmode='open'>{PARAGRAPHS}</template></ferry-story>", id="template"
        ),
        pytest.param(f"<div hidden style='display:none'>{PARAGRAPHS}</div>", id="hidden until a script shows it"),
    ],
)
def test_an_article_in_an_unusual_place_is_found(body: str) -> None:
    html = f"<html><head><title>Bridge closed</title></head><body><h1>Bridge closed</h1>{body}</body></html>"

    assert missing(html.encode()) == []


@pytest.mark.parametrize(
    "html",
    [
        pytest.param(f"<title>Bridge closed</head><body>{PARAGRAPHS}</body>", id="title not closed"),
        pytest.param(f"<body><div><html><head></head><body>{PARAGRAPHS}</body></html></div>", id="page in a page"),
        pytest.param("<body><div><div>" + "".join(f"<div><p>{line}" for line in SENTENCES), id="nothing closed"),
        pytest.param(f"<body>{PARAGRAPHS}<!-- end </body></html>", id="comment not closed"),
        pytest.param(f"<body>{PARAGRAPHS}<script>var x = '<p>'; </body>", id="script not closed"),
        pytest.param(f"<body><![CDATA[{PARAGRAPHS}]]></body>", id="CDATA"),
        pytest.param(f"<body>{PARAGRAPHS}</body>".replace("e", "e\0"), id="NUL characters"),
        pytest.param(f"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'>{PARAGRAPHS}", id="XHTML"),
    ],
)
def test_an_article_in_damaged_html_is_found(html: str) -> None:
    assert missing(html.encode()) == []


@pytest.mark.parametrize("text", ["\n\n".join(SENTENCES), PARAGRAPHS], ids=["text", "HTML"])
@pytest.mark.parametrize("body", ["<div id=root></div>", f"<p>{SENTENCES[0]}</p>"], ids=["no text", "a teaser"])
def test_an_article_in_the_pages_data_is_found(text: str, body: str) -> None:
    data = json.dumps({"@type": "NewsArticle", "headline": "Bridge closed", "articleBody": text})
    html = f"<html><head><script type='application/ld+json'>{data}</script></head><body>{body}</body></html>"

    assert missing(html.encode()) == []


def test_a_list_between_paragraphs_of_the_body_stays() -> None:
    items = "".join(f"<li>{line}</li>" for line in SENTENCES[2:4])
    start, end = (f"<p>{line}</p>" for line in (SENTENCES[0] + SENTENCES[1], SENTENCES[4] + SENTENCES[5]))
    html = f"<html><body><h2>Bridge closed</h2>{start}<p>It wrote:</p><ul>{items}</ul>{end}</body></html>"

    assert missing(html.encode()) == []


@pytest.mark.parametrize("tag", ["code", "kbd", "samp", "tt", "var"])
def test_code_within_a_sentence_stays_in_it(tag: str) -> None:
    line = f"Use <{tag}>moor(None)</{tag}> to leave, and <{tag}>quay.rings</{tag}> to see what is free."
    html = page(f"<article><h1>Mooring</h1><p>{SENTENCES[0]}</p><p>{line}</p><p>{SENTENCES[1]}</p></article>")

    assert (
        "Use moor(None) to leave, and quay.rings to see what is free." in read_page(html, url="https://a.example/").body
    )


def test_code_in_lines_of_its_own_stays_code() -> None:
    code = "<pre><code>moor(None)\nleave()</code></pre>"
    html = page(f"<article><h1>Mooring</h1><p>{SENTENCES[0]}</p>{code}<p>{SENTENCES[1]}</p></article>")

    assert "<pre>" in read_page(html, url="https://a.example/").body


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
