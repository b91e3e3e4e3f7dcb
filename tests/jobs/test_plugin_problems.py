"""Plugins that fail each time, as problems of ``digest status`` and of alarms."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest.jobs.overview import read_overview
from digest.jobs.plugin_problems import find_plugin_alarms
from digest.model.failures import PluginFailure
from digest.model.newsletters import Newsletter
from digest.settings import Settings
from digest.store import Store, plugin_failures
from tests.support.values import NOON

MAIN = Newsletter(id="main", title="Main", summarizer="local")
FAILURE = PluginFailure(
    point="summarizer",
    name="local",
    error="summarizer 'local' (from my-package 1.2) failed: ValueError: no model",
    instead="the default summarizer is used instead",
)
MESSAGE = (
    "summarizer 'local' (from my-package 1.2) failed: ValueError: no model; so since 2026-03-28 12:00 UTC:"
    " the default summarizer is used instead"
)


@pytest.mark.parametrize(
    ("newsletter", "messages"),
    [
        pytest.param(MAIN, [MESSAGE], id="named"),
        pytest.param(replace(MAIN, summarizer="default"), [], id="gone from the settings"),
        pytest.param(replace(MAIN, summarizer="default", ranker="local"), [], id="named at another point"),
    ],
)
def test_a_plugin_that_failed_for_the_latest_edition_is_a_problem(
    store: Store, newsletter: Newsletter, messages: list[str]
) -> None:
    with store.begin() as conn:
        plugin_failures.record(conn, "main", "2026-03-28", [FAILURE], at=NOON)
        alarms = find_plugin_alarms(conn, newsletter)
    overview = read_overview(Settings(newsletters=(newsletter,)), store, now=NOON)

    assert [alarm.message for alarm in alarms] == messages
    assert [problem for problem in overview.problems if "summarizer" in problem] == [
        f"main: {text}" for text in messages
    ]
    for alarm in alarms:
        assert (alarm.subject, alarm.about) == ("goes out without its summarizer", "main plugin summarizer")
        assert "digest plugins list" in alarm.hint
