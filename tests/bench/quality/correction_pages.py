"""Layouts of article pages: the same paragraphs in the markup of different publishing systems."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape

Layout = Callable[[str, Sequence[str]], str]

_SIDEBAR = (
    "<aside><h3>Most read</h3><ul><li><a href='/a'>Ten gardens to see</a></li>"
    "<li><a href='/b'>The price of bread</a></li></ul></aside>"
)
_NAVIGATION = (
    "<nav><ul><li><a href='/'>Home</a></li><li><a href='/news'>News</a></li><li><a href='/sport'>Sport</a></li></ul>"
    "</nav>"
)
_FOOTER = "<footer><p>© 2026 The Valley Post. All rights reserved.</p><p><a href='/imprint'>Imprint</a></p></footer>"
_ADVERTISEMENT = (
    "<div class='ad'><span>Advertisement</span></div>"
    "<div class='related'><a href='/x'>Read more: The price of bread</a></div>"
)


def _inline(text: str) -> str:
    """The text as HTML; italics stay."""
    return escape(text, quote=False).replace("&lt;i&gt;", "<i>").replace("&lt;/i&gt;", "</i>")


def _page(title: str, body: str, head: str = "") -> str:
    return (
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>{escape(title)} | The Valley Post</title>"
        f"<meta property='og:title' content='{escape(title)}'>{head}</head><body>{body}</body></html>"
    )


def _heading(title: str, name: str = "title") -> str:
    return f"<h1 class='{name}'>{escape(title)}</h1>"


def _paragraphs(paragraphs: Sequence[str], opening: str = "<p>", closing: str = "</p>") -> str:
    return "".join(f"{opening}{_inline(text)}{closing}" for text in paragraphs)


def semantic(title: str, paragraphs: Sequence[str]) -> str:
    header = f"<header>{_heading(title)}<p class='byline'>By Jo Field</p></header>"
    main = f"<main><article>{header}{_paragraphs(paragraphs)}</article>{_SIDEBAR}</main>"
    head = "<meta property='og:type' content='article'>"
    return _page(title, f"<header>{_NAVIGATION}</header>{main}{_FOOTER}", head)


def blog(title: str, paragraphs: Sequence[str]) -> str:
    post = f"{_heading(title, 'entry-title')}<div class='entry-content'>{_paragraphs(paragraphs)}</div>"
    content = f"<div id='content'><div class='post'>{post}</div></div><div id='secondary'>{_SIDEBAR}</div>"
    return _page(title, f"<div id='page'>{_NAVIGATION}{content}{_FOOTER}</div>")


def blocks(title: str, paragraphs: Sequence[str]) -> str:
    """Each paragraph in a component of its own."""
    opening = "<div data-component='text-block' class='ssrcss-1'><div class='e5'><p>"
    article = f"<article>{_heading(title)}{_paragraphs(paragraphs, opening, '</p></div></div>')}</article>"
    return _page(title, f"<div>{_NAVIGATION}</div><main id='main-content'>{article}</main>{_FOOTER}")


def advertising(title: str, paragraphs: Sequence[str]) -> str:
    """Boxes of advertisements and of further stories between the paragraphs."""
    parts = (
        f"<p class='story-body-text'>{_inline(text)}</p>{_ADVERTISEMENT * (number % 3 == 1)}"
        for number, text in enumerate(paragraphs)
    )
    story = f"<div class='story'>{_heading(title)}<section class='story-body'>{''.join(parts)}</section></div>"
    return _page(title, f"{_NAVIGATION}{story}{_SIDEBAR}{_FOOTER}")


def table(title: str, paragraphs: Sequence[str]) -> str:
    """A page of twenty years ago."""
    text = "<br><br>".join(map(_inline, paragraphs))
    menu = "<td width='120'><a href='/'>Home</a><br><a href='/news'>News</a></td>"
    return _page(title, f"<table><tr>{menu}<td>{_heading(title)}{text}</td></tr></table>")


def application(title: str, paragraphs: Sequence[str]) -> str:
    """Hashed class names, and a script with data."""
    parts = "".join(f"<p class='css-{number:05x}'>{_inline(text)}</p>" for number, text in enumerate(paragraphs))
    script = "<script id='__NEXT_DATA__' type='application/json'>{\"props\":{}}</script>"
    content = f"<div class='css-1a2b'>{_heading(title, 'css-9z')}<div class='css-77'>{parts}</div></div>"
    return _page(title, f"<div id='__next'>{_NAVIGATION}{content}</div>{script}")


def mobile(title: str, paragraphs: Sequence[str]) -> str:
    head = "<link rel='canonical' href='https://post.example/a'>"
    content = f"<div class='amp-wp-article-content'>{_paragraphs(paragraphs)}</div>"
    return _page(title, f"<div class='amp-wp-article'>{_heading(title)}{content}</div>", head)


def described(title: str, paragraphs: Sequence[str]) -> str:
    """With the first paragraph as description."""
    head = (
        f'<meta name="description" content="{escape(paragraphs[0][:150])}"><meta property="og:type" content="article">'
    )
    body = f"<div class='article__body' itemprop='articleBody'>{_heading(title)}{_paragraphs(paragraphs)}</div>"
    return _page(title, f"<div class='layout'>{body}</div>", head)


LAYOUTS: Mapping[str, Layout] = {
    "semantic": semantic, "blog": blog, "blocks": blocks, "advertising": advertising,
    "table": table, "application": application, "mobile": mobile, "described": described,
}  # fmt: skip
