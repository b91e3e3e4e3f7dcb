"""The correction watch: corrections that it finds, and harmless changes that it takes for some.

Real articles are rendered as pages, changed, and read again by the real extraction. Rules were chosen with the articles
and layouts of even numbers; those of odd numbers were only measured, never looked at.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from digest.clean.articles import clean
from digest.collect.pages.page_text import page_blocks
from digest.collect.reader import Document, read_document
from digest.model.articles import Article
from digest.model.errors import SourceError
from digest.model.newsletters import Source
from digest.stories.corrections.compare import Comparison, Texts, compare
from digest.text.sentences import sentences
from tests.bench.quality.correction_edits import CORRECTIONS, NOTES
from tests.bench.quality.correction_pages import LAYOUTS
from tests.bench.quality.days import day_folders, original_texts
from tests.bench.quality.harmless_edits import SENTENCES, TEXTS
from tests.bench.quality.table import Row

_SOURCE = Source(id="post", url="https://post.example/feed")
_SEEN = datetime(2026, 3, 1, tzinfo=UTC)
#: Quoted sentences of an article, paragraphs and characters of one that is used, and tries of a kind.
_QUOTED, _MIN_PARAGRAPHS, _MAX_PARAGRAPHS, _PER_KIND = 6, 6, 40, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class _Original:
    """An article as published, rendered, and extracted."""

    number: int
    layout: str
    title: str
    paragraphs: list[str]
    article: Article
    quoted: list[str]


@dataclass(slots=True, kw_only=True)
class Tally:
    """Tries of each kind, and those with a correction."""

    tried: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    found: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    #: Sentences that were reported although they stood.
    unrelated: int = 0
    examples: dict[str, list[tuple[str, str, str]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, kind: str, *, found: bool, example: tuple[str, str, str]) -> None:
        self.tried[kind] += 1
        self.found[kind] += found
        self.examples[f"{kind} {found}"].append(example)

    @property
    def figure(self) -> str:
        return f"{sum(self.found.values())} of {sum(self.tried.values())}"


def measure(shared: Path) -> list[Row]:
    """Recall and false corrections, on the half for choosing and on the other."""
    rows = []
    for half, name in ((0, "chosen by"), (1, "unseen")):
        originals = list(_originals(shared, half))
        corrections, harmless = tally_corrections(originals), tally_harmless(originals)
        articles = len({original.number for original in originals})
        note = f"{len(CORRECTIONS)} kinds, {articles} articles in {len(LAYOUTS) // 2} layouts ({name})"
        missed = sorted(corrections.tried, key=lambda kind: corrections.found[kind] / corrections.tried[kind])[:4]
        weakest = ", ".join(f"{kind} {corrections.found[kind]}/{corrections.tried[kind]}" for kind in missed)
        rows.append(
            Row(
                task=f"corrections found ({name})",
                system="digest",
                figure=corrections.figure,
                note=f"{note}; fewest: {weakest}",
            )
        )
        false = ", ".join(f"{kind} {count}" for kind, count in harmless.found.items() if count) or "none"
        unrelated = corrections.unrelated + harmless.unrelated
        rows.append(
            Row(
                task=f"harmless changes taken for corrections ({name})",
                system="digest",
                figure=harmless.figure,
                note=f"{len(SENTENCES) + len(TEXTS) + 1} kinds; {false}; sentences that stood: {unrelated}",
            )
        )
    return rows


def texts_of(shared: Path) -> Iterator[tuple[str, list[str]]]:
    """Titles and paragraphs of real articles."""
    for folder in day_folders(shared):
        for url, paragraphs in sorted(original_texts(folder).items()):
            yield url.rstrip("/").rpartition("/")[2].replace("-", " ").title(), list(paragraphs)
    lines: dict[str, list[str]] = defaultdict(list)
    if (file := shared / "article_lines.jsonl").is_file():
        for line in map(json.loads, file.read_text("utf-8").splitlines()):
            if line["label"] == "body":
                lines[line["file"]].append(line["text"])
    yield from (("A real article", paragraphs) for paragraphs in lines.values())


def _originals(shared: Path, half: int) -> Iterator[_Original]:
    layouts = [name for number, name in enumerate(LAYOUTS) if number % 2 == half]
    for number, (title, paragraphs) in enumerate(texts_of(shared)):
        if number % 2 != half or not _MIN_PARAGRAPHS <= len(paragraphs) <= _MAX_PARAGRAPHS:
            continue
        layout = layouts[number // 2 % len(layouts)]
        article = _extract(title, paragraphs, layout)
        if article is None or len(article[0].paragraphs) < _MIN_PARAGRAPHS:
            continue
        body = article[0].paragraphs
        every = [sentence for text in body for sentence in sentences(text, article[0].language)]
        quoted = [sentence for sentence in every if any(sentence in text for text in paragraphs)][:_QUOTED]
        if quoted:
            yield _Original(
                number=number, layout=layout, title=title, paragraphs=paragraphs, article=article[0], quoted=quoted
            )


def _extract(title: str, paragraphs: Sequence[str], layout: str) -> tuple[Article, tuple[str, ...]] | None:
    data = LAYOUTS[layout](title, paragraphs).encode()
    document = Document(data=data, url="https://post.example/a", guid="", outlet="Post", content_type="text/html")
    try:
        entry = read_document(document, _SOURCE, seen=_SEEN).entries[0]
    except SourceError:
        return None
    return clean([entry])[0], page_blocks(data, "text/html")


def _compared(original: _Original, paragraphs: Sequence[str], layout: str = "") -> Comparison:
    present = _extract(original.title, paragraphs, layout or original.layout)
    if present is None:
        return Comparison(reasons=("no article",))
    article, blocks = present
    texts = Texts(
        old=original.article.paragraphs, new=article.paragraphs, raw=blocks, language=original.article.language
    )
    return compare(texts, original.quoted)


def tally_corrections(originals: Sequence[_Original]) -> Tally:
    """Each kind of correction, in each article with a sentence that it applies to."""
    tally = Tally()
    for kind, edit in CORRECTIONS.items():
        for original in originals:
            random = Random(f"{kind} {original.number}")
            for sentence in original.quoted[1:-1] if "removed" in kind else original.quoted:
                new = edit(sentence, random)
                if new is None or tally.tried[kind] >= _PER_KIND:
                    continue
                changed = [" ".join(text.replace(sentence, new).split()) for text in original.paragraphs]
                changed = [text for text in changed if text]
                comparison = _compared(original, [*changed, random.choice(NOTES)] if "note" in kind else changed)
                found = [change for change in comparison.changes if change.before == sentence]
                tally.unrelated += len(comparison.changes) - len(found)
                tally.add(kind, found=bool(found), example=(sentence, new, "; ".join(comparison.reasons)))
                break
    return tally


def tally_harmless(originals: Sequence[_Original]) -> Tally:
    """Each kind of harmless change, likewise; and a redesign of every page."""
    tally = Tally()
    for original in originals:
        for kind, edit in SENTENCES.items():
            random = Random(f"{kind} {original.number}")
            edited = ((sentence, edit(sentence, random)) for sentence in original.quoted)
            sentence, new = next(((old, new) for old, new in edited if new), ("", ""))
            if new:
                _try(tally, kind, original, [text.replace(sentence, new) for text in original.paragraphs])
        for kind, text_edit in TEXTS.items():
            changed = text_edit(original.paragraphs, Random(f"{kind} {original.number}"))
            if changed:
                _try(tally, kind, original, changed)
        for layout in LAYOUTS:
            if layout != original.layout:
                _try(tally, "redesign", original, original.paragraphs, layout)
    return tally


def _try(tally: Tally, kind: str, original: _Original, paragraphs: Sequence[str], layout: str = "") -> None:
    if tally.tried[kind] < 2 * _PER_KIND:
        comparison = _compared(original, paragraphs, layout)
        change = comparison.changes[0] if comparison.changes else None
        example = (change.before, change.after, change.reason) if change else ("", "", "")
        tally.add(kind, found=bool(comparison.changes), example=example)
