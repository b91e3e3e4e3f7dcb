"""URLs: safety of links, canonical form, identity of articles, and the domain of an outlet. No network."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, unquote, urljoin, urlsplit

from digest.text.domains import registrable_domain
from digest.text.lazy_regex import lazy_compile

_DEFAULT_PORTS = {"http": 80, "https": 443}
#: Characters that make an address unsafe: spaces, controls, bidi and zero-width characters, backslashes.
_UNSAFE = re.compile(r"[\s\x00-\x20\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\\]")
#: Query parameters that tell where a visitor came from, and never name the article.
_TRACKING = lazy_compile(
    r"""(?:utm|pk|piwik|mtm|matomo|hsa|hs|vero|ns|oly|wt|fb|at)_\w+ | _hs\w+ | hs\w*tracking | mc_[ce]id | mkt_tok
    | fbclid | gclid | gclsrc | dclid | [wg]braid | msclkid | ya?clid | ysclid | twclid | ttclid | igshid? | li_fat_id
    | srsltid | wickedid | _ga | _gl | _openstat | cmpid | cmp_id | campaign(?:_id)? | icid | ito | ocid | ncid | smid
    | smtyp | s_cid | sref | spm | scm | xtor | wtrid | ref_(?:src|url) | referr?er | sharetype | guce?\w*(?:_\w+)?
    | __twitter_impression | outputtype | amp | ftag | ftcamp | taid | tpcc | trk(?:campaign)? | mbid | cvid | echobox
    | soc_(?:src|trk) | tsrc | traffic_source | wpsrc | wprov | action_\w+_ids | unlocked_article_code""",
    re.VERBOSE | re.IGNORECASE,
)
#: These too, unless there are no other parameters: on some sites they name the article.
_AMBIGUOUS = re.compile(r"ref|source|src|via|share|shared|partner|cmp|cid|rss|feed|mod|sh|from|origin", re.IGNORECASE)
#: Fragments that name no part of an article: its comments, its end, text that a search found.
_NO_ANCHOR = re.compile(
    r"comments?(?:[-_]?(?:area|form|section|list))?|respond|disqus_thread|livefyre|rss|feed|top|main|content|more"
    r"|more-\d+|:~:.*|\W*",
    re.IGNORECASE,
)
#: Addresses, as nearly all are, in which only the order of query parameters can vary.
_SIMPLE_URL = re.compile(r"(https?)://((?:[a-z0-9-]+\.)+[a-z0-9-]+)(/[A-Za-z0-9._~/-]*)?(?:\?([A-Za-z0-9._~/=&-]+))?")
_LINE_BREAK = re.compile(r"[\t\r\n]+\s*")
_SPACE = re.compile(r"[ \u00a0\u2000-\u200a\u202f\u3000]")
#: Scheme and host of an absolute address.
_ORIGIN = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]*")
#: A last path segment with parameters that are empty: ``/page;``.
_EMPTY_PARAMETERS = re.compile(r"\A([^?#]*/[^/?#;]*);(?=[?#]|$)")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
#: Text that is never escaped.
_UNESCAPED = re.compile(r"[A-Za-z0-9._~/-]*")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

_VARIANT_HOST = re.compile(r"^(?:www\d?|m|mobile|amp|touch)\.(?=[^.]+\.)")
_VARIANT_PATH = re.compile(r"/amp(?=/|$)|\.amp(?=\.html?$|$)")
#: Blog hosts that the Public Suffix List lacks: each subdomain is an outlet.
_BLOG_HOSTS = frozenset({
    "beehiiv.com", "blogs.com", "ghost.io", "livejournal.com", "mataroa.blog", "medium.com", "neocities.org",
    "over-blog.com", "substack.com", "tumblr.com", "typepad.com", "weebly.com", "wordpress.com",
})  # fmt: skip


class _Address(NamedTuple):
    """Parts of a web address that is safe to link to."""

    scheme: str
    host: str
    #: None for the scheme's default.
    port: int | None
    path: str
    query: str
    fragment: str = ""

    @property
    def authority(self) -> str:
        """The host in ASCII, with the port unless it is the default."""
        host = self.host.rstrip(".")
        if not host.isascii():
            host = _in_ascii(host)
        host = f"[{host}]" if ":" in host else host
        return host if self.port is None else f"{host}:{self.port}"


def is_web_url(url: str) -> bool:
    """Is it an absolute http or https address that may be linked to: no credentials, no spaces or controls?"""
    return _parts(url) is not None


def is_simple_url(url: str) -> bool:
    """Is it a web address in canonical spelling, apart from its query?"""
    return _SIMPLE_URL.fullmatch(url) is not None


def escape_spaces(url: str) -> str:
    """Escape spaces within a link and remove line breaks, as browsers do; a link with a space in its host stays unsafe.

    All other characters that a link can't have are escaped by ``canonical_url``.
    """
    url = _LINE_BREAK.sub("", url.strip())
    start = _ORIGIN.match(url)
    end = start.end() if start else 0
    return url[:end] + _SPACE.sub(lambda space: quote(space[0]), url[end:])


def escaped_url(url: str) -> str:
    """The web address in ASCII, every character escaped that a URI can't have (RFC 3986); nothing is removed."""
    if _SIMPLE_URL.fullmatch(url) or (parts := _parts(url)) is None:
        return url
    path = _normalize_escapes(parts.path, safe="/%:@!$&'()*+,;=") or "/"
    query = _normalize_escapes(parts.query, safe="/%:@!$&'()*+,;=?")
    fragment = _normalize_escapes(parts.fragment, safe="/%:@!$&'()*+,;=?")
    return f"{parts.scheme}://{parts.authority}{path}{_query_suffix(query)}{f'#{fragment}' if fragment else ''}"


@lru_cache(maxsize=1024)
def resolve(base: str, href: str) -> str:
    """``urljoin`` without empty parameters (``/page;``). Raises ``ValueError`` for a malformed address.

    Only Python 3.14 keeps them: an article must have the same address, hence the same id, on every version.
    """
    return _EMPTY_PARAMETERS.sub(r"\1", urljoin(base, href), count=1)


def canonical_url(url: str) -> str:
    """Normalize an address and remove tracking parameters; other text than a web address is only trimmed.

    An anchor stays, except for those that track or lead to comments.
    """
    parts = _parts(url.strip())
    if parts is None:
        return url.strip()
    path = _normalize_escapes(_remove_dot_segments(parts.path), safe="/%:@!$&'()*+,;=") or "/"
    query, anchor = _query_suffix(_normalize_query(parts.query)), _anchor(parts.fragment)
    return f"{parts.scheme}://{parts.authority}{path}{query}{f'#{anchor}' if anchor else ''}"


def url_identity(url: str) -> str:
    """Return a key that exact duplicates share: the addresses of one article, mobile and AMP variants too.

    It is no link, and knows no anchors.
    """
    parts = _parts(canonical_url(url))
    if parts is None:
        return url.strip()
    host = _VARIANT_HOST.sub("", parts.authority)
    path = _VARIANT_PATH.sub("", parts.path).rstrip("/")
    return f"//{host}{path}{_query_suffix(parts.query)}"


@lru_cache(maxsize=4096)
def outlet_domain(url: str) -> str:
    """Return the domain of an outlet, or empty: ``https://www.news.example.co.uk/x`` → ``example.co.uk``."""
    parts = _parts(url.strip())
    if parts is None:
        return ""
    host = parts.host.rstrip(".")
    domain = registrable_domain(host)
    return ".".join(host.split(".")[-3:]) if domain in _BLOG_HOSTS else domain


@lru_cache(maxsize=1024)
def _parts(url: str) -> _Address | None:
    """Split an address; None if it isn't safe to link to."""
    if match := _SIMPLE_URL.fullmatch(url):
        return _Address(match[1], match[2], None, match[3] or "", match[4] or "")
    if _UNSAFE.search(url):
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not host.strip(".") or "@" in parts.netloc or port == 0:
        return None
    port = None if port == _DEFAULT_PORTS[parts.scheme] else port
    return _Address(parts.scheme, host, port, parts.path, parts.query, parts.fragment)


def _in_ascii(host: str) -> str:
    import idna  # only for international names

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        return quote(host)


def _remove_dot_segments(path: str) -> str:
    """Remove dot segments (RFC 3986, section 5.2.4): ``/x/../a/./b`` → ``/a/b``."""
    if "/." not in path:
        return path
    segments: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            segments = segments[:-1]
        elif segment != ".":
            segments.append(segment)
    slash = "/" if path.endswith(("/.", "/..")) and segments and segments[-1] else ""
    return "/" + "/".join(segments) + slash


def _normalize_escapes(text: str, *, safe: str) -> str:
    """Escape only the characters that must be, with capitals (RFC 3986, section 6.2.2)."""
    if _UNESCAPED.fullmatch(text):
        return text

    def normal(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if character in _UNRESERVED else match.group().upper()

    return quote(_ESCAPE.sub(normal, re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)), safe=safe)


def _normalize_query(query: str) -> str:
    if not query:
        return ""
    pairs = [(unquote(pair.split("=", 1)[0]), pair) for pair in query.split("&") if pair]
    pairs = [(name, pair) for name, pair in pairs if not _TRACKING.fullmatch(name)]
    unambiguous = [(name, pair) for name, pair in pairs if not _AMBIGUOUS.fullmatch(name)]
    return "&".join(sorted(_normalize_escapes(pair, safe="/%:@!$'()*+,;=?") for _, pair in unambiguous or pairs))


def anchor_of(url: str) -> str:
    """The anchor that the address's canonical form has; empty if it has none."""
    return canonical_url(url).partition("#")[2] if "#" in url else ""


def _anchor(fragment: str) -> str:
    if not fragment or _NO_ANCHOR.fullmatch(fragment):
        return ""
    pairs = fragment.split("&")
    names = [unquote(pair.partition("=")[0]) for pair in pairs if "=" in pair]
    if len(names) == len(pairs) and all(_TRACKING.fullmatch(name) or _AMBIGUOUS.fullmatch(name) for name in names):
        return ""
    return _normalize_escapes(fragment, safe="/%:@!$&'()*+,;=?")


def _query_suffix(query: str) -> str:
    return f"?{query}" if query else ""
