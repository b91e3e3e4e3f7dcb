"""The HTTP Link header (RFC 8288)."""

from __future__ import annotations

import time

import pytest

from digest.collect.discovery.link_header import HeaderLink, parse_link_header

ALTERNATE, NEXT, RSS = ("alternate",), ("next",), "application/rss+xml"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param("no link", [], id="no link"),
        pytest.param("</feed>", [HeaderLink(href="/feed")], id="without parameters"),
        pytest.param(
            '</feed>; rel="alternate"; type="application/rss+xml"; title="News, all; daily"',
            [
                HeaderLink(
                    href="/feed", relations=ALTERNATE, content_type="application/rss+xml", title="News, all; daily"
                )
            ],
            id="quoted",
        ),
        pytest.param(
            "<f>;REL=Alternate ;type=Application/Atom+XML",
            [HeaderLink(href="f", relations=ALTERNATE, content_type="application/atom+xml")],
            id="tokens in any case",
        ),
        pytest.param(
            '<a,b>; rel="preload next" , <c>;rel=alternate,<d>',
            [
                HeaderLink(href="a,b", relations=("preload", "next")),
                HeaderLink(href="c", relations=ALTERNATE),
                HeaderLink(href="d"),
            ],
            id="several, a comma in an address",
        ),
        pytest.param('<a>; rel="x"; rel="y"', [HeaderLink(href="a", relations=("x",))], id="two relations"),
        pytest.param(
            '<a>; title="say \\"hi\\""; rel=next',
            [HeaderLink(href="a", title='say "hi"', relations=NEXT)],
            id="escaped",
        ),
        pytest.param("garbage <a>; rel=next", [HeaderLink(href="a", relations=NEXT)], id="after garbage"),
        pytest.param(
            '<a>; title="open, <b>; rel=next',
            [HeaderLink(href="a"), HeaderLink(href="b", relations=NEXT)],
            id="an open quote",
        ),
    ],
)
def test_links_of_a_header(header: str, expected: list[HeaderLink]) -> None:
    assert list(parse_link_header(header)) == expected


@pytest.mark.parametrize("piece", ["<", "<a>;", '<a>; a="', "<a>,", "; ", '"\\'])
def test_a_hostile_header_takes_no_time(piece: str) -> None:
    begun = time.process_time()

    parse_link_header(piece * 100_000)

    assert time.process_time() - begun < 0.5
