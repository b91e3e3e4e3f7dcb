"""Delivery fills in each subscriber's greeting, escaped; text from outside can't contain the placeholder."""

from __future__ import annotations

import email
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from digest.cli import main
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter, Source
from digest.model.slots import Slot
from digest.pipeline.app import make_app
from digest.pipeline.collect import collect_sources
from digest.pipeline.deliver import edition_message_builder
from digest.pipeline.publish import publish
from digest.render import GREETING_PLACEHOLDER, RenderOptions, render
from digest.render.delivery_placeholders import fill_greeting
from digest.settings import Settings
from digest.store import Store, deliveries, subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.digests import article, brief, digest
from tests.support.values import NOON

NEWSLETTER = Newsletter(
    id="main", title="Main", sender=Mailbox.parse("Main <main@example.org>"), greeting="Good morning, {name}!"
)
NOTE = "The ferry stayed in harbour for the third day because of strong wind, the shipping line said."


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("Good morning, {name}!", "Ann", "Good morning, Ann!"),
        ("Good morning, {name}!", "", "Good morning!"),
        ("صباح الخير، {name}", "", "صباح الخير"),
        ("Hello {name}", "", "Hello"),
        ("Hello", "Ann", "Hello"),
        ("", "Ann", ""),
    ],
)
def test_a_greeting_has_the_name_where_it_is_known(pattern: str, name: str, expected: str) -> None:
    assert fill_greeting(pattern, name) == expected


def test_each_subscriber_is_greeted_by_name_and_the_name_is_escaped(sqlite_store: Store, tmp_path: Path) -> None:
    written = NOON - timedelta(hours=3)
    (tmp_path / "ferry.md").write_text(f"---\ntitle: News\ndate: {written.isoformat()}\n---\n{NOTE}\n", "utf-8")
    app = make_app(Settings(sources=(Source(id="a", path=tmp_path),), newsletters=(NEWSLETTER,)), store=sqlite_store)
    new_subscribers = [
        NewSubscriber(address="ann@example.org", name="Ann <b>Fog</b>"),
        NewSubscriber(address="bo@example.org"),
    ]
    with sqlite_store.begin() as conn:
        subscribers.add(conn, new_subscribers, "main", at=NOON - timedelta(days=1))
    collect_sources(app.settings.sources, app, now=NOON)
    publication = publish(NEWSLETTER, Slot(due=NOON, key="x"), app, now=NOON)
    assert publication.edition_id is not None
    build_message = edition_message_builder(publication.edition_id, app)
    with sqlite_store.read() as conn:
        mails = [
            email.message_from_bytes(build_message(delivery).content, _class=EmailMessage, policy=policy.default)
            for delivery in deliveries.for_edition(conn, publication.edition_id)
        ]

    texts, pages = zip(*([part.get_content() for part in mail.iter_parts()] for mail in mails), strict=True)
    assert "Good morning, Ann <b>Fog</b>!" in texts[0].replace("\n", " ")
    assert "Good morning, Ann &lt;b&gt;Fog&lt;/b&gt;!</p>" in pages[0]
    assert "Good morning!" in texts[1]
    assert "Good morning!</p>" in pages[1]
    assert GREETING_PLACEHOLDER not in "".join((*texts, *pages))


def test_a_preview_greets_without_a_name(tmp_path: Path) -> None:
    (tmp_path / "ferry.txt").write_text(NOTE, "utf-8")
    file, out = tmp_path / "digest.toml", tmp_path / "out.html"
    newsletter = '[[newsletters]]\nid = "main"\ntitle = "M"\nempty = "send"\ngreeting = "Good morning, {name}!"\n'
    file.write_text(f'[[sources]]\nid = "a"\npath = "{tmp_path}/ferry.txt"\n{newsletter}', "utf-8")

    assert main(["preview", "--config", str(file), "--fetch", "-o", str(out)]) == 0
    assert "Good morning!</p>" in out.read_text("utf-8")


def test_without_a_greeting_no_edition_contains_the_placeholder() -> None:
    edition = render(
        digest([brief([article(f"Fog {GREETING_PLACEHOLDER}", [f"It lifts {GREETING_PLACEHOLDER}."])])]),
        RenderOptions(),
    )

    assert GREETING_PLACEHOLDER not in edition.html
    assert GREETING_PLACEHOLDER not in edition.text
