"""Addresses: which are safe to link to, and which two are the same article."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

_CONTROL = re.compile(r"[\s\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\\]")
_PORTS = {"http": 80, "https": 443}
#: Query parameters that say where a reader came from, never what is read.
_TRACKING = re.compile(
    r"""^(?:utm_\w+|at_(?:medium|campaign|custom\d|link\w*|format|ptr_name|bbc_team)|pk_\w+|piwik_\w+|mtm_\w+|matomo_\w+
    |hsa_\w+|_hs\w+|hs\w*tracking|mc_[ce]id|mkt_tok|vero_\w+|oly_\w+_id|ns_\w+|__twitter_impression
    |fbclid|gclid|gclsrc|dclid|wbraid|gbraid|msclkid|yclid|ysclid|twclid|ttclid|igshid|igsh|li_fat_id|srsltid|wickedid
    |_ga|_gl|_openstat|cmpid|cmp|cmp_id|campaign_id|icid|ito|ocid|ncid|smid|smtyp|s_cid|sref|spm|scm|rss|feed
    |cid|ref|ref_src|ref_url|referrer|referer|source|src|via|share|shared|sharetype|xtor|wt_\w+|wtrid|partner
    |guccounter|guce_referrer\w*|outputtype|amp|ftag|ftcamp|taid|tpcc|trk|trkcampaign|mod|mbid|sh|unlocked_article_code
    |fb_\w+|action_\w+_ids|cvid|echobox|soc_src|soc_trk|tsrc|traffic_source|wpsrc|wprov)$""",
    re.VERBOSE | re.IGNORECASE,
)
#: Those of them that name the article itself on some sites, where they are alone.
_AMBIGUOUS = frozenset({"cid", "ref", "source", "src", "share", "feed", "mod", "sh", "via", "partner", "cmp", "rss"})


def is_web(url: str) -> bool:
    """Is it an absolute http or https address that may be linked to: no credentials, no spaces or controls?"""
    parts = _split(url)
    return parts is not None and parts.username is None and parts.password is None


def _split(url: str) -> SplitResult | None:
    if _CONTROL.search(url):
        return None
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  # raises where the port is no number
    except ValueError:
        return None
    if parts.scheme.lower() not in _PORTS or not parts.hostname:
        return None
    return parts


def canonical(url: str) -> str:
    """The address without what doesn't tell articles apart; as given (trimmed) where it is no web address."""
    parts = _split(url.strip())
    if parts is None or not is_web(url.strip()):
        return url.strip()
    host = (parts.hostname or "").rstrip(".")
    port = "" if parts.port in {None, _PORTS[parts.scheme.lower()]} else f":{parts.port}"
    return urlunsplit((parts.scheme.lower(), host + port, parts.path or "/", _query(parts.query), ""))


def _query(query: str) -> str:
    kept = [pair for pair in query.split("&") if pair and not _TRACKING.match(unquote(pair.split("=", 1)[0]))]
    return "&".join(sorted(kept))


def domain(url: str) -> str:
    """The name an outlet is known by: ``https://www.news.example.co.uk/x`` → ``example.co.uk``, or empty."""
    parts = _split(url.strip())
    return "" if parts is None else (parts.hostname or "").rstrip(".").removeprefix("www.")
