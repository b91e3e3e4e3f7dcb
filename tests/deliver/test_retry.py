"""Retry policy: what an outcome means for its delivery, how long the backoff is, and when to give up."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from digest.deliver.retry import MAX_BACKOFF, MIN_ATTEMPTS, RetryDecision, UnknownPolicy, backoff, decide
from digest.model.editions import Outcome
from digest.model.protocols import SendOutcome
from tests.support.values import NOON

DAY = timedelta(days=1)


def decision(
    outcome: SendOutcome, *, attempts: int = 1, age: timedelta = timedelta(), policy: UnknownPolicy = "retry"
) -> RetryDecision:
    return decide(outcome, message_id="<1@x>", attempts=attempts, now=NOON + age, published=NOON, unknown_policy=policy)


@pytest.mark.parametrize(
    ("outcome", "attempts", "state", "waits"),
    [
        pytest.param(SendOutcome.ACCEPTED, 1, Outcome.SENT, None, id="accepted"),
        pytest.param(SendOutcome.REJECTED, 1, Outcome.FAILED, None, id="rejected"),
        pytest.param(SendOutcome.DEFERRED, 1, Outcome.RETRY, True, id="deferred"),
        pytest.param(SendOutcome.SENDER_REJECTED, 1, Outcome.RETRY, True, id="sender rejected"),
        pytest.param(SendOutcome.INTERRUPTED, 5, Outcome.RETRY, False, id="interrupted"),
        pytest.param(SendOutcome.INTERRUPTED, 6, Outcome.RETRY, True, id="interrupted too often"),
        pytest.param(SendOutcome.UNKNOWN, 1, Outcome.UNKNOWN, True, id="unknown"),
    ],
)
def test_an_outcome_decides_the_state_and_the_next_try(
    outcome: SendOutcome, attempts: int, state: Outcome, waits: bool | None
) -> None:
    decided = decision(outcome, attempts=attempts)

    assert decided.outcome is state
    assert (None if decided.next_try is None else decided.next_try > NOON) is waits


@pytest.mark.parametrize("outcome", [SendOutcome.DEFERRED, SendOutcome.SENDER_REJECTED, SendOutcome.INTERRUPTED])
def test_a_retry_is_given_up_after_four_days_and_many_attempts_and_not_before(outcome: SendOutcome) -> None:
    assert decision(outcome, attempts=MIN_ATTEMPTS, age=4 * DAY).outcome is Outcome.FAILED
    assert decision(outcome, attempts=1, age=30 * DAY).outcome is Outcome.RETRY, "the machine was off for a month"
    assert decision(outcome, attempts=500, age=DAY).outcome is Outcome.RETRY, "the operator retried often"


def test_an_unknown_delivery_is_held_by_policy_or_after_days() -> None:
    held = RetryDecision(Outcome.UNKNOWN)

    assert decision(SendOutcome.UNKNOWN, policy="hold") == held
    assert decision(SendOutcome.UNKNOWN, attempts=50, age=5 * DAY) == held


@pytest.mark.parametrize(
    ("retry_after_s", "delay"),
    [
        (None, backoff(1, "<1@x>")),
        (30, backoff(1, "<1@x>")),
        (3_600, timedelta(hours=1)),
        (1_000_000, MAX_BACKOFF),
        (-5, backoff(1, "<1@x>")),
    ],
)
def test_a_service_may_ask_for_a_longer_delay_within_bounds(retry_after_s: float | None, delay: timedelta) -> None:
    decided = decide(
        SendOutcome.DEFERRED,
        message_id="<1@x>",
        attempts=1,
        now=NOON,
        published=NOON,
        unknown_policy="retry",
        retry_after_s=retry_after_s,
    )

    assert decided == RetryDecision(Outcome.RETRY, NOON + delay)


def test_the_backoff_grows_to_a_maximum_and_fills_four_days() -> None:
    delays = [backoff(attempts, "<1@x>") for attempts in range(1, MIN_ATTEMPTS)]

    assert delays == [backoff(attempts, "<1@x>") for attempts in range(1, MIN_ATTEMPTS)], "the same in each run"
    assert all(later > earlier for earlier, later in itertools.pairwise(delays[:6]))
    assert max(delays) <= MAX_BACKOFF * 1.25
    assert timedelta(days=3.5) <= sum(delays, timedelta()) <= timedelta(days=5)
    assert len({backoff(1, f"<{number}@x>") for number in range(100)}) > 90, "not all at once"
