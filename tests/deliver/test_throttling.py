"""Servers that ask for fewer mails: recognised, sent fewer at once, and more again step by step."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digest.deliver.throttling import is_throttled, slow_down
from digest.model.slowdown import RECOVERY, Slowdown
from tests.support.values import NOON

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("code", "reply", "throttled"),
    [
        (454, "454 Throttling failure: Maximum sending rate exceeded.", True),
        (421, "421 4.7.28 Gmail has detected an unusual rate of unsolicited mail", True),
        (450, "450 4.7.1 Error: too much mail, slow down", True),
        (451, "451 4.7.0 Too many messages from this sender, try later", True),
        (452, "452 4.3.2 Message submission rate for this client has exceeded the limit", True),
        (421, "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume", True),
        (451, "451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation", True),
        (421, "421 RP-001 The mail server IP connecting to Outlook.com server has exceeded the limit", True),
        (450, "450 4.2.0 Greylisted, see our site", False),
        (451, "451 4.3.0 Temporary lookup failure: corporate directory", False),
        (550, "550 5.7.1 Message rate limit exceeded", False),
        (None, "no reply; rate limit", False),
    ],
)
def test_requests_to_slow_down_are_recognised(code: int | None, reply: str, *, throttled: bool) -> None:
    assert is_throttled(code, reply) is throttled


@pytest.mark.parametrize(
    ("before_s", "ago", "configured_s", "interval_s"),
    [
        pytest.param(None, None, 0.0, 0.1, id="first request, without a limit"),
        pytest.param(None, None, 1.0, 2.0, id="first request, at the rate of the settings"),
        pytest.param(0.1, 2 * SECOND, 0.0, 0.2, id="again, at once"),
        pytest.param(0.8, RECOVERY, 0.0, 0.8, id="again, after the rate had doubled"),
        pytest.param(0.1, 100 * RECOVERY, 0.0, 0.1, id="again, long after"),
        pytest.param(50.0, 2 * SECOND, 0.0, 60.0, id="one mail a minute is the slowest"),
        pytest.param(None, None, 90.0, 90.0, id="unless the settings are slower"),
    ],
)
def test_each_request_halves_the_rate(
    before_s: float | None, ago: timedelta | None, configured_s: float, interval_s: float
) -> None:
    before = Slowdown(slowed_at=NOON - ago, interval_s=before_s) if before_s and ago else None

    slower = slow_down(before, configured_s, reply="slow down", now=NOON)

    assert slower.interval_s == pytest.approx(interval_s, rel=0.01)
    assert (slower.slowed_at, slower.reply) == (NOON, "slow down")


def test_replies_of_several_connections_are_one_request() -> None:
    first = slow_down(None, 0.0, reply="slow down", now=NOON)

    assert slow_down(first, 0.0, reply="slow down", now=NOON + SECOND / 2) is first


@pytest.mark.parametrize(
    ("periods", "interval_s"), [(0, 1.6), (1, 0.8), (3, 0.2), (7, 0.0125), (8, 0.0), (10_000, 0.0), (-1, 1.6)]
)
def test_the_rate_doubles_while_nothing_is_refused(periods: int, interval_s: float) -> None:
    slowdown = Slowdown(slowed_at=NOON, interval_s=1.6)

    assert slowdown.interval_at(NOON + periods * RECOVERY) == pytest.approx(interval_s)


def test_a_slowdown_ends_at_the_rate_of_the_settings() -> None:
    slowdown = Slowdown(slowed_at=NOON, interval_s=1.6)

    assert slowdown.ends(0.4) == NOON + 2 * RECOVERY
    assert slowdown.ends(2.0) == NOON
    assert slowdown.interval_at(slowdown.ends(0.0) + SECOND) == 0
