"""robots.txt rules: a line that can't be parsed is skipped, and the others apply (RFC 9309, 2.2.4)."""

from __future__ import annotations

import pytest

from digest.http.robots import parse_rules

BROKEN_LINES = ["Crawl-delay: ²", "Request-rate: 1/²", "Disallow: //[", "Allow: http://[::1", "\x00:\x00"]


@pytest.mark.parametrize(
    "line", ["Crawl-delay: ²", "Request-rate: 1/²", "Disallow: //[", "Allow: http://[::1", "\x00:\x00"]
)
def test_a_broken_line_leaves_the_other_rules(line: str) -> None:
    rules = parse_rules(f"User-agent: *\n{line}\nDisallow: /private\n")

    assert not rules.can_fetch("digest", "https://post.example/private/1")
    assert rules.can_fetch("digest", "https://post.example/public")
