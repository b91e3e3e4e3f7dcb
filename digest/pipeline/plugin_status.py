"""States of plugins: what is built in, installed, or named in the settings, and whether it can be used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from digest.model.errors import PluginError, UsageError
from digest.pipeline.parts import plugin_folder
from digest.processes import plugin_worker
from digest.processes.plugins import PluginProcess, make_worker
from digest.settings import Settings
from digest.settings.plugins import BUILT_IN, Plugin, PluginPoint, find_plugin, installed_plugins


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginUse:
    """A part that the settings name."""

    point: PluginPoint
    name: str
    #: ``newsletter main``, ``source park``, ``[mailer]``
    used_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginStatus:
    """A part, and why it can't be used."""

    plugin: Plugin
    #: Empty if it can be used.
    problem: str = ""
    used_by: tuple[str, ...] = field(default=())

    @property
    def state(self) -> str:
        if self.problem:
            return "not loaded"
        return "built in" if self.plugin.is_built_in else "loaded"


def plugin_uses(settings: Settings) -> tuple[PluginUse, ...]:
    """Every part that the settings name, built in or not."""
    return (
        *(_use(PluginPoint.COLLECTOR, source.collector, f"source {source.id}") for source in settings.sources),
        *(_use(PluginPoint.RANKER, entry.ranker, f"newsletter {entry.id}") for entry in settings.newsletters),
        *(_use(PluginPoint.SUMMARIZER, entry.summarizer, f"newsletter {entry.id}") for entry in settings.newsletters),
        *(
            _use(PluginPoint.MAILER, entry.mailer, f"newsletter {entry.id}")
            for entry in settings.newsletters
            if entry.mailer
        ),
        *([_use(PluginPoint.MAILER, settings.mailer.name, "[mailer]")] if settings.mailer.name else []),
    )


def _use(point: PluginPoint, name: str, used_by: str) -> PluginUse:
    return PluginUse(point=point, name=name, used_by=used_by)


def plugin_statuses(settings: Settings) -> tuple[PluginStatus, ...]:
    """All parts by point: those built in, those of installed packages, and other ones that the settings name."""
    uses = plugin_uses(settings)
    return tuple(status for point in PluginPoint for status in _of_point(point, uses, settings))


def _of_point(point: PluginPoint, uses: Sequence[PluginUse], settings: Settings) -> Iterator[PluginStatus]:
    used_by: dict[str, list[str]] = {}
    for use in uses:
        if use.point is point:
            used_by.setdefault(use.name, []).append(use.used_by)
    plugins = [find_plugin(point, name) for name in BUILT_IN[point]]
    plugins += installed_plugins(point)
    for name in used_by.keys() - {plugin.name for plugin in plugins}:
        plugins.append(named_plugin(point, name, settings))
    for plugin in plugins:
        yield PluginStatus(
            plugin=plugin, problem=plugin_problem(plugin, settings), used_by=tuple(used_by.get(plugin.name, ()))
        )


def named_plugin(point: PluginPoint, name: str, settings: Settings) -> Plugin:
    """The part of that name; if there is none, its problem says so."""
    try:
        return find_plugin(point, name, folder=plugin_folder(settings))
    except UsageError as error:
        return replace(Plugin(point=point, name=name, target="?"), problem=f"{error}; {error.hint}")


def plugin_problem(plugin: Plugin, settings: Settings) -> str:
    """Why the part can't be used; imports it in a process of its own. Empty if it can be used."""
    if plugin.problem or plugin.is_built_in:
        return plugin.problem
    worker = make_worker(settings.plugins)
    try:
        PluginProcess(plugin, settings.plugins, worker).call(plugin_worker.import_plugin)
    except PluginError as error:
        return str(error)
    finally:
        worker.close()
    return ""
