"""Quality of page extraction: F1 of four-word shingles against texts marked by people, and speed; beside trafilatura.

As in article-extraction-benchmark: precision and recall are means over pages, so that long articles weigh no more.
"""

from __future__ import annotations

import gzip
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from lxml.html import fromstring

from digest.collect.pages.extract import read_page
from digest.model.errors import SourceError
from tests.bench.quality.table import Row

_WORD = re.compile(r"\w+")
_FOLDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A page and the true text of its article."""

    html: bytes
    text: str


def measure(shared: Path) -> list[Row]:
    folder = shared / "pages"
    if not folder.is_dir():
        return []
    pages = cases(folder)
    systems: dict[str, Callable[[bytes], str]] = {
        "digest": extract_text,
        "trafilatura, fast": lambda html: _trafilatura(html, fast=True),
        "trafilatura, precision": lambda html: _trafilatura(html, favor_precision=True),
    }
    return [_row(name, system, pages) for name, system in systems.items()]


def cases(folder: Path) -> list[Case]:
    truth = json.loads((folder / "ground-truth.json").read_text("utf-8"))
    return [
        Case(html=gzip.decompress((folder / f"{name}.html.gz").read_bytes()), text=expected["articleBody"])
        for name, expected in sorted(truth.items())
    ]


def extract_text(html: bytes) -> str:
    """The text of the page's entry."""
    try:
        body = read_page(html, content_type="text/html; charset=utf-8", url="https://outlet.example/").body
    except SourceError:
        return ""
    return "\n".join(fromstring(body).itertext()) if body else ""


def _trafilatura(html: bytes, **options: bool) -> str:
    from trafilatura import extract

    return extract(html.decode("utf-8", "replace"), include_comments=False, **options) or ""


def _row(name: str, system: Callable[[bytes], str], pages: Sequence[Case]) -> Row:
    system(pages[0].html)  # warm-up: imports and caches do not count
    begun = time.process_time()
    texts = [system(page.html) for page in pages]
    speed = len(pages) / (time.process_time() - begun)
    scores = [score(page.text, text) for page, text in zip(pages, texts, strict=True)]
    folds = [f1(scores[fold::_FOLDS]) for fold in range(_FOLDS)]
    precision, recall = (fmean(pair[side] for pair in scores) for side in (0, 1))
    note = f"P {precision:.3f} R {recall:.3f}; folds {min(folds):.3f} to {max(folds):.3f}; {speed:.0f} pages/s"
    return Row(task=f"extraction of {len(pages)} pages: F1", system=name, figure=f"{f1(scores):.3f}", note=note)


def score(truth: str, extracted: str) -> tuple[float, float]:
    """Precision and recall of one page."""
    expected, actual = _shingles(truth), _shingles(extracted)
    common = (expected & actual).total()
    if expected == actual:
        return 1.0, 1.0
    return (common / actual.total() if common else 0.0), (common / expected.total() if common else 0.0)


def f1(scores: Sequence[tuple[float, float]]) -> float:
    precision, recall = (fmean(pair[side] for pair in scores) for side in (0, 1))
    return 2 * precision * recall / (precision + recall)


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    return Counter(tuple(words[at : at + 4]) for at in range(max(1, len(words) - 3)))
