"""Time zones to choose from: those of zone.tab, by region. A plain list works without JavaScript."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone, and its name within its region: ``America/New_York``, ``New York``."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Region:
    """The zones of a part of the world, by name."""

    name: str
    zones: Sequence[Zone]


@cache
def regions() -> tuple[Region, ...]:
    """All zones with cities of their own, as the time zone database lists them."""
    by_region: dict[str, list[Zone]] = defaultdict(list)
    for name in sorted(_names() & available_timezones()):
        region, _, place = name.partition("/")
        by_region[region].append(Zone(name, place.replace("_", " ").replace("/", ", ")))
    return tuple(Region(name, zones) for name, zones in sorted(by_region.items()))


def _names() -> frozenset[str]:
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    return frozenset(line.split("\t")[2] for line in table.splitlines() if not line.startswith("#"))
