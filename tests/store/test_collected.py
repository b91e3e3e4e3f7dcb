"""Stored entries, articles, fetch states and pending pages, on each kind of database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from digest.model.articles import BodyFormat, Image
from digest.model.newsletters import Source
from digest.model.protocols import Collected, FetchInterval, FetchState
from digest.model.slots import Window
from digest.store import Store, articles, entries, pending_pages, sources
from tests.support.values import NOON, article, entry

ALWAYS = Window(start=datetime.min.replace(tzinfo=UTC), end=datetime.max.replace(tzinfo=UTC))


def visit(id: str = "herald", **fields: object) -> Collected:
    return Collected(source=Source(id=id, url=f"https://{id}.example/"), entries=(), **fields)  # type: ignore[arg-type]


# --- entries -----------------------------------------------------------------------------------------------------


def test_an_entry_is_new_once(store: Store) -> None:
    with store.begin() as conn:
        assert entries.add(conn, [entry("1"), entry("2")]) == (entry("1"), entry("2"))
        assert entries.add(conn, [entry("2"), entry("3")]) == (entry("3"),)
        assert entries.for_source(conn, "herald") == (entry("1"), entry("2"), entry("3"))


def test_the_same_guid_of_two_sources_is_two_entries(store: Store) -> None:
    both = (entry("1"), entry("1", source_id="gazette"))
    with store.begin() as conn:
        assert entries.add(conn, both) == both


def test_of_two_entries_with_the_same_guid_in_one_fetch_the_first_is_stored(store: Store) -> None:
    with store.begin() as conn:
        assert entries.add(conn, [entry("1"), entry("1", title="Again")]) == (entry("1"),)


def test_an_edited_entry_takes_the_new_text_and_keeps_its_first_seen_time(store: Store) -> None:
    edited = entry("1", body="<p>Closed.</p>", title="Correction", seen=NOON + timedelta(hours=1))
    with store.begin() as conn:
        entries.add(conn, [entry("1")])
        assert entries.add(conn, [edited]) == ()
        assert entries.for_source(conn, "herald") == (replace(edited, seen=NOON),)


def test_an_edited_entry_keeps_its_sections_and_those_of_its_page(store: Store) -> None:
    first, edited = entry("1", sections=("Opinion", "Page")), entry("1", body="<p>Closed.</p>", sections=("City",))
    with store.begin() as conn:
        entries.add(conn, [first])
        _, changed = entries.new_and_changed(conn, [edited])
        entries.add(conn, [edited])

        assert [entry.sections for entry in changed] == [("City", "Opinion", "Page")]
        assert entries.for_source(conn, "herald") == changed


def test_new_sections_alone_are_no_edit(store: Store) -> None:
    with store.begin() as conn:
        entries.add(conn, [entry("1")])
        assert entries.new_and_changed(conn, [entry("1", sections=("Opinion",))]) == ((), ())


def test_an_entry_is_read_back_unchanged(store: Store) -> None:
    full = entry(
        author="The office",
        form=BodyFormat.MARKDOWN,
        published=datetime(2026, 3, 28, 14, tzinfo=timezone(timedelta(hours=2))),
        language="de-AT",
        sections=("Hafen", "Kommentar"),
        image=Image(url="https://herald.example/p.jpg", alt="Ein Hafen", width=640),
    )
    with store.begin() as conn:
        entries.add(conn, [full])
        (back,) = entries.for_source(conn, "herald")

    assert back == full
    assert isinstance(back.form, BodyFormat)
    assert back.published is not None
    assert back.published.tzinfo is UTC


def test_text_that_a_database_cannot_store_is_replaced(store: Store) -> None:
    broken = entry("g\0", title="a\0b", body="\ud800 \U0001f6a2")
    with store.begin() as conn:
        assert entries.add(conn, [broken]) == (broken,)
        assert entries.add(conn, [broken]) == ()
        (back,) = entries.for_source(conn, "herald")

    assert (back.title, back.body) == ("a�b", "� \U0001f6a2")


def test_many_entries_are_added_at_once(store: Store) -> None:
    many = [entry(str(number)) for number in range(1201)]
    with store.begin() as conn:
        assert entries.add(conn, many) == tuple(many)
        assert entries.add(conn, many) == ()


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="without a zone"), store.begin() as conn:
        entries.add(conn, [entry(seen=datetime(2026, 3, 28))])


def test_entries_published_before_the_first_fetch_do_not_count_as_new(store: Store) -> None:
    week = NOON - timedelta(days=7)
    dates = [None, NOON - timedelta(days=1), NOON - timedelta(days=8), NOON - timedelta(days=900)]
    with store.begin() as conn:
        entries.add(conn, [entry(str(number), published=date) for number, date in enumerate(dates)])

        assert entries.counts(conn, since=week) == {"herald": 2}
        assert entries.counts(conn, since=NOON + timedelta(days=1)) == {}


# --- articles ----------------------------------------------------------------------------------------------------


def add(store: Store, *pairs: tuple[str, str, datetime]) -> None:
    with store.begin() as conn:
        pairs = [
            (entry(f"{source_id} {id}", source_id=source_id), article(id, source_id=source_id, published=published))
            for source_id, id, published in pairs
        ]
        entries.add(conn, [published for published, _ in pairs])
        articles.add(conn, pairs)


def test_an_article_is_read_back_unchanged(store: Store) -> None:
    full = article(author="The office", language="de", image=Image(url="https://herald.example/p.jpg"))
    with store.begin() as conn:
        entries.add(conn, [entry()])
        articles.add(conn, [(entry(), full)])
        assert articles.in_window(conn, ["herald"], ALWAYS) == (full,)


def test_articles_are_ordered_newest_first_then_by_id(store: Store) -> None:
    hour = timedelta(hours=1)
    add(
        store,
        ("herald", "b", NOON),
        ("herald", "a", NOON),
        ("herald", "old", NOON - hour),
        ("gazette", "new", NOON + hour),
    )
    with store.read() as conn:
        in_window = articles.in_window(conn, ["gazette", "herald"], ALWAYS)

    assert [stored.id for stored in in_window] == ["new", "a", "b", "old"]


def test_a_window_includes_its_start_and_excludes_its_end(store: Store) -> None:
    moment = timedelta(microseconds=1)
    add(store, ("herald", "before", NOON - moment), ("herald", "at", NOON), ("herald", "end", NOON + moment))
    with store.read() as conn:
        in_window = articles.in_window(conn, ["herald"], Window(start=NOON, end=NOON + moment))

    assert [stored.id for stored in in_window] == ["at"]


def test_only_articles_of_the_given_sources_are_read(store: Store) -> None:
    add(store, ("herald", "a", NOON), ("gazette", "b", NOON))
    with store.read() as conn:
        assert [stored.id for stored in articles.in_window(conn, ["gazette"], ALWAYS)] == ["b"]
        assert articles.in_window(conn, [], ALWAYS) == ()


def test_an_article_of_two_sources_is_read_once_together_and_once_for_each(store: Store) -> None:
    add(store, ("herald", "same", NOON), ("gazette", "same", NOON))
    with store.read() as conn:
        assert len(articles.in_window(conn, ["herald", "gazette"], ALWAYS)) == 1
        assert [stored.source_id for stored in articles.in_window(conn, ["gazette"], ALWAYS)] == ["gazette"]


def test_an_article_cleaned_again_replaces_the_first(store: Store) -> None:
    with store.begin() as conn:
        entries.add(conn, [entry()])
        articles.add(conn, [(entry(), article())])
        articles.add(conn, [(entry(), article(title="Corrected"))])
        assert [stored.title for stored in articles.in_window(conn, ["herald"], ALWAYS)] == ["Corrected"]


# --- sources -----------------------------------------------------------------------------------------------------


def test_a_source_never_fetched_has_no_fetch_state(store: Store) -> None:
    with store.read() as conn:
        assert sources.fetch_states(conn, ["herald"]) == {}
        assert sources.health(conn) == ()


def test_validators_are_stored_for_each_source(store: Store) -> None:
    first = FetchState(etag='"1"', url="https://herald.example/found")
    second = FetchState(last_modified="Sat, 28 Mar 2026 12:00:00 GMT")
    with store.begin() as conn:
        sources.record_success(conn, visit("herald", fetch_state=first), at=NOON)
        sources.record_success(conn, visit("gazette", fetch_state=second), at=NOON)
        assert sources.fetch_states(conn, ["gazette", "herald", "other"]) == {"herald": first, "gazette": second}


def test_a_servers_retry_time_is_stored_until_a_fetch_succeeds(store: Store) -> None:
    later = NOON + timedelta(hours=3)
    with store.begin() as conn:
        sources.record_failure(conn, visit("herald").source, "busy", at=NOON, not_before=later)
        assert sources.fetch_states(conn, ["herald"]) == {"herald": FetchState(not_before=later, refusal="busy")}
        sources.record_success(conn, visit("herald", unchanged=True), at=later)
        assert sources.fetch_states(conn, ["herald"]) == {"herald": FetchState()}


def test_known_guids_are_those_stored_for_the_source(store: Store) -> None:
    with store.begin() as conn:
        entries.add(conn, [entry(source_id="herald", guid="1"), entry(source_id="gazette", guid="2")])
        assert entries.known_guids(conn, "herald", ["1", "2", "3"]) == {"1"}


def test_an_unchanged_fetch_keeps_title_and_validators(store: Store) -> None:
    fetch_state = FetchState(etag='"1"', is_feed=True)
    with store.begin() as conn:
        sources.record_success(conn, visit(fetch_state=fetch_state, title="Harbour Herald"), at=NOON)
        sources.record_success(conn, visit(unchanged=True), at=NOON + timedelta(hours=1))
        assert sources.fetch_states(conn, ["herald"]) == {"herald": fetch_state}
        (health,) = sources.health(conn)

    assert (health.title, health.last_success) == ("Harbour Herald", NOON + timedelta(hours=1))


def test_validators_that_a_server_no_longer_sends_are_deleted(store: Store) -> None:
    with store.begin() as conn:
        sources.record_success(conn, visit(fetch_state=FetchState(etag='"1"')), at=NOON)
        sources.record_success(conn, visit(), at=NOON)
        assert sources.fetch_states(conn, ["herald"]) == {"herald": FetchState()}


def test_health_has_the_first_failure_and_the_last_error(store: Store) -> None:
    hour = timedelta(hours=1)
    with store.begin() as conn:
        sources.record_success(conn, visit(title="Harbour Herald"), at=NOON)
        sources.record_failure(conn, visit("herald").source, "HTTP 500", at=NOON + hour)
        sources.record_failure(conn, visit("herald").source, "timed out", at=NOON + 2 * hour)
        (failing,) = sources.health(conn)
        sources.record_success(conn, visit(title="Harbour Herald"), at=NOON + 3 * hour)
        (well,) = sources.health(conn)

    assert failing == sources.Health(
        id="herald",
        title="Harbour Herald",
        last_success=NOON,
        last_failure=NOON + 2 * hour,
        failing_since=NOON + hour,
        error="timed out",
    )
    assert (well.failing_since, well.error, well.last_failure) == (None, "", NOON + 2 * hour)


def test_a_source_is_not_due_before_its_next_fetch(store: Store) -> None:
    pace = FetchInterval(failures=2, interval_s=900, next_fetch=NOON + timedelta(hours=1))
    with store.begin() as conn:
        sources.record_failure(conn, visit("herald").source, "down", at=NOON, interval=pace)
        sources.record_success(conn, visit("gazette"), at=NOON)

        assert sources.fetch_intervals(conn, ["herald", "gazette", "other"]) == {
            "herald": pace,
            "gazette": FetchInterval(),
        }
        assert sources.not_due_ids(conn, now=NOON) == {"herald"}
        assert sources.not_due_ids(conn, now=NOON + timedelta(hours=1)) == frozenset()

        sources.record_success(
            conn, visit("herald", unchanged=True), at=NOON, intervals={"herald": FetchInterval(interval_s=900)}
        )
        assert sources.fetch_intervals(conn, ["herald"]) == {"herald": FetchInterval(interval_s=900)}


def test_an_edit_without_a_field_keeps_the_stored_value(store: Store) -> None:
    """A feed's teaser lacks the text, the author and the image that its page had."""
    picture = Image(url="https://a.example/f.jpg")
    whole = entry("1", body="<p>All of it.</p>", author="The desk", image=picture, language="en")
    teaser = entry("1", title="Corrected", body="", form=BodyFormat.TEXT, seen=NOON + timedelta(hours=1))
    with store.begin() as conn:
        entries.add(conn, [whole])

        assert entries.new_and_changed(conn, [teaser]) == ((), (replace(whole, title="Corrected"),))
        entries.add(conn, [teaser])
        assert entries.for_source(conn, "herald") == (replace(whole, title="Corrected"),)
        assert entries.new_and_changed(conn, [teaser]) == ((), ())


def test_the_fetch_state_of_a_moved_source_is_deleted(store: Store) -> None:
    there, elsewhere = visit("herald").source, Source(id="herald", url="https://new.example/")
    never = Source(id="never", url="https://never.example/")
    with store.begin() as conn:
        sources.record_success(conn, visit("herald", fetch_state=FetchState(etag='"1"')), at=NOON)
        sources.record_failure(conn, visit("gazette").source, "gone", at=NOON, not_before=NOON + timedelta(days=30))
        moved = Source(id="gazette", url="https://new.example/")

        assert sources.moved_ids(conn, [there, never]) == frozenset()
        assert sources.moved_ids(conn, [elsewhere, moved, never]) == {"herald", "gazette"}
        sources.forget(conn, {"gazette"})
        assert sources.fetch_states(conn, ["herald", "gazette"]) == {"herald": FetchState(etag='"1"')}


def test_the_newest_publication_time_of_each_source_is_returned(store: Store) -> None:
    with store.begin() as conn:
        for number, date in enumerate((NOON, NOON - timedelta(days=3))):
            stored = entry(str(number))
            entries.add(conn, [stored])
            articles.add(conn, [(stored, article(str(number), published=date))])

        assert articles.newest_published(conn) == {"herald": NOON}


# --- pending pages -----------------------------------------------------------------------------------------------


def test_pending_pages_are_due_at_their_time_until_they_are_removed(store: Store) -> None:
    at = {"1": NOON, "2": NOON + timedelta(hours=1), "never stored": NOON}
    with store.begin() as conn:
        entries.add(conn, [entry("1"), entry("2"), entry("1", source_id="gazette")])
        pending_pages.save(conn, "herald", at)

        assert pending_pages.due(conn, ["herald", "gazette"], now=NOON) == {"herald": (entry("1"),)}
        pending_pages.save(conn, "herald", {"1": None, "2": NOON})
        assert pending_pages.due(conn, ["herald", "gazette"], now=NOON) == {"herald": (entry("2"),)}
        assert pending_pages.due(conn, ["gazette"], now=NOON) == {}
