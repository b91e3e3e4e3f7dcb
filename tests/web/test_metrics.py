"""``/metrics``: only with the token, and with what every process did."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from prometheus_client.parser import text_string_to_metric_families

from digest.model.newsletters import Source
from digest.model.protocols import Collected, FetchState, KnownGuids
from digest.pipeline.collect import collect_into
from digest.pipeline.deliver import deliver_edition
from digest.settings import FetchSettings, Secret, Settings
from digest.store import Store, runs
from digest.web.measurements import Measurements
from tests.support.editions import publish
from tests.support.values import NOON, entry
from tests.support.web_site import NEWSLETTER, RunningSite, running_site, site_settings, take_away
from tests.web.test_exposition import read

ROOT = Path(__file__).parents[2]
TOKEN = "one-that-prometheus-sends"
SECOND = timedelta(seconds=1)
SOURCES = tuple(Source(id=id_, url=f"https://{id_}.example/feed") for id_ in ("herald", "dead", "unread"))


def with_token(**web: object) -> Settings:
    return replace(site_settings(NEWSLETTER, metrics_token=Secret(TOKEN), **web), sources=SOURCES)


def scrape(site: RunningSite) -> dict[str, dict[tuple[str, ...], float]]:
    answer = site.get("/metrics", Authorization=f"Bearer {TOKEN}")
    assert answer.status == 200
    return read(answer.text)


def send(site: RunningSite, *addresses: str) -> None:
    """Send an edition to these addresses."""
    deliver_edition(publish(site.app.store, *addresses), site.app, clock=lambda: site.now, stop=Event())


def test_without_a_token_in_the_settings_there_is_no_such_page(sqlite_store: Store) -> None:
    with running_site(sqlite_store) as site:
        assert site.get("/metrics", Authorization="Bearer ").status == 404


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": TOKEN},
        {"Authorization": "Bearer \xe9"},
    ],
)
def test_without_the_token_nothing_is_told(sqlite_store: Store, headers: dict[str, str]) -> None:
    with running_site(sqlite_store, with_token()) as site:
        answer = site.get("/metrics", **headers)
        by_query = site.get(f"/metrics?token={TOKEN}")

    assert (answer.status, by_query.status) == (401, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert TOKEN not in answer.text


def test_prometheus_may_ask_under_any_host_and_gets_its_format(sqlite_store: Store) -> None:
    with running_site(sqlite_store, with_token()) as site:
        answer = site.get("/metrics", Authorization=f"bearer {TOKEN}", Host="10.0.0.1:8000")

    assert answer.status == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    names = {family.name for family in text_string_to_metric_families(answer.text)}
    assert all(name.startswith(("digest_", "process_")) for name in names)
    assert "digest_build_info" in names


def test_what_other_processes_did_is_told(sqlite_store: Store) -> None:
    async def fetch(source: Source, state: FetchState, known_guids: KnownGuids) -> Collected:
        if source.id == "dead":
            raise ValueError("https://user:secret@dead.example/")
        return Collected(source=source, entries=(entry(),))

    collect_into(sqlite_store, SOURCES[:2], fetch, fetch=FetchSettings(), now=NOON)
    with sqlite_store.begin() as conn:
        run_id = runs.start(conn, "collect", at=NOON)
        runs.finish(conn, run_id, "done", at=NOON + 3 * SECOND)
    with running_site(sqlite_store, with_token(metrics_per_source=True)) as site:
        send(site, "ann@harbour.example", "bo@harbour.example")
        values = scrape(site)

    assert values["digest_deliveries_total"]["main", "sent"] == 2
    assert values["digest_editions_total"] == {("main",): 1}
    assert values["digest_subscribers"] == {("main", "active"): 2, ("main", "suppressed"): 0}
    assert values["digest_subscriber_changes_total"]["main", "joined"] == 2
    assert values["digest_queue_mails"] == {("waiting",): 0, ("sending",): 0}
    assert values["digest_sources"] == {("fine",): 1, ("quiet",): 0, ("broken",): 1, ("new",): 1}
    assert values["digest_source_fetches_total"] == {("ok",): 1, ("failed",): 1}
    assert values["digest_source_up"] == {("herald",): 1, ("dead",): 0}
    assert values["digest_entries_total"] == {(): 1}
    assert values["digest_run_duration_seconds_sum"] == {("collect",): 3}
    assert values["digest_last_success_timestamp_seconds"] == {("collect",): (NOON + 3 * SECOND).timestamp()}


def test_every_metric_that_the_settings_documentation_names_is_there(sqlite_store: Store) -> None:
    documented = set(re.findall(r"digest_\w+", (ROOT / "config" / "README.md").read_text("utf-8"))) - {"digest_token"}
    with sqlite_store.begin() as conn:
        runs.finish(conn, runs.start(conn, "collect", at=NOON), "done", at=NOON)
    with running_site(sqlite_store, with_token()) as site:
        assert len(documented) > 4
        assert documented <= scrape(site).keys()


def test_no_address_and_no_token_is_told(sqlite_store: Store) -> None:
    with running_site(sqlite_store, with_token()) as site:
        send(site, "ann@harbour.example")
        site.get("/unsubscribe/a-secret-token")
        site.get("/wp-admin/includes/login.php?user=ann@harbour.example")
        text = site.get("/metrics", Authorization=f"Bearer {TOKEN}").text

    requests = read(text)["digest_http_requests_total"]
    assert requests["/unsubscribe/{token}", "GET", "200"] == 1
    assert requests["", "GET", "404"] == 1
    assert not any(word in text for word in ("harbour.example", "a-secret", "wp-admin", "herald", TOKEN))


def test_a_store_that_is_away_is_told(sqlite_store: Store, sqlite_url: str) -> None:
    with running_site(sqlite_store, with_token()) as site:
        take_away(sqlite_store, Path(sqlite_url.removeprefix("sqlite:///")))
        values = scrape(site)

    assert values["digest_store_up"] == {(): 0}
    assert "digest_editions_total" not in values
    assert "digest_build_info" in values


def test_a_slot_without_an_edition_and_a_due_mail_grow_old(sqlite_store: Store) -> None:
    with running_site(sqlite_store, with_token()) as site:
        publish(site.app.store, "ann@harbour.example")
        site.now = NOON + 90 * SECOND
        values = scrape(site)

    assert values["digest_queue_mails"]["waiting",] == 1
    assert values["digest_queue_oldest_due_seconds"] == {(): 90}


def test_a_store_that_hangs_takes_one_thread_alone() -> None:
    is_reading, goes_on = Event(), Event()

    def hang() -> tuple[()]:
        is_reading.set()
        assert goes_on.wait(20)
        return ()

    measurements = Measurements(max_wait_s=0.01)
    hanging = Thread(target=measurements.of_store, args=(hang,))
    hanging.start()
    assert is_reading.wait(20)
    assert measurements.of_store(pytest.fail) == ()
    goes_on.set()
    hanging.join()


def test_reading_takes_a_twentieth_of_the_time_at_most() -> None:
    now = 0.0
    reads = 0

    def read_slowly() -> tuple[()]:
        nonlocal now, reads
        now += 2.0
        reads += 1
        return ()

    measurements = Measurements(clock=lambda: now)
    for _ in range(90):
        measurements.of_store(read_slowly)
        now += 1.0
    assert reads == 3
