"""What the operator's pages remember: turns of previews, notices, forms, and tries of the password."""

from __future__ import annotations

from datetime import timedelta
from threading import Event, Thread

from digest.web.operator.login_limits import IN_ALL, IN_ALL_PERIOD, PER_NETWORK, PER_NETWORK_PERIOD, LoginLimits
from digest.web.operator.state import OperatorState, PreviewTurns
from tests.support.run_process import until
from tests.support.values import NOON

SECOND = timedelta(seconds=1)


def test_one_preview_is_composed_one_waits_and_others_are_refused() -> None:
    turns, ends, turned = PreviewTurns(), Event(), []

    def compose() -> None:
        with turns.turn(timeout_s=10) as is_turn:
            turned.append(is_turn)
            ends.wait(10)

    first, second = Thread(target=compose), Thread(target=compose)
    first.start()
    until(lambda: turned == [True], within_s=10)
    second.start()
    refused: list[bool] = []
    until(lambda: _is_refused(turns, refused), within_s=10)
    ends.set()
    first.join()
    second.join()

    assert turned == [True, True]
    with turns.turn(timeout_s=0) as is_turn:
        assert is_turn


def _is_refused(turns: PreviewTurns, refused: list[bool]) -> bool:
    with turns.turn(timeout_s=0) as is_turn:
        refused.append(is_turn)
    return not refused[-1]


def test_a_preview_that_waited_too_long_is_refused() -> None:
    turns = PreviewTurns()
    with turns.turn(timeout_s=0) as first, turns.turn(timeout_s=0.01) as second:
        assert (first, second) == (True, False)


def test_a_notice_is_shown_once_and_a_form_taken_once() -> None:
    state = OperatorState()
    state.notify(7, "Done.")

    assert (state.take_notice(8), state.take_notice(7), state.take_notice(7)) == ("", "Done.", "")
    assert (state.take_form("a"), state.take_form("a"), state.take_form("b")) == (True, False, True)


def test_tries_of_a_network_are_limited_and_forgiven() -> None:
    limits = LoginLimits()
    assert [limits.take("a", is_known=True, now=NOON) for _ in range(PER_NETWORK + 1)] == [True] * PER_NETWORK + [False]
    assert not limits.take("a", is_known=True, now=NOON + PER_NETWORK_PERIOD - SECOND)
    assert limits.take("b", is_known=True, now=NOON)

    limits.forgive("a")
    assert limits.take("a", is_known=True, now=NOON)


def test_tries_in_all_are_limited_but_for_known_networks() -> None:
    limits = LoginLimits()
    taken = [limits.take(f"network {number}", is_known=False, now=NOON) for number in range(IN_ALL + 1)]
    assert taken == [True] * IN_ALL + [False]

    assert limits.take("home", is_known=True, now=NOON)
    assert limits.take("network 31", is_known=False, now=NOON + IN_ALL_PERIOD)
