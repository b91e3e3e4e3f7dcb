"""Feed documents to entries: formats, identity, broken and hostile feeds."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.collect.feeds.items import author_name
from digest.collect.reader import Contents, Document, read_document
from digest.model.articles import Entry
from digest.model.errors import SourceError
from digest.model.newsletters import Source

DATA = Path(__file__).resolve().parents[2] / "data" / "sources" / "feeds"
SEEN = datetime(2026, 3, 27, tzinfo=UTC)
SOURCE = Source(id="s", url="https://feeds.example/x")


def read(data: bytes, *, content_type: str = "", name: str = "", source: Source = SOURCE) -> Contents:
    document = Document(
        data=data, url="https://feeds.example/feed", guid="g", outlet="outlet", content_type=content_type, name=name
    )
    return read_document(document, source, seen=SEEN)


def read_or_error(data: bytes) -> Contents | SourceError:
    """Read the document; any other exception is a bug and is raised."""
    try:
        return read(data)
    except SourceError as error:
        return error


def rss(items: str, *, head: str = "") -> bytes:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{head}{items}</channel></rss>'.encode()


def to_expected(entry: Entry) -> dict[str, object]:
    """Return the entry's fields in the form of the expectation files."""
    fields = {name: getattr(entry, name) for name in Entry.__dataclass_fields__ if name not in {"seen", "source_id"}}
    if entry.image:
        fields["image"] = {name: getattr(entry.image, name) for name in ("url", "alt", "width", "height")}
    if entry.published:
        fields["published"] = entry.published.isoformat()
    return {name: value for name, value in fields.items() if value not in ("", None, ())}


@pytest.mark.parametrize(
    "path",
    sorted(path for path in DATA.iterdir() if path.suffixes[-2:] != [".expected", ".json"]),
    ids=lambda p: p.name,
)
def test_every_feed_format_gives_its_entries(path: Path) -> None:
    contents = read(path.read_bytes())

    expected = json.loads(path.with_name(f"{path.name}.expected.json").read_text())
    assert {"title": contents.title, "entries": [to_expected(entry) for entry in contents.entries]} == expected


def test_an_entry_has_the_id_and_name_of_its_source() -> None:
    named = Source(id="coast", url="https://feeds.example/x", title="The Coast")
    (entry,) = read(rss("<item><title>A</title></item>"), source=named).entries

    assert (entry.source_id, entry.source, entry.seen) == ("coast", "The Coast", SEEN)


# --- identity ----------------------------------------------------------------------------------------------------


def guids(items: str) -> list[str]:
    return [entry.guid for entry in read(rss(items)).entries]


def test_a_repeated_item_is_one_entry() -> None:
    item = "<item><guid isPermaLink='false'>1</guid><title>A</title><link>https://a.example/1</link></item>"

    assert guids(item * 2) == ["1"]


def test_a_guid_shared_by_several_articles_is_ignored() -> None:
    item = "<item><guid isPermaLink='false'>1</guid><title>{0}</title><link>https://a.example/{0}</link></item>"

    assert guids(item.format("a") + item.format("b")) == ["https://a.example/a", "https://a.example/b"]


def test_an_item_without_guid_and_link_is_identified_by_its_content() -> None:
    first, repeated, different = (
        guids("<item><title>A</title></item>"),
        guids("<item><title>A</title></item>"),
        guids("<item><title>B</title></item>"),
    )

    assert first == repeated != different


# --- dates -------------------------------------------------------------------------------------------------------

_UPDATED = datetime(2026, 3, 5, 7, 8, 9, tzinfo=UTC)
_JSON_FEED = {"version": "https://jsonfeed.org/version/1", "title": "T"}


@pytest.mark.parametrize("zero", ["0001-01-01T00:00:00Z", "0000-00-00", "1970-01-01T00:00:00Z", "9999-12-31"])
@pytest.mark.parametrize(
    "document",
    [
        pytest.param(
            "<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title><entry><id>u:1</id><title>A</title>"
            "<link href='https://a.example/1'/><published>{zero}</published><updated>2026-03-05T07:08:09Z</updated>"
            "<summary>Text.</summary></entry></feed>",
            id="Atom",
        ),
        pytest.param(
            "<rss version='2.0' xmlns:a='http://www.w3.org/2005/Atom'><channel><title>T</title><item><title>A</title>"
            "<link>https://a.example/1</link><pubDate>{zero}</pubDate><a:updated>2026-03-05T07:08:09Z</a:updated>"
            "<description>Text.</description></item></channel></rss>",
            id="RSS",
        ),
        pytest.param(
            json.dumps(
                _JSON_FEED
                | {
                    "items": [
                        {"id": "1", "date_published": "ZERO", "date_modified": "2026-03-05T07:08:09Z", "title": "A"}
                    ]
                }
            ),
            id="JSON",
        ),
    ],
)
def test_where_the_date_of_publication_is_a_placeholder_that_of_the_last_change_counts(
    document: str, zero: str
) -> None:
    (entry,) = read(document.replace("{zero}", zero).replace("ZERO", zero).encode()).entries

    assert entry.published == _UPDATED


@pytest.mark.parametrize(
    "date", ["Mon, 01 Jan 0001 00:00:00 +0000", "Thu, 01 Jan 1970 00:00:00 GMT", "Wed, 30 Nov -0001"]
)
def test_a_placeholder_alone_is_no_date(date: str) -> None:
    item = f"<item><title>A</title><link>https://a.example/1</link><pubDate>{date}</pubDate></item>"

    assert [entry.published for entry in read(rss(item)).entries] == [None]


# --- broken feeds ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        pytest.param("utf-8", "utf-8", "", id="UTF-8"),
        pytest.param("cp1252", "iso-8859-1", "", id="Windows text called Latin"),
        pytest.param("utf-8", "iso-8859-1", "", id="UTF-8 called Latin"),
        pytest.param("cp1252", "utf-8", "", id="Latin called UTF-8"),
        pytest.param("cp1252", "", "text/xml; charset=windows-1252", id="declared in the header"),
        pytest.param("utf-16", "utf-16", "", id="UTF-16"),
        pytest.param("utf-16-le", "utf-16", "", id="UTF-16 without a mark"),
        pytest.param("utf-16-be", "", "", id="UTF-16 without a mark or word"),
        pytest.param("utf-8-sig", "", "", id="UTF-8 with a mark"),
    ],
)
def test_titles_are_decoded_from_every_encoding(encoding: str, declared: str, content_type: str) -> None:
    label = f' encoding="{declared}"' if declared else ""
    item = "<item><title>Café “Zoë”</title></item>"
    text = f'<?xml version="1.0"{label}?><rss version="2.0"><channel>{item}</channel></rss>'

    assert read(text.encode(encoding), content_type=content_type).entries[0].title == "Café “Zoë”"


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        pytest.param("<item><title>A &nbsp; B & C</title></item>", ["A &nbsp; B & C"], id="entities of HTML"),
        pytest.param("<item><title>A</title></item><item><title>B", ["A"], id="cut short"),
        pytest.param(
            "<item><title>A<b></title></item><item><title>B</title></item>", ["A<b>", "B"], id="unclosed tags"
        ),
        pytest.param("<item/><item><title>A</title></item>", ["A"], id="an empty item"),
        pytest.param("<item><title>A\x0b\x00B</title></item>", ["A\x0bB"], id="controls, which clean drops"),
    ],
)
def test_broken_feeds_give_their_readable_items(items: str, expected: list[str]) -> None:
    titles = [entry.title.replace("\xa0", "&nbsp;").replace("&amp;", "&") for entry in read(rss(items)).entries]

    assert titles == expected


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "https://name:password@a.example/",
        "file:///etc/passwd",
        "http://[bad",
    ],
)
def test_only_web_addresses_become_links(url: str) -> None:
    (entry,) = read(rss(f"<item><title>A</title><link>{url}</link></item>")).entries

    assert entry.url == ""


def test_an_unreadable_date_is_none() -> None:
    (entry,) = read(rss("<item><title>A</title><pubDate>next Tuesday</pubDate></item>")).entries

    assert entry.published is None


def test_plain_text_in_atom_keeps_its_paragraphs_and_signs() -> None:
    content = "<content type='text'>1 &lt; 2\n\nQ &amp; A</content>"
    atom = f"<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>1</id>{content}</entry></feed>"

    assert read(atom.encode()).entries[0].body == "<p>1 &lt; 2</p><p>Q &amp; A</p>"


# --- hostile feeds -----------------------------------------------------------------------------------------------

EXTERNAL = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
LAUGHS = "<!DOCTYPE rss [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {new} '{f'&{old};' * 10}'>" for old, new in zip("abcdefghij", "bcdefghijk", strict=True)
)


@pytest.mark.parametrize("start", ["", "<!DOCTYPE feed [<!ENTITY x 'y'>]>"], ids=["strict", "lenient"])
def test_an_atom_entry_has_its_authors_or_those_of_the_feed(start: str) -> None:
    first = "<entry><id>urn:x:1</id><title>A</title><author><name>Ada</name></author></entry>"
    second = "<entry><id>urn:x:2</id><title>B</title></entry>"
    head = "<title>F</title><author><name>The desk</name></author>"
    feed = f"{start}<feed xmlns='http://www.w3.org/2005/Atom'>{head}{first}{second}</feed>"

    assert [entry.author for entry in read(feed.encode()).entries] == ["Ada", "The desk"]


def test_several_authors_of_an_entry_are_all_named() -> None:
    names = "".join(f"<dc:creator>{name}</dc:creator>" for name in ("Ada", "Bob", "Ada"))
    (entry,) = read(rss(f"<item><title>A</title><link>https://a.example/1</link>{names}</item>")).entries

    assert entry.author == "Ada, Bob"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(EXTERNAL.encode() + rss("<item><title>&x;</title></item>")[21:], id="external entity"),
        pytest.param(LAUGHS.encode() + b"]>" + rss("<item><title>&k;</title></item>")[21:], id="a billion laughs"),
        pytest.param(rss("<!--" * 60_000), id="comment openers"),
        pytest.param(rss("<item><description>" + "&lt;!--" * 60_000 + "</description></item>"), id="escaped openers"),
        pytest.param(rss("<item><description><![CDATA[" + "<!--" * 60_000), id="openers in CDATA"),
        pytest.param(rss("<a>" * 20_000), id="nested tags"),
        pytest.param(rss("<item><description>" + "&lt;div&gt;" * 20_000), id="nested tags in text"),
        pytest.param(rss("<" * 100_000), id="brackets"),
        pytest.param(rss("&" * 100_000), id="ampersands"),
        pytest.param(rss("<item><title>A</title><author>" + "a" * 50_000 + "</author></item>"), id="endless author"),
        pytest.param(rss("<item><title>A</title><b:creator>" + "a." * 40_000 + "</b:creator>&</item>"), id="creator"),
        pytest.param(b"<?xml <rss" + b" " * 100_000, id="endless declaration"),
        pytest.param(b'{"items": ' + b"[" * 100_000, id="nested JSON"),
        pytest.param(b'{"items": [' + b'{"id": ' * 50_000, id="nested JSON objects"),
    ],
)
def test_hostile_feeds_are_parsed_in_time_and_read_no_files(data: bytes) -> None:
    start = time.process_time()
    outcome = read_or_error(data)

    assert "root:" not in repr(outcome)
    assert len(repr(outcome)) < 2_000_000
    assert time.process_time() - start < 10


@pytest.mark.parametrize(
    "data",
    [b"{", b"[]", b"{}", b'{"items": 7}', b'{"items": null}', b"{'items': []}"],
)
def test_json_that_is_no_feed_is_an_error(data: bytes) -> None:
    with pytest.raises(SourceError):
        read(data, name="feed.json", content_type="application/json")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"%PDF-1.7 \x00\x01", "a PDF", id="PDF"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00", "an image", id="image"),
        pytest.param(b"\x00\x01\x02\x03" * 100, "a binary file", id="binary"),
        pytest.param(b"<?xml version='1.0'?><urlset></urlset>", "a site map", id="site map"),
        pytest.param(b"", "empty", id="nothing"),
    ],
)
def test_other_kinds_of_documents_are_named_in_the_error(data: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        read(data)


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=400)
    | st.text(max_size=300).map(lambda text: rss(f"<item><title>{text}</title></item>"))
    | st.text(alphabet="<>&;![]-CDATA/abc=\"' ", max_size=300).map(lambda text: rss(f"<item>{text}</item>"))
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9), lambda inner: st.lists(inner, max_size=3)
    )
    .flatmap(
        lambda value: st.fixed_dictionaries(
            {}, optional=dict.fromkeys(["id", "url", "title", "authors", "content_html"], st.just(value))
        )
    )
    .map(lambda item: json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [item]}).encode())
)
def test_any_input_gives_valid_entries_or_a_source_error(data: bytes) -> None:
    outcome = read_or_error(data)

    for entry in outcome.entries if isinstance(outcome, Contents) else ():
        assert isinstance(entry.title, str)
        assert isinstance(entry.body, str)
        assert entry.guid
        assert entry.url == "" or entry.url.startswith(("http://", "https://"))
        assert entry.published is None or entry.published.tzinfo is UTC


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("desk@outlet.example (The desk)", "The desk", id="RSS"),
        pytest.param("The desk <desk@outlet.example>", "The desk", id="mail"),
        pytest.param('"The desk" <desk@outlet.example>', "The desk", id="quoted"),
        pytest.param("desk@outlet.example", "", id="only an address"),
        pytest.param("The desk", "The desk", id="only a name"),
        pytest.param("a" * 5000 + "@(", "a" * 300, id="hostile"),
    ],
)
def test_the_author_is_a_name_without_a_mail_address(written: str, expected: str) -> None:
    assert author_name(written) == expected


def test_python_specific_charsets_are_ignored() -> None:
    """These codecs raise unusual exceptions, or interpret escapes."""
    for name in ("undefined", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "utf-7", "rot13", "hex"):
        titles = [
            entry.title
            for entry in read(
                rss("<item><title>+ADw-b\\u003c</title></item>"), content_type=f"x; charset={name}"
            ).entries
        ]

        assert titles == ["+ADw-b\\u003c"]


def test_the_total_length_of_a_feed_is_limited() -> None:
    contents = read(
        rss(
            "".join(
                f"<item><guid>{n}</guid><title>A</title><description>{'x ' * 900_000}</description></item>"
                for n in range(4)
            )
        )
    )

    assert [entry.guid for entry in contents.entries] == ["0", "1"]
    assert contents.problems == ("only the newest 2 of its 4 entries are read",)


def test_items_that_repeat_an_id_and_a_link_are_counted() -> None:
    item = "<item><guid>1</guid><link>https://a.example/</link><title>{}</title></item>"

    contents = read(rss(item.format("Newer") + item.format("Older") + item.format("Newer")))

    assert [entry.title for entry in contents.entries] == ["Newer"]
    assert contents.problems == ("entries left out, since they repeat the id and link of a newer one: 1",)


@pytest.mark.parametrize(
    ("text", "body"),
    [
        pytest.param("A &amp; b.\n\nSubscribe!\n \n\n0:0", "<p>A & b.</p><p>Subscribe!</p><p>0:0</p>", id="text"),
        pytest.param("One\nline.", "One\nline.", id="a broken line"),
        pytest.param("&lt;b&gt;One&lt;/b&gt;\n\ntwo", "<b>One</b>\n\ntwo", id="HTML"),
        pytest.param("&amp;lt;p&amp;gt;One\n\ntwo", "&lt;p&gt;One\n\ntwo", id="HTML escaped twice"),
    ],
)  # fmt: skip
def test_empty_lines_separate_paragraphs_where_a_text_has_no_tags(text: str, body: str) -> None:
    (entry,) = read(rss(f"<item><title>A</title><description>{text}</description></item>")).entries

    assert entry.body == body


def test_a_video_s_description_is_its_first_paragraphs() -> None:
    group = (
        "<media:group><media:description>The quay was built in 1921.\n\nSubscribe: x</media:description></media:group>"
    )
    names = "xmlns='http://www.w3.org/2005/Atom' xmlns:media='http://search.yahoo.com/mrss/'"
    feed = f"<feed {names}><entry>{group}</entry></feed>"

    assert read(feed.encode()).entries[0].body == "<p>The quay was built in 1921.</p><p>Subscribe: x</p>"


LINKS = [
    pytest.param("<link>https://a.example/?a=1&lang=en</link>", "https://a.example/?a=1&lang=en", id="bare"),
    pytest.param("<link>https://a.example/a|b c?x=1 2</link>", "https://a.example/a|b%20c?x=1%202", id="spaces"),
    pytest.param("<link></link><guid>https://a.example/1</guid>", "https://a.example/1", id="an empty link before"),
    pytest.param("<guid>https://a.example/1</guid><link/>", "https://a.example/1", id="an empty link after"),
    pytest.param("<guid isPermaLink='True'>https://a.example/1</guid>", "https://a.example/1", id="capitals"),
    pytest.param("<guid isPermaLink='false'>https://a.example/1</guid>", "", id="no permalink"),
    pytest.param("<guid isPermaLink='False'>https://a.example/1</guid>", "", id="no permalink, in capitals"),
    pytest.param("<guid>tag:a.example,2026:1</guid>", "", id="no address"),
]  # fmt: skip


@pytest.mark.parametrize(("links", "url"), LINKS)
@pytest.mark.parametrize("title", ["<title>AT&T agrees</title>", "<title></title>", "<title><b>A</b></title>"])
def test_an_items_link_is_read_whole_by_both_parsers(title: str, links: str, url: str) -> None:
    (entry,) = read(rss(f"<item>{title}{links}<description>The mill grinds.</description></item>")).entries

    assert entry.url == url


@pytest.mark.parametrize("title", ["A", "<div xmlns='http://www.w3.org/1999/xhtml'>A</div>"])
@pytest.mark.parametrize("link", ["", "<link rel='alternate' type='text/html' href=''/>", "<link href=' '></link>"])
def test_an_atom_entry_without_a_link_has_its_id_as_link(link: str, title: str) -> None:
    kind = "xhtml" if "<" in title else "text"
    entry = (
        f"<entry><id>https://a.example/?p=1</id>{link}<title type='{kind}'>{title}</title><summary>B</summary></entry>"
    )
    feed = f"<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://a.example/atom'><title>T</title>{entry}</feed>"

    assert read(feed.encode()).entries[0].url == "https://a.example/?p=1"


def test_a_json_item_without_a_link_has_its_id_as_link() -> None:
    items = [{"id": id_, "content_text": "The mill grinds."} for id_ in ("https://a.example/1", "urn:x:1")]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": items}

    assert [entry.url for entry in read(json.dumps(feed).encode()).entries] == ["https://a.example/1", ""]


def test_names_of_html_and_bare_ampersands_are_text() -> None:
    (entry,) = read(rss("<item><title>Caf&eacute; R&D</title><description>AT&T agrees.</description></item>")).entries

    assert (entry.title, entry.body) == ("Café R&D", "AT&T agrees.")


def test_a_repeated_item_is_counted_unless_it_says_the_same() -> None:
    item = "<item><link>https://a.example/</link><title>A</title><description>{}</description></item>"

    contents = read(rss(item.format("Newer.") + item.format("Older.") + item.format("Newer.")))

    assert [entry.body for entry in contents.entries] == ["Newer."]
    assert contents.problems == ("entries left out, since they repeat the id and link of a newer one: 1",)
