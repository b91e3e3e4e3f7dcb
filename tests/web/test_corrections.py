"""Corrections on pages: the story's, the edition's, and in the feed of editions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from digest.model.corrections import Correction, CorrectionKind
from digest.store import Store, corrections
from tests.support.values import SLOT, article
from tests.support.web_site import RunningSite, running_site, site_settings
from tests.web.test_search import HIDDEN, MEMBERS, PUBLIC, WEEKLY
from tests.web.test_stories import FERRY, publish, told

pytestmark = pytest.mark.slow

QUOTED = "The ferry stays in harbour <today>."
CORRECTION = Correction(
    article_id=FERRY.id,
    source_id="post",
    kind=CorrectionKind.CHANGED,
    before=QUOTED,
    after="The ferry leaves the harbour <today>.",
    note="Correction: It left.",
    title=FERRY.title,
    url=FERRY.url,
    source="Post",
    language="en",
    told=SLOT.due,
    found=SLOT.due + timedelta(hours=20),
)


@pytest.fixture
def site(sqlite_store: Store) -> Iterator[RunningSite]:
    with running_site(sqlite_store, site_settings(PUBLIC, WEEKLY, MEMBERS, HIDDEN)) as running:
        yield running


def report(store: Store, correction: Correction) -> None:
    """An edition quotes the sentence, and the next one reports its correction."""
    publish(store, told((QUOTED, FERRY)))
    publish(store, told(("Something else.", article("z"))), day=1)
    with store.begin() as conn:
        corrections.add(conn, correction, [1])
        if not correction.held:
            corrections.report(conn, 2, [1])


def test_pages_and_feed_show_both_wordings(site: RunningSite, sqlite_store: Store) -> None:
    report(sqlite_store, CORRECTION)

    story, edition = site.get("/stories/1").text, site.get("/main/2026-03-30").text
    feed, first = site.get("/main/feed.xml").text, site.get("/main/2026-03-29").text

    for page in (story, edition):
        assert "<h2>Corrections</h2>" in page
        assert "<del>The ferry stays in harbour &lt;today&gt;.</del>" in page
        assert "<ins>The ferry leaves the harbour &lt;today&gt;.</ins>" in page
        assert "Correction: It left." in page
        assert 'href="https://post.example/a"' in page
    assert "It now reads:" in feed
    assert "Corrections" not in first


def test_a_correction_that_is_held_is_on_no_page(site: RunningSite, sqlite_store: Store) -> None:
    report(sqlite_store, replace(CORRECTION, held="too many"))

    assert "Corrections" not in site.get("/stories/1").text
