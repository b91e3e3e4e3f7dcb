"""Spacing of messages by the rate limit."""

from __future__ import annotations

import pytest

from digest.deliver.smtp.rate_limit import RateLimiter, is_throttled


def test_messages_are_spaced_evenly() -> None:
    limiter = RateLimiter(per_minute=60)

    assert limiter.delay(100.0) == 0
    limiter.record_message(100.0)
    assert limiter.delay(100.25) == pytest.approx(0.75)
    assert limiter.delay(101.0) == 0


def test_quiet_time_is_not_made_up_for_by_a_burst() -> None:
    limiter = RateLimiter(per_minute=60)
    limiter.record_message(100.0)

    limiter.record_message(500.0)

    assert limiter.delay(500.0) == pytest.approx(1.0)


def test_without_a_rate_there_is_no_delay() -> None:
    limiter = RateLimiter(None)
    limiter.record_message(100.0)

    assert limiter.delay(100.0) == 0


def test_a_server_that_asks_for_it_gets_messages_more_slowly() -> None:
    limiter = RateLimiter(None)

    limiter.record_throttled(100.0)
    limiter.record_throttled(100.5)  # another connection's reply to the same burst
    assert limiter.delay(100.0) == pytest.approx(0.1)
    limiter.record_throttled(102.0)
    assert limiter.delay(102.0) == pytest.approx(0.2)
    assert limiter.per_minute == pytest.approx(300)


def test_the_rate_recovers_with_accepted_messages_up_to_the_settings() -> None:
    limiter, limited = RateLimiter(None), RateLimiter(per_minute=60)
    for each in (limiter, limited):
        each.record_throttled(100.0)
        for _ in range(200):
            each.record_accepted()

    assert limiter.per_minute == float("inf")
    assert limited.per_minute == pytest.approx(60)


def test_the_interval_stays_below_a_minute() -> None:
    limiter = RateLimiter(per_minute=10)
    for second in range(0, 100, 2):
        limiter.record_throttled(float(second))

    assert limiter.per_minute == pytest.approx(1)


@pytest.mark.parametrize(
    ("code", "reply", "throttled"),
    [
        (454, "454 Throttling failure: Maximum sending rate exceeded.", True),
        (421, "421 4.7.28 Gmail has detected an unusual rate of unsolicited mail", True),
        (450, "450 4.7.1 Error: too much mail, slow down", True),
        (451, "451 4.7.0 Too many messages from this sender, try later", True),
        (452, "452 4.3.2 Message submission rate for this client has exceeded the limit", True),
        (450, "450 4.2.0 Greylisted, see our site", False),
        (451, "451 4.3.0 Temporary lookup failure: corporate directory", False),
        (550, "550 5.7.1 Message rate limit exceeded", False),
        (None, "no reply; rate limit", False),
    ],
)
def test_requests_to_slow_down_are_recognised(code: int | None, reply: str, *, throttled: bool) -> None:
    assert is_throttled(code, reply) is throttled
