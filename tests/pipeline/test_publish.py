"""Publishing: an edition is frozen once with its stories and ledger rows, by whichever process and however often."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from digest.model.editions import Outcome
from digest.model.errors import UsageError
from digest.model.failures import PluginFailure, PluginFailureHandler
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter, Source
from digest.model.protocols import Summarizer
from digest.model.slots import Slot
from digest.pipeline.app import App, make_app
from digest.pipeline.collect import collect_sources
from digest.pipeline.publish import publish
from digest.settings import Settings
from digest.store import Store, deliveries, editions, open_store, plugin_failures, slots, stories, subscribers
from digest.store.slots import SlotStatus
from digest.store.subscribers import NewSubscriber

DAY = timedelta(days=1)
NOW = datetime(2026, 3, 27, 7, tzinfo=UTC)
SLOT = Slot(due=NOW, key="2026-03-27")
MAIN = Newsletter(id="main", title="Main", sender=Mailbox.parse("Main <main@example.org>"), timezone=ZoneInfo("UTC"))
ADDRESSES = ("ann@example.org", "bo@example.org", "cy@example.org")


BODIES = {
    "ferry": "The island ferry stayed in harbour for the third day because of strong wind. Bread came by helicopter.",
    "library": "The new library opened its doors after two years of work. Three hundred readers queued to the market.",
}


def write_article(folder: Path, name: str, *, at: datetime = NOW - timedelta(hours=3)) -> None:
    head = f"title: News of the {name}\nsource: Post\ndate: {at.isoformat()}\nurl: https://post.example/{name}"
    (folder / f"{name}.md").write_text(f"---\n{head}\n---\n{BODIES[name]}\n", "utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "articles"
    path.mkdir()
    write_article(path, "ferry")
    return path


@pytest.fixture
def app(folder: Path, persistent_url: str) -> Iterator[App]:
    """An app whose store has the folder's articles and three subscribers."""
    with open_store(persistent_url) as store:
        publishing_app = make_app(Settings(sources=(Source(id="post", path=folder),), newsletters=(MAIN,)), store=store)
        with store.begin() as conn:
            subscribers.add(conn, [NewSubscriber(address=address) for address in ADDRESSES], "main", at=NOW - DAY)
        collect_sources(publishing_app.settings.sources, publishing_app, now=NOW)
        yield publishing_app


def ledger(store: Store, edition_id: int) -> list[tuple[str, Outcome]]:
    with store.read() as conn:
        return [(row.subscriber.address, row.outcome) for row in deliveries.for_edition(conn, edition_id)]


def statuses(store: Store) -> dict[str, SlotStatus]:
    with store.read() as conn:
        return {slot.key: status for slot, status in slots.statuses(conn, "main").items()}


def number_of_editions(store: Store) -> int:
    with store.read() as conn:
        return len(editions.summaries(conn))


def test_an_edition_has_the_words_of_the_newsletters_language(app: App) -> None:
    """Whatever the language of its stories."""
    result = publish(replace(MAIN, language="de"), SLOT, app, now=NOW)
    assert result.edition_id
    with app.store.read() as conn:
        published = editions.get(conn, result.edition_id)

    assert published
    assert published.edition.language == "de"
    assert '<html lang="de"' in published.edition.html
    assert "Freitag, 27. März 2026" in published.edition.html


def test_an_edition_is_frozen_with_stories_ledger_rows_and_slot_status(app: App) -> None:
    result = publish(MAIN, SLOT, app, now=NOW)

    assert result.is_new
    assert result.edition_id is not None
    assert ledger(app.store, result.edition_id) == [(address, Outcome.PENDING) for address in ADDRESSES]
    assert statuses(app.store) == {"2026-03-27": SlotStatus.PUBLISHED}
    with app.store.read() as conn:
        stored = editions.get(conn, result.edition_id)
        assert len(stories.published_articles(conn, "main")) == 1
    assert stored is not None
    assert "News of the ferry" in stored.edition.text


def test_an_existing_edition_is_returned_unchanged(app: App, folder: Path) -> None:
    first = publish(MAIN, SLOT, app, now=NOW)
    write_article(folder, "library")
    collect_sources(app.settings.sources, app, now=NOW)
    second = publish(replace(MAIN, title="Other"), SLOT, app, now=NOW + timedelta(hours=1))

    assert (second.edition_id, second.is_new) == (first.edition_id, False)
    assert number_of_editions(app.store) == 1


def test_a_person_may_ask_for_a_further_revision(app: App) -> None:
    first = publish(MAIN, SLOT, app, now=NOW)
    second = publish(MAIN, SLOT, app, now=NOW, new_revision=True)

    assert second.is_new
    assert second.edition_id is not None
    assert second.edition_id != first.edition_id
    assert len(ledger(app.store, second.edition_id)) == 3
    with app.store.read() as conn:
        stored = editions.find(conn, "main", SLOT)
    assert stored is not None
    assert stored.edition.revision == 2
    assert "News of the ferry" in stored.edition.text


def test_the_next_edition_has_only_new_articles(app: App, folder: Path) -> None:
    publish(MAIN, SLOT, app, now=NOW)
    tomorrow = Slot(due=NOW + DAY, key="2026-03-28")
    write_article(folder, "library", at=NOW + timedelta(hours=5))
    collect_sources(app.settings.sources, app, now=NOW + timedelta(hours=6))
    result = publish(MAIN, tomorrow, app, now=NOW + DAY)

    assert result.digest is not None
    assert [brief.story.lead.title for brief in result.digest.briefs] == ["News of the library"]


def test_an_empty_edition_is_not_sent(app: App) -> None:
    publish(MAIN, SLOT, app, now=NOW)
    result = publish(MAIN, Slot(due=NOW + DAY, key="2026-03-28"), app, now=NOW + DAY)

    assert result.edition_id is None
    assert statuses(app.store)["2026-03-28"] is SlotStatus.EMPTY
    assert number_of_editions(app.store) == 1


def test_an_empty_edition_is_sent_if_configured(app: App) -> None:
    publish(MAIN, SLOT, app, now=NOW)
    result = publish(replace(MAIN, empty="send"), Slot(due=NOW + DAY, key="2026-03-28"), app, now=NOW + DAY)

    assert result.is_new
    assert statuses(app.store)["2026-03-28"] is SlotStatus.PUBLISHED


def test_an_empty_slot_can_be_published_when_articles_have_come_in(app: App, folder: Path) -> None:
    tomorrow = Slot(due=NOW + DAY, key="2026-03-28")
    publish(MAIN, SLOT, app, now=NOW)
    publish(MAIN, tomorrow, app, now=NOW + DAY)
    write_article(folder, "library", at=NOW + timedelta(hours=23))
    collect_sources(app.settings.sources, app, now=NOW + DAY)
    result = publish(MAIN, tomorrow, app, now=NOW + DAY + timedelta(hours=1))

    assert result.is_new
    assert statuses(app.store)["2026-03-28"] is SlotStatus.PUBLISHED


def test_articles_of_a_missed_slot_go_into_the_next_edition(app: App, folder: Path) -> None:
    publish(MAIN, SLOT, app, now=NOW)
    write_article(folder, "library", at=NOW + timedelta(hours=30))
    collect_sources(app.settings.sources, app, now=NOW + timedelta(hours=31))
    with app.store.begin() as conn:
        for days in range(1, 6):
            missed = Slot(due=NOW + days * DAY, key=f"2026-03-{27 + days}")
            slots.record_status(conn, "main", missed, SlotStatus.MISSED, at=NOW + 6 * DAY)
    result = publish(MAIN, Slot(due=NOW + 6 * DAY, key="2026-04-02"), app, now=NOW + 6 * DAY)

    assert result.digest is not None
    assert [brief.story.lead.title for brief in result.digest.briefs] == ["News of the library"]


def test_a_plugin_that_fails_is_remembered_until_an_edition_has_its_work(app: App, folder: Path) -> None:
    failure = PluginFailure(point="summarizer", name="local", error="it failed", instead="ours is used")

    def summarizer(newsletter: Newsletter, on_failure: PluginFailureHandler) -> Summarizer:
        on_failure(failure)
        return app.summarizer(newsletter, on_failure)

    def failing() -> list[str]:
        with app.store.read() as conn:
            return [plugin.name for plugin in plugin_failures.of_newsletter(conn, "main")]

    result = publish(MAIN, SLOT, replace(app, summarizer=summarizer), now=NOW)
    assert result.plugin_problems == (failure,)
    assert failing() == ["local"]

    publish(MAIN, Slot(due=NOW + DAY, key="2026-03-28"), app, now=NOW + DAY)
    assert failing() == ["local"]  # nothing new: nothing was asked of it

    write_article(folder, "library", at=NOW + DAY)
    collect_sources(app.settings.sources, app, now=NOW + 2 * DAY)
    publish(MAIN, Slot(due=NOW + 2 * DAY, key="2026-03-29"), app, now=NOW + 2 * DAY)
    assert failing() == []


def test_without_a_sender_nothing_is_published(app: App) -> None:
    with pytest.raises(UsageError, match="has no sender"):
        publish(replace(MAIN, sender=None), SLOT, app, now=NOW)

    assert number_of_editions(app.store) == 0


def test_concurrent_publishing_makes_one_edition(app: App) -> None:
    """Like two schedulers, a restart and a person at the same time."""
    barrier = threading.Barrier(4)
    ids: list[int | None] = []

    def race() -> None:
        barrier.wait()
        ids.append(publish(MAIN, SLOT, app, now=NOW).edition_id)

    threads = [threading.Thread(target=race) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(ids) == 4
    assert len(set(ids)) == 1
    assert number_of_editions(app.store) == 1
    assert ids[0] is not None
    assert len(ledger(app.store, ids[0])) == 3
