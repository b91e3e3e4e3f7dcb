"""Sites whose public addresses have ids that look like a reader's: the shapes of their paths and queries. Pure."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qsl, urlencode

from digest.collect.mails.opaque import MAX_OPAQUE, opaque_length

_UUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
#: Codes of shorteners: each stands for a page, and is one for all readers.
_SHORTENERS = (
    r"bit\.ly|t\.co|buff\.ly|ow\.ly|tinyurl\.com|lnkd\.in|trib\.al|dlvr\.it|nyti\.ms|wapo\.st|bbc\.in|reut\.rs"
    r"|on\.ft\.com|econ\.st|on\.wsj\.com|g\.co|goo\.gl|is\.gd|ift\.tt|fb\.me|amzn\.to|hubs\.ly|eepurl\.com"
    r"|redd\.it|tmblr\.co|politi\.co|cnn\.it|n\.pr|bloom\.bg|cutt\.ly|rb\.gy|t\.ly|wp\.me"
)
_SHORTENER = re.compile(rf"(?:www\.)?(?:{_SHORTENERS})")
#: Host (with its subdomains); path, with the site's id in brackets; parameters that stay, with the shapes of their
#: values. All that is not in the brackets must be readable.
_SHAPES = tuple(
    (re.compile(rf"(?:[\w-]+\.)*(?:{host})"), re.compile(path), parameters)
    for host, path, parameters in (
        (r"youtube\.com", r"/watch", {"v": r"[\w-]{11}", "t": r"\d{1,6}s?"}),
        (r"youtube\.com", r"/(?:shorts|live|embed)/([\w-]{11})", {}),
        (r"youtube\.com", r"/channel/(UC[\w-]{22})", {}),
        (r"youtu\.be", r"/([\w-]{11})", {"t": r"\d{1,6}s?"}),
        (r"twitter\.com|x\.com", r"/(\w{1,15}/status/\d{5,20})", {}),
        (r"bsky\.app", r"/profile/[\w.-]{3,80}/post/([a-z0-9]{13})", {}),
        (r"[\w-]+\.[\w-]+", r"/@\w{1,30}(?:@[\w.-]+)?/(\d{17,19})", {}),  # Mastodon
        (r"threads\.(?:net|com)|instagram\.com", r"/(?:@[\w.]+/)?(?:p|post|reel)/([\w-]{11})/?", {}),
        (r"linkedin\.com", r"/posts/[\w-]+-(activity-\d{19}-[\w-]{4})/?", {}),
        (r"linkedin\.com", r"/feed/update/urn:li:activity:(\d{19})/?", {}),
        (r"reddit\.com", r"/r/\w+/comments/([a-z0-9]{5,8})(?:/\w*)?/?", {}),
        (r"github\.com|gitlab\.com|codeberg\.org", r"/[\w.-]+/[\w.-]+/(?:-/)?commit/([0-9a-f]{7,40})", {}),
        (r"gist\.github\.com", r"/[\w-]+/([0-9a-f]{20,32})", {}),
        (r"open\.spotify\.com", r"/(?:episode|show|track|album|playlist)/([A-Za-z0-9]{22})", {}),
        (r"podcasts\.apple\.com", r"/[\w/%-]+/id(\d+)", {"i": r"\d{5,15}"}),
        (r"apple\.news", r"/(A[\w-]{21,23})", {}),
        (r"ft\.com", rf"/content/({_UUID})", {}),
        (r"apnews\.com", r"/(?:article/)?(?:[a-z0-9-]+-)?([0-9a-f]{32})", {}),
        (r"axios\.com", rf"/[\w/-]*-({_UUID})(?:\.html)?", {}),
        (r"spiegel\.de|manager-magazin\.de", rf"/[\w/-]*-a-({_UUID})", {}),
        (r"corriere\.it", rf"/[\w/-]+_({_UUID})\.shtml", {}),
        (r"washingtonpost\.com", rf"/[\w/-]+/\d{{4}}/\d\d/\d\d/({_UUID})_story\.html", {}),
        (r"bbc\.(?:com|co\.uk)", r"/(?:\w+/)+(?:articles|live|videos)/(c[a-z0-9]{10,11}o?)", {}),
        (r"reuters\.com", r"/[\w/-]+[/-](id[A-Z0-9]{8,14})", {}),
        (r"msn\.com", r"/[\w/-]+/ar-([A-Za-z0-9]{6,10})", {}),
        (r"bloomberg\.com", r"/news/articles/[\d-]{10}/([A-Z0-9]{14,16})", {}),
        (r"liberation\.fr", r"/[\w/-]+_([A-Z0-9]{26})/?", {}),
        (r"medium\.com|towardsdatascience\.com|uxdesign\.cc", r"/(?:@?[\w.-]+/)?[a-z0-9-]+-([0-9a-f]{10,12})", {}),
        (r"doi\.org", r"/10\.\d{4,9}/([\w.()-]{4,40})", {}),
        (r"arxiv\.org", r"/(?:abs|pdf)/(\d{4}\.\d{5}(?:v\d)?)", {}),
        (r"amazon\.[a-z.]{2,6}", r"/(?:[\w%-]+/)?(?:dp|gp/product)/([A-Z0-9]{10})/?", {}),
        (r"mailchi\.mp", r"/(?:([0-9a-f]{12})/)?[\w-]{3,100}", {}),
        # Mailchimp's archive: the ids of the list and of the campaign.
        (r"campaign-archive\d?\.com", r"/", {"u": r"[0-9a-f]{25}", "id": r"[0-9a-f]{10}"}),
        (_SHORTENERS, r"/([\w-]{2,10})", {}),
        # Pictures on the servers of newsletter services.
        (r"substack-post-media\.s3\.amazonaws\.com", rf"/public/images/({_UUID}_\d+x\d+\.\w{{3,4}})", {}),
        (
            r"mcusercontent\.com|gallery\.mailchimp\.com",
            rf"/([0-9a-f]{{25}}/(?:_compresseds/|images/)+{_UUID}\.\w+)",
            {},
        ),
        (r"media\.beehiiv\.com", rf"/cdn-cgi/image/[\w=,]+/uploads/asset/file/({_UUID}/[\w.-]{{1,60}})", {}),
    )
)  # fmt: skip


def is_shortener(host: str) -> bool:
    """Whether all addresses of the host are codes."""
    return _SHORTENER.fullmatch(host) is not None


def public_address(parts: SplitResult) -> SplitResult | None:
    """The address with only its public parameters, if its site is known to have such; else None."""
    host = (parts.hostname or "").lower()
    for host_shape, path, parameters in _SHAPES:
        match = path.fullmatch(parts.path) if host_shape.fullmatch(host) else None
        if match is None:
            continue
        identifier = match[1] if path.groups else None
        others = parts.path.replace(identifier, "", 1) if identifier else parts.path
        pairs = [
            (name, value)
            for name, value in parse_qsl(parts.query, errors="replace")
            if name in parameters and re.fullmatch(parameters[name], value)
        ]
        is_complete = bool(identifier) or not parameters or len(pairs) >= 1
        if is_complete and opaque_length(others) <= MAX_OPAQUE:
            return parts._replace(query=urlencode(pairs), fragment="")
    return None
