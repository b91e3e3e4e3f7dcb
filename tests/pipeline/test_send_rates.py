"""Rates of mails: for the mail server and for each provider, over all senders; a slow one holds up no other."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import pytest

from digest.deliver.smtp.mailer import SmtpMailer
from digest.model.editions import Outcome
from digest.model.protocols import Mailer, Outbox
from digest.pipeline.outbox import Tally, deliver_due
from digest.pipeline.send_rates import Permits, SendRates
from digest.settings import RecipientDomains, SmtpSettings
from digest.store import Store, queue, rate_limits
from tests.support.editions import build_message, publish, rows, smtp_settings
from tests.support.smtp_server import NO_FAULT, Fault, SmtpServer, Stage, smtp_server
from tests.support.values import NOON, edition

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def send(store: Store, edition_id: int, mailer: Mailer, rates: SendRates) -> Tally:
    return deliver_due(
        edition_id,
        store,
        mailer,
        build_message=build_message,
        clock=lambda: NOON,
        stop=threading.Event(),
        rates=rates,
    )


def limit(rate_per_minute: int, *domains: str) -> tuple[RecipientDomains, ...]:
    return (RecipientDomains(domains=domains, rate_per_minute=rate_per_minute),)


def gmail(count: int) -> list[str]:
    return [f"reader{number}@gmail.com" for number in range(count)]


def test_a_rate_holds_over_all_senders(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, readers=41)
    with smtp_server() as server:
        smtp = smtp_settings(server.port, rate_per_minute=6000)

        def work(_: int) -> Tally:
            return send(sqlite_store, id_, SmtpMailer(smtp=smtp), SendRates(sqlite_store, smtp))

        with ThreadPoolExecutor(3) as threads:
            list(threads.map(work, range(3)))
        times = sorted(at for at, _ in server.log)

    assert len(times) == 41
    assert times[-1] - times[0] >= 0.3


def test_a_slow_provider_holds_up_no_other(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, *gmail(4), "late@GoogleMail.com", readers=30)
    with smtp_server() as server:
        smtp = smtp_settings(server.port, connections=2)
        rates = SendRates(sqlite_store, smtp, limit(600, "gmail.com", "googlemail.com"))
        tally = send(sqlite_store, id_, SmtpMailer(smtp=smtp), rates)
        log = list(server.log)

    limited = [(at, address) for at, address in log if "mail.com" in address.lower()]
    assert tally.counts == {Outcome.SENT: 35}
    assert len(limited) == 5
    assert all(later - earlier > 0.05 for (earlier, _), (later, _) in pairwise(limited))
    assert {address for _, address in log[-2:]} <= {address for _, address in limited}


def test_mails_whose_turn_is_far_away_wait_in_the_ledger(store: Store) -> None:
    id_ = publish(store, *gmail(3), "editor@harbour.example")
    with smtp_server() as server:
        smtp = smtp_settings(server.port)
        tally = send(store, id_, SmtpMailer(smtp=smtp), SendRates(store, smtp, limit(1, "gmail.com")))

    waiting = sorted(row.next_try for row in rows(store, id_).values() if row.next_try)
    assert tally.counts == {Outcome.SENT: 2, Outcome.PENDING: 2}
    assert [round((time - NOON).total_seconds()) for time in waiting] == [15, 75]
    assert {row.attempts for row in rows(store, id_).values() if row.next_try} == {0}
    with store.read() as conn:
        assert queue.editions_due(conn, now=NOON, beyond=NOON + DAY) == ()
        assert queue.editions_due(conn, now=NOON + 20 * SECOND, beyond=NOON + DAY) == (id_,)


def test_a_request_to_slow_down_holds_for_its_provider_and_for_all_senders(store: Store) -> None:
    id_ = publish(store, *gmail(2), readers=10)

    def fault_for(stage: Stage, recipient: str) -> Fault:
        is_throttled = stage == "RCPT" and "gmail" in recipient
        return Fault("450 4.7.28 Our system has detected an unusual rate of mail") if is_throttled else NO_FAULT

    with smtp_server(SmtpServer(fault_for=fault_for)) as server:
        smtp = smtp_settings(server.port, connections=1)
        tally = send(store, id_, SmtpMailer(smtp=smtp), SendRates(store, smtp))

    assert tally.counts == {Outcome.SENT: 10, Outcome.RETRY: 2}
    others = SendRates(store, smtp)
    assert others.refresh()
    assert others.provider("other@gmail.com") == "domain gmail.com"
    assert others.provider("editor@harbour.example") == ""
    assert not others.wait("", waiting=1)


@pytest.mark.parametrize(
    ("domains", "is_relays", "slowed"),
    [
        (["gmail.com"], False, {"domain gmail.com"}),
        (["gmail.com", "yahoo.com"], False, {"domain gmail.com", "domain yahoo.com"}),
        (["gmail.com", "googlemail.com", "yahoo.com"], False, {"domain gmail.com", "domain yahoo.com"}),
        (["gmail.com", "yahoo.com", "gmx.net"], False, {"domain gmail.com", "domain yahoo.com", "relay mx:587"}),
        (["gmail.com"], True, {"relay mx:587"}),
    ],
)
def test_who_is_slowed(sqlite_store: Store, domains: list[str], *, is_relays: bool, slowed: set[str]) -> None:
    rates = SendRates(sqlite_store, SmtpSettings(host="mx"), limit(600, "gmail.com", "googlemail.com"))

    rates.slow_down([(f"a@{domain}", "450 slow down") for domain in domains], is_relays=is_relays)

    with sqlite_store.read() as conn:
        slowdowns = rate_limits.slowdowns(conn)
    assert set(slowdowns) == slowed
    assert slowdowns.get("domain gmail.com", next(iter(slowdowns.values()))).interval_s == pytest.approx(
        0.1 if is_relays else 0.2
    )


def test_a_mailer_into_a_folder_has_no_rates(sqlite_store: Store, tmp_path: object) -> None:
    smtp = SmtpSettings(folder=tmp_path, rate_per_minute=1)  # type: ignore[arg-type]
    rates = SendRates(sqlite_store, smtp, limit(1, "gmail.com"))

    assert rates.provider("a@gmail.com") == ""
    assert [rates.wait("", waiting=9) for _ in range(9)] == [0.0] * 9


def test_an_edition_that_only_waits_lets_others_go_first(sqlite_store: Store) -> None:
    """Its rows go back into the ledger; without other editions it goes on waiting."""
    id_ = publish(sqlite_store, *gmail(3))
    now = 0.0
    waits: list[float | None] = []

    def mailer(outbox: Outbox) -> None:
        nonlocal now
        first = outbox.next_message()
        assert first
        outbox.commit([], [first])
        for _ in range(3):
            assert outbox.next_message() is None
            waits.append(outbox.wait_s)
            now += 16.0
        publish(sqlite_store, "editor@harbour.example", published=edition(revision=2))
        assert outbox.next_message() is None
        waits.append(outbox.wait_s)

    rates = SendRates(sqlite_store, SmtpSettings(), limit(6, "gmail.com"), monotonic=lambda: now)
    tally = send(sqlite_store, id_, mailer, rates)

    assert waits == [1.0, 1.0, 1.0, None]
    assert tally.counts[Outcome.PENDING] == 2


def test_permits_are_reserved_as_they_are_used() -> None:
    permits = Permits()
    sizes = []
    for start in range(6):
        sizes.append(size := permits.batch(0.01, waiting=1000))
        permits.add(float(start), size, 0.01)
        for _ in range(size):
            assert permits.wait(start + 0.5, max_delay=1.0) == 0
            permits.take()

    assert sizes == [1, 2, 4, 8, 16, 25], "a quarter of a second at most"
    assert permits.batch(0.01, waiting=3) == 3, "no more than are waiting"


def test_permits_that_are_late_are_lost() -> None:
    permits = Permits()
    permits.add(10.0, 3, 1.0)

    assert permits.wait(9.0, max_delay=1.0) == 1.0
    assert permits.wait(11.5, max_delay=1.0) == 0.0
    permits.take()
    assert permits.wait(11.6, max_delay=1.0) == pytest.approx(0.4)
    assert permits.wait(13.5, max_delay=1.0) is None
