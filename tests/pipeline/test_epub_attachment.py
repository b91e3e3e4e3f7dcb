"""Editions attached as EPUBs: to those who want it, the same bytes on each try, and nobody else's mail changes."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from threading import Event

from digest.model.digests import Digest
from digest.model.editions import ATTACH, EPUB, Delivery
from digest.model.mailbox import Mailbox
from digest.model.protocols import Message
from digest.pipeline.app import App, make_app
from digest.pipeline.deliver import deliver_edition, edition_message_builder
from digest.pipeline.edition_files import edition_epub
from digest.render import RenderOptions
from digest.render.epub import digest_epub
from digest.settings import Settings
from digest.store import Store, deliveries, editions, stories, subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.digests import NEWSLETTER, digest, nth_brief
from tests.support.fakes import FakeMailer
from tests.support.values import NOON, edition

READER, PLAIN = "reader@kindle.example", "ann@harbour.example"


def app_for(store: Store) -> App:
    newsletter = replace(NEWSLETTER, sender=Mailbox.parse("Harbour <news@harbour.example>"))
    return make_app(Settings(newsletters=(newsletter,)), store=store)


def publish(store: Store, *, wanting: bool = True) -> tuple[int, Digest]:
    """An edition with two subscribers, of whom one may want an EPUB."""
    published = digest([nth_brief(0, section="Harbour"), nth_brief(1), nth_brief(2, section="Harbour")])
    reader = NewSubscriber(address=READER, preferences={ATTACH: EPUB} if wanting else {})
    with store.begin() as conn:
        subscribers.add(conn, [reader, NewSubscriber(address=PLAIN)], NEWSLETTER.id, at=NOON)
        frozen = edition(newsletter_id=NEWSLETTER.id, slot=published.slot)
        edition_id, _ = editions.add(conn, frozen, at=NOON)
        stories.add(conn, edition_id, published.briefs)
        deliveries.create_for_edition(conn, edition_id, host="harbour.example", at=NOON)
    return edition_id, published


def rows(store: Store, edition_id: int) -> dict[str, Delivery]:
    with store.read() as conn:
        return {row.subscriber.address: row for row in deliveries.page(conn, edition_id, after=0, limit=9)}


def attachments(mail: Message) -> list[tuple[str, object]]:
    parsed = message_from_bytes(mail.content, policy=policy.default)
    return [(part.get_filename() or "", part.get_content()) for part in parsed.iter_attachments()]


def test_who_wants_it_gets_the_edition_as_a_file(sqlite_store: Store) -> None:
    edition_id, published = publish(sqlite_store)
    mailer, app = FakeMailer(), app_for(sqlite_store)
    deliver_edition(edition_id, replace(app, mailer=lambda: mailer), clock=lambda: NOON, stop=Event())
    with sqlite_store.read() as conn:
        stored = editions.get(conn, edition_id)
        assert stored is not None
        epub = edition_epub(conn, stored, app.settings)

    assert {mail.recipient: attachments(mail) for mail in mailer.accepted} == {
        READER: [("The Harbour Letter-2026-03-29.epub", epub.data)],
        PLAIN: [],
    }
    assert epub == digest_epub(published, stored.edition, RenderOptions())


def test_each_try_sends_the_same_bytes(sqlite_store: Store) -> None:
    edition_id, _ = publish(sqlite_store)
    row = rows(sqlite_store, edition_id)[READER]
    first, again = (edition_message_builder(edition_id, app_for(sqlite_store))(row) for _ in range(2))

    assert len(attachments(first)) == 1
    assert first == again


def test_the_mails_of_others_are_the_same_to_the_byte(sqlite_store: Store) -> None:
    edition_id, _ = publish(sqlite_store, wanting=False)
    build = edition_message_builder(edition_id, app_for(sqlite_store))
    before = {address: build(row) for address, row in rows(sqlite_store, edition_id).items()}
    with sqlite_store.begin() as conn:
        reader = subscribers.find(conn, READER)
        assert reader is not None
        subscribers.set_preference(conn, reader.id, ATTACH, EPUB)
    build = edition_message_builder(edition_id, app_for(sqlite_store))
    after = {address: build(row) for address, row in rows(sqlite_store, edition_id).items()}

    assert before[PLAIN] == after[PLAIN]
    assert [len(attachments(mails[READER])) for mails in (before, after)] == [0, 1]


def test_a_preference_is_stored_beside_others_and_removed(sqlite_store: Store) -> None:
    with sqlite_store.begin() as conn:
        subscribers.add(conn, [NewSubscriber(address=PLAIN, preferences={"city": "Kiel"})], "main", at=NOON)
        ann = subscribers.find(conn, PLAIN)
        assert ann is not None
        subscribers.set_preference(conn, ann.id, ATTACH, EPUB)
        wanting = subscribers.get(conn, ann.id)
        subscribers.set_preference(conn, ann.id, ATTACH, "")
        again = subscribers.get(conn, ann.id)

    assert wanting is not None
    assert (wanting.wants_epub, wanting.preferences) == (True, {"city": "Kiel", ATTACH: EPUB})
    assert again == ann
