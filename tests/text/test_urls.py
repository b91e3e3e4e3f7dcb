"""URLs: safety, canonical form, identity, domain of the outlet."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.urls import (
    canonical_url,
    escape_spaces,
    escaped_url,
    is_simple_url,
    is_web_url,
    outlet_domain,
    resolve,
    url_identity,
)


@pytest.mark.parametrize(
    "url",
    ["https://example.org", "http://example.org:8080/a?b=c#d", "HTTPS://EXAMPLE.ORG/", "https://müller.example/ä",
     "http://127.0.0.1:8000/feed", "https://[2001:db8::1]/x", "https://example.org/@user/a:b"],
)  # fmt: skip
def test_safe_web_addresses_are_accepted(url: str) -> None:
    assert is_web_url(url)


@pytest.mark.parametrize(
    "url",
    ["", "example.org", "/path", "//example.org/x", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x",
     "ftp://example.org", "file:///etc/passwd", "mailto:desk@example.org", "https://user:secret@example.org/",
     "https://user@example.org/", "https://", "https:///x", "http://exa mple.org", "https://example.org/\n",
     "java\tscript:alert(1)", "https://example.org/\u202ex", "https://example.org\\@evil.example", "https://[::1",
     "https://example.org:port/", "https://example.org:99999/", "\x01https://example.org", "https://:@example.org/",
     "vbscript:x", "blob:https://example.org/1", "https://ex\u200bample.org/"],
)  # fmt: skip
def test_unsafe_and_other_addresses_are_refused(url: str) -> None:
    assert not is_web_url(url)


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        pytest.param("HTTPS://Example.ORG/Path", "https://example.org/Path", id="case"),
        pytest.param("https://example.org:443/a", "https://example.org/a", id="default port"),
        pytest.param("http://example.org:80/a", "http://example.org/a", id="default port of http"),
        pytest.param("http://example.org:8080/a", "http://example.org:8080/a", id="another port"),
        pytest.param("https://example.org/a#part", "https://example.org/a#part", id="anchor"),
        pytest.param("https://example.org/a#v1.2%20b", "https://example.org/a#v1.2%20b", id="anchor with an escape"),
        pytest.param("https://example.org/#!/news/7", "https://example.org/#!/news/7", id="address within an app"),
        pytest.param("https://example.org/a?b=c#id=7&tab=2", "https://example.org/a?b=c#id=7&tab=2", id="named anchor"),
        pytest.param("https://example.org/a#xtor=RSS-1", "https://example.org/a", id="tracking fragment"),
        pytest.param("https://example.org/a#utm_source=x&ref=rss", "https://example.org/a", id="tracking fragments"),
        pytest.param("https://example.org/a#comments", "https://example.org/a", id="comments"),
        pytest.param("https://example.org/a#:~:text=ferry", "https://example.org/a", id="text fragment"),
        pytest.param("https://example.org/a#", "https://example.org/a", id="empty fragment"),
        pytest.param("https://example.org/a#ä", "https://example.org/a#%C3%A4", id="anchor that is escaped"),
        pytest.param("https://example.org/a?utm_source=x&utm_medium=y", "https://example.org/a", id="campaign"),
        pytest.param("https://example.org/a?id=7&fbclid=x", "https://example.org/a?id=7", id="what is read stays"),
        pytest.param("https://example.org/a?b=2&a=1", "https://example.org/a?a=1&b=2", id="order"),
        pytest.param("https://example.org", "https://example.org/", id="root"),
        pytest.param("https://example.org/a/?", "https://example.org/a/", id="empty query"),
        pytest.param("https://example.org/%7Euser/%c3%a4", "https://example.org/~user/%C3%A4", id="escapes"),
        pytest.param("https://example.org/ä", "https://example.org/%C3%A4", id="letters"),
        pytest.param("https://MÜLLER.example/", "https://xn--mller-kva.example/", id="international host"),
        pytest.param("https://example.org./a", "https://example.org/a", id="host's last dot"),
        pytest.param("https://example.org/x/../a/./b", "https://example.org/a/b", id="dots in the path"),
        pytest.param("https://www.example.org/a?amp=1", "https://www.example.org/a", id="AMP parameter"),
        pytest.param("  https://example.org/a ", "https://example.org/a", id="spaces around"),
        pytest.param("https://example.org/?p=12&ref=home", "https://example.org/?p=12", id="article in the query"),
        pytest.param(
            "https://example.org/story?source=12", "https://example.org/story?source=12", id="alone, it names"
        ),
        pytest.param("file:///tmp/a.txt", "file:///tmp/a.txt", id="a file"),
    ],
)
def test_addresses_of_one_article_have_one_canonical_url(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


@pytest.mark.parametrize(
    ("url", "variant"),
    [
        pytest.param("https://m.example.org/a", "https://www.example.org/a", id="mobile variant"),
        pytest.param("https://amp.example.org/a", "https://www.example.org/a", id="AMP host"),
        pytest.param("https://www.example.org/news/a/amp/", "https://www.example.org/news/a/", id="AMP path"),
        pytest.param("https://www.example.org/amp/news/a", "https://www.example.org/news/a", id="AMP folder"),
        pytest.param("https://www.example.org/a.amp.html", "https://www.example.org/a.html", id="AMP file"),
        pytest.param("http://example.org/a", "https://www.example.org/a/", id="scheme, www, slash"),
    ],
)
def test_mobile_and_amp_variants_have_one_identity_but_keep_their_addresses(url: str, variant: str) -> None:
    assert url_identity(url) == url_identity(variant)
    assert canonical_url(url) != canonical_url(variant)


@pytest.mark.parametrize(
    "different", ["https://example.org/b", "https://example.org/a?id=2", "https://news.example.org/a"]
)
def test_different_articles_have_different_identities(different: str) -> None:
    assert url_identity("https://example.org/a?id=1") != url_identity(different)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.example.org/a", "example.org"),
        ("https://news.example.org/a", "example.org"),
        ("https://www.news.example.co.uk/x", "example.co.uk"),
        ("https://blog.example.com.au/x", "example.com.au"),
        ("https://someone.github.io/x", "someone.github.io"),
        ("https://someone.blogspot.com/x", "someone.blogspot.com"),
        ("https://someone.substack.com/p/x", "someone.substack.com"),
        ("https://www.someone.wordpress.com/x", "someone.wordpress.com"),
        ("https://wordpress.com/x", "wordpress.com"),
        ("https://news.a.me.uk/x", "a.me.uk"),
        ("https://news.a.kyoto.jp/x", "a.kyoto.jp"),
        ("https://MÜLLER.co.uk/x", "müller.co.uk"),
        ("http://127.0.0.1:8000/", "127.0.0.1"),
        ("http://localhost:80/", "localhost"),
        ("https://[2001:db8::1]/", "2001:db8::1"),
        ("nonsense", ""),
    ],
)
def test_the_domain_of_an_outlet(url: str, name: str) -> None:
    assert outlet_domain(url) == name


_URLS = st.one_of(
    st.text(),
    st.builds(
        "{}://{}{}?{}#{}".format,
        st.sampled_from(["http", "https", "HTTP"]),
        st.sampled_from(["example.org", "m.example.org", "Ä.example", "[::1]", "x:99", "amp.x.y"]),
        st.text(alphabet="/.%2fAampä~", max_size=12).map(lambda path: "/" + path),
        st.text(alphabet="a=&%20;utm_ref", max_size=14),
        st.text(max_size=3),
    ),
)


@given(_URLS)
def test_canonical_url_is_idempotent_and_never_raises(url: str) -> None:
    once = canonical_url(url)

    assert canonical_url(once) == once
    assert is_web_url(once) or not is_web_url(url.strip())
    assert isinstance(outlet_domain(url), str)


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("b", "https://a.example/x/b"),
        ("b;", "https://a.example/x/b"),
        ("/b;?q=1;", "https://a.example/b?q=1;"),
        ("b;v=2;", "https://a.example/x/b;v=2;"),
        ("b;/c#/d;", "https://a.example/x/b;/c#/d;"),
        ("//h.example/b;#c", "https://h.example/b#c"),
    ],
)
def test_a_link_is_resolved_alike_on_every_version_of_python(link: str, address: str) -> None:
    assert resolve("https://a.example/x/", link) == address


@pytest.mark.parametrize("url", ["https://example.org", "http://www.example.org/a-b/c.html", "https://e.org/?p=1&b=2"])
def test_common_addresses_are_simple(url: str) -> None:
    assert is_simple_url(url)


@given(
    st.builds(
        "https://{}{}".format, st.sampled_from(["e.org", "a.e.org", "E.org"]), st.text("aA1é./?=&#;%:@ ", max_size=5)
    )
)
def test_a_simple_address_is_unchanged_by_joining(url: str) -> None:
    joined, safe = urljoin("https://base.example/x/y?z", url), is_web_url(url)

    assert (joined == url and safe) or not is_simple_url(url)


@pytest.mark.parametrize(
    ("link", "escaped"),
    [
        pytest.param("https://example.org/a b?c=d e#f g", "https://example.org/a%20b?c=d%20e#f%20g", id="spaces"),
        pytest.param(" /a b\n", "/a%20b", id="relative"),
        pytest.param("https://example.org/\n    a", "https://example.org/a", id="a line break"),
        pytest.param("https://example.org/a\u00a0b", "https://example.org/a%C2%A0b", id="a wide space"),
        pytest.param("https://exa mple.org/a", "https://exa mple.org/a", id="a space in the host"),
        pytest.param("https://example.org/%20", "https://example.org/%20", id="escaped already"),
    ],
)
def test_spaces_in_links_are_escaped(link: str, escaped: str) -> None:
    assert escape_spaces(link) == escaped


@pytest.mark.parametrize(
    ("url", "escaped"),
    [
        ("https://a.example/1?b=2&utm_source=x#top", "https://a.example/1?b=2&utm_source=x#top"),
        ("https://bücher.example/ä?q='x'", "https://xn--bcher-kva.example/%C3%A4?q='x'"),
        ("https://a.example:8443/a|b[1]?c={d}#<e>", "https://a.example:8443/a%7Cb%5B1%5D?c=%7Bd%7D#%3Ce%3E"),
        ("https://a.example/100%?x=%41%2f", "https://a.example/100%25?x=A%2F"),
        ("https://a.example", "https://a.example"),
    ],
)
def test_an_escaped_address_is_a_uri_and_has_lost_nothing(url: str, escaped: str) -> None:
    assert escaped_url(url) == escaped
