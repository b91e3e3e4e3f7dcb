"""Backoff between connection attempts."""

from __future__ import annotations

import pytest

from digest.deliver.smtp.connect_backoff import ConnectBackoff


def test_the_delay_doubles_up_to_a_maximum_until_it_is_exhausted() -> None:
    backoff = ConnectBackoff()
    delays = []
    while not backoff.is_exhausted:
        backoff.record_failure(100.0)
        delays.append(backoff.delay(100.0))

    assert delays == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0])


def test_the_delay_ends_with_time() -> None:
    backoff = ConnectBackoff()
    backoff.record_failure(100.0)

    assert backoff.delay(100.05) == pytest.approx(0.05)
    assert backoff.delay(101.0) == 0


def test_a_success_resets_the_failures_but_not_the_current_delay() -> None:
    backoff = ConnectBackoff()
    for _ in range(3):
        backoff.record_failure(100.0)
    backoff.record_success()

    assert backoff.delay(100.0) == pytest.approx(0.4)
    backoff.record_failure(100.0)
    assert backoff.delay(100.0) == pytest.approx(0.1)
