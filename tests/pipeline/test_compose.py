"""Composing over a real store: collected articles, earlier editions, failed sources, topics and limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from digest.model.digests import Digest
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Boost, Newsletter, Source
from digest.model.slots import Slot, Window
from digest.pipeline.app import App, make_app
from digest.pipeline.collect import collect_sources
from digest.pipeline.compose import Scope, compose, compose_content
from digest.pipeline.newsletter import links_of
from digest.render import TOKEN_PLACEHOLDER, Links
from digest.render.delivery_placeholders import (
    FEEDBACK_PLACEHOLDER,
    PREFERENCES_PLACEHOLDER,
    READ_PLACEHOLDER,
    UNSUBSCRIBE_PLACEHOLDER,
)
from digest.settings import BouncesSettings, Settings, WebSettings
from digest.store import Store, articles, open_store
from tests.support.values import sent

DAY = timedelta(days=1)
MORNING = datetime(2026, 3, 27, 6, tzinfo=UTC)
NEWSLETTER = Newsletter(id="main", title="Main", timezone=ZoneInfo("Europe/Berlin"))
FERRY = """The island ferry stayed in harbour for the third day because of strong wind, the shipping line said.
Bread and milk came by helicopter, forty crates in the morning and as many again before dusk."""
LOCK = """The northern lock at Sandhaven opened to freight on Saturday, eleven months ahead of the plan.
The port authority said ships of up to 230 metres can enter. Insurers expect waiting times to fall by a third."""
PRAISE = """The lock at Sandhaven is open, and the port authority praised its engineers.
Freight ships of 230 metres entered the northern lock on Saturday. The mayor was there."""
LIBRARY = """The new library opened its doors on Friday after two years of work, the building office said.
More than three hundred people came on the first morning, and the queue reached the market."""


def write_article(folder: Path, name: str, body: str, *, at: datetime = MORNING) -> None:
    head = f"title: News of the {name}\nsource: Post\ndate: {at.isoformat()}\nurl: https://post.example/{name}"
    (folder / f"{name}.md").write_text(f"---\n{head}\n---\n{body}\n", "utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    article_folder = tmp_path / "articles"
    article_folder.mkdir()
    write_article(article_folder, "ferry", FERRY)
    return article_folder


@pytest.fixture
def app(folder: Path, tmp_path: Path) -> App:
    """An app over a store on disk with the folder as its only source."""
    return app_over(open_store(f"sqlite:///{tmp_path / 'digest.db'}"), Source(id="post", path=folder))


def app_over(store: Store, *sources: Source) -> App:
    return make_app(Settings(sources=sources, newsletters=(NEWSLETTER,)), store=store)


def slot_at(instant: datetime) -> Slot:
    return Slot(due=instant, key=f"{instant:%Y-%m-%d}")


def compose_at(app: App, *, at: datetime = MORNING + timedelta(hours=1)) -> Digest:
    return compose(NEWSLETTER, slot_at(at), app, window=Window(start=at - 2 * DAY, end=at))


def titles(digest: Digest) -> list[str]:
    return sorted(brief.story.lead.title for brief in digest.briefs)


def test_a_collected_article_is_in_the_digest(app: App) -> None:
    result = collect_sources(app.settings.sources, app, now=MORNING)

    assert result.new_articles == 1
    assert titles(compose_at(app)) == ["News of the ferry"]


def test_a_second_collection_adds_only_new_articles(app: App, folder: Path) -> None:
    collect_sources(app.settings.sources, app, now=MORNING)
    write_article(folder, "library", LIBRARY)

    assert collect_sources(app.settings.sources, app, now=MORNING).new_articles == 1
    assert titles(compose_at(app)) == ["News of the ferry", "News of the library"]


def test_an_edited_article_is_summarized_in_its_present_version(app: App, folder: Path) -> None:
    collect_sources(app.settings.sources, app, now=MORNING)
    write_article(folder, "ferry", FERRY.replace("third", "fourth"))

    assert collect_sources(app.settings.sources, app, now=MORNING).new_articles == 0
    assert "fourth day" in compose_at(app).briefs[0].sentences[0].text


def test_an_article_of_an_earlier_edition_is_left_out(app: App, folder: Path) -> None:
    collect_sources(app.settings.sources, app, now=MORNING)
    sent(compose_at(app), app.store)
    write_article(folder, "library", LIBRARY, at=MORNING + timedelta(hours=2))
    collect_sources(app.settings.sources, app, now=MORNING + DAY)

    tomorrow = compose_at(app, at=MORNING + DAY)

    assert titles(tomorrow) == ["News of the library"]
    assert [item.article.title for item in tomorrow.left_out] == ["News of the ferry"]


def test_a_published_edition_composed_again_is_the_same(app: App) -> None:
    collect_sources(app.settings.sources, app, now=MORNING)
    first = compose_at(app)
    sent(first, app.store)

    assert compose_at(app) == first


def test_a_story_published_before_the_window_is_recognized(app: App, folder: Path) -> None:
    collect_sources(app.settings.sources, app, now=MORNING)
    sent(compose_at(app), app.store)
    write_article(folder, "ferry-again", FERRY, at=MORNING + 5 * DAY)
    collect_sources(app.settings.sources, app, now=MORNING + 5 * DAY)

    later = compose_at(app, at=MORNING + 6 * DAY)

    assert titles(later) == []
    assert [item.article.title for item in later.left_out] == ["News of the ferry-again"]


def test_a_failing_source_is_reported_and_the_others_are_composed(folder: Path, tmp_path: Path) -> None:
    missing = Source(id="gone", title="The Gone", path=tmp_path / "gone")
    app = app_over(open_store("sqlite://"), missing, Source(id="post", path=folder))

    result = collect_sources(app.settings.sources, app, now=MORNING)
    digest = compose_at(app)

    assert [failure.source for failure in result.failures] == ["The Gone"]
    assert not result.all_failed
    assert [failure.source for failure in digest.failures] == ["The Gone"]
    assert titles(digest) == ["News of the ferry"]


def test_a_source_that_works_again_is_no_longer_a_failure(app: App, folder: Path) -> None:
    hidden = folder.rename(folder.with_name("hidden"))
    collect_sources(app.settings.sources, app, now=MORNING)
    hidden.rename(folder)
    collect_sources(app.settings.sources, app, now=MORNING)

    assert compose_at(app).failures == ()


def test_every_sentence_is_verbatim_from_the_article_it_cites(app: App) -> None:
    collect_sources(app.settings.sources, app, now=MORNING)

    for brief in compose_at(app).briefs:
        for sentence in brief.sentences:
            assert any(sentence.text in paragraph for paragraph in sentence.article.paragraphs)


def test_the_same_store_and_slot_give_the_same_digest(app: App, folder: Path) -> None:
    write_article(folder, "library", LIBRARY)
    collect_sources(app.settings.sources, app, now=MORNING)
    copy = replace(app, store=app.store)

    assert compose_at(app) == compose_at(copy)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"include": ("ferries",)}, ["News of the ferry"]),
        ({"exclude": ("ferry",)}, ["News of the library"]),
        ({"boost": (Boost(topic="library", points=3),), "stories": 1}, ["News of the library"]),
        ({"boost": (Boost(topic="library", points=-3),), "stories": 1}, ["News of the ferry"]),
        ({"per_source": 1, "boost": (Boost(topic="ferry", points=2),)}, ["News of the ferry"]),
    ],
    ids=["include", "exclude", "boost", "negative boost", "per source"],
)
def test_topics_and_limits_of_the_newsletter_choose_the_stories(
    app: App, folder: Path, settings: dict[str, Any], expected: list[str]
) -> None:
    write_article(folder, "library", LIBRARY)
    collect_sources(app.settings.sources, app, now=MORNING)
    at = MORNING + timedelta(hours=1)

    digest = compose(replace(NEWSLETTER, **settings), slot_at(at), app, window=Window(start=at - DAY, end=at))

    assert titles(digest) == expected
    assert len(digest.left_out) == 1


def test_a_slow_day_has_only_what_is_new(app: App, folder: Path) -> None:
    collect_sources(app.settings.sources, app, now=MORNING)
    write_article(folder, "library", LIBRARY, at=MORNING + timedelta(hours=20))
    collect_sources(app.settings.sources, app, now=MORNING + timedelta(hours=21))
    today = MORNING + DAY
    window = Window(start=today - 2 * DAY, end=today, new_since=today - DAY, last_edition=MORNING + timedelta(hours=1))

    digest = compose(NEWSLETTER, slot_at(today), app, window=window)

    assert titles(digest) == ["News of the library"]
    assert [item.reason for item in digest.left_out] == ["worth no more by itself than the quality floor of 0.5 points"]
    assert digest.is_exhaustive


SLOGAN = "The island's own paper since the first lighthouse was built."


def test_boilerplate_of_a_source_is_learned_over_several_collections(app: App, folder: Path) -> None:
    for day, name in enumerate(("pier", "mill", "bridge", "market")):
        write_article(
            folder, name, f"The old {name} is to be repaired before winter, the island's council said.\n\n{SLOGAN}"
        )
        collect_sources(app.settings.sources, app, now=MORNING + day * DAY)

    with app.store.read() as conn:
        stored = articles.in_window(conn, ["post"], Window(start=MORNING - DAY, end=MORNING + DAY))
    texts = {article.title: article.paragraphs for article in stored}
    assert SLOGAN in texts["News of the pier"]
    assert SLOGAN not in texts["News of the market"]


def test_on_schedule_only_due_sources_are_collected(tmp_path: Path) -> None:
    dead = Source(id="dead", url="http://127.0.0.1:9/", title="The Dead")
    app = app_over(open_store("sqlite://"), dead)

    def collected_sources(after: timedelta) -> int:
        return len(collect_sources(app.settings.sources, app, now=MORNING + after, due_only=True).outcomes)

    assert [collected_sources(timedelta(minutes=after)) for after in (0, 5, 15, 25, 45)] == [1, 0, 1, 0, 1]
    assert len(collect_sources(app.settings.sources, app, now=MORNING + timedelta(minutes=46)).outcomes) == 1


@pytest.mark.parametrize(
    ("settings", "links"),
    [
        pytest.param(
            Settings(),
            Links(unsubscribe=f"mailto:main@a.example?subject=unsubscribe%20{TOKEN_PLACEHOLDER}"),
            id="a mail",
        ),
        pytest.param(
            Settings(bounces=BouncesSettings(address=Mailbox.parse("Returns <back@a.example>"))),
            Links(unsubscribe=f"mailto:back@a.example?subject=unsubscribe%20{TOKEN_PLACEHOLDER}"),
            id="a mail to the bounce address",
        ),
        pytest.param(
            Settings(web=WebSettings(url="https://a.example/news/")),
            Links(
                web=f"https://a.example/news/read/{READ_PLACEHOLDER}",
                preferences=f"https://a.example/news/preferences/{PREFERENCES_PLACEHOLDER}",
                unsubscribe=f"https://a.example/news/unsubscribe/{UNSUBSCRIBE_PLACEHOLDER}",
                subscribe="https://a.example/news/subscribe",
                feedback=f"https://a.example/news/feedback/{FEEDBACK_PLACEHOLDER}",
            ),
            id="pages",
        ),
    ],
)
def test_a_mail_links_to_the_pages_or_to_an_unsubscribe_mail(settings: Settings, links: Links) -> None:
    assert (
        links_of(Newsletter(id="main", title="Main", sender=Mailbox.parse("Main <main@a.example>")), settings) == links
    )


def test_without_a_sender_there_are_no_links() -> None:
    assert links_of(Newsletter(id="main", title="Main"), Settings()) == Links()


def test_no_reserve_story_is_one_of_the_edition_under_another_title(app: App, folder: Path) -> None:
    """The brief may be led by another article than the ranked story."""
    for name, body in (("lock", LOCK), ("praise", PRAISE), ("library", LIBRARY)):
        write_article(folder, name, body)
    collect_sources(app.settings.sources, app, now=MORNING)
    at = MORNING + timedelta(hours=1)
    scope = Scope(window=Window(start=at - 2 * DAY, end=at))
    content = compose_content(replace(NEWSLETTER, stories=2), slot_at(at), app, scope, reserve=5)

    numbers = [article.id for brief in content.briefs.values() for article in brief.story.all_articles]
    assert len(numbers) == len(set(numbers)) == 4
    assert len(content.reserve) == 1
