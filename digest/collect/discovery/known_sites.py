"""Large sites whose feeds follow from a page's address. Pure."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

_VIDEOS = "https://www.youtube.com/feeds/videos.xml"
_REPOSITORY = r"/([\w.-]+/[\w.-]+?)(?:\.git)?"
#: Host, path, and the feed's address.
_KNOWN = tuple(
    (re.compile(host), re.compile(path), feed)
    for host, path, feed in (
        (r"(?:www\.|m\.)?youtube\.com", r"/channel/(UC[\w-]{22})(?:/.*)?", f"{_VIDEOS}?channel_id={{}}"),
        (r"(?:www\.|m\.)?youtube\.com", r"/user/([\w-]+)(?:/.*)?", f"{_VIDEOS}?user={{}}"),
        (r"github\.com", _REPOSITORY + r"(?:/releases)?/?", "https://github.com/{}/releases.atom"),
        (r"github\.com", _REPOSITORY + r"/tags/?", "https://github.com/{}/tags.atom"),
        (r"github\.com", _REPOSITORY + r"/commits/?", "https://github.com/{}/commits.atom"),
        (r"github\.com", r"/([\w.-]+/[\w.-]+/commits/[\w./-]+?)/?", "https://github.com/{}.atom"),
        (r"github\.com", r"/([\w-]+)/?", "https://github.com/{}.atom"),
        (r"medium\.com", r"/(@?[\w-]+)/?", "https://medium.com/feed/{}"),
        (r"(?:www\.)?arxiv\.org", r"/list/([\w.-]+)/\w+/?", "https://rss.arxiv.org/rss/{}"),
    )
)
_REDDIT = re.compile(r"(?:www\.|old\.|new\.|np\.|m\.)?reddit\.com")
_SUBREDDIT = re.compile(r"/(?:r|u|user)/[\w+-]+(?:/(?:m/\w+|new|hot|top|rising|controversial|submitted|comments))?/?")


def known_site_feed(url: str) -> str:
    """The feed of a page on one of the large sites, told from its address alone; empty elsewhere."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    if re.fullmatch(r"(?:www\.|m\.)?youtube\.com", host) and parts.path == "/playlist":
        listed = parse_qs(parts.query).get("list", [""])[0]
        return f"{_VIDEOS}?playlist_id={listed}" if re.fullmatch(r"[\w-]+", listed) else ""
    if _REDDIT.fullmatch(host) and _SUBREDDIT.fullmatch(parts.path):
        # The order asked for stays asked for: "top" of the week, say.
        query = f"?{parts.query}" if re.fullmatch(r"[\w=&]+", parts.query) else ""
        return f"https://www.reddit.com{parts.path.rstrip('/')}/.rss{query}"
    for known, path, feed in _KNOWN:
        match = path.fullmatch(parts.path)
        if match and known.fullmatch(host) and not parts.query:
            return feed.format(match[1])
    return ""
