"""What is kept of a page and of a pasted article: shingles of its true text, and lines that are none of it."""

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
from digest.model import Article, BodyFormat, Entry, Ranked, Story
from digest.model.errors import SourceError
from digest.model.protocols import Budget
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
    return [*_extraction(pages), *_noise(labels, texts), *_pasted()]


# --- pages -----------------------------------------------------------------------------------------------------------


def _extraction(folder: Path) -> list[Row]:
    """As the article extraction benchmark defines it: precision and recall of runs of four words, as means."""
    truth = json.loads((folder / "ground-truth.json").read_text("utf-8"))
    rows = []
    systems = (("digest, extracted", _extracted), ("digest, cleaned", _ours), ("trafilatura, precision", _trafilatura))
    for system, read in systems:
        pairs = [(read(_page(folder, name), page["url"]), page["articleBody"]) for name, page in sorted(truth.items())]
        scores = [_shared(found, wanted) for found, wanted in pairs]
        precision = fmean(hits / said for hits, said, _ in scores if said)
        recall = fmean(hits / wanted for hits, _, wanted in scores if wanted)
        figure = f"{2 * precision * recall / (precision + recall):.3f}"
        note = f"{len(scores)} pages; precision {precision:.3f}, recall {recall:.3f}"
        rows.append(Row(task="extraction, F1 of shingles", system=system, figure=figure, note=note))
    return rows


def _page(folder: Path, name: str) -> bytes:
    zipped = folder / f"{name}.html.gz"
    return gzip.decompress(zipped.read_bytes()) if zipped.is_file() else (folder / f"{name}.html").read_bytes()


def _extracted(data: bytes, url: str) -> str:
    """What the page's collector hands on: with headings, before lines are judged."""
    try:
        return "\n".join(block.text for block in blocks_from_html(read_page(data, url=url).body))
    except SourceError:
        return ""


def _ours(data: bytes, url: str) -> str:
    try:
        page = read_page(data, url=url)
    except SourceError:
        return ""
    return "\n".join(_cleaned(page.body, BodyFormat.HTML, page.metadata.title).paragraphs)


def _trafilatura(data: bytes, _: str) -> str:
    from trafilatura import extract

    return extract(data, favor_precision=True, include_comments=False) or ""


def _cleaned(body: str, form: BodyFormat, title: str = "") -> Article:
    entry = Entry(source_id="a", guid="a", url="", title=title, body=body, form=form, seen=_NOW, source="A")
    return clean([entry])[0]


def _shared(found: str, wanted: str) -> tuple[int, int, int]:
    ours, theirs = (Counter(_shingles(text)) for text in (found, wanted))
    return (ours & theirs).total(), ours.total(), theirs.total()


def _shingles(text: str) -> Iterator[tuple[str, ...]]:
    words = _WORD.findall(text)
    return zip(*(words[start:] for start in range(min(_SHINGLE, max(len(words), 1)))), strict=False)


# --- pasted articles ---------------------------------------------------------------------------------------------


def _noise(labels: Path, folder: Path) -> list[Row]:
    lines = [json.loads(line) for line in labels.read_text("utf-8").splitlines()]
    lost = told = 0
    for file in sorted({line["file"] for line in lines}):
        article = _cleaned(next(folder.glob(f"{file}*")).read_text("utf-8"), BodyFormat.TEXT)
        own = [line for line in lines if line["file"] == file]
        kept = " ".join((article.title, *article.paragraphs))
        lost += sum(_plain(line["text"])[2:] not in kept for line in own if line["label"] == "body")
        noise = [_plain(line["text"]) for line in own if line["label"] not in {"body", "heading"}]
        told += sum(any(text in line for line in noise) for text in _told(article) if len(text.split()) >= _SHINGLE)
    bodies = sum(line["label"] == "body" for line in lines)
    tried = f"{len(NAMES)} summarizers, each at {len(_BUDGETS)} lengths"
    return [
        Row(task="body lines dropped of pasted articles", system="digest", figure=str(lost), note=f"of {bodies}"),
        Row(task="noise lines in any summary of them", system="digest", figure=str(told), note=tried),
    ]


def _pasted() -> list[Row]:
    """Articles written for the project, in the manner of many outlets; their lines were looked at while tuning."""
    found = [(one, _cleaned(one.text, BodyFormat.TEXT)) for one in pasted_articles()]
    lost = sum(line[-40:] not in " ".join(article.paragraphs) for one, article in found for line in one.body)
    told = sum(
        any(text in line for line in one.boilerplate) and not any(text in line for line in one.body)
        for one, article in found
        for text in _told(article)
    )
    bodies, noise = sum(len(one.body) for one, _ in found), sum(len(one.boilerplate) for one, _ in found)
    task = f"the same in the manner of {len(found)} outlets"
    return [
        Row(task=f"{task}: body lines dropped", system="digest", figure=str(lost), note=f"of {bodies}"),
        Row(task=f"{task}: noise told", system="digest", figure=str(told), note=f"sentences, of {noise} noise lines"),
    ]


def _told(article: Article) -> Sequence[str]:
    """Every sentence that any summarizer chooses at any length."""
    ranked = Ranked(story=Story(articles=(article,)), score=0, reasons=())
    briefs = (summarize([ranked], summarizer(name), budget)[0] for name, budget in product(NAMES, _BUDGETS))
    return sorted({sentence.text for brief in briefs for sentence in brief.sentences})


def _plain(line: str) -> str:
    return " ".join(repair(line).split()).lstrip("• ")
