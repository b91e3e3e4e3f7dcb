"""Quality of cleaning: shingle F1 of cleaned pages, and lines wrongly dropped from or left in pasted articles."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from statistics import fmean

from digest.clean.articles import clean
from digest.collect.pages.extract import read_page
from digest.model.articles import Article, BodyFormat, Entry
from digest.model.errors import SourceError
from digest.model.protocols import Budget
from digest.model.stories import Ranked, Story
from digest.stories.summarize import summarize
from digest.stories.summarizers import NAMES, summarizer
from digest.text.encoding import repair
from digest.text.html import blocks_from_html
from tests.bench.quality.table import Row
from tests.support.pasted_articles import pasted_articles

OWN = Path(__file__).resolve().parents[2] / "data"
_WORD = re.compile(r"\w+")
_SHINGLE = 4
_BUDGETS = (
    *(Budget(sentences=count) for count in range(1, 11)),
    *(Budget(words=words) for words in range(20, 301, 40)),
)
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


def measure(shared: Path) -> list[Row]:
    pages = shared / "pages" if (shared / "pages").is_dir() else OWN / "quality" / "pages"
    labels, texts = shared / "article_lines.jsonl", shared.parent / "articles"
    if not labels.is_file():
        labels, texts = OWN / "quality" / "lines.jsonl", OWN / "clean"
    return [*_pages(pages), *_labelled_articles(labels, texts), *_pasted_articles()]


# --- pages -----------------------------------------------------------------------------------------------------------


def _pages(folder: Path) -> list[Row]:
    """As in article-extraction-benchmark: precision and recall of four-word shingles, as means over pages."""
    truth = json.loads((folder / "ground-truth.json").read_text("utf-8"))
    rows = []
    systems = (
        ("digest, extracted", _extract),
        ("digest, cleaned", _clean_page),
        ("trafilatura, precision", _trafilatura),
    )
    for system, extract in systems:
        pairs = [
            (extract(_page(folder, name), page["url"]), page["articleBody"]) for name, page in sorted(truth.items())
        ]
        counts = [_shingle_counts(actual, expected) for actual, expected in pairs]
        precision = fmean(common / actual for common, actual, _ in counts if actual)
        recall = fmean(common / expected for common, _, expected in counts if expected)
        figure = f"{2 * precision * recall / (precision + recall):.3f}"
        note = f"{len(counts)} pages; precision {precision:.3f}, recall {recall:.3f}"
        rows.append(Row(task="extraction, F1 of shingles", system=system, figure=figure, note=note))
    return rows


def _page(folder: Path, name: str) -> bytes:
    zipped = folder / f"{name}.html.gz"
    return gzip.decompress(zipped.read_bytes()) if zipped.is_file() else (folder / f"{name}.html").read_bytes()


def _extract(data: bytes, url: str) -> str:
    """The text of the page's entry, with headings, before cleaning."""
    try:
        return "\n".join(block.text for block in blocks_from_html(read_page(data, url=url).body))
    except SourceError:
        return ""


def _clean_page(data: bytes, url: str) -> str:
    try:
        page = read_page(data, url=url)
    except SourceError:
        return ""
    return "\n".join(_clean(page.body, BodyFormat.HTML, page.metadata.title).paragraphs)


def _trafilatura(data: bytes, _: str) -> str:
    from trafilatura import extract

    return extract(data, favor_precision=True, include_comments=False) or ""


def _clean(body: str, form: BodyFormat, title: str = "") -> Article:
    entry = Entry(source_id="a", guid="a", url="", title=title, body=body, form=form, seen=_NOW, source="A")
    return clean([entry])[0]


def _shingle_counts(actual: str, expected: str) -> tuple[int, int, int]:
    """Shingles that both texts have, of the actual text, and of the expected text."""
    ours, truth = Counter(_shingles(actual)), Counter(_shingles(expected))
    return (ours & truth).total(), ours.total(), truth.total()


def _shingles(text: str) -> Iterator[tuple[str, ...]]:
    words = _WORD.findall(text)
    return zip(*(words[start:] for start in range(min(_SHINGLE, max(len(words), 1)))), strict=False)


# --- pasted articles ---------------------------------------------------------------------------------------------


def _labelled_articles(labels: Path, folder: Path) -> list[Row]:
    """Real articles whose lines are labelled by hand."""
    lines = [json.loads(line) for line in labels.read_text("utf-8").splitlines()]
    dropped = boilerplate_in_summaries = 0
    for file in sorted({line["file"] for line in lines}):
        article = _clean(next(folder.glob(f"{file}*")).read_text("utf-8"), BodyFormat.TEXT)
        article_lines = [line for line in lines if line["file"] == file]
        text = " ".join((article.title, *article.paragraphs))
        dropped += sum(_plain(line["text"])[2:] not in text for line in article_lines if line["label"] == "body")
        boilerplate = [_plain(line["text"]) for line in article_lines if line["label"] not in {"body", "heading"}]
        boilerplate_in_summaries += sum(
            any(sentence in line for line in boilerplate)
            for sentence in _summary_sentences(article)
            if len(sentence.split()) >= _SHINGLE
        )
    bodies = sum(line["label"] == "body" for line in lines)
    note = f"{len(NAMES)} summarizers, each at {len(_BUDGETS)} lengths"
    task = "boilerplate lines in any summary of them"
    return [
        Row(task="body lines dropped from pasted articles", system="digest", figure=str(dropped), note=f"of {bodies}"),
        Row(task=task, system="digest", figure=str(boilerplate_in_summaries), note=note),
    ]


def _pasted_articles() -> list[Row]:
    """Articles written for the project in the style of many outlets. The rules were tuned on them."""
    pairs = [(pasted, _clean(pasted.text, BodyFormat.TEXT)) for pasted in pasted_articles()]
    dropped = sum(line[-40:] not in " ".join(article.paragraphs) for pasted, article in pairs for line in pasted.body)
    boilerplate_in_summaries = sum(
        any(sentence in line for line in pasted.boilerplate) and not any(sentence in line for line in pasted.body)
        for pasted, article in pairs
        for sentence in _summary_sentences(article)
    )
    bodies = sum(len(pasted.body) for pasted, _ in pairs)
    note = f"sentences, of {sum(len(pasted.boilerplate) for pasted, _ in pairs)} boilerplate lines"
    task = f"the same in the style of {len(pairs)} outlets"
    return [
        Row(task=f"{task}: body lines dropped", system="digest", figure=str(dropped), note=f"of {bodies}"),
        Row(task=f"{task}: boilerplate", system="digest", figure=str(boilerplate_in_summaries), note=note),
    ]


def _summary_sentences(article: Article) -> Sequence[str]:
    """Every sentence that any summarizer selects at any length."""
    ranked = Ranked(story=Story(articles=(article,)), score=0, reasons=())
    briefs = (summarize([ranked], summarizer(name), budget)[0] for name, budget in product(NAMES, _BUDGETS))
    return sorted({sentence.text for brief in briefs for sentence in brief.sentences})


def _plain(line: str) -> str:
    return " ".join(repair(line).split()).lstrip("• ")
