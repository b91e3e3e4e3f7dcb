"""What plugins return is checked, and crosses to the parent as plain values of ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from digest.model.articles import BodyFormat, Entry, Image
from digest.model.newsletters import Source
from digest.model.protocols import Candidate, Collected, FetchState
from digest.model.stories import Ranked, Reason, Story
from digest.processes.plugin_checks import WrongResult, chosen_indexes, plain_collected, scored_stories
from tests.support import values

SOURCE = Source(id="tides", collector="mine:collect")
ARTICLE = values.article("a")
OFFERED = tuple(Candidate(text=f"Sentence {n}.", article=ARTICLE, position=n, paragraph=0) for n in range(3))
STORIES = tuple(
    Ranked(story=Story(articles=(values.article(id_),)), score=1.0, reasons=(Reason(name="length", points=1.0),))
    for id_ in "abc"
)
ENTRY = Entry(
    source_id="x", guid="1", url="https://tides.example/1", title="High tide", body="<p>It rises.</p>",
    form=BodyFormat.HTML, seen=values.NOON, source="",
)  # fmt: skip


class Text(str):
    """A string of a plugin's own."""

    __slots__ = ()


def collected(**fields: object) -> Collected:
    entry = replace(ENTRY, **fields)  # type: ignore[arg-type]  # wrong types, too
    return plain_collected(Collected(source=SOURCE, entries=(entry,)), SOURCE, seen=values.NOON)


# --- summarizers -----------------------------------------------------------------------------------------------------


def test_chosen_candidates_are_known_by_their_content() -> None:
    copy = replace(OFFERED[2])

    assert chosen_indexes([copy, OFFERED[0]], OFFERED) == (2, 0)


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (["Sentence 1."], "returned list of str, expected tuple of Candidate"),
        ((OFFERED[0], 1), "returned tuple of Candidate and int, expected tuple of Candidate"),
        (None, "returned NoneType, expected tuple of Candidate"),
        ("text", "returned str, expected"),
        ((replace(OFFERED[0], text="Sentence 0"),), "returned a sentence that no article holds: 'Sentence 0'"),
        ((replace(OFFERED[0], text="New\x1b[31m!"),), r"no article holds: 'New\\\\x1b"),
        ((OFFERED[1], OFFERED[1]), "returned a sentence twice: 'Sentence 1.'"),
    ],
)
def test_other_results_of_summarizers_are_refused(result: object, message: str) -> None:
    with pytest.raises(WrongResult, match=message.replace("(", r"\(")):
        chosen_indexes(result, OFFERED)


# --- rankers ---------------------------------------------------------------------------------------------------------


def test_a_ranker_may_order_drop_and_score_anew() -> None:
    changed = replace(STORIES[2], score=7, reasons=(Reason(name="mine\n", points=7, detail="x"),))
    (first, second) = scored_stories([changed, STORIES[0]], STORIES)

    assert (first.index, first.score, first.reasons) == (2, 7.0, (("mine", 7.0, "x"),))
    assert second.index == 0


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ({"a": 1}, "returned dict, expected tuple of Ranked"),
        ([*STORIES, STORIES[0]], "a story twice"),
        ([replace(STORIES[0], story=Story(articles=(values.article("z"),)))], "a story that it was not given"),
        ([replace(STORIES[0], story=Story(articles=(values.article("a", title="Other"),)))], "that it was not given"),
        ([replace(STORIES[0], score=float("inf"))], "a score that is no finite number"),
        ([replace(STORIES[0], score="high")], "score or reasons have a wrong type"),
        ([replace(STORIES[0], reasons=("because",))], "score or reasons have a wrong type"),
    ],
)
def test_other_results_of_rankers_are_refused(result: object, message: str) -> None:
    with pytest.raises(WrongResult, match=message):
        scored_stories(result, STORIES)


# --- collectors ------------------------------------------------------------------------------------------------------


def test_entries_are_plain_and_of_their_source() -> None:
    zone = timezone(timedelta(hours=2))
    result = collected(
        guid=Text("g"), title=Text("High\n\x00tide"), published=datetime(2026, 3, 1, 14, tzinfo=zone), seen="never"
    )
    (entry,) = result.entries

    assert (entry.source_id, entry.guid, entry.title, entry.source) == ("tides", "g", "High tide", "tides")
    assert type(entry.guid) is str
    assert (entry.published, entry.seen) == (datetime(2026, 3, 1, 12, tzinfo=UTC), values.NOON)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "https://u:p@tides.example/", "tides", "//x"]
)
def test_an_address_that_cannot_be_linked_to_is_left_out(url: str) -> None:
    result = collected(url=url, image=Image(url=url))

    assert (result.entries[0].url, result.entries[0].image) == ("", None)
    assert "is no address that can be linked to" in result.problems[0]


def test_an_entry_without_guid_takes_its_address_and_without_both_is_left_out() -> None:
    assert collected(guid="").entries[0].guid == ENTRY.url
    assert collected(guid="", url="").entries == ()
    assert collected(guid="", url="").problems == ("entry 1 is left out: it has neither guid nor url",)


def test_nothing_makes_our_own_client_fetch_an_address() -> None:
    state = FetchState(etag="a", url="http://127.0.0.1/", is_feed=True, pending_pages=(ENTRY,))
    result = Collected(source=SOURCE, entries=(ENTRY,), fetch_state=state, feed_urls=("http://127.0.0.1/",))

    plain = plain_collected(result, SOURCE, seen=values.NOON)
    assert (plain.fetch_state, plain.feed_urls, plain.pending_pages) == (FetchState(etag="a"), (), {})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"guid": 7}, "returned entry 1 with guid as int, expected str"),
        ({"body": b"bytes"}, "entry 1 with body as bytes, expected str"),
        ({"form": "pdf"}, "entry 1 with form 'pdf', expected a BodyFormat"),
        ({"published": "today"}, "entry 1 with a time that is str, expected datetime"),
        ({"image": "https://x.example/a.png"}, "entry 1 with an image that is str, expected Image"),
        ({"sections": (1,)}, "returned tuple of int, expected entry 1: sections"),
    ],
)
def test_entries_of_wrong_types_are_named(fields: dict[str, object], message: str) -> None:
    with pytest.raises(WrongResult, match=message):
        collected(**fields)


@pytest.mark.parametrize("result", [None, [ENTRY], (ENTRY,), {"entries": []}])
def test_only_collected_is_a_result(result: object) -> None:
    with pytest.raises(WrongResult, match="expected Collected"):
        plain_collected(result, SOURCE, seen=values.NOON)


def test_lone_surrogates_and_extreme_times_are_survived() -> None:
    result = collected(
        title="Tide \ud800", published=datetime(9999, 12, 31, 23, 59, tzinfo=timezone(-timedelta(hours=9)))
    )

    assert (result.entries[0].title, result.entries[0].published) == ("Tide ?", None)
