"""Addresses: which are safe to link to, and which two are the same article. Not: what a host is, or what it says."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

from digest.text.pattern import pattern

_PORTS = {"http": 80, "https": 443}
#: What no honest address holds: spaces, controls, bidi and zero-width letters, backslashes.
_NEVER = re.compile(r"[\s\x00-\x20\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\\]")
#: Query parameters that say where a reader came from, never what is read.
_TRACKING = pattern(
    r"""(?:utm|pk|piwik|mtm|matomo|hsa|hs|vero|ns|oly|wt|fb|at)_\w+ | _hs\w+ | hs\w*tracking | mc_[ce]id | mkt_tok
    | fbclid | gclid | gclsrc | dclid | [wg]braid | msclkid | ya?clid | ysclid | twclid | ttclid | igshid? | li_fat_id
    | srsltid | wickedid | _ga | _gl | _openstat | cmpid | cmp_id | campaign(?:_id)? | icid | ito | ocid | ncid | smid
    | smtyp | s_cid | sref | spm | scm | xtor | wtrid | ref_(?:src|url) | referr?er | sharetype | guce?\w*(?:_\w+)?
    | __twitter_impression | outputtype | amp | ftag | ftcamp | taid | tpcc | trk(?:campaign)? | mbid | cvid | echobox
    | soc_(?:src|trk) | tsrc | traffic_source | wpsrc | wprov | action_\w+_ids | unlocked_article_code""",
    re.VERBOSE | re.IGNORECASE,
)
#: These as well, unless they are all there is: on some sites they name the article.
_AMBIGUOUS = re.compile(r"ref|source|src|via|share|shared|partner|cmp|cid|rss|feed|mod|sh|from|origin", re.IGNORECASE)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
#: What stands as it is wherever it stands.
_PLAIN = re.compile(r"[A-Za-z0-9._~/-]*")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

_TWIN_HOST = re.compile(r"^(?:www\d?|m|mobile|amp|touch)\.(?=[^.]+\.)")
_TWIN_PATH = re.compile(r"/amp(?=/|$)|\.amp(?=\.html?$|$)")
#: Second labels under a country that are no outlet's name, and hosts whose every subdomain is another outlet.
_SECOND = frozenset(
    {"ac", "co", "com", "edu", "gob", "gov", "govt", "gouv", "ne", "net", "nom", "or", "org", "go", "in"}
)
_SHARED = frozenset({
    "blogspot.com", "wordpress.com", "substack.com", "github.io", "gitlab.io", "tumblr.com", "medium.com", "ghost.io",
    "netlify.app", "pages.dev", "vercel.app", "web.app", "livejournal.com", "over-blog.com", "blogs.com", "typepad.com",
    "hatenablog.com", "beehiiv.com", "bearblog.dev", "neocities.org", "weebly.com", "wixsite.com", "mataroa.blog",
})  # fmt: skip


def is_web(url: str) -> bool:
    """Is it an absolute http or https address that may be linked to: no credentials, no spaces or controls?"""
    return _split(url) is not None


@lru_cache(maxsize=1024)
def canonical(url: str) -> str:
    """The address without what doesn't tell articles apart; as given (trimmed) where it is no web address."""
    parts = _split(url.strip())
    if parts is None:
        return url.strip()
    path = _escaped(_without_dots(parts.path), keep="/%:@!$&'()*+,;=") or "/"
    return urlunsplit((parts.scheme.lower(), _host(parts), path, _query(parts.query), ""))


def identity(url: str) -> str:
    """What two addresses of one article share, their mobile and AMP twins as well. Compare it; never link to it."""
    parts = _split(canonical(url))
    if parts is None:
        return url.strip()
    host = _TWIN_HOST.sub("", parts.netloc)
    path = _TWIN_PATH.sub("", parts.path).rstrip("/")
    return urlunsplit(("", host, path, parts.query, ""))


@lru_cache(maxsize=4096)
def domain(url: str) -> str:
    """The name that an outlet is known by, or empty: ``https://www.news.example.co.uk/x`` → ``example.co.uk``."""
    parts = _split(url.strip())
    if parts is None or parts.hostname is None:
        return ""
    host = parts.hostname.rstrip(".")
    labels = host.split(".")
    if ":" in host or labels[-1].isdigit() or len(labels) < 3:
        return host
    deep = ".".join(labels[-2:]) in _SHARED or (len(labels[-1]) == 2 and labels[-2] in _SECOND)
    return ".".join(labels[-3:] if deep else labels[-2:])


@lru_cache(maxsize=1024)
def _split(url: str) -> SplitResult | None:
    """The parts of a web address that is safe to link to."""
    if _NEVER.search(url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    web = parts.scheme.lower() in _PORTS and bool(parts.hostname) and "@" not in parts.netloc
    return parts if web and port != 0 and (parts.hostname or "").strip(".") else None


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if not host.isascii():
        import idna  # only international names need it

        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError:
            host = quote(host)
    host = f"[{host}]" if ":" in host else host
    return host if parts.port in {None, _PORTS[parts.scheme.lower()]} else f"{host}:{parts.port}"


def _without_dots(path: str) -> str:
    """RFC 3986, section 5.2.4: ``/x/../a/./b`` → ``/a/b``."""
    if "/." not in path:
        return path
    kept: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    slash = "/" if path.endswith(("/.", "/..")) and kept and kept[-1] else ""
    return "/" + "/".join(kept) + slash


def _escaped(text: str, *, keep: str) -> str:
    """Every letter escaped that must be, none that needn't; escapes in capitals (RFC 3986, section 6.2.2)."""

    if _PLAIN.fullmatch(text):
        return text

    def normal(match: re.Match[str]) -> str:
        letter = chr(int(match[1], 16))
        return letter if letter in _UNRESERVED else match.group().upper()

    return quote(_ESCAPE.sub(normal, re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)), safe=keep)


def _query(query: str) -> str:
    pairs = [(unquote(pair.split("=", 1)[0]), pair) for pair in query.split("&") if pair]
    pairs = [(name, pair) for name, pair in pairs if not _TRACKING.fullmatch(name)]
    named = [(name, pair) for name, pair in pairs if not _AMBIGUOUS.fullmatch(name)]
    return "&".join(sorted(_escaped(pair, keep="/%:@!$'()*+,;=?") for _, pair in named or pairs))
