"""Calls of plugins, in a process that can be ended: import, call, check the result."""

from __future__ import annotations

import asyncio
import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cache
from importlib import import_module
from operator import attrgetter
from typing import Any

from digest.model.errors import MailError, PluginError, SourceError, one_line
from digest.model.newsletters import Options, Source
from digest.model.protocols import (
    Budget,
    Candidate,
    Collected,
    FetchState,
    Outbox,
    RankingContext,
)
from digest.model.stories import Ranked
from digest.processes.plugin_checks import (
    ScoredStory,
    WrongResult,
    chosen_indexes,
    plain_collected,
    scored_stories,
    type_name,
)
from digest.settings.plugins import Plugin

#: Longest message of a plugin's exception that is passed on.
_MAX_MESSAGE = 500


def call_summarizer(
    plugin: Plugin, options: Options, candidates: Sequence[Candidate], budget: Budget
) -> tuple[int, ...]:
    """Indexes of the candidates that it chose; ``options`` include the language. Raises ``PluginError``."""
    with _as_plugin_error(plugin):
        return chosen_indexes(_import(plugin)(candidates, budget, **options), candidates)


def call_ranker(
    plugin: Plugin, options: Options, stories: Sequence[Ranked], context: RankingContext
) -> tuple[ScoredStory, ...]:
    """The stories in its order. Raises ``PluginError``."""
    with _as_plugin_error(plugin):
        return scored_stories(_import(plugin)(stories, context, **options), stories)


def call_collector(plugin: Plugin, source: Source, state: FetchState, seen: datetime) -> Collected:
    """What it collected. Raises ``PluginError``, or ``SourceError`` if it does."""
    stored = frozenset(state.newest_guids)
    state = replace(state, newest_guids=())
    with _as_plugin_error(plugin):
        result = _import(plugin)(source, state, stored.intersection, **source.options)
        if inspect.isawaitable(result):
            result = asyncio.run(_awaited(result))
        return plain_collected(result, source, seen=seen)


async def _awaited(result: Any) -> object:
    return await result


def import_plugin(plugin: Plugin) -> None:
    """Import it, and see that it can be called. Raises ``PluginError``."""
    with _as_plugin_error(plugin):
        _import(plugin)


@cache
def _import(plugin: Plugin) -> Callable[..., object]:
    """The plugin's callable; a class is called once for it, without arguments."""
    module, _, attribute = plugin.target.partition(":")
    if plugin.folder and plugin.folder not in sys.path:
        sys.path.append(plugin.folder)
    try:
        value = attrgetter(attribute)(import_module(module))
    except BaseException as error:
        message = f"{plugin.title} can't be imported: {_described(error)}"
        raise PluginError(
            message, hint="'digest plugins list' shows it; install it anew, or tell its author"
        ) from error
    if inspect.isclass(value):
        value = value()
    if not callable(value):
        raise WrongResult(f"can't be called: {plugin.target} is {type_name(value)}")
    return value  # type: ignore[no-any-return]  # callable, and nothing more is known


@contextmanager
def _as_plugin_error(plugin: Plugin) -> Iterator[None]:
    """Any exception as ``PluginError`` with the plugin's name and package: its own classes exist only here."""
    try:
        yield
    except PluginError:
        raise
    except WrongResult as error:
        raise PluginError(f"{plugin.title} {one_line(str(error))}") from None
    except SourceError as error:
        raise SourceError(one_line(str(error))[:_MAX_MESSAGE], temporary=bool(error.temporary)) from None
    except MemoryError:
        raise PluginError(f"{plugin.title} ran out of memory", is_ended=True) from None
    except BaseException as error:  # noqa: BLE001  # SystemExit, too: nothing of it may end more than this call
        raise PluginError(f"{plugin.title} failed: {_described(error)}") from None


def _described(error: BaseException) -> str:
    """``ValueError: no such feed (parts.py:12)``"""
    try:
        text = str(error)
    except Exception:  # noqa: BLE001  # a plugin's own class
        text = ""
    frames = inspect.getinnerframes(error.__traceback__, context=0) if error.__traceback__ else []
    files = [frame for frame in frames if not frame.filename.startswith("<")]
    is_in_plugin = bool(files) and files[-1].filename != __file__  # a call with wrong arguments ends here
    place = f" ({files[-1].filename.rpartition('/')[2]}:{files[-1].lineno})" if is_in_plugin else ""
    return one_line(f"{type(error).__name__}: {text[:_MAX_MESSAGE]}".rstrip(": ") + place)


def run_mailer(plugin: Plugin, options: Options, outbox: Outbox) -> str:
    """Let it send the outbox's messages; return why it failed, or nothing."""
    try:
        with _as_plugin_error(plugin):
            try:
                _import(plugin)(outbox, **options)
            except MailError as error:
                return one_line(f"{plugin.title}: {error}")[:_MAX_MESSAGE]
    except PluginError as error:
        return str(error)
    return ""
