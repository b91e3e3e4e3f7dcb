"""Prometheus's text format, as its own parser reads it."""

from __future__ import annotations

import math

import pytest
from prometheus_client.parser import text_string_to_metric_families

from digest.model.metrics import Metric, Sample
from digest.web.exposition import exposition


def read(text: str) -> dict[str, dict[tuple[str, ...], float]]:
    """The samples by name and values of labels."""
    values: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            values.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return values


@pytest.mark.parametrize(
    "label", ["plain", 'a "b"', "back\\slash", "two\nlines", "\\n", "é – 日本", "", '\\"', "a,b={}"]
)
def test_labels_are_escaped(label: str) -> None:
    metric = Metric(name="m", kind="gauge", help="Of a \\ and\n2", samples=(Sample(labels={"l": label}, value=1),))
    (family,) = text_string_to_metric_families(exposition([metric]))

    assert family.samples[0].labels == {"l": label}
    assert family.documentation == "Of a \\ and\n2"


@pytest.mark.parametrize("value", [0, 1, True, 0.1, 1e-9, 12345678901234567890, 1774699200.5])
def test_numbers_keep_their_value(value: float) -> None:
    text = exposition([Metric(name="m", kind="gauge", help="", samples=(Sample(value=value),))])

    assert math.isclose(read(text)["m"][()], float(value), rel_tol=1e-15)


def test_kinds_suffixes_and_empty_metrics() -> None:
    samples = (Sample(value=2, suffix="_count"), Sample(value=0.5, suffix="_sum"))
    summary = Metric(name="s_seconds", kind="summary", help="S.", samples=samples)
    empty = Metric(name="empty", kind="gauge", help="E.", samples=())
    text = exposition([summary, empty])

    (family,) = text_string_to_metric_families(text)
    assert family.type == "summary"
    assert read(text) == {"s_seconds_count": {(): 2.0}, "s_seconds_sum": {(): 0.5}}
