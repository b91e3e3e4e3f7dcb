"""Bulletins that follow the articles of the sample: offices of the same town, with figures of the hour. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from string import Template

from digest.model.articles import Article

OUTLET, NAME = "osterhaven-bulletins", "Osterhaven Bulletins"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """Bulletin of one office: a pattern, and the ranges of its figures."""

    office: str
    title: str
    news: str
    more: str
    a: tuple[int, int]
    b: tuple[int, int]
    c: tuple[int, int]


_KINDS = (
    _Kind(
        office="Tram office",
        title="Line 7 carries $a passengers in the hour to $time",
        news="Osterhaven's new tram line carried $a passengers in the hour to $time, $b more than in the"
        " hour before, the tram office said. The fullest tram had $c people on board when it left the harbour square.",
        more="Most of them got on between the fish market and the library, where the buses no longer run.",
        a=(900, 2400),
        b=(20, 180),
        c=(110, 215),
    ),
    _Kind(
        office="Ferry office",
        title="Sandholm ferry saves $a litres of fuel on its crossing before $time",
        news="The wings of the Sandholm ferry saved $a litres of fuel on the crossing that ended before"
        " $time, the ferry office said. $b passengers and $c cars were on board.",
        more="The captain folded the wings a mile before the pier, as the rules of the port require.",
        a=(60, 410),
        b=(70, 390),
        c=(12, 88),
    ),
    _Kind(
        office="River office",
        title="The Lode stands at $a centimetres at $time",
        news="The gauge at the old bridge showed $a centimetres at $time, $b less than at the last high"
        " water, the river office said. $c cubic metres of water flow to the sea every second.",
        more="The path along the bank stays open, and the volunteers' boats may go out.",
        a=(140, 330),
        b=(5, 60),
        c=(40, 130),
    ),
    _Kind(
        office="Observatory",
        title="$a people have looked at the comet from the dome by $time",
        news="By $time $a people had looked at the comet through the telescope of the city observatory,"
        " and $b were waiting in front of the door. The tail was $c times as long as the Moon is wide.",
        more="The lamps on the sea wall stay off until ten o'clock, and admission is free.",
        a=(120, 780),
        b=(15, 160),
        c=(8, 30),
    ),
    _Kind(
        office="Museum",
        title="Museum counts $a visitors to the oldest map of the estuary by $time",
        news="The museum counted $a visitors to the oldest known map of the Lode estuary by $time, among"
        " them $b schoolchildren. The drawer that it was found in can be seen as well.",
        more="A copy of the map has been sold $c times since the morning; the next printing is due on Friday.",
        a=(210, 1300),
        b=(30, 240),
        c=(14, 95),
    ),
)


def bulletin(number: int, *, published: datetime, port: int) -> Article:
    """The bulletin of that number; the same in every run, but for its time."""
    kind, random = _KINDS[number % len(_KINDS)], Random(number)  # noqa: S311  # figures to read, no secrets
    at = published.astimezone() - timedelta(minutes=number % 3)
    figures = {name: f"{random.randint(*getattr(kind, name)):,}" for name in ("a", "b", "c")}
    values = figures | {"time": f"{at:%H:%M}"}
    url = f"http://{OUTLET}.localhost:{port}/{number}"
    return Article(
        id=url,
        source_id=OUTLET,
        source=NAME,
        url=url,
        title=Template(kind.title).substitute(values),
        paragraphs=tuple(Template(paragraph).substitute(values) for paragraph in (kind.news, kind.more)),
        published=published,
        language="en",
        author=kind.office,
    )
