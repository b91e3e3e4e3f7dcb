"""Registry of replaceable parts: finds a collector, ranker, summarizer or mailer by its name.

A name is that of a built-in part, else ``module:attribute``, else that of an entry point of an installed distribution
(groups ``digest.collectors`` …). Nothing is imported here: ``processes/plugin_worker.py`` imports a plugin in a process
that can be ended. Entry points are read only if a name is not built in.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import Distribution, distributions, packages_distributions
from pathlib import Path

from digest.model.errors import UsageError, one_line
from digest.text.suggest import nearest


class PluginPoint(enum.StrEnum):
    """Kind of a replaceable part."""

    COLLECTOR = "collector"
    RANKER = "ranker"
    SUMMARIZER = "summarizer"
    MAILER = "mailer"

    @property
    def group(self) -> str:
        """The group of its entry points."""
        return f"digest.{self}s"


#: sumy's methods by their usual names.
SUMY_METHODS = ("lex-rank", "text-rank", "lsa", "luhn", "kl", "sum-basic", "reduction", "edmundson")
#: Names of the parts that ship with the project; the first is the default.
BUILT_IN: Mapping[PluginPoint, tuple[str, ...]] = {
    PluginPoint.COLLECTOR: ("auto",),
    PluginPoint.RANKER: ("score", "newest"),
    PluginPoint.SUMMARIZER: ("default", "lead", *SUMY_METHODS),
    PluginPoint.MAILER: ("smtp", "folder"),
}
_TARGET = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*", re.ASCII)
#: Whose name a built-in part bears.
_OURS = "digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A part that can be named in the settings, not imported yet."""

    point: PluginPoint
    name: str
    #: ``module:attribute``; empty for a built-in part.
    target: str = ""
    #: Its distribution, with version and folder; empty if it belongs to none.
    distribution: str = ""
    version: str = ""
    location: str = ""
    #: Folder in which its module is looked for last: that of the settings.
    folder: str = ""
    #: Why it can't be used; empty as far as is known without importing it.
    problem: str = ""

    @property
    def is_built_in(self) -> bool:
        return not self.target

    @property
    def title(self) -> str:
        """For messages: ``summarizer 'x' (from my-package 1.2)``."""
        origin = f" (from {one_line(self.distribution)} {one_line(self.version)})" if self.distribution else ""
        return f"{self.point} {self.name!r}{origin}"


def find_plugin(point: PluginPoint, name: str, *, folder: Path | None = None) -> Plugin:
    """The part of that name; ``folder`` may hold modules of the user's own. Raises ``UsageError`` if there is none."""
    if name in BUILT_IN[point]:
        return Plugin(point=point, name=name, distribution=_OURS)
    if ":" in name:
        return _of_module(point, name, folder)
    plugins = installed_plugins(point)
    matching = [plugin for plugin in plugins if plugin.name == name]
    if not matching:
        raise _unknown(point, name, plugins)
    if len(matching) > 1:
        packages = ", ".join(sorted(f"{plugin.distribution} ({plugin.target})" for plugin in matching))
        raise UsageError(f"several packages have a {point} {name!r}: {packages}", hint="name it as module:attribute")
    if matching[0].problem:
        raise UsageError(f"{matching[0].title} can't be used: {matching[0].problem}", hint="'digest plugins list'")
    return matching[0]


def installed_plugins(point: PluginPoint) -> tuple[Plugin, ...]:
    """The plugins that installed distributions declare, sorted by name; a broken distribution hides no other."""
    found: dict[tuple[str, str], Plugin] = {}
    for distribution in _distributions():
        for plugin in _plugins_of(distribution, point):
            found.setdefault((plugin.name, plugin.distribution.lower()), plugin)
    return tuple(found[key] for key in sorted(found))


def _unknown(point: PluginPoint, name: str, plugins: tuple[Plugin, ...]) -> UsageError:
    names = (*BUILT_IN[point], *(plugin.name for plugin in plugins))
    near = nearest(name, names)
    hint = f"choose one of {', '.join(names)}, or module:attribute"
    return UsageError(f"no {point} {name!r}" + (f" (did you mean {near!r}?)" if near else ""), hint=hint)


def _of_module(point: PluginPoint, name: str, folder: Path | None) -> Plugin:
    if not _TARGET.fullmatch(name):
        raise UsageError(f"no {point} {name!r}", hint="write module:attribute, like 'my_package.parts:summarize'")
    plugin = Plugin(point=point, name=name, target=name, folder=str(folder.absolute()) if folder else "")
    owner = _owner(name.partition(":")[0].partition(".")[0])
    return replace(plugin, distribution=owner[0], version=owner[1], location=owner[2]) if owner else plugin


@cache
def _owner(package: str) -> tuple[str, str, str] | None:
    """Name, version and folder of the distribution that installed a package; None for a module of the user's own."""
    try:
        names = packages_distributions().get(package, ())
    except Exception:  # noqa: BLE001  # metadata of any package may be broken; this is only for messages
        return None
    for distribution in _distributions():
        if distribution.name in names:
            return distribution.name, distribution.version, _location(distribution)
    return None


def _distributions() -> Iterator[Distribution]:
    """The installed distributions, the first of each name as Python would import it."""
    seen: set[str] = set()
    for distribution in distributions():
        try:
            name = distribution.name
        except Exception:  # noqa: BLE001, S112  # a half-removed package has no readable metadata
            continue
        if isinstance(name, str) and name.lower() not in seen:
            seen.add(name.lower())
            yield distribution


def _plugins_of(distribution: Distribution, point: PluginPoint) -> Iterator[Plugin]:
    try:
        entry_points = distribution.entry_points.select(group=point.group)
        version = distribution.version or ""
    except Exception as error:  # noqa: BLE001  # its metadata is broken: told by 'digest plugins list'
        if _mentions(distribution, point.group):
            problem = one_line(f"its metadata can't be read: {type(error).__name__}: {error}")
            yield Plugin(point=point, name="?", target="?", distribution=distribution.name, problem=problem)
        return
    for entry_point in entry_points:
        name, target = one_line(entry_point.name), re.sub(r"\s*\[.*\]$", "", entry_point.value.strip())
        yield Plugin(
            point=point,
            name=name,
            target=target,
            distribution=distribution.name,
            version=version,
            location=_location(distribution),
            problem=_problem(point, name, target),
        )


def _problem(point: PluginPoint, name: str, target: str) -> str:
    """Why an entry point can't be used."""
    if name in BUILT_IN[point]:
        return f"{name!r} is built in, and that is used"
    return "" if _TARGET.fullmatch(target) else one_line(f"its entry point is no module:attribute: {target!r}")


def _mentions(distribution: Distribution, group: str) -> bool:
    try:
        return group in (distribution.read_text("entry_points.txt") or "")
    except Exception:  # noqa: BLE001  # unreadable: nothing says that it has a plugin
        return False


def _location(distribution: Distribution) -> str:
    """The folder that it is installed in."""
    try:
        return str(distribution.locate_file(""))
    except Exception:  # noqa: BLE001  # only shown
        return ""
