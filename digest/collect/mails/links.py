"""Links of a mail without anything that names its reader: what can't be cleaned is no link. Pure, no network."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from digest.collect.mails.opaque import MAX_OPAQUE, opaque_length
from digest.collect.mails.public_ids import is_shortener, public_address
from digest.collect.mails.redirects import MAX_LENGTH, MAX_REDIRECTS, is_redirect_refused, redirect_target
from digest.text.domains import registrable_domain
from digest.text.lazy_regex import lazy_compile
from digest.text.urls import canonical_url, escape_spaces, is_web_url

#: Parameters that name an article or a part of it on many sites; their values must be words or numbers. Beside a path
#: that names the article only those of the first row count.
_PART_OF_ARTICLE = lazy_compile(r"p|page|paged|lang|language|hl|locale|edition|view|tab", re.IGNORECASE)
_CONTENT = lazy_compile(
    r"p|page|paged|lang|language|hl|locale|edition|view|tab"
    r"|v|q|id|page_id|post|post_?id|story|story_?id|article|article_?id|nid|news_?id|aid|item|item_?id|doc|doc_?id|topic"
    r"|category|cat|tags?|list|t|start|year|month|date|day|isbn|doi|name|title|section|format|sort|issue|number|nr|vol"
    r"|volume|episode|ep|search|query|type|order|author|abstract_id|num|seite|artikel|idarticle",
    re.IGNORECASE,
)
#: Parameters that name the reader, or serve them alone; no page is another one without them.
_PERSONAL = lazy_compile(
    r"e|r|uid|user_?id|sub_?id|subscriber\w*|member_?id|contact_?\w*|recipient\w*|e?-?mail\w*|token\w*|\w*_token"
    r"|api_?key|sig|signature|auth\w*|session\w*|login|otp|jwt\w*|nonce|pw|password|ck_subscriber_id|isfreemail"
    r"|triedredirect|mcid|ml_subscriber\w*|_?bhlid|lctg|cndid|bxid|esrc|hash[abc]?|inf_contact_key|__s|vgo_ee|oly_\w+"
    r"|elq\w*|sfmc\w*|et_\w+|dm_i|trk_\w+|midtoken|otptoken|trkemail|eml|rcpt|gift|accesskey|secret|unlock\w*"
    r"|credential\w*|publication_id|showwelcome\w*|\w*campaign\w*|\w*source\w*|\w*medium|_branch\w*|tracking\w*|itm_\w+"
    r"|ref|referr?al\w*|src|via|share\w*|partner|from|origin|cmp|mod|rss|feed",
    re.IGNORECASE,
)
#: Segments of paths whose pages are the reader's own, or do something: never an article.
_ACTIONS = lazy_compile(
    r"un-?subscribe\w*|subscribe|opt-?out|opt-?in|log-?in|sign-?in|sign-?up|log-?out|magic(?:-?link)?|verify|confirm\w*"
    r"|activate|auth|oauth\d?|sso|account|my-?account|preferences?|manage\w*|settings|profile-center|email-?preferences?"
    r"|subscription(?:s|-center)?|view(?:-?in-?browser|email|message\w*)|web-?version|forward(?:-to-a-friend)?|ftaf"
    r"|refer(?:ral)?s?|invite|redeem|gift|checkout|disable_email|app-link|emailpref\w*|abmelden|abbestellen|anmelden"
    r"|desabonnement|d[ée]sinscri\w+|cancelar?|baja|disiscriv\w+|afmelden|uitschrijven|password|reset|track(?:ing)?|click"
    r"|clicks|lnk|wf|open|beacon|pixel",
    re.IGNORECASE,
)
#: Services whose redirects have a number instead of the page's address.
_TRACKERS = lazy_compile(
    r"(?:.+\.)?(?:list-manage\d?\.com|sendgrid\.net|mjt\.lu|cmail\d+\.com|createsend\d?\.com|rs6\.net|hubspotlinks\.com"
    r"|hubspotemail\.net|sidekickopen\d*\.com|klclick\d?\.com|exct\.net|mandrillapp\.com|convertkit-mail\d?\.com"
    r"|mailerlite\.com|mlsend\d?\.com|sendibt\d\.com|sendibm\d\.com|customeriomail\.com|awstrack\.me|mailgun\.org|emltrk\.com"
    r"|safelinks\.protection\.outlook\.com|mimecast\.com|pstmrk\.it|e2ma\.net|aweber\.com|getresponse\.com|acemlna\w*\.com"
    r"|activehosted\.com|infusionsoft\.com|constantcontact\.com|icptrack\.com|benchmarkemail\.com|cheetahmail\.com)"
    r"|link\.mail\.beehiiv\.com|email\.mg[\w-]*\.substack\.com|links\.iterable\.com|(?:ablink|elink)\w*\..+",
    re.IGNORECASE,
)
#: Words of a path's last segment, from which the path alone names an article, whatever the parameters are.
_MIN_SLUG_WORDS = 3
#: Parameters of a link that are read; further ones are dropped.
_MAX_PARAMETERS = 30
_HOST = lazy_compile(r"[\w.-]+|\[[0-9a-f:.]+\]")
_ANCHOR = lazy_compile(r"[A-Za-z][A-Za-z0-9_:.-]{0,60}")
_SUBSTACK_APP = lazy_compile(r"/pub/([a-z0-9-]+)(/p/[\w-]+)")
_NUMBER = lazy_compile(r"\d+")
#: Characters of an identifier of the reader, at least: a shorter one stands in addresses by chance.
_MIN_IDENTIFIER = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """The reader of a mail: no link may name them."""

    #: The addresses, their hashes and encodings, and identifiers that the mail's own headers have, in lower case.
    identifiers: frozenset[str] = field(default=frozenset(), repr=False)

    @classmethod
    def of(cls, addresses: Iterable[str], unsubscribe_links: Iterable[str] = ()) -> Reader:
        """A reader by the addresses that the mail was sent to, and by its links to unsubscribe."""
        names = {name for address in addresses for name in _spellings(address.strip())}
        names |= {name for link in unsubscribe_links for name in _identifiers(link)}
        return cls(identifiers=frozenset(name for name in names if len(name) >= _MIN_IDENTIFIER))

    def is_named_by(self, text: str) -> bool:
        """Whether the text has one of the reader's identifiers, in any spelling."""
        spellings = {text.lower(), unquote(text, errors="replace").lower()}
        numbers = set(_NUMBER.findall(text))
        return any(
            name in numbers if name.isdigit() else any(name in spelling for spelling in spellings)
            for name in self.identifiers
        )


def clean_link(url: str, reader: Reader | None = None) -> str:
    """The address of the page without redirects, tracking, and anything that may name a reader; else empty."""
    url = escape_spaces(url[: MAX_LENGTH + 1])
    for _ in range(MAX_REDIRECTS):
        if len(url) > MAX_LENGTH or is_redirect_refused(url):
            return ""
        if not (target := redirect_target(url)):
            break
        url = escape_spaces(target)
    else:
        return ""
    cleaned = _without_personal_parts(url)
    if (
        not cleaned
        or "%" in urlsplit(cleaned).netloc
        or redirect_target(cleaned)
        or (reader and reader.is_named_by(cleaned))
    ):
        return ""
    return cleaned


@lru_cache(maxsize=2048)
def _without_personal_parts(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        parts = parts._replace(netloc=parts.netloc.rpartition("@")[2])  # a name and password
    except ValueError:
        return ""
    parts = _at_own_site(parts, host)
    host = (parts.hostname or "").lower()
    if not is_web_url(parts.geturl()) or not _HOST.fullmatch(host) or _TRACKERS.fullmatch(host):
        return ""
    if known := public_address(parts):
        return canonical_url(known.geturl())
    if is_shortener(host):
        return ""
    segments = [segment for segment in parts.path.split("/") if segment]
    if any(_ACTIONS.fullmatch(unquote(segment)) for segment in segments):
        return ""
    if opaque_length(_subdomains(host)) + opaque_length(parts.path) > MAX_OPAQUE:
        return ""
    query = _clean_query(parts.query, segments)
    if query is None:
        return ""
    return canonical_url(parts._replace(query=query, fragment=_clean_fragment(parts.fragment)).geturl())


def _subdomains(host: str) -> str:
    """The labels below the domain that somebody registered."""
    return host.removesuffix(registrable_domain(host))


def _at_own_site(parts: SplitResult, host: str) -> SplitResult:
    """The public address of a page that the link shows in an app: Substack's, and LinkedIn's for mails."""
    if host == "open.substack.com" and (match := _SUBSTACK_APP.fullmatch(parts.path)):
        return parts._replace(netloc=f"{match[1]}.substack.com", path=match[2], query="")
    if host.endswith("linkedin.com") and parts.path.startswith("/comm/"):
        return parts._replace(path=parts.path.removeprefix("/comm"), query="")
    return parts


def _has_title(segments: list[str]) -> bool:
    """Does the path's last segment consist of a title's words?"""
    last = unquote(segments[-1], errors="replace") if segments else ""
    words = [word for word in re.split(r"[-_.+ ]", last) if len(word) > 1 and not word.isdigit()]
    return len(words) >= _MIN_SLUG_WORDS


def _clean_query(query: str, segments: list[str]) -> str | None:
    """The parameters that name the article; None if it can't be told whether one names the article or the reader."""
    cleaned = canonical_url(f"https://x.example/?{query}").partition("?")[2] if query else ""
    has_title = _has_title(segments)
    content = _PART_OF_ARTICLE if has_title else _CONTENT
    kept: list[str] = []
    opaque = 0
    for pair in filter(None, cleaned.split("&")[:_MAX_PARAMETERS]):
        name, _, value = pair.partition("=")
        if _PERSONAL.fullmatch(unquote(name)):
            continue
        opaque += opaque_length(value)
        if content.fullmatch(unquote(name)) and opaque <= MAX_OPAQUE:
            kept.append(pair)
        elif not has_title:
            return None
    return "&".join(kept)


def _clean_fragment(fragment: str) -> str:
    """The anchor, if it consists of words."""
    return fragment if _ANCHOR.fullmatch(fragment) and not opaque_length(fragment) else ""


# --- the reader's identifiers ------------------------------------------------------------------------------------


def _spellings(address: str) -> Iterable[str]:
    """The address in the spellings and hashes by which links name it."""
    if "@" not in address:
        return
    for spelling in {address, address.lower()}:
        data = spelling.encode(errors="replace")
        yield spelling.lower()
        yield quote(spelling, safe="").lower()
        yield base64.b64encode(data).decode().rstrip("=").lower()
        yield base64.urlsafe_b64encode(data).decode().rstrip("=").lower()
        yield data.hex()
        yield from (hashlib.new(name, data, usedforsecurity=False).hexdigest() for name in ("md5", "sha1", "sha256"))
    local, _, domain = address.lower().rpartition("@")
    yield f"{local}={domain}"  # as VERP writes it


def _identifiers(link: str) -> Iterable[str]:
    """Values of a link to unsubscribe that are no words: numbers, codes, addresses."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return
    # Mailchimp's "u" and "id" name the list, and stand in the address of its archive.
    values = [value for name, value in parse_qsl(parts.query, errors="replace") if name not in {"u", "id"}]
    for value in (*values, *parts.path.split("/")):
        if value.isdigit() or opaque_length(value):
            yield value.lower()
