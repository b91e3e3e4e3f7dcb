"""Plots of a few numbers a day as inline SVG. Pure.

The drawing has no text and is stretched to the page's width; ``templates/web/plot.html.j2`` sets caption, axes, legend
and a table of the numbers around it. Colours are classes of the style sheet: our pages allow no inline style.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

#: The drawing's height, and a day's width, in units of its own.
_HEIGHT, _DAY = 100.0, 10
#: Space between two bars; height of the smallest that isn't zero.
_GAP, _MIN_BAR = 2, 1.5
#: Classes of the first, second … series.
_CLASSES = ("one", "two", "three")


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One number for each day."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A drawing, and what is written around it."""

    title: str
    #: In one sentence, for those who don't see it.
    description: str
    svg: Markup
    days: tuple[date, ...]
    series: tuple[Series, ...]
    #: Label of the vertical axis: the highest bar, or the ends of the line.
    scale: str
    format: Callable[[float], str]

    @property
    def is_empty(self) -> bool:
        """There is nothing but zeros to show."""
        return not any(value for series in self.series for value in series.values)

    @property
    def legend(self) -> tuple[tuple[str, str], ...]:
        """Class and name of each series, if there are several."""
        return tuple(zip(_CLASSES, (series.name for series in self.series), strict=False)) if self.series[1:] else ()

    @property
    def rows(self) -> tuple[tuple[date, tuple[str, ...]], ...]:
        """The numbers of each day, the latest first."""
        columns = [map(self.format, series.values) for series in self.series]
        return tuple(zip(self.days, zip(*columns, strict=True), strict=True))[::-1]


def whole(value: float) -> str:
    """``1,200``"""
    return f"{value:,.0f}"


def seconds(value: float) -> str:
    """``0.42 s``, ``12 s``"""
    return f"{value:.2f} s" if value < 10 else f"{value:,.0f} s"


def bar_plot(
    title: str, days: Sequence[date], series: Sequence[Series], *, format: Callable[[float], str] = whole
) -> Plot:
    """Bars for each day, those of several series on top of each other."""
    totals = [sum(values) for values in zip(*(each.values for each in series), strict=True)]
    largest = max(totals, default=0)
    labels = [
        f"{day:%-d %B}: " + ", ".join(f"{format(each.values[index])} {each.name}" for each in series)
        for index, day in enumerate(days)
    ]
    bars = [_bars([each.values[index] for each in series], index, largest) for index, _ in enumerate(days)]
    drawn = [_day(index, label, shapes) for index, (label, shapes) in enumerate(zip(labels, bars, strict=True))]
    description = _description(days, f"at most {format(largest)} a day" if largest else "nothing")
    return Plot(
        title=title,
        description=description,
        svg=_drawing(title, description, drawn, width=len(days) * _DAY),
        days=tuple(days),
        series=tuple(series),
        scale=format(largest),
        format=format,
    )


def line_plot(title: str, days: Sequence[date], series: Series, *, format: Callable[[float], str] = whole) -> Plot:
    """A line through the days, between the lowest and the highest value."""
    values = series.values
    lowest, highest = min(values, default=0), max(values, default=0)
    spread = highest - lowest
    heights = [(value - lowest) / spread if spread else 0.5 for value in values]
    points = " ".join(
        f"{index * _DAY + _DAY / 2:g},{(1 - height) * (_HEIGHT - 4) + 2:.1f}" for index, height in enumerate(heights)
    )
    line = Markup('<polyline class="line" fill="none" vector-effect="non-scaling-stroke" points="{}"/>').format(points)
    labels = [f"{day:%-d %B}: {format(value)} {series.name}" for day, value in zip(days, values, strict=True)]
    drawn = [line, *(_day(index, label, Markup()) for index, label in enumerate(labels))]
    description = _description(days, f"from {format(values[0])} to {format(values[-1])}" if values else "nothing")
    return Plot(
        title=title,
        description=description,
        svg=_drawing(title, description, drawn, width=len(days) * _DAY),
        days=tuple(days),
        series=(series,),
        scale=f"{format(lowest)} to {format(highest)}" if spread else format(highest),
        format=format,
    )


def spark(values: Sequence[float], description: str) -> Markup:
    """Bars so small that they stand in a line of text; they are described for those who don't see them."""
    largest = max(values, default=0) or 1
    # One path: a page may have hundreds of these.
    path = "".join(
        f"M{index * _DAY + 1} {_HEIGHT:g}v{-max(value / largest * _HEIGHT, 4):.0f}h{_DAY - _GAP}V{_HEIGHT:g}z"
        for index, value in enumerate(values)
        if value
    )
    return Markup(
        '<svg class="spark" role="img" viewBox="0 0 {} {:g}" preserveAspectRatio="none"><title>{}</title>'
        '<path class="one" d="{}"/></svg>'
    ).format(len(values) * _DAY, _HEIGHT, description, path)


def _description(days: Sequence[date], numbers: str) -> str:
    span = f"{len(days)} days until {days[-1]:%-d %B %Y}" if days else "No days"
    return f"{span}: {numbers}."


def _drawing(title: str, description: str, shapes: Iterable[Markup], *, width: int) -> Markup:
    head = Markup("<title>{}</title><desc>{}</desc>").format(title, description)
    markup = Markup('<svg class="plot" role="img" viewBox="0 0 {} {:g}" preserveAspectRatio="none">{}{}</svg>')
    return markup.format(width, _HEIGHT, head, Markup().join(shapes))


def _bars(values: Sequence[float], index: int, largest: float) -> Markup:
    """A day's bars, the first series at the bottom."""
    shapes: list[Markup] = []
    top = 0.0
    for css_class, value in zip(_CLASSES, values, strict=False):
        if value and largest:
            top += value / largest
            shapes.append(_bar(css_class, index, value / largest, top))
    return Markup().join(shapes)


def _day(index: int, label: str, shapes: Markup) -> Markup:
    """A day's shapes, and its numbers where the pointer rests on it."""
    whole_day = Markup('<path class="day" d="M{} 0h{}v{:g}h-{}z"/>').format(index * _DAY, _DAY, _HEIGHT, _DAY)
    return Markup("<g><title>{}</title>{}{}</g>").format(label, shapes, whole_day)


def _bar(css_class: str, index: int, share: float, top: float) -> Markup:
    """A bar of this share of the height, whose upper end is at ``top``."""
    height = max(share * _HEIGHT, _MIN_BAR)
    y = min(max((1 - top) * _HEIGHT, 0.0), _HEIGHT - height)
    width = _DAY - _GAP
    markup = Markup('<path class="{}" d="M{} {:g}h{}v{:g}h-{}z"/>')
    return markup.format(css_class, index * _DAY + _GAP // 2, round(y, 1), width, round(height, 1), width)
