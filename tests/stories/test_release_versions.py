"""Cannot-link constraint on titles that name different versions of a program."""

from __future__ import annotations

import pytest

from digest.model.articles import Article
from digest.stories.group import group
from digest.stories.release_versions import DifferentVersions
from tests.stories.test_group import article, ids

PYTHON = "Python gets faster, and the Python team thanks all contributors."


def differ(first: Article, second: Article) -> bool:
    constraint = DifferentVersions([first, second])
    assert constraint([0], [1]) == constraint([1], [0])
    return constraint([0], [1])


@pytest.mark.parametrize(
    ("first", "second", "body", "expected"),
    [
        ("Lumen 4.2.1", "Lumen 4.3.0 (stable)", "Upgrade now.", True),
        ("Lumen 4.2.1", "Lumen v5.0.0-rc.2 is out for testing", "Upgrade now.", True),
        ("Gravel 3.2.15 has been released!", "Gravel 4.1.6.rc2 has been released!", "Upgrade now.", True),
        ("Lumen 4.2.1", "Second maintenance release: Lumen 4.2.1", "Upgrade now.", False),
        ("Lumen 4.2", "Lumen 4.2.0 is out", "Upgrade now.", False),
        ("Lumen 4.2.1, 4.1.9 and 3.8.20 close a hole", "Lumen 3.8.20 released", "Upgrade now.", False),
        ("Python 3.14 arrives", "What is new in Python 3.15", PYTHON, True),
        ("Python 3.14 arrives", "Python 3.14: what is new", PYTHON, False),
        ("This Week in Python 81", "This Week in Python 82", PYTHON, True),
        ("Browser 78 released", "Browser 79 released", "", True),
        ("Magnitude 6.1 quake hits the coast", "Magnitude 6.2 quake hits coast", "A quake of magnitude six.", False),
        ("Magnitude 6.1 quake hits", "Magnitude 6.2 quake hits", "A quake of magnitude six.", False),
        ("Claims Top 2.1 Million", "Claims Top 2.4 Million in a Week", "Claims came to more than two million.", False),
        ("Umsatz von 10.000.000 Euro", "Umsatz von 12.000.000 Euro", "Ein Rekord.", False),
        ("Northgate 2-1 Southgate", "Northgate 3-1 Southgate", "A match.", False),
        ("Prices rise 2.1 % in May", "Prices rise 2.3% in May", "Prices rose.", False),
        ("Council meets", "Lumen 4.2.1", "Upgrade now.", False),
        ("", "", "", False),
    ],
)
def test_titles_with_other_versions_are_different_events(first: str, second: str, body: str, expected: bool) -> None:
    paragraphs = (body,) if body else ()

    assert differ(article("a", first, *paragraphs), article("b", second, *paragraphs)) == expected


@pytest.mark.parametrize(("hours", "expected"), [(3, False), (300, True)], ids=["same day", "weeks later"])
def test_announcements_of_one_day_that_name_each_other_are_one_event(hours: float, expected: bool) -> None:
    first = article("a", "Lumen 4.2.1 released", "It closes a hole in the parser.")
    second = article("b", "Lumen 3.8.20 released", "Like 4.2.1, it closes a hole in the parser.", hours=hours)

    assert differ(first, second) == expected


def test_release_announcements_in_the_same_words_are_different_stories() -> None:
    phrases = (
        "Please report regressions to the tracker. Binaries for all platforms can be downloaded from the mirror.",
        "We thank everybody who contributed patches, reviews and documentation to this release of the Lumen runtime.",
    )
    releases = [
        article("old", "Lumen 0.10.37", "parser: backport the fix for nested comments.", *phrases),
        article("new", "Lumen 25.2.0 (Current)", "http: add a keep-alive option to agents.", *phrases, hours=20),
        article(
            "report",
            "Lumen 25.2 adds a keep-alive option",
            "The http agents of Lumen 25.2 got a keep-alive option.",
            "Binaries for all platforms can be downloaded.",
            hours=22,
        ),
        article("comet", "Comet seen before dawn", "Astronomers at the observatory photographed a bright comet."),
    ]
    stories = ids(group(releases))

    assert not any({"old", "new"} <= story for story in stories)
    assert frozenset({"new", "report"}) in stories
