"""Candidate sentences for tests of the summarizers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from digest.model.articles import Article
from digest.model.protocols import Budget, Candidate
from digest.stories.summarizers import summarizer
from digest.text.sentences import sentences
from tests.support import values

#: An article about a reservoir, as plain text.
RESERVOIR = Path(__file__).resolve().parents[1] / "data" / "summarizers" / "reservoir.txt"


def make_candidates(texts: Sequence[str], article: Article | None = None) -> tuple[Candidate, ...]:
    """The texts as sentences of one article without a title, a paragraph each."""
    source = article or values.article(title="", paragraphs=tuple(texts))
    return tuple(Candidate(text=text, article=source, position=at, paragraph=at) for at, text in enumerate(texts))


def select_texts(name: str, texts: Sequence[str], count: int) -> list[str]:
    """The sentences that a summarizer selects from the texts."""
    selected = summarizer(name)(make_candidates(texts), Budget(sentences=count), language="en")
    return [candidate.text for candidate in selected]


def reservoir_sentences() -> list[str]:
    """The sentences of the reservoir article."""
    paragraphs = RESERVOIR.read_text("utf-8").split("\n\n")
    return [sentence for paragraph in paragraphs for sentence in sentences(paragraph, "en")]
