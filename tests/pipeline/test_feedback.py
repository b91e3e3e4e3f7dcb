"""Votes on an edition's stories change the order of the next, in that newsletter alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.cli.preview.formats import explain_score
from digest.model.digests import Digest
from digest.model.feedback import Vote
from digest.model.newsletters import Newsletter, Source
from digest.model.slots import Slot, Window
from digest.model.stories import Ranked
from digest.pipeline.app import App, make_app
from digest.pipeline.collect import collect_sources
from digest.pipeline.compose import compose
from digest.settings import Settings
from digest.store import Store, editions, feedback, stories, story_texts, subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.values import article, brief, edition

MORNING = datetime(2026, 3, 27, 6, tzinfo=UTC)
DAY = timedelta(days=1)
NEWSLETTER = Newsletter(id="main", title="Main", quality_floor=0)
#: Two articles that are worth the same, each of an outlet of its own.
ARTICLES = {
    "post": "Ferry stays in harbour\n\nThe island ferry stayed in harbour for the third day because of strong wind.",
    "wire": "Library opens its doors\n\nThe new library opened its doors on Friday after two years of slow work.",
}


@pytest.fixture
def app(sqlite_store: Store, tmp_path: Path) -> App:
    """Two sources, collected."""
    for name, text in ARTICLES.items():
        (tmp_path / name).mkdir()
        title, _, body = text.partition("\n\n")
        head = f"title: {title}\nsource: {name.title()}\ndate: {MORNING}\nurl: https://{name}.example/1"
        (tmp_path / name / "a.md").write_text(f"---\n{head}\n---\n{body}\n")
    sources = tuple(Source(id=name, path=tmp_path / name) for name in ARTICLES)
    app = make_app(Settings(sources=sources, newsletters=(NEWSLETTER,)), store=sqlite_store)
    collect_sources(sources, app, now=MORNING)
    return app


def vote(store: Store, *, outlet: str, choice: Vote, readers: int, newsletter: str = "main", days_ago: int = 1) -> None:
    """Votes of so many subscribers on an earlier story of the outlet."""
    due = MORNING - days_ago * DAY
    addresses = [NewSubscriber(address=f"reader{number}@harbour.example") for number in range(readers)]
    with store.begin() as conn:
        subscribers.add(conn, addresses, newsletter, at=due)
        slot = Slot(due=due, key=f"{due:%Y-%m-%d}")
        id_, _ = editions.add(conn, edition(newsletter_id=newsletter, slot=slot, audience=outlet), at=due)
        stories.add(conn, id_, [brief(article(f"old {outlet}", url=f"https://{outlet}.example/0"))])
        (story,) = story_texts.of_edition(conn, id_)
        for reader in subscribers.for_newsletter(conn, newsletter):
            feedback.record(conn, story.id, reader.id, choice, at=due + timedelta(hours=1))


def compose_now(app: App, newsletter: Newsletter = NEWSLETTER) -> Digest:
    due = MORNING + timedelta(hours=1)
    slot = Slot(due=due, key=f"{due:%Y-%m-%d}")
    return compose(newsletter, slot, app, window=Window(start=due - DAY, end=due))


def ranked(app: App, newsletter: Newsletter = NEWSLETTER) -> dict[str, Ranked]:
    """The stories by source, in order."""
    return {brief.story.lead.source: brief.ranked for brief in compose_now(app, newsletter).briefs}


@pytest.mark.parametrize("favourite", ["post", "wire"])
def test_an_outlet_that_readers_find_useful_comes_first(favourite: str, app: App) -> None:
    other = "wire" if favourite == "post" else "post"
    vote(app.store, outlet=favourite, choice=Vote.UP, readers=9)
    vote(app.store, outlet=other, choice=Vote.DOWN, readers=9)
    stories_now = ranked(app)

    assert [*stories_now] == [favourite.title(), other.title()]
    explained = explain_score(stories_now[favourite.title()])
    assert f"feedback +0.14 ({favourite.title()} was useful to 100 % of 9 readers)" in explained
    assert compose_now(app) == compose_now(app)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"newsletter": "other"}, id="of another newsletter"),
        pytest.param({"days_ago": 61}, id="too old"),
        pytest.param({"readers": 0}, id="none"),
    ],
)
def test_other_votes_change_nothing(change: dict[str, object], app: App) -> None:
    before = compose_now(app)
    vote(app.store, **{"outlet": "post", "choice": Vote.DOWN, "readers": 9, **change})  # type: ignore[arg-type]

    assert compose_now(app) == before


def test_votes_can_be_switched_off(app: App) -> None:
    without = replace(NEWSLETTER, feedback=False)
    before = compose_now(app, without)
    vote(app.store, outlet="post", choice=Vote.DOWN, readers=9)

    assert compose_now(app, without) == before
    assert compose_now(app) != before
