"""Rates that are slowed, and rates that are too low for a schedule."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digest.model.newsletters import Newsletter
from digest.model.slowdown import RECOVERY, Slowdown
from digest.pipeline.rate_status import late_rates, shortest_interval, slowed_rates
from digest.settings import RecipientDomains, Settings, SmtpSettings
from digest.settings.schedule import parse_schedule
from digest.store import Store, rate_limits, subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.values import NOON

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
GMAIL = RecipientDomains(domains=("gmail.com", "googlemail.com"), rate_per_minute=600)


def newsletter(schedule: str) -> Newsletter:
    return Newsletter(id="main", title="Main", schedule=parse_schedule(schedule))


def test_a_slowed_rate_is_listed_until_it_has_recovered(store: Store) -> None:
    settings = Settings(smtp=SmtpSettings(host="mx"), recipient_domains=(GMAIL,))
    with store.begin() as conn:
        for name, interval_s in (("domain gmail.com", 0.4), ("domain slow.example", 0.1), ("relay mx:587", 0.1)):
            slowdown = Slowdown(slowed_at=NOON, interval_s=interval_s, reply="421 slow down")
            rate_limits.slow_down(conn, name, slowdown)
        at_once = slowed_rates(conn, settings, now=NOON)
        later = slowed_rates(conn, settings, now=NOON + 2 * RECOVERY)

    assert [(rate.name, rate.per_minute) for rate in at_once] == [
        ("gmail.com", 150.0),
        ("slow.example", 600.0),
        ("mx:587", 600.0),
    ]
    assert at_once[0].until == NOON + 2 * RECOVERY
    assert [rate.name for rate in later] == ["slow.example", "mx:587"]


@pytest.mark.parametrize(
    ("schedule", "rate", "provider_rate", "late"),
    [
        ("daily 07:00", 1, 1, []),
        ("* * * * *", 10, 10, []),
        ("* * * * *", 9, 10, [("", 10)]),
        ("* * * * *", 10, 5, [("gmail.com", 6)]),
        ("* * * * *", None, 6, []),
    ],
)
def test_a_rate_that_cannot_finish_before_the_next_edition_is_found(
    sqlite_store: Store, schedule: str, rate: int | None, provider_rate: int, late: list[tuple[str, int]]
) -> None:
    addresses = [f"a{number}@{GMAIL.domains[number % 2]}" for number in range(6)]
    addresses += [f"a{number}@not-gmail.com" for number in range(4)]
    settings = Settings(
        smtp=SmtpSettings(rate_per_minute=rate),
        recipient_domains=(RecipientDomains(domains=GMAIL.domains, rate_per_minute=provider_rate),),
        newsletters=(newsletter(schedule),),
    )
    with sqlite_store.begin() as conn:
        subscribers.add(conn, [NewSubscriber(address=address) for address in addresses], "main", at=NOON)

        assert [(rate.provider, rate.recipients) for rate in late_rates(conn, settings, now=NOON)] == late


@pytest.mark.parametrize(
    ("schedule", "interval"),
    [
        ("daily 07:00", 24 * HOUR),
        ("daily 07:00, 09:30", 2.5 * HOUR),
        ("0 7 * * mon,thu", 72 * HOUR),
        ("* * * * *", MINUTE),
    ],
)
def test_the_shortest_interval_of_a_schedule(schedule: str, interval: timedelta) -> None:
    assert shortest_interval(newsletter(schedule), now=NOON) == interval
