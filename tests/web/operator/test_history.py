"""Sources, deliveries and subscribers over the days, on the operator's pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest.model.newsletters import Source
from digest.store import Store, source_history
from digest.store.source_history import Fetch
from tests.support.operator_site import OperatorClient, heading, operator_settings, send_edition, subscribe
from tests.support.web_site import running_site

DAY = timedelta(days=1)
SOURCES = tuple(Source(id=f"source-{number}", url=f"https://{number}.example/") for number in range(120))


@pytest.fixture
def client(sqlite_store: Store, tmp_path: Path) -> Iterator[OperatorClient]:
    with running_site(sqlite_store, replace(operator_settings(tmp_path), sources=SOURCES)) as site:
        client = OperatorClient(site=site)
        client.log_in()
        yield client


def fetch(client: OperatorClient, days_ago: int, **fields: int) -> None:
    with client.site.app.store.begin() as conn:
        fetched = Fetch(source_id="source-1", **fields)  # type: ignore[arg-type]  # numbers
        source_history.record(conn, [fetched], at=client.site.now - days_ago * DAY)


def test_a_source_has_its_days_as_a_drawing_and_as_numbers(client: OperatorClient) -> None:
    fetch(client, 0, entries=7, duration_ms=1500)
    fetch(client, 40, entries=3)
    month = client.get("sources/source-1").text
    quarter = client.get("sources/source-1?days=90").text

    assert "28 March: 7 entries" in month
    assert '<th scope="row">2026-03-28</th><td>1.50 s</td>' in month
    assert '<th scope="row">2026-02-16</th><td>3</td>' not in month
    assert '<th scope="row">2026-02-16</th><td>3</td>' in quarter
    assert " style=" not in month


@pytest.mark.parametrize("days", ["0", "-1", "100000000", "x", "%00", ""])
def test_other_numbers_of_days_show_a_month(client: OperatorClient, days: str) -> None:
    fetch(client, 0, entries=7)

    assert "<strong>30 days</strong>" in client.get(f"sources/source-1?days={days}").text


def test_a_source_without_history_says_so(client: OperatorClient) -> None:
    assert "Nothing in these 30 days." in client.get("sources/source-2").text
    assert client.get("sources/other").status == 404


def test_long_lists_of_sources_have_pages(client: OperatorClient) -> None:
    fetch(client, 3, entries=7)
    first = client.get("sources").text
    second = client.get("sources?page=2").text

    assert "7 new entries in 14 days" in first
    assert (first.count("<tr>"), second.count("<tr>")) == (101, 21)
    assert client.get("sources?page=99").text.count("<tr>") == 21


def test_a_newsletter_has_its_subscribers_and_mails_over_the_days(client: OperatorClient) -> None:
    subscribe(client.site, 5)
    send_edition(client.site, "reader004@harbour.example")
    answer = client.get("newsletters/main")

    assert heading(answer) == "Harbour News"
    assert "28 March: 5 subscribers" in answer.text
    assert "28 March: 5 joined, 0 left, 1 suppressed" in answer.text
    assert "28 March: 4 sent" in answer.text
    assert "28 March: 1 refused, 0 bounced, 0 put off or in doubt" in answer.text
    assert "harbour.example" not in answer.text
    assert "/operator/newsletters/main" in client.get("subscribers").text
    assert client.get("newsletters/other").status == 404
