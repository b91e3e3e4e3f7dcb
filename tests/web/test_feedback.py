"""Voting by the links of a real mail: useful or not."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest.model.feedback import Vote, VoteCounts
from digest.model.link_token import LinkToken, Purpose
from digest.render.delivery_placeholders import FEEDBACK_PLACEHOLDER
from digest.settings import Secret
from digest.store import Store, erasure, feedback, stories, story_texts, subscribers
from tests.support.values import NOON, article, brief
from tests.support.web_site import NEWSLETTER, SECRET, URL, RunningSite, running_site, site_settings, take_away
from tests.web.test_unsubscribe import ANN, BEN, Mailed, mailed

BODY = "".join(f'<a href="{URL}/feedback/{FEEDBACK_PLACEHOLDER}/{number}?vote=up">Yes</a>' for number in (1, 2))
BODY += f' <a href="{URL}/feedback/{FEEDBACK_PLACEHOLDER}">All</a>'
TITLES = ("The lock opens", "Fog & <b>rain</b>")


def send(site: RunningSite, store: Store) -> Mailed:
    ann = mailed(site, store, body=BODY)
    with store.begin() as conn:
        stories.add(conn, 1, [brief(article(str(n), title=title)) for n, title in enumerate(TITLES)])
    return ann


@pytest.fixture
def ann(sqlite_store: Store) -> Iterator[Mailed]:
    with running_site(sqlite_store) as site:
        yield send(site, sqlite_store)


def address(ann: Mailed, story: str = "1") -> str:
    (link,) = [link for link in ann.links if link.removesuffix("?vote=up").endswith(f"/{story}")]
    return link.removesuffix("?vote=up")


def counts(ann: Mailed) -> list[tuple[int, int]]:
    with ann.store.read() as conn:
        by_story = feedback.counts(conn, 1)
        return [
            (count.up, count.down)
            for story in story_texts.of_edition(conn, 1)
            for count in [by_story.get(story.id, VoteCounts())]
        ]


def token(**changes: object) -> str:
    values = {"purpose": Purpose.FEEDBACK, "issued": NOON, "subscriber_id": 1, "newsletter_id": "main", "edition_id": 1}
    return LinkToken(**values | changes).signed(SECRET)  # type: ignore[arg-type]


def test_a_vote_is_recorded_changed_and_taken_back(shared_store: Store) -> None:
    with running_site(shared_store) as site:
        ann = send(site, shared_store)
        link = address(ann)

        assert "You found it useful" in site.post(link, {"vote": "up"}).text
        assert counts(ann) == [(1, 0), (0, 0)]
        assert "You did not find it useful" in site.post(link, {"vote": "down"}).text
        assert counts(ann) == [(0, 1), (0, 0)]
        assert "did not find it useful" in site.get(link).text
        assert "taken back" in site.post(link, {"vote": "none"}).text
        assert counts(ann) == [(0, 0), (0, 0)]


def test_the_page_asks_about_the_story_and_presses_nothing(ann: Mailed) -> None:
    page = ann.site.get(f"{address(ann, '2')}?vote=down")

    assert page.status == 200
    assert html.escape(TITLES[1]) in page.text
    assert "Harbour News, Sunday, 29 March 2026" in page.text
    assert re.findall(r'value="(\w+)"( class="second")?', page.text) == [("up", ' class="second"'), ("down", "")]
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert ANN not in page.text
    assert counts(ann) == [(0, 0), (0, 0)]


def test_all_stories_of_the_edition_are_listed_with_the_votes(ann: Mailed) -> None:
    ann.site.post(address(ann, "2"), {"vote": "down"})
    (link,) = [link for link in ann.links if re.fullmatch(f"{URL}/feedback/[^/]+", link)]
    page = ann.site.get(link)

    assert [html.unescape(title) for title in re.findall(r"/feedback/[^>]+/\d\">([^<]+)<", page.text)] == [*TITLES]
    assert page.text.count("You did not find it useful.") == 1


def test_a_scanner_that_opens_every_link_changes_nothing(ann: Mailed) -> None:
    before = ann.state()
    for link in ann.links:
        for method in ("GET", "HEAD"):
            assert ann.site.request(method, link.removeprefix(URL)).status == 200

    assert ann.state() == before


UNKNOWN_ANSWERS: dict[str, dict[str, str | list[str]]] = {
    "no field": {},
    "empty": {"vote": ""},
    "capitals": {"vote": "UP"},
    "injection": {"vote": "up' --"},
    "another field": {"other": "up"},
    "two values": {"vote": ["maybe", "up"]},
}


def test_an_unknown_answer_asks_again_and_records_nothing(ann: Mailed) -> None:
    for name, fields in UNKNOWN_ANSWERS.items():
        answer = ann.site.post(address(ann), fields)
        assert (answer.status, "Was this story useful?" in answer.text) == (200, True), name
    assert counts(ann) == [(0, 0), (0, 0)]


#: Token and story.
UNKNOWN_LINKS = {
    "no such story": (token(), "3"),
    "zero": (token(), "0"),
    "leading zero": (token(), "01"),
    "negative": (token(), "-1"),
    "another digit": (token(), "%D9%A1"),
    "long": (token(), "9" * 400),
    "no such edition": (token(edition_id=2), "1"),
    "no such subscriber": (token(subscriber_id=9), "1"),
    "another version": (token(version=1), "1"),
    "for another purpose": (token(purpose=Purpose.READ), "1"),
    "cut": (token()[:-1], "1"),
    "of a test mail": ("test", "1"),
}


def test_a_link_that_is_none_votes_for_nobody(ann: Mailed) -> None:
    for name, (text, story) in UNKNOWN_LINKS.items():
        link = f"/feedback/{text}/{story}"
        for answer in (ann.site.get(link), ann.site.post(link, {"vote": "up"})):
            assert (answer.status, "This link is not known" in answer.text) == (404, True), name
    assert counts(ann) == [(0, 0), (0, 0)]


def test_a_forwarded_mail_votes_for_its_owner_once(ann: Mailed) -> None:
    for _ in range(3):
        ann.site.post(address(ann), {"vote": "up"})
    with ann.store.read() as conn:
        (reader,) = [reader for reader in subscribers.for_newsletter(conn, "main") if reader.address == ANN]
        assert feedback.votes_of(conn, reader.id, 1) == {1: Vote.UP}
    assert counts(ann) == [(1, 0), (0, 0)]


def test_revoked_links_and_links_of_erased_subscribers_vote_no_more(ann: Mailed) -> None:
    with ann.store.begin() as conn:
        erasure.erase(conn, ANN, at=NOON)
        (ben,) = subscribers.for_newsletter(conn, "main")
        subscribers.revoke_links(conn, ben.id)

    for text in (address(ann), f"/feedback/{token(subscriber_id=ben.id)}/1"):
        assert ann.site.post(text, {"vote": "up"}).status == 404
    assert ben.address == BEN
    assert counts(ann) == [(0, 0), (0, 0)]


def test_a_link_signed_with_a_replaced_secret_still_votes(sqlite_store: Store) -> None:
    with running_site(sqlite_store) as site:
        link = address(send(site, sqlite_store))
    settings = site_settings(
        secret=Secret("another of more than thirty-two characters"), previous_secrets=(Secret(SECRET),)
    )
    with running_site(sqlite_store, settings) as site:
        assert "Thank you" in site.post(link, {"vote": "up"}).text


@pytest.mark.parametrize("reason", ["switched off", "too old", "newsletter removed"])
def test_answers_are_closed(reason: str, sqlite_store: Store) -> None:
    with running_site(sqlite_store) as site:
        ann = send(site, sqlite_store)
    newsletter = {
        "switched off": replace(NEWSLETTER, feedback=False),
        "newsletter removed": replace(NEWSLETTER, id="another"),
    }.get(reason, NEWSLETTER)
    with running_site(sqlite_store, site_settings(newsletter)) as site:
        site.now += timedelta(days=401 if reason == "too old" else 0)
        for answer in (site.get(address(ann)), site.post(address(ann), {"vote": "up"})):
            assert (answer.status, "Answers are closed" in answer.text) == (200, True)

    assert counts(ann) == [(0, 0), (0, 0)]


def test_while_the_store_is_away_no_answer_is_thanked_for(ann: Mailed, tmp_path: Path) -> None:
    take_away(ann.store, tmp_path / "digest.db")
    answer = ann.site.post(address(ann), {"vote": "up"})

    assert (answer.status, "Thank you" in answer.text) == (503, False)
