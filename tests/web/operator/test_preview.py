"""Previews on the operator's pages: any newsletter, moment and subscriber; nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from digest.model.newsletters import Source
from digest.pipeline.collect import collect_sources
from digest.pipeline.preview_worker import PreviewOrder, compose_page
from digest.settings import StoreSettings
from digest.store import open_store, subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.operator_site import OperatorClient, heading, notice, operator_settings
from tests.support.values import NOON
from tests.support.web_site import NEWSLETTER, running_site

ANN = "ann@harbour.example"
FERRY = "Ferry stays in harbour\n\nThe island ferry stayed in harbour because of strong wind. Bread came by air.\n"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[OperatorClient]:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles/ferry.txt").write_text(FERRY)
    url = f"sqlite:///{tmp_path / 'digest.db'}"
    source = Source(id="own", path=tmp_path / "articles", title="Own articles")
    greeting = replace(NEWSLETTER, greeting="Good morning, {name}!")
    settings = replace(operator_settings(tmp_path, greeting), store=StoreSettings(url=url), sources=(source,))
    with open_store(url) as store, running_site(store, settings) as site:
        with store.begin() as conn:
            subscribers.add(conn, [NewSubscriber(address=ANN, name="Ann")], "main", at=NOON)
            subscribers.add(conn, [NewSubscriber(address="bob@harbour.example")], "gone", at=NOON)
        collect_sources(settings.sources, site.app, now=NOON)
        client = OperatorClient(site=site)
        client.log_in()
        yield client


def test_the_form_becomes_an_address_without_the_readers(client: OperatorClient) -> None:
    client.get("preview")
    page = client.post("preview", {"newsletter": "main", "at": "2026-03-29T06:00", "email": ANN})

    assert 'src="/operator/preview/mail?newsletter=main&amp;at=2026-03-29T06%3A00&amp;subscriber=1"' in page.text
    assert f"Due for {ANN} on Sun 2026-03-29 07:00 (UTC)." in page.text


def test_who_doesnt_subscribe_is_said(client: OperatorClient) -> None:
    client.get("preview")
    page = client.post("preview", {"newsletter": "main", "at": "2026-03-29T06:00", "email": "bob@harbour.example"})
    assert "bob@harbour.example does not subscribe to main." in page.text

    page = client.post("preview", {"newsletter": "main", "at": "2026-03-29T06:00", "email": "eve@harbour.example"})
    assert notice(page) == "Nobody has this address: this is what all others get."


def test_what_makes_no_sense_is_no_page_or_the_next_edition(client: OperatorClient) -> None:
    for query in (
        "?at=x",
        "?newsletter=gone",
        "?subscriber=99",
        "?at=2026-13-01T00:00",
        "?at=0001-01-01T00:00&subscriber=1",
    ):
        assert heading(client.get(f"preview{query}")) == "Preview"
    assert client.get("preview/mail?newsletter=main").status == 404
    assert client.get("preview/mail?newsletter=main&at=x").status == 404


def test_no_other_site_makes_us_compose(client: OperatorClient) -> None:
    path = "preview/mail?newsletter=main&at=2026-03-28T12:00"

    assert client.get(path, Sec_Fetch_Site="cross-site").status == 404


def test_the_mail_is_composed_for_a_moment_and_a_subscriber(client: OperatorClient) -> None:
    """In this process; that the page does it in another one is tested below."""
    settings = client.site.app.settings
    order = PreviewOrder(newsletter_id="main", at=NOON, address=ANN, now=NOON)

    page = compose_page(order, settings).html
    assert "Ferry stays in harbour" in page
    assert "Good morning, Ann!" in page
    assert "(reader." not in page
    assert "Good morning!" in compose_page(replace(order, address=""), settings).html
    problem = compose_page(replace(order, address="eve@harbour.example"), settings).problem
    assert problem.startswith("no subscriber has the address")


@pytest.mark.slow
def test_the_frame_composes_in_a_process_of_its_own_and_changes_nothing(client: OperatorClient, tmp_path: Path) -> None:
    files = {path: path.read_bytes() for path in (tmp_path / "digest.db", tmp_path / "digest.db-wal")}
    frame = client.get("preview/mail?newsletter=main&at=2026-03-28T12:00&subscriber=1")

    assert frame.status == 200
    assert "Good morning, Ann!" in frame.text
    assert "frame-ancestors 'self'" in frame.headers["content-security-policy"]
    assert {path: path.read_bytes() for path in files} == files
