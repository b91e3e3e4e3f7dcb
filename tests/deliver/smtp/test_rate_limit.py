"""Spacing of messages by the rate limit."""

from __future__ import annotations

import pytest

from digest.deliver.smtp.rate_limit import RateLimiter


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
