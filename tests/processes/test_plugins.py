"""Plugins in processes: built-in parts and plugins keep one contract; a broken plugin costs no more than a call."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from digest.model.errors import PluginError, SourceError
from digest.model.failures import PluginFailure
from digest.model.newsletters import Newsletter, Source
from digest.model.protocols import Budget, FetchState, RankingContext, Summarizer, no_known_guids
from digest.model.stories import Ranked, Reason, Story
from digest.pipeline.parts import Parts
from digest.pipeline.plugin_status import named_plugin, plugin_problem
from digest.processes.plugin_worker import call_collector
from digest.processes.plugins import IsolatedCollector, IsolatedRanker, IsolatedSummarizer, PluginProcess, make_worker
from digest.settings import PluginsSettings, Settings
from digest.settings.plugins import BUILT_IN, Plugin, PluginPoint
from digest.stories.summarize import candidates, summarize
from tests.support import values
from tests.support.ranking import outlet_article, story

FOLDER = Path(__file__).parents[1] / "data" / "plugins"
LIMITS = PluginsSettings(timeout_s=2, memory_mb=600)
STORIES = tuple(
    Ranked(
        story=story(outlet_article(id_, hours_old=age)), score=4.0 - age, reasons=(Reason(name="length", points=1.0),)
    )
    for age, id_ in enumerate("abc", start=1)
)
TEXT = ("The harbour of Sandhaven opens on Monday.", "Two ferries sail each day.", "The old quay stays closed.")
STORY = Ranked(story=Story(articles=(values.article("a", paragraphs=(" ".join(TEXT),)),)), score=1.0, reasons=())
CONTEXT = RankingContext(now=values.NOON)
#: Faults that any part may have, and what is told.
FAULTS = {
    "raises": r"failed: ZeroDivisionError: no stories\\x1b\[31m today \(broken_parts.py:\d+\)",
    "hangs": "was ended after 2 s",
    "spins": "was ended after 2 s",
    "hangs_in_child": "was ended after 2 s",
    "exits": "exited, or needed over 600 MB",
    "leaves": "failed: SystemExit: 0",
    "allocates": "ran out of memory|needed over 600 MB",
    "nothing": "returned NoneType, expected",
    "recurses": "failed: RecursionError",
    "own_error": "failed: _OwnError: 7",
    "not_callable": "can't be called: broken_parts:not_callable is int",
    "missing": "can't be imported: AttributeError",
}
#: For parts that run in the same way.
SOME_FAULTS = {name: FAULTS[name] for name in ("raises", "hangs", "exits", "nothing")}


def plugin(point: PluginPoint, attribute: str, module: str = "broken_parts") -> Plugin:
    target = f"{module}:{attribute}"
    return Plugin(
        point=point, name=attribute, target=target, distribution="my-package", version="1.2", folder=str(FOLDER)
    )


@pytest.fixture
def process() -> Iterator[Callable[..., PluginProcess]]:
    workers = []

    def start(point: PluginPoint, attribute: str, module: str = "broken_parts") -> PluginProcess:
        workers.append(make_worker(LIMITS))
        return PluginProcess(plugin(point, attribute, module), LIMITS, workers[-1])

    yield start
    for worker in workers:
        worker.close()


# --- summarizers -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", [*BUILT_IN[PluginPoint.SUMMARIZER], "prints", "subclass"])
def test_every_summarizer_chooses_among_the_candidates(name: str, process: Callable[..., PluginProcess]) -> None:
    summarizer: Summarizer
    if name in BUILT_IN[PluginPoint.SUMMARIZER]:
        newsletter = Newsletter(id="main", title="Main", summarizer=name)
        summarizer = Parts(settings=Settings()).summarizer(newsletter)
    else:
        summarizer = IsolatedSummarizer(process(PluginPoint.SUMMARIZER, name), {})
    (brief,) = summarize([STORY], summarizer, Budget(sentences=1))

    assert len(brief.sentences) == 1
    assert brief.sentences[0].text in TEXT


@pytest.mark.slow
@pytest.mark.parametrize(
    ("attribute", "message"),
    [
        *FAULTS.items(),
        ("texts", "returned list of str, expected tuple of Candidate"),
        ("invents", "returned a sentence that no article holds: 'The mayor resigned.'"),
        ("repeats", "returned a sentence twice"),
    ],
)
def test_a_broken_summarizer_is_named_and_ends_in_time(
    attribute: str, message: str, process: Callable[..., PluginProcess]
) -> None:
    summarizer = IsolatedSummarizer(process(PluginPoint.SUMMARIZER, attribute), {})
    started = time.monotonic()
    with pytest.raises(PluginError, match=rf"^summarizer '{attribute}' \(from my-package 1.2\).* ?({message})"):
        summarizer(candidates(STORY.story), Budget(), language="en")

    assert time.monotonic() - started < 30


@pytest.mark.slow
def test_options_are_arguments_and_a_misspelt_one_is_named(process: Callable[..., PluginProcess]) -> None:
    summarizer = IsolatedSummarizer(process(PluginPoint.SUMMARIZER, "prints"), {"lenght": 3})

    with pytest.raises(PluginError, match="unexpected keyword argument 'lenght'"):
        summarizer(candidates(STORY.story), Budget(), language="en")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("attribute", "message"), [("hangs", "was ended after 2 s"), ("too_many", "chose 3 sentences, 1 are allowed")]
)
def test_the_default_summarizer_takes_over_and_the_problem_is_told(attribute: str, message: str) -> None:
    settings = Settings(file=FOLDER / "digest.toml", plugins=LIMITS)
    newsletter = Newsletter(id="main", title="Main", summarizer=f"broken_parts:{attribute}")
    problems: list[PluginFailure] = []
    started = time.monotonic()
    summarizer = Parts(settings=settings).summarizer(newsletter, problems.append)
    briefs = summarize([STORY] * 5, summarizer, Budget(sentences=1))

    assert [len(brief.sentences) for brief in briefs] == [1] * 5
    assert message in problems[0].error
    assert str(problems[0]).endswith("the default summarizer is used instead")
    assert time.monotonic() - started < 20  # a plugin that hangs is not called for each story


# --- rankers ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "order"), [("score", "abc"), ("newest", "abc"), ("backwards", "cba"), ("drops_first", "bc")]
)
def test_every_ranker_orders_the_stories_that_it_gets(
    name: str, order: str, process: Callable[..., PluginProcess]
) -> None:
    if name in BUILT_IN[PluginPoint.RANKER]:
        ranker = Parts(settings=Settings()).ranker(Newsletter(id="main", title="Main", ranker=name))
    else:
        ranker = IsolatedRanker(process(PluginPoint.RANKER, name), {})

    assert "".join(ranked.story.lead.id for ranked in ranker(STORIES, CONTEXT)) == order


@pytest.mark.slow
@pytest.mark.parametrize(
    ("attribute", "message"),
    [*SOME_FAULTS.items(), ("twice", "returned a story twice"), ("not_a_number", "a score that is no finite number")],
)
def test_stories_are_ordered_by_score_where_a_ranker_fails(attribute: str, message: str) -> None:
    settings = Settings(file=FOLDER / "digest.toml", plugins=LIMITS)
    problems: list[PluginFailure] = []
    newsletter = Newsletter(id="main", title="Main", ranker=f"broken_parts:{attribute}")
    ranker = Parts(settings=settings).ranker(newsletter, problems.append)

    assert "".join(ranked.story.lead.id for ranked in ranker(STORIES, CONTEXT)) == "abc"
    assert len(problems) == 1
    assert re.search(message, problems[0].error)
    assert str(problems[0]).endswith("the stories are ordered by score instead")


# --- collectors ------------------------------------------------------------------------------------------------------


def collect(attribute: str, **options: object) -> object:
    source = Source(id="tides", collector=attribute, options=options)
    collector = IsolatedCollector(plugin(PluginPoint.COLLECTOR, attribute), LIMITS, values.NOON)
    return asyncio.run(collector(source, FetchState(), no_known_guids))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("attribute", "message"),
    [*SOME_FAULTS.items(), ("unreadable", "the tide gauge is away"), ("collects_entry", "guid as int")],
)
def test_a_broken_collector_fails_its_source(attribute: str, message: str) -> None:
    options = {"guid": 1} if attribute == "collects_entry" else {}

    with pytest.raises(SourceError, match=message):
        collect(attribute, **options)


@pytest.mark.slow
def test_coroutines_and_functions_collect() -> None:
    assert collect("collects_nothing").title == "Empty"  # type: ignore[attr-defined]  # Collected
    assert collect("collects_entry", title="High tide").entries[0].title == "High tide"  # type: ignore[attr-defined]


def test_a_collector_learns_which_guids_are_stored() -> None:
    collected = call_collector(
        plugin(PluginPoint.COLLECTOR, "collects_unknown"),
        Source(id="tides", collector="x"),
        FetchState(newest_guids=("older", "old")),
        values.NOON,
    )

    assert collected.title == "['new'] ()"


def test_a_wrong_option_is_told_without_a_place_in_our_own_code() -> None:
    tides = Source(id="tides", collector="x", options={"harbor": "Sandhaven"})
    with pytest.raises(PluginError, match=r"unexpected keyword argument 'harbor'$"):
        call_collector(plugin(PluginPoint.COLLECTOR, "collects_unknown"), tides, FetchState(), values.NOON)


@pytest.mark.slow
def test_sources_of_a_hanging_collector_wait_for_none_of_the_others() -> None:
    async def collect_many() -> list[object]:
        collector = IsolatedCollector(plugin(PluginPoint.COLLECTOR, "hangs"), LIMITS, values.NOON)
        calls = [collector(Source(id=f"s{n}", collector="x"), FetchState(), no_known_guids) for n in range(6)]
        return await asyncio.gather(*calls, return_exceptions=True)

    started = time.monotonic()
    results = asyncio.run(collect_many())

    assert [type(result) for result in results] == [SourceError] * 6
    assert time.monotonic() - started < 30


# --- imports ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("broken_parts:texts", ""),
        ("fails_at_import:x", r"can't be imported: RuntimeError: no licence \(fails_at_import.py:3\)"),
        ("exits_at_import:x", "exited, or needed over"),
        ("no_such_module:x", "can't be imported: ModuleNotFoundError: No module named 'no_such_module'"),
        ("nameless", "no summarizer 'nameless'"),
    ],
)
def test_why_a_plugin_cannot_be_used_is_told(name: str, message: str) -> None:
    settings = Settings(file=FOLDER / "digest.toml", plugins=LIMITS)
    problem = plugin_problem(named_plugin(PluginPoint.SUMMARIZER, name, settings), settings)

    assert bool(problem) == bool(message)
    assert re.search(message, problem)
