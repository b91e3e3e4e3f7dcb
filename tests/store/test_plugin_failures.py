"""Failures of plugins, in both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digest.model.failures import PluginFailure
from digest.store import Store, plugin_failures
from tests.support.values import NOON

DAY = timedelta(days=1)
LOCAL = PluginFailure(point="summarizer", name="local", error="summarizer 'local' failed", instead="ours is used")
ORDER = PluginFailure(point="ranker", name="order", error="ranker 'order' failed", instead="by score")


@pytest.mark.parametrize(
    ("editions", "failing"),
    [
        pytest.param([("27", [LOCAL]), ("28", [LOCAL])], {"local": 0}, id="in a row"),
        pytest.param([("27", [LOCAL]), ("28", [])], {}, id="works again"),
        pytest.param([("27", [LOCAL]), ("28", []), ("29", [LOCAL])], {"local": 2}, id="once more"),
        pytest.param([("27", [LOCAL, ORDER]), ("28", [ORDER])], {"order": 0}, id="one of two works again"),
        pytest.param([("27", [LOCAL]), ("27", [])], {"local": 0}, id="worked for another edition of the slot"),
        pytest.param([("27", [LOCAL, LOCAL])], {"local": 0}, id="for two stories"),
    ],
)
def test_a_plugin_fails_until_it_works_for_a_later_slot(
    store: Store, editions: list[tuple[str, list[PluginFailure]]], failing: dict[str, int]
) -> None:
    with store.begin() as conn:
        plugin_failures.record(conn, "other", "27", [LOCAL], at=NOON)
        for number, (slot, failures) in enumerate(editions):
            plugin_failures.record(conn, "main", slot, failures, at=NOON + number * DAY)
        rows = plugin_failures.of_newsletter(conn, "main")
        others = plugin_failures.of_newsletter(conn, "other")

    assert {row.name: (row.since - NOON) // DAY for row in rows} == failing
    assert [row.name for row in others] == ["local"]
