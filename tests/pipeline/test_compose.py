"""The sentence over a real store: what is gathered is composed, what was told stays told, nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from digest.model import Digest, Newsletter, Slot, Source, Window
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Boost
from digest.pipeline.app import App, make_app
from digest.pipeline.collect import collect_sources
from digest.pipeline.compose import compose
from digest.pipeline.newsletter import links_of
from digest.render import TOKEN_PLACEHOLDER, Links
from digest.settings import BouncesSettings, Settings, WebSettings
from digest.store import Store, articles, open_store
from tests.support.values import sent

DAY = timedelta(days=1)
MORNING = datetime(2026, 3, 27, 6, tzinfo=UTC)
NEWSLETTER = Newsletter(id="main", title="Main", timezone=ZoneInfo("Europe/Berlin"))
FERRY = """The island ferry stayed in harbour for the third day because of strong wind, the shipping line said.
Bread and milk came by helicopter, forty crates in the morning and as many again before dusk."""
LIBRARY = """The new library opened its doors on Friday after two years of work, the building office said.
More than three hundred people came on the first morning, and the queue reached the market."""


def put(folder: Path, name: str, body: str, *, at: datetime = MORNING) -> None:
    head = f"title: News of the {name}\nsource: Post\ndate: {at.isoformat()}\nurl: https://post.example/{name}"
    (folder / f"{name}.md").write_text(f"---\n{head}\n---\n{body}\n", "utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "articles"
    made.mkdir()
    put(made, "ferry", FERRY)
    return made


@pytest.fixture
def app(folder: Path, tmp_path: Path) -> App:
    """An app over a store on disk with the folder as its only source."""
    return app_over(open_store(f"sqlite:///{tmp_path / 'kept.db'}"), Source(id="post", path=folder))


def app_over(store: Store, *sources: Source) -> App:
    return make_app(Settings(sources=sources, newsletters=(NEWSLETTER,)), store=store)


def slot_at(instant: datetime) -> Slot:
    return Slot(due=instant, key=f"{instant:%Y-%m-%d}")


def composed(app: App, *, at: datetime = MORNING + timedelta(hours=1)) -> Digest:
    return compose(NEWSLETTER, slot_at(at), app, window=Window(start=at - 2 * DAY, end=at))


def titles(digest: Digest) -> list[str]:
    return sorted(brief.story.lead.title for brief in digest.briefs)


def test_what_was_gathered_is_composed(app: App) -> None:
    gathered = collect_sources(app.settings.sources, app, now=MORNING)

    assert gathered.new_articles == 1
    assert titles(composed(app)) == ["News of the ferry"]


def test_a_second_visit_brings_only_what_is_new(app: App, folder: Path) -> None:
    collect_sources(app.settings.sources, app, now=MORNING)
    put(folder, "library", LIBRARY)

    assert collect_sources(app.settings.sources, app, now=MORNING).new_articles == 1
    assert titles(composed(app)) == ["News of the ferry", "News of the library"]


def test_an_edited_article_is_told_as_it_stands_now(app: App, folder: Path) -> None:
    collect_sources(app.settings.sources, app, now=MORNING)
    put(folder, "ferry", FERRY.replace("third", "fourth"))

    assert collect_sources(app.settings.sources, app, now=MORNING).new_articles == 0
    assert "fourth day" in composed(app).briefs[0].sentences[0].text


def test_what_an_earlier_edition_told_is_left_out_and_accounted_for(app: App, folder: Path) -> None:
    collect_sources(app.settings.sources, app, now=MORNING)
    sent(composed(app), app.store)
    put(folder, "library", LIBRARY, at=MORNING + timedelta(hours=2))
    collect_sources(app.settings.sources, app, now=MORNING + DAY)

    tomorrow = composed(app, at=MORNING + DAY)

    assert titles(tomorrow) == ["News of the library"]
    assert [left.article.title for left in tomorrow.left_out] == ["News of the ferry"]


def test_an_edition_composed_again_tells_what_it_told(app: App) -> None:
    collect_sources(app.settings.sources, app, now=MORNING)
    first = composed(app)
    sent(first, app.store)

    assert composed(app) == first


def test_a_story_told_before_the_window_is_still_known(app: App, folder: Path) -> None:
    collect_sources(app.settings.sources, app, now=MORNING)
    sent(composed(app), app.store)
    put(folder, "ferry-again", FERRY, at=MORNING + 5 * DAY)
    collect_sources(app.settings.sources, app, now=MORNING + 5 * DAY)

    later = composed(app, at=MORNING + 6 * DAY)

    assert titles(later) == []
    assert [left.article.title for left in later.left_out] == ["News of the ferry-again"]


def test_a_failing_source_is_named_and_the_others_are_told(folder: Path, tmp_path: Path) -> None:
    missing = Source(id="gone", title="The Gone", path=tmp_path / "gone")
    app = app_over(open_store("sqlite://"), missing, Source(id="post", path=folder))

    gathered = collect_sources(app.settings.sources, app, now=MORNING)
    digest = composed(app)

    assert [failure.source for failure in gathered.failures] == ["The Gone"]
    assert not gathered.all_failed
    assert [failure.source for failure in digest.failures] == ["The Gone"]
    assert titles(digest) == ["News of the ferry"]


def test_a_source_that_works_again_is_no_failure_any_more(app: App, folder: Path) -> None:
    hidden = folder.rename(folder.with_name("hidden"))
    collect_sources(app.settings.sources, app, now=MORNING)
    hidden.rename(folder)
    collect_sources(app.settings.sources, app, now=MORNING)

    assert composed(app).failures == ()


def test_every_sentence_stands_word_for_word_in_the_article_it_cites(app: App) -> None:
    collect_sources(app.settings.sources, app, now=MORNING)

    for brief in composed(app).briefs:
        for sentence in brief.sentences:
            assert any(sentence.text in paragraph for paragraph in sentence.article.paragraphs)


def test_the_same_store_and_slot_give_the_same_digest(app: App, folder: Path) -> None:
    put(folder, "library", LIBRARY)
    collect_sources(app.settings.sources, app, now=MORNING)
    again = replace(app, store=app.store)

    assert composed(app) == composed(again)


@pytest.mark.parametrize(
    ("wishes", "expected"),
    [
        ({"include": ("ferries",)}, ["News of the ferry"]),
        ({"exclude": ("ferry",)}, ["News of the library"]),
        ({"boost": (Boost(topic="library", points=3),), "stories": 1}, ["News of the library"]),
        ({"boost": (Boost(topic="library", points=-3),), "stories": 1}, ["News of the ferry"]),
        ({"per_source": 1, "boost": (Boost(topic="ferry", points=2),)}, ["News of the ferry"]),
    ],
    ids=["include", "exclude", "boost", "against", "for each source"],
)
def test_the_readers_wishes_decide_what_is_in(
    app: App, folder: Path, wishes: dict[str, Any], expected: list[str]
) -> None:
    put(folder, "library", LIBRARY)
    collect_sources(app.settings.sources, app, now=MORNING)
    at = MORNING + timedelta(hours=1)

    digest = compose(replace(NEWSLETTER, **wishes), slot_at(at), app, window=Window(start=at - DAY, end=at))

    assert titles(digest) == expected
    assert len(digest.left_out) == 1


SLOGAN = "The island's own paper since the first lighthouse was built."


def test_what_a_source_puts_under_every_article_is_learnt_over_many_visits(app: App, folder: Path) -> None:
    for day, name in enumerate(("pier", "mill", "bridge", "market")):
        put(folder, name, f"The old {name} is to be repaired before winter, the island's council said.\n\n{SLOGAN}")
        collect_sources(app.settings.sources, app, now=MORNING + day * DAY)

    with app.store.read() as conn:
        found = articles.in_window(conn, ["post"], Window(start=MORNING - DAY, end=MORNING + DAY))
    texts = {article.title: article.paragraphs for article in found}
    assert SLOGAN in texts["News of the pier"]
    assert SLOGAN not in texts["News of the market"]


def test_on_schedule_only_sources_whose_time_has_come_are_visited(tmp_path: Path) -> None:
    dead = Source(id="dead", url="http://127.0.0.1:9/", title="The Dead")
    app = app_over(open_store("sqlite://"), dead)

    def visited(after: timedelta) -> int:
        return len(collect_sources(app.settings.sources, app, now=MORNING + after, due_only=True).outcomes)

    assert [visited(timedelta(minutes=after)) for after in (0, 5, 15, 25, 45)] == [1, 0, 1, 0, 1]
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
            id="a mail to where mails are read",
        ),
        pytest.param(
            Settings(web=WebSettings(url="https://a.example/news/")),
            Links(
                web=f"https://a.example/news/read/{TOKEN_PLACEHOLDER}",
                archive="https://a.example/news",
                preferences=f"https://a.example/news/preferences/{TOKEN_PLACEHOLDER}",
                unsubscribe=f"https://a.example/news/unsubscribe/{TOKEN_PLACEHOLDER}",
            ),
            id="pages",
        ),
    ],
)
def test_a_mail_leads_to_the_readers_pages_or_to_a_mail_that_unsubscribes(settings: Settings, links: Links) -> None:
    assert (
        links_of(Newsletter(id="main", title="Main", sender=Mailbox.parse("Main <main@a.example>")), settings) == links
    )


def test_without_a_sender_there_is_nobody_to_write_to() -> None:
    assert links_of(Newsletter(id="main", title="Main"), Settings()) == Links()
