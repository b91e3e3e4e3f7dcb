"""Round trips: any value of the model is read back from the store unchanged, on each kind of database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.model.articles import Article, BodyFormat, Entry, Image
from digest.model.editions import Edition
from digest.model.slots import Slot
from digest.store import Store, articles, editions, entries, subscribers
from digest.store.column_types import storable
from digest.store.subscribers import NewSubscriber
from tests.store.test_collected import ALWAYS
from tests.support.values import NOON, entry

#: Each example rolls back its transaction, so that the store stays empty.
round_trip = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

any_text = st.text(st.characters(), max_size=30)
text = any_text.map(storable)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 28), timezones=zones | st.just(UTC))
sizes = st.none() | st.integers(1, 10_000)
images = st.builds(Image, url=text, alt=text, width=sizes, height=sizes)
some_entries = st.builds(
    Entry,
    source_id=text,
    guid=text,
    url=text,
    title=text,
    body=text,
    form=st.sampled_from(BodyFormat),
    seen=instants,
    source=text,
    author=text,
    published=st.none() | instants,
    language=text,
    image=st.none() | images,
)
some_articles = st.builds(
    Article,
    id=text,
    source_id=text,
    source=text,
    url=text,
    title=text,
    paragraphs=st.lists(text, max_size=4).map(tuple),
    published=instants,
    language=text,
    author=text,
    image=st.none() | images,
)
some_editions = st.builds(
    Edition,
    newsletter_id=text,
    slot=st.builds(Slot, due=instants, key=text),
    subject=text,
    preheader=text,
    html=text,
    text=text,
    language=text,
    reading_minutes=st.integers(0, 1000),
    audience=text,
    revision=st.integers(1, 1000),
)


class _Undone(Exception):
    """Rolls back the transaction of an example."""


def undone(store: Store, check: Any) -> None:
    try:
        with store.begin() as conn:
            check(conn)
            raise _Undone
    except _Undone:
        pass


@round_trip
@given(new_entries=st.lists(some_entries, max_size=6))
def test_entries(store: Store, new_entries: list[Entry]) -> None:
    def check(conn: Any) -> None:
        first = {(row.source_id, row.guid): row for row in reversed(new_entries)}
        added = entries.add(conn, new_entries)
        assert {(row.source_id, row.guid): row for row in added} == first
        assert len(added) == len(first)
        assert entries.new_and_changed(conn, added) == ((), ())
        for source_id in {row.source_id for row in new_entries}:
            assert entries.for_source(conn, source_id) == tuple(row for row in added if row.source_id == source_id)

    undone(store, check)


@round_trip
@given(new_articles=st.lists(some_articles, max_size=6, unique_by=lambda article: article.id))
def test_articles(store: Store, new_articles: list[Article]) -> None:
    def check(conn: Any) -> None:
        published = [entry(str(number)) for number in range(len(new_articles))]
        entries.add(conn, published)
        articles.add(conn, zip(published, new_articles, strict=True))
        stored = articles.in_window(conn, {row.source_id for row in new_articles}, ALWAYS)
        assert {row.id: row for row in stored} == {row.id: row for row in new_articles}
        assert list(stored) == sorted(stored, key=lambda row: (-row.published.timestamp(), row.id))

    undone(store, check)


@round_trip
@given(new_edition=some_editions)
def test_an_edition(store: Store, new_edition: Edition) -> None:
    def check(conn: Any) -> None:
        id_, added = editions.add(conn, new_edition, at=NOON)
        stored = editions.get(conn, id_)
        assert added
        assert stored is not None
        assert stored.edition == new_edition
        assert editions.find(conn, new_edition.newsletter_id, new_edition.slot, audience=new_edition.audience) == stored

    undone(store, check)


@round_trip
@given(before=some_entries, after=some_entries)
def test_an_edit_is_reported_before_it_is_stored_and_not_after(store: Store, before: Entry, after: Entry) -> None:
    identity = {
        "source_id": before.source_id,
        "guid": before.guid,
        "published": before.published,
        "source": before.source,
    }
    offered = replace(after, **identity)
    silent = {name for name in ("url", "title", "body", "author", "language", "image") if not getattr(offered, name)}
    silent |= {"form"} if "body" in silent else set()
    edit = replace(offered, **{name: getattr(before, name) for name in silent}, seen=before.seen)

    def check(conn: Any) -> None:
        entries.add(conn, [before])
        assert entries.new_and_changed(conn, [offered]) == ((), () if edit == before else (edit,))
        entries.add(conn, [offered])
        assert entries.for_source(conn, before.source_id) == (edit,)

    undone(store, check)


@round_trip
@given(raw=st.text(st.characters(categories=["L", "Cs", "Cc", "So"]) | st.just("\0"), max_size=30))
def test_any_text_can_be_stored(store: Store, raw: str) -> None:
    def check(conn: Any) -> None:
        new_entry = entry(raw, source_id=raw, title=raw, body=raw)
        assert entries.add(conn, [new_entry]) == (new_entry,)
        assert entries.add(conn, [new_entry]) == ()
        (stored,) = entries.for_source(conn, raw)
        assert stored.body == storable(raw)

    undone(store, check)


@round_trip
@given(addresses=st.lists(st.text(st.characters(categories=["L", "Nd", "P"]), min_size=1, max_size=8), max_size=8))
def test_no_address_is_subscribed_twice(store: Store, addresses: list[str]) -> None:
    def check(conn: Any) -> None:
        people = [NewSubscriber(address=address) for address in addresses]
        added = subscribers.add(conn, people, "main", at=NOON).added
        assert len(added) == len({subscribers.normalize_address(address) for address in addresses})
        assert subscribers.add(conn, people, "main", at=NOON).added == ()
        assert {subscriber.address for subscriber in subscribers.for_newsletter(conn, "main")} == {
            address.strip() for address in added
        }

    undone(store, check)
