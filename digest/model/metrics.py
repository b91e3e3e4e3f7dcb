"""Metrics, as Prometheus names them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Self

#: ``counter``: only grows; its name ends with ``_total``. ``summary``: samples end with ``_count`` and ``_sum``.
MetricKind = Literal["counter", "gauge", "summary"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One value of a metric."""

    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
    #: After the metric's name: ``_count``.
    suffix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric with its samples, one for each set of labels; times are in seconds."""

    name: str
    kind: MetricKind
    #: One sentence for people.
    help: str
    samples: tuple[Sample, ...]

    @classmethod
    def of(cls, name: str, kind: MetricKind, help: str, rows: Iterable[tuple[Mapping[str, str], float]]) -> Self:
        """The metric with samples without a suffix: pairs of labels and value."""
        samples = tuple(Sample(labels=labels, value=value) for labels, value in rows)
        return cls(name=name, kind=kind, help=help, samples=samples)
