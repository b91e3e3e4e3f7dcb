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

    heights = [(shape.get("y"), shape.get("height")) for shape in shapes(plot, "one")]
    assert heights == [("50.0", "50.0"), ("0.0", "100.0"), ("98.5", "1.5")]
    assert [(shape.get("y"), shape.get("height")) for shape in shapes(plot, "two")] == [("0.0", "50.0")]
    assert plot.highest == "100"
    assert plot.legend == (("one", "sent"), ("two", "failed"))
    assert plot.rows[0] == (DAYS[-1], ("1", "0"))
    assert "2 March: 1 sent, 0 failed" in plot.svg


def test_a_line_goes_from_the_lowest_to_the_highest() -> None:
    plot = line_plot("Subscribers", DAYS, Series(name="subscribers", values=(1200, 1200, 1250, 1300)))
    (line,) = shapes(plot, "line")

    assert [point.partition(",")[2] for point in str(line.get("points")).split()] == ["98.0", "98.0", "50.0", "2.0"]
    assert (plot.lowest, plot.highest) == ("1,200", "1,300")
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
