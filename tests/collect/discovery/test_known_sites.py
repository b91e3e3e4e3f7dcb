"""Feeds of large sites, derived from a page's address."""

from __future__ import annotations

import pytest

from digest.collect.discovery.known_sites import known_site_feed


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.reddit.com/r/sailing/", "https://www.reddit.com/r/sailing/.rss"),
        ("https://old.reddit.com/user/harbour", "https://www.reddit.com/user/harbour/.rss"),
        ("https://github.com/owner/name", "https://github.com/owner/name/releases.atom"),
        ("https://github.com/owner/name/commits/main/", "https://github.com/owner/name/commits/main.atom"),
        ("https://github.com/owner", "https://github.com/owner.atom"),
        ("https://github.com/owner/name.git", "https://github.com/owner/name/releases.atom"),
        ("https://github.com/owner/name/tags", "https://github.com/owner/name/tags.atom"),
        ("https://github.com/owner/name/commits", "https://github.com/owner/name/commits.atom"),
        ("https://github.com/owner/name/issues", ""),
        ("https://www.reddit.com/r/sailing/top/?t=week", "https://www.reddit.com/r/sailing/top/.rss?t=week"),
        ("https://www.reddit.com/r/sailing/comments/1/a_post/", ""),
        ("https://www.youtube.com/user/harbour", "https://www.youtube.com/feeds/videos.xml?user=harbour"),
        ("https://arxiv.org/list/cs.CL/recent", "https://rss.arxiv.org/rss/cs.CL"),
        (
            "https://www.youtube.com/channel/UC0123456789abcdefghijkl/videos",
            "https://www.youtube.com/feeds/videos.xml?channel_id=UC0123456789abcdefghijkl",
        ),
        ("https://youtube.com/playlist?list=PL1", "https://www.youtube.com/feeds/videos.xml?playlist_id=PL1"),
        ("https://www.youtube.com/watch?v=1", ""),
        ("https://medium.com/@harbour", "https://medium.com/feed/@harbour"),
        ("https://medium.com/harbour-notes/latest", "https://medium.com/feed/harbour-notes"),
        ("https://medium.com/tag/sailing", "https://medium.com/feed/tag/sailing"),
        ("https://medium.com/@harbour/the-ferry-sails-1a2b3c", ""),
        ("https://bsky.app/profile/harbour.example", "https://bsky.app/profile/harbour.example/rss"),
        ("https://example.org/r/sailing", ""),
        ("http://[bad", ""),
    ],
)
def test_feeds_of_large_sites_are_derived_from_the_address(url: str, expected: str) -> None:
    assert known_site_feed(url) == expected
