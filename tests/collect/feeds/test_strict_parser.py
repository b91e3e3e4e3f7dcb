"""The strict parser returns the same feed as the lenient parser, or None."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.collect.feeds.lenient_parser import parse_leniently
from digest.collect.feeds.parser import normalize_links, normalize_xml
from digest.collect.feeds.strict_parser import parse_strictly

DATA = Path(__file__).resolve().parents[2] / "data" / "sources" / "feeds"
URL = "https://feeds.example/feed"
NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom"'
    ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:dcterms="http://purl.org/dc/terms/"'
    ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:thr="http://purl.org/syndication/thread/1.0"'
    ' xmlns:georss="http://www.georss.org/georss" xmlns:geo="http://www.w3.org/2003/01/geo/wgs84_pos#"'
    ' xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" xmlns:wfw="http://wellformedweb.org/CommentAPI/"'
)
#: Elements that publishing systems add, and that both parsers ignore.
EXTENSIONS = (
    "<slash:comments>3</slash:comments><wfw:commentRss>https://a.example/1/feed</wfw:commentRss>",
    "<slash:section>x</slash:section><slash:department>y</slash:department><slash:hit_parade>1,2</slash:hit_parade>",
    "<thr:total>3</thr:total><thr:in-reply-to ref='urn:x:9' href='https://a.example/9' type='text/html'/>",
    "<georss:point>45.2 -71.9</georss:point><georss:featurename>Here</georss:featurename><geo:lat>4</geo:lat>",
    "<feedburner:origLink>https://a.example/original</feedburner:origLink><dc:publisher>Outlet</dc:publisher>",
    "<itunes:title>Other</itunes:title><itunes:subtitle>Less</itunes:subtitle><itunes:order>2</itunes:order>",
    "<itunes:episodeType>full</itunes:episodeType><itunes:block>yes</itunes:block>",
)
CATEGORIES = (
    "<category>Opinion</category><category domain='https://a.example/tags'> Tram &amp;amp; bus </category>",
    "<category term='opinion' label='Opinion' scheme='https://a.example/'/><category term='city'/><category/>",
    "<category term='city'>Town</category><dc:subject>Opinion</dc:subject><category>Opinion</category>",
    "<category>a</category><category>b</category><category>c</category><itunes:keywords>Opinion</itunes:keywords>",
)
WORDS = [
    "A &amp; B",
    "1 &lt; 2",
    "&lt;b&gt;bold&lt;/b&gt;",
    "<![CDATA[<p>Text &amp; more</p>]]>",
    "Zoë’s &#8220;café&#8221;",
    " x ",
]
LINKS = [
    *("https://a.example/1?x=1&amp;y=2", "/relative", "javascript:alert(1)", "https://a.example/ü", ""),
    *(
        "https://a.example/r?a=1&lang=en&times=2",
        "https://a.example/a b|c?x=1 2",
        " https://a.example/x\n y ",
        '/a "b"',
    ),
    *("https://a.example/log#v1.2", "https://a b.example/", "?p=1", "https://a.example/caf&eacute;&unheard;"),
]
GUIDS = ["1", "https://a.example/2", "https://a.example/2 3", "https://a.example/2?a=1&lang=en", "Tag:x", "", "/2"]
PERMALINK = tuple(f" isPermaLink='{value}'" for value in ("false", "true", "True", " FALSE ", "no", ""))
DATES = [
    *("Thu, 26 Mar 2026 07:30:00 +0100", "26 Mar 2026 07:30:00 GMT", "2026-03-26T07:30:00Z", "2026-03-26"),
    *("Thu, 26 Mar 2026 07:30:00 EST", "2026-03-26T07:30:00.5+02:00", "gestern", "Thu, 26 Mar 26 07:30 CET"),
]


def element(name: str, values: list[str], attributes: tuple[str, ...] = ("",)) -> st.SearchStrategy[str]:
    """Generate the element with one of the values and one of the attributes."""
    return st.builds(
        lambda value, attribute: f"<{name}{attribute}>{value}</{name.split()[0]}>",
        st.sampled_from(values),
        st.sampled_from(attributes),
    )


RSS = st.lists(
    st.one_of(
        element("title", WORDS),
        element("link", LINKS),
        element("guid", GUIDS, ("", *PERMALINK)),
        element("description", WORDS),
        element("content:encoded", WORDS),
        element("pubDate", DATES),
        element("dc:date", DATES),
        element("dc:creator", ["The desk", "desk@a.example (The desk)"]),
        element("author", ["desk@a.example (The desk)", "desk@a.example", "The desk &lt;desk@a.example&gt;"]),
        element("media:title", WORDS),
        element("media:description", WORDS),
        element("itunes:summary", WORDS),
        element("body", ["<p>x</p>"], (' xmlns="http://www.w3.org/1999/xhtml"',)),
        st.just('<media:content url="https://a.example/a.jpg" medium="image" width="10" height="20"/>'),
        st.just('<media:group><media:thumbnail url="/t.jpg" width="big"/></media:group>'),
        st.just('<enclosure url="https://a.example/e.png" type="image/png"/><category>c</category>'),
        st.just('<atom:link href="https://a.example/self" rel="self"/>'),
        st.sampled_from(CATEGORIES),
        st.sampled_from(EXTENSIONS),
    ),
    max_size=7,
).map("".join)
COMMON = "<title>A</title><link>https://a.example/1</link><description>B</description>"
ATOM = st.lists(
    st.one_of(
        element("title", WORDS, ("", " type='text'", " type='html'", " xml:lang='de'")),
        element("id", ["urn:x:1", "https://a.example/1", "https://a.example/1 2", "relative"]),
        element("content", WORDS, ("", " type='text'", " type='html'", " type='text/html'", " src='/x'")),
        element("summary", WORDS, ("", " type='text'", " type='html'")),
        element("published", DATES),
        element("updated", DATES),
        st.just("<author><name>The desk</name><email>desk@a.example</email></author>"),
        st.sampled_from([f"<link href='{link}' rel='{rel}'/>" for link in LINKS for rel in ("alternate", "self")]),
        st.just("<link href='https://a.example/last'/><category term='c'/>"),
        st.sampled_from(CATEGORIES),
        st.sampled_from(EXTENSIONS),
        st.just("<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>x</p></div></content>"),
    ),
    max_size=7,
).map("".join)
COMMON_ATOM = "<id>urn:x:0</id><title>A</title><link href='/a'/><summary>B</summary>"


def agree(document: str) -> bool:
    """Assert that the parsers agree, and return whether the strict parser accepted the document."""
    data = normalize_xml(document.encode())
    feed = parse_strictly(data, URL)

    assert feed is None or feed == parse_leniently(normalize_links(data), URL)
    return feed is not None


@pytest.mark.parametrize("name", ["rss20.xml", "rss10.rdf", "atom10.xml", "rss091.xml"])
def test_the_parsers_agree_on_every_format(name: str) -> None:
    data = normalize_xml((DATA / name).read_bytes())

    assert parse_strictly(data, URL) in (None, parse_leniently(normalize_links(data), URL))


@settings(max_examples=300, deadline=None)
@given(RSS, st.booleans())
def test_the_parsers_agree_on_rss(items: str, is_common: bool) -> None:
    item = (COMMON if is_common else "") + items
    agree(f"<rss version='2.0' {NAMESPACES}><channel><title>T</title><item>{item}</item></channel></rss>")


#: Items that both parsers read, so that only their links matter.
LINKED_RSS = st.tuples(element("link", LINKS) | st.just(""), element("guid", GUIDS, ("", *PERMALINK)) | st.just(""))
LINKED_ATOM = st.tuples(
    element("id", ["urn:x:1", "https://a.example/1", "https://a.example/1 2"]),
    st.sampled_from([f"<link href='{link}' rel='{rel}'/>" for link in LINKS for rel in ("alternate", "self")]),
    st.sampled_from(["", "<link/>", "<link rel='alternate' type='text/html' href=''/>"]),
)


@settings(max_examples=200, deadline=None)
@given(LINKED_RSS.flatmap(st.permutations), LINKED_ATOM.flatmap(st.permutations))
def test_the_parsers_agree_on_links(rss: list[str], atom: list[str]) -> None:
    item = f"<title>A</title><description>B</description>{''.join(rss)}"
    agree(f"<rss version='2.0'><channel><title>T</title><item>{item}</item></channel></rss>")
    entry = f"<title>A</title><summary>B</summary>{''.join(atom)}"
    agree(f"<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title><entry>{entry}</entry></feed>")


@settings(max_examples=300, deadline=None)
@given(ATOM, st.booleans())
@example(
    "<link href='https://a.example/1' rel='alternate'/><content>B</content><id>urn:x:1</id><title>A</title>"
    "<link href='https://a.example/last'/>",
    False,
)
def test_the_parsers_agree_on_atom(items: str, is_common: bool) -> None:
    entry = (COMMON_ATOM if is_common else "") + items
    namespaces = f"xmlns='http://www.w3.org/2005/Atom' {NAMESPACES} xml:lang='fr'"
    agree(f"<feed {namespaces}><title>T</title><entry>{entry}</entry></feed>")


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(f"<rss version='2.0'><channel><title>T</title><item>{COMMON}</item></channel></rss>", id="RSS"),
        pytest.param(
            f"<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title><entry>{COMMON_ATOM}</entry></feed>", id="Atom"
        ),
    ],
)
def test_common_feeds_are_parsed_strictly(document: str) -> None:
    assert agree(document)


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize("before", [True, False], ids=["first", "last"])
def test_feeds_with_common_extensions_are_parsed_strictly(extension: str, before: bool) -> None:
    item = f"{extension}{COMMON}" if before else f"{COMMON}{extension}"

    assert agree(f"<rss version='2.0' {NAMESPACES}><channel><title>T</title><item>{item}</item></channel></rss>")


@pytest.mark.parametrize(
    "authors",
    [
        "<author><name>The desk</name></author>",
        "<author><name>Ada</name></author><author><name>Bob</name></author>",
        "<author><email>desk@a.example</email></author>",
        "<author/>",
    ],
)
def test_the_parsers_agree_on_the_authors_of_an_atom_feed(authors: str) -> None:
    entries = f"<entry>{COMMON_ATOM}</entry><entry>{COMMON_ATOM}<author><name>Cy</name></author></entry>"

    agree(f"<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title>{authors}{entries}</feed>")
