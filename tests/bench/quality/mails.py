"""Quality of reading newsletters' mails: stories of round-ups, paragraphs of essays, links, tokens that leave.

Articles of real days are put into the layouts of ``tests/support/newsletters/``, so that what a reader should
get is known. Half of the layouts were written for the rules, the others only to measure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from urllib.parse import unquote

import feedparser

from digest.clean.articles import clean
from digest.collect.mails.content import MailContents, read_mail
from digest.collect.mails.links import clean_link
from digest.model.articles import BodyFormat, Entry
from digest.model.newsletters import Source
from tests.bench.quality.days import day_folders, original_texts
from tests.bench.quality.table import Row
from tests.support.newsletters.essays import ESSAYS
from tests.support.newsletters.later import LATER
from tests.support.newsletters.mail import Layout, Told, mail_of
from tests.support.newsletters.round_ups import ROUND_UPS

_NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)
_SOURCE = Source(id="mails")
#: Stories of a round-up, and its paragraphs of each.
_STORIES, _BLURB = 7, 2
_MIN_WORDS = 12
LAYOUTS = (*ROUND_UPS, *ESSAYS, *LATER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was read of one mail, compared with what stands in it."""

    layout: Layout
    stories: int
    #: Stories with their own title and text and nothing of another.
    exact: int
    #: Entries that hold text of several stories, and entries that are none.
    glued: int
    extra: int
    right_links: int
    wrong_links: int
    paragraphs: int
    paragraphs_found: int
    paragraphs_kept: int
    leaked: int


def measure(shared: Path) -> list[Row]:
    days = day_folders(shared)
    outcomes = [outcome for folder in days for outcome in outcomes_of(articles_of(folder))]
    if not outcomes:
        return []
    rows = []
    for kind in ("round-up", "essay", "hybrid"):
        for was_seen in (True, False):
            chosen = [o for o in outcomes if o.layout.kind == kind and o.layout.was_seen is was_seen]
            rows += _rows(kind, was_seen, chosen) if chosen else ()
    leaked = sum(outcome.leaked for outcome in outcomes)
    return [
        *rows,
        Row(
            task="mails: tokens of the reader in entries",
            system="digest",
            figure=str(leaked),
            note=f"{len(outcomes)} mails",
        ),
    ]


def _rows(kind: str, was_seen: bool, chosen: Sequence[Outcome]) -> Iterator[Row]:
    seen = "layouts seen" if was_seen else "layouts not seen"
    total = sum(outcome.stories for outcome in chosen)
    exact, glued, extra = (sum(getattr(o, name) for o in chosen) for name in ("exact", "glued", "extra"))
    note = f"{exact} of {total}, {len(chosen)} mails; glued {glued}, others {extra}; worst: {_worst(chosen)}"
    yield Row(task=f"mails, {kind}, {seen}: stories exact", system="digest", figure=f"{exact / total:.3f}", note=note)
    found, kept = sum(o.paragraphs_found for o in chosen), sum(o.paragraphs_kept for o in chosen)
    wanted = sum(o.paragraphs for o in chosen)
    figure = f"{found / kept:.3f}, {found / wanted:.3f}"
    yield Row(task=f"mails, {kind}, {seen}: paragraphs, precision and recall", system="digest", figure=figure)
    linked = sum(o.stories for o in chosen if o.layout.has_links)
    if linked:
        right, wrong = sum(o.right_links for o in chosen), sum(o.wrong_links for o in chosen)
        yield Row(
            task=f"mails, {kind}, {seen}: links",
            system="digest",
            figure=f"{right / linked:.3f}",
            note=f"wrong: {wrong}",
        )


def _worst(chosen: Sequence[Outcome]) -> str:
    names = {outcome.layout.name for outcome in chosen}
    shares = {name: [o for o in chosen if o.layout.name == name] for name in names}
    name = min(names, key=lambda name: sum(o.exact for o in shares[name]) / sum(o.stories for o in shares[name]))
    return f"{name} {sum(o.exact for o in shares[name]) / sum(o.stories for o in shares[name]):.2f}"


def articles_of(folder: Path) -> list[Told]:
    """The day's articles with the paragraphs that cleaning leaves of them, so that only the mail is measured."""
    texts = original_texts(folder)
    titles = {
        entry.get("link", ""): " ".join(entry.get("title", "").split())
        for file in sorted(folder.glob("feeds/*.xml"))
        for entry in feedparser.parse(file.read_bytes()).entries
    }
    articles = []
    for url, paragraphs in texts.items():
        body = _clean_paragraphs([text for text in paragraphs if len(text.split()) >= _MIN_WORDS])
        if len(body) >= 5 and len(titles.get(url, "").split()) >= 3:
            articles.append(Told(title=titles[url], url=url, paragraphs=body))
    return articles


def _clean_paragraphs(paragraphs: Sequence[str], title: str = "x") -> tuple[str, ...]:
    from html import escape

    body = "".join(f"<p>{escape(text, quote=False)}</p>" for text in paragraphs)
    entry = Entry(source_id="a", guid="a", url="", title=title, body=body, form=BodyFormat.HTML, seen=_NOW, source="A")
    return clean([entry])[0].paragraphs


def outcomes_of(articles: Sequence[Told]) -> Iterator[Outcome]:
    """Put the articles into each layout, some mails for each."""
    for number, layout in enumerate(LAYOUTS):
        for seed, stories in enumerate(_issues(articles, layout)):
            subject = stories[0].title if layout.kind != "round-up" else "The week at the quay"
            mail, tokens = mail_of(layout, stories, subject=subject, seed=1000 * number + seed)
            yield compare(layout, stories, read_mail(mail, _SOURCE, seen=_NOW), tokens)


def _issues(articles: Sequence[Told], layout: Layout) -> Iterator[list[Told]]:
    size = {"essay": 1, "hybrid": 5, "round-up": _STORIES}[layout.kind]
    for start in range(0, min(len(articles), 6 * size) - size + 1, size):
        chosen = list(articles[start : start + size])
        first = 0 if layout.kind == "round-up" else 1
        yield chosen[:first] + [
            Told(
                title=story.title,
                url=story.url,
                paragraphs=()
                if layout.name == "titles only"
                else _clean_paragraphs(story.paragraphs[:_BLURB], story.title),
                section=("Harbours", "Science & Ships")[at >= size // 2],
            )
            for at, story in enumerate(chosen[first:])
        ]


def compare(layout: Layout, stories: Sequence[Told], contents: MailContents, tokens: Sequence[str]) -> Outcome:
    """Compare the entries with the stories: by titles, and by the words of their paragraphs."""
    entries = contents.entries
    articles = clean(entries)
    texts = [_normalized(" ".join((article.title, *article.paragraphs))) for article in articles]
    exact = right = wrong = 0
    for story in stories:
        at = next(
            (at for at, entry in enumerate(articles) if _normalized(entry.title) == _normalized(story.title)), None
        )
        if at is None:
            continue
        others = [other for other in stories if other is not story]
        has_text = all(_has(texts[at], paragraph) for paragraph in story.paragraphs)
        has_other = any(_has(texts[at], paragraph) for other in others for paragraph in other.paragraphs)
        exact += has_text and not has_other
        if layout.has_links:
            right += entries[at].url == clean_link(story.url) or "substack.com/p/" in entries[at].url
            wrong += entries[at].url not in {"", clean_link(story.url)} and "substack.com/p/" not in entries[at].url
        else:
            wrong += entries[at].url != ""
    told = [sum(any(_has(text, paragraph) for paragraph in story.paragraphs) for story in stories) for text in texts]
    wanted = [paragraph for story in stories for paragraph in story.paragraphs]
    kept = list(chain.from_iterable(article.paragraphs for article in articles))
    joined = " ".join(texts)
    everything = unquote(" ".join(f"{entry.url} {entry.body} {entry.title} {entry.image}" for entry in entries))
    return Outcome(
        layout=layout,
        stories=len(stories),
        exact=exact,
        glued=sum(count > 1 for count in told),
        extra=max(0, len(entries) - len(stories)),
        right_links=right,
        wrong_links=wrong,
        paragraphs=len(wanted),
        paragraphs_found=sum(_has(joined, paragraph) for paragraph in wanted),
        paragraphs_kept=max(sum(_has(joined, paragraph) for paragraph in wanted), 1)
        + sum(_is_foreign(text, wanted) for text in kept),
        leaked=sum(token in everything for token in tokens),
    )


def _is_foreign(paragraph: str, wanted: Sequence[str]) -> bool:
    """Does the paragraph have no words of the stories?"""
    text = _normalized(paragraph)
    return not any(text in _normalized(story) or _normalized(story) in text for story in wanted)


def _has(text: str, paragraph: str) -> bool:
    return _normalized(paragraph) in text


def _normalized(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
