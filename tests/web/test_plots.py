"""Plots: well-formed, described in words, without inline style, and with whatever numbers there are."""

from __future__ import annotations

from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from digest.web.plots import Plot, Series, bar_plot, line_plot, seconds, spark

DAYS = [date(2026, 2, 27) + timedelta(days=number) for number in range(4)]


def shapes(plot: Plot, name: str) -> list[ElementTree.Element]:
    """The drawing's bars of a class, or its lines."""
    root = ElementTree.fromstring(str(plot.svg))
    return [shape for shape in root.iter() if shape.get("class") == name]


def test_bars_of_a_day_stand_on_top_of_each_other() -> None:
    series = [Series(name="sent", values=(0, 50, 100, 1)), Series(name="failed", values=(0, 50, 0, 0))]
    plot = bar_plot("Mails", DAYS, series)

    assert [shape.get("d") for shape in shapes(plot, "one")] == [
        "M11 50h8v50h-8z",
        "M21 0h8v100h-8z",
        "M31 98.5h8v1.5h-8z",
    ]
    assert [shape.get("d") for shape in shapes(plot, "two")] == ["M11 0h8v50h-8z"]
    assert plot.scale == "100"
    assert plot.legend == (("one", "sent"), ("two", "failed"))
    assert plot.rows[0] == (DAYS[-1], ("1", "0"))
    assert "2 March: 1 sent, 0 failed" in plot.svg


def test_a_line_goes_from_the_lowest_to_the_highest() -> None:
    plot = line_plot("Subscribers", DAYS, Series(name="subscribers", values=(1200, 1200, 1250, 1300)))
    (line,) = shapes(plot, "line")

    assert [point.partition(",")[2] for point in str(line.get("points")).split()] == ["98.0", "98.0", "50.0", "2.0"]
    assert plot.scale == "1,200 to 1,300"
    assert plot.description == "4 days until 2 March 2026: from 1,200 to 1,300."


@pytest.mark.parametrize("values", [(), (0.0,) * 4, (5.0,) * 4, (1e-9, 1e12, 0, 3)])
def test_any_numbers_give_a_well_formed_drawing(values: tuple[float, ...]) -> None:
    days = DAYS[: len(values)]
    for plot in (
        bar_plot("A & B", days, [Series(name="<b>", values=values)], format=seconds),
        line_plot("A & B", days, Series(name='"c"', values=values)),
    ):
        root = ElementTree.fromstring(str(plot.svg))
        assert not any("style" in shape.attrib or "nan" in str(shape.attrib) for shape in root.iter())
        assert root.findtext("title") == "A & B"
        assert plot.is_empty == (not any(values))
    ElementTree.fromstring(str(spark(values, "<&>")))
