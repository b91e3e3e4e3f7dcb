"""Plugins as parts of ours: each call runs in a process with limits of time and memory, and its result is checked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from queue import LifoQueue
from typing import TypeVar, TypeVarTuple

from digest.model.errors import PluginError, SourceError
from digest.model.newsletters import Options, Source
from digest.model.protocols import Budget, Candidate, Collected, FetchState, KnownGuids, RankingContext
from digest.model.stories import Ranked, Reason
from digest.processes import plugin_worker
from digest.processes.limited_worker import LimitedWorker
from digest.processes.process_pool import WorkerDiedError
from digest.settings import PluginsSettings
from digest.settings.plugins import Plugin

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")

#: A process without calls ends after so long.
_IDLE_S = 20.0
#: Sources that plugins collect at once: each needs a process.
_COLLECTORS = 4


@dataclass(frozen=True, slots=True)
class PluginProcess:
    """The process that one plugin runs in, and its limits."""

    plugin: Plugin
    limits: PluginsSettings
    worker: LimitedWorker = field(compare=False)

    def call(self, function: Callable[[Plugin, *Arguments], T], *arguments: *Arguments) -> T:
        """The function's result for the plugin. Raises ``PluginError`` for any failure."""
        return _call(self.worker, self.plugin, self.limits, function, *arguments)


@cache
def plugin_process(plugin: Plugin, limits: PluginsSettings) -> PluginProcess:
    """The process of a plugin, started with its first call; calls wait for each other."""
    return PluginProcess(plugin, limits, make_worker(limits))


def make_worker(limits: PluginsSettings) -> LimitedWorker:
    """A process with the limits of the settings."""
    memory, timeout_s = limits.memory_mb * 1_000_000, limits.timeout_s
    return LimitedWorker(cpu_s=timeout_s, wall_s=timeout_s, memory_bytes=memory, idle_s=_IDLE_S)


def _call(
    worker: LimitedWorker,
    plugin: Plugin,
    limits: PluginsSettings,
    function: Callable[[Plugin, *Arguments], T],
    *arguments: *Arguments,
) -> T:
    started = time.monotonic()
    try:
        return worker.call(function, plugin, *arguments)
    except WorkerDiedError:
        is_late = time.monotonic() - started >= limits.timeout_s
        reason = (
            f"was ended after {limits.timeout_s:g} s" if is_late else f"exited, or needed over {limits.memory_mb} MB"
        )
        raise PluginError(f"{plugin.title} {reason}", hint="see [plugins]", is_ended=True) from None
    except PluginError as error:
        if error.is_ended:
            worker.close()
        raise


@dataclass(frozen=True, slots=True)
class IsolatedSummarizer:
    """Summarizer of a plugin. Raises ``PluginError``."""

    process: PluginProcess
    options: Options

    def __call__(self, candidates: Sequence[Candidate], budget: Budget, *, language: str) -> tuple[Candidate, ...]:
        offered = tuple(candidates)
        options = {**self.options, "language": language}
        indexes = self.process.call(plugin_worker.call_summarizer, options, offered, budget)
        return tuple(offered[index] for index in indexes)


@dataclass(frozen=True, slots=True)
class IsolatedRanker:
    """Ranker of a plugin. Raises ``PluginError``."""

    process: PluginProcess
    options: Options

    def __call__(self, stories: Sequence[Ranked], context: RankingContext) -> tuple[Ranked, ...]:
        offered = tuple(stories)
        scored = self.process.call(plugin_worker.call_ranker, self.options, offered, context)
        return tuple(
            replace(
                offered[story.index],
                score=story.score,
                reasons=tuple(
                    Reason(name=name, points=points, detail=detail) for name, points, detail in story.reasons
                ),
            )
            for story in scored
        )


@dataclass(frozen=True, slots=True)
class IsolatedCollector:
    """Collector of a plugin. Raises ``SourceError``."""

    plugin: Plugin
    limits: PluginsSettings
    seen: datetime

    async def __call__(self, source: Source, state: FetchState, known_guids: KnownGuids) -> Collected:  # noqa: ARG002  # see newest_guids
        state = replace(state, pending_pages=())
        workers, threads = _collector_workers(self.limits), _collector_threads()
        while workers.empty():
            await asyncio.sleep(0.01)
        worker = workers.get_nowait()
        arguments = (plugin_worker.call_collector, source, state, self.seen)
        call = asyncio.get_running_loop().run_in_executor(threads, _call, worker, self.plugin, self.limits, *arguments)
        try:
            return await call
        except PluginError as error:
            raise SourceError(str(error)) from None
        except asyncio.CancelledError:
            worker.abort()
            raise
        finally:
            workers.put(worker)


@cache
def _collector_workers(limits: PluginsSettings) -> LifoQueue[LimitedWorker]:
    workers: LifoQueue[LimitedWorker] = LifoQueue()
    for _ in range(_COLLECTORS):
        workers.put(make_worker(limits))
    return workers


@cache
def _collector_threads() -> ThreadPoolExecutor:
    # Not the default executor: it resolves host names as well, which must not wait for a slow call.
    return ThreadPoolExecutor(_COLLECTORS, thread_name_prefix="digest-plugin")
