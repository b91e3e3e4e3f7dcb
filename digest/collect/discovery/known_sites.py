"""Feeds of large sites, derived from a page's address. Pure."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

_YOUTUBE_FEED = "https://www.youtube.com/feeds/videos.xml"
_GITHUB_REPOSITORY = r"/([\w.-]+/[\w.-]+?)(?:\.git)?"
#: Host pattern, path pattern, and the feed's address.
_SITES = tuple(
    (re.compile(host), re.compile(path), feed)
    for host, path, feed in (
        (r"(?:www\.|m\.)?youtube\.com", r"/channel/(UC[\w-]{22})(?:/.*)?", f"{_YOUTUBE_FEED}?channel_id={{}}"),
        (r"(?:www\.|m\.)?youtube\.com", r"/user/([\w-]+)(?:/.*)?", f"{_YOUTUBE_FEED}?user={{}}"),
        (r"github\.com", _GITHUB_REPOSITORY + r"(?:/releases)?/?", "https://github.com/{}/releases.atom"),
        (r"github\.com", _GITHUB_REPOSITORY + r"/tags/?", "https://github.com/{}/tags.atom"),
        (r"github\.com", _GITHUB_REPOSITORY + r"/commits/?", "https://github.com/{}/commits.atom"),
        (r"github\.com", r"/([\w.-]+/[\w.-]+/commits/[\w./-]+?)/?", "https://github.com/{}.atom"),
        (r"github\.com", r"/([\w-]+)/?", "https://github.com/{}.atom"),
        (
            r"medium\.com",
            r"/(@?[\w.-]+|tag/[\w-]+)/?(?:/(?:latest|archive|recommended))?/?",
            "https://medium.com/feed/{}",
        ),
        (r"bsky\.app", r"/profile/([\w.:-]+)/?", "https://bsky.app/profile/{}/rss"),
        (r"(?:www\.)?arxiv\.org", r"/list/([\w.-]+)/\w+/?", "https://rss.arxiv.org/rss/{}"),
    )
)
_REDDIT_HOST = re.compile(r"(?:www\.|old\.|new\.|np\.|m\.)?reddit\.com")
_REDDIT_PATH = re.compile(r"/(?:r|u|user)/[\w+-]+(?:/(?:m/\w+|new|hot|top|rising|controversial|submitted|comments))?/?")


def known_site_feed(url: str) -> str:
    """Return the feed of a page on a large site by its address alone; empty for other sites."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    if re.fullmatch(r"(?:www\.|m\.)?youtube\.com", host) and parts.path == "/playlist":
        playlist = parse_qs(parts.query).get("list", [""])[0]
        return f"{_YOUTUBE_FEED}?playlist_id={playlist}" if re.fullmatch(r"[\w-]+", playlist) else ""
    if _REDDIT_HOST.fullmatch(host) and _REDDIT_PATH.fullmatch(parts.path):
        # Keep the requested order, such as "top" of the week.
        query = f"?{parts.query}" if re.fullmatch(r"[\w=&]+", parts.query) else ""
        return f"https://www.reddit.com{parts.path.rstrip('/')}/.rss{query}"
    for site_host, path, feed in _SITES:
        match = path.fullmatch(parts.path)
        if match and site_host.fullmatch(host) and not parts.query:
            return feed.format(match[1])
    return ""
