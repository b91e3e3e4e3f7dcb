"""Compares a watched article's text with what editions quoted of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from digest.clean.articles import clean
from digest.model.articles import Article, Entry
from digest.model.boilerplate import LearnedBoilerplate
from digest.model.corrections import Correction, CorrectionKind
from digest.store.watched_articles import QuotedText, StoredText, WatchedArticle
from digest.stories.corrections.compare import Comparison, TextChange, Texts, compare
from digest.stories.corrections.headlines import is_corrected_headline

#: Title and paragraphs.
_Wording = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentText:
    """An article as its outlet shows it now."""

    entry: Entry
    article: Article
    #: Headline on the page.
    title: str
    #: All text of the page, or the raw text of the feed.
    blocks: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Corrections of one article."""

    #: Each with the ids of the published stories that quote the sentence.
    corrections: Sequence[tuple[Correction, tuple[int, ...]]] = ()
    #: Why there is none, in one line; of some sentences, where there are others.
    reason: str = ""


def present_page_text(
    stored: StoredText,
    entry: Entry,
    *,
    title: str,
    blocks: Sequence[str],
    learned: Mapping[str, LearnedBoilerplate],
) -> PresentText:
    """The text of a page that was read again, cleaned as the first time."""
    (article,) = clean([entry], learned=learned)
    (titled,) = clean([replace(entry, title=title, body="")])
    return PresentText(entry=entry, article=replace(article, id=stored.article.id), title=titled.title, blocks=blocks)


def present_feed_text(stored: StoredText) -> PresentText:
    """The text of a feed's newest version of the article, which is stored."""
    from digest.collect.pages.teaser import plain_text

    blocks = [plain_text(block) for block in stored.entry.body.replace("</p>", "</p>\n").split("\n")]
    return PresentText(
        entry=stored.entry, article=stored.article, title=stored.article.title, blocks=[*blocks, " ".join(blocks)]
    )


def check(
    watched: WatchedArticle, stored: StoredText, present: PresentText, quoted: Sequence[QuotedText], *, now: datetime
) -> Finding:
    """The corrections of the quoted sentences and of the headline."""
    stories: dict[tuple[CorrectionKind, str], tuple[TextChange, str, list[int]]] = {}
    reasons: list[str] = []
    for wording, texts in _by_wording(stored, quoted).items():
        comparison = _compare(wording, texts, present)
        reasons += comparison.reasons
        for change in comparison.changes:
            ids = [text.story_id for text in texts if change.before in text.sentences or change.before == text.title]
            stories.setdefault((change.kind, change.before), (change, comparison.note, []))[2].extend(ids)
    corrections = [
        (_correction(watched, present.article, change, note=note, now=now), tuple(dict.fromkeys(ids)))
        for change, note, ids in stories.values()
    ]
    return Finding(corrections=corrections, reason="; ".join(dict.fromkeys(reasons)))


def _by_wording(stored: StoredText, quoted: Sequence[QuotedText]) -> Mapping[_Wording, Sequence[QuotedText]]:
    """The quoted texts by the article's title and paragraphs as published."""
    present: _Wording = (stored.article.title, *stored.article.paragraphs)
    by_wording: dict[_Wording, list[QuotedText]] = {}
    for text in quoted:
        by_wording.setdefault(text.wording or present, []).append(text)
    return by_wording


def _compare(wording: _Wording, quoted: Sequence[QuotedText], present: PresentText) -> Comparison:
    article = present.article
    sentences = list(dict.fromkeys(sentence for text in quoted for sentence in text.sentences))
    texts = Texts(old=wording[1:], new=article.paragraphs, raw=present.blocks, language=article.language)
    comparison = compare(texts, sentences)
    headlines = dict.fromkeys(text.title for text in quoted if text.title)
    changed = tuple(
        TextChange(kind=CorrectionKind.TITLE, before=title, after=present.title, reason="figure")
        for title in headlines
        if is_corrected_headline(title, present.title, new=article.paragraphs, language=article.language)
    )
    if not changed or not texts.is_same_text:
        return comparison
    return Comparison(changes=(*comparison.changes, *changed), note=comparison.note, reasons=comparison.reasons)


def _correction(
    watched: WatchedArticle, article: Article, change: TextChange, *, note: str, now: datetime
) -> Correction:
    return Correction(
        article_id=watched.article_id,
        source_id=watched.source_id,
        kind=change.kind,
        before=change.before,
        after=change.after,
        note=note,
        title=article.title,
        url=article.url,
        source=article.source,
        language=article.language,
        told=watched.told,
        found=now,
    )
