"""Story → Brief: whole sentences, word for word, each with the article it stands in.

Which sentences is the summarizer's choice; that they are verbatim, never twice, and read as a text is held here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice

from digest.model import Article, Brief, Ranked, Sentence, Story
from digest.model.errors import DigestError
from digest.model.protocols import Budget, Candidate, Summarizer
from digest.stories.novelty import Told
from digest.text.sentences import sentences
from digest.text.words import words

#: Beyond these a story adds cost and no news: it is told from the beginnings of its articles.
_MOST_SENTENCES = 400
_FEWEST_SENTENCES = 5
_MOST_LETTERS = 100_000
#: Longer than this is no sentence (a table, a list, text without any stop).
_LONGEST = 1_000


def summarize(chosen: Sequence[Ranked], summarizer: Summarizer, budget: Budget) -> tuple[Brief, ...]:
    """A brief for each story, in order; without sentences where its articles have no text."""
    return tuple(Brief(ranked=ranked, sentences=_told(ranked, summarizer, budget)) for ranked in chosen)


def candidates(story: Story) -> tuple[Candidate, ...]:
    """Every sentence that the story's brief may use, in reading order, the lead's first, none twice."""
    language = story.lead.language
    readable = [article for article in story.articles if article.language in {language, "und"}]
    share = max(_MOST_SENTENCES // len(readable), _FEWEST_SENTENCES)
    first: dict[str, Candidate] = {}
    for candidate in chain.from_iterable(islice(_sentences(article), share) for article in readable):
        first.setdefault(_key(candidate.text, language), candidate)
    first.pop("", None)
    return tuple(first.values())


def _sentences(article: Article) -> Iterator[Candidate]:
    """The article's sentences, as many as are worth reading."""
    position, room = 0, _MOST_LETTERS
    for index, paragraph in enumerate(article.paragraphs):
        for text in _whole(paragraph, article.language, room):
            yield Candidate(text=text, article=article, position=position, paragraph=index)
            position += 1
        room -= len(paragraph)
        if room <= 0:
            return


def _whole(paragraph: str, language: str, room: int) -> tuple[str, ...]:
    """The paragraph's whole sentences within its first ``room`` letters."""
    found = sentences(paragraph[:room], language)
    if len(paragraph) > room:  # the last one may be cut
        found = found[:-1]
    return tuple(text for text in found if len(text) <= _LONGEST)


def _key(text: str, language: str) -> str:
    """What a sentence says, whatever its case, quotation marks and stops; empty if it has no letter."""
    return "".join(words(text, language)).lower()


def _new(offered: Sequence[Candidate], told: Sequence[Article]) -> tuple[Candidate, ...]:
    """The sentences that tell what earlier editions didn't; if there is none, all."""
    if not told:
        return tuple(offered)
    before = Told.by(told)
    return tuple(one for one in offered if before.newness(one.text, one.article.language) > 0) or tuple(offered)


def _told(ranked: Ranked, summarizer: Summarizer, budget: Budget) -> tuple[Sentence, ...]:
    offered = _new(candidates(ranked.story), ranked.already_published)
    if not offered:
        return ()
    taken = summarizer(offered, budget, language=ranked.story.lead.language)
    _check(taken, offered)
    return tuple(Sentence(text=one.text, article=one.article) for one in _as_text(taken))


def _as_text(taken: Sequence[Candidate]) -> list[Candidate]:
    """The outlet that is heard from nearest its beginning speaks first: who opens a story says what happened."""
    opening = {one.article.id: one.position for one in reversed(taken)}
    return sorted(taken, key=lambda one: opening[one.article.id])


def _check(taken: Sequence[Candidate], offered: Sequence[Candidate]) -> None:
    """A summarizer may come from outside: what it returns must be sentences it was offered, none twice."""
    if len(set(map(id, taken))) < len(taken):
        raise DigestError("the summarizer chose a sentence twice", hint="use another summarizer")
    if not set(map(id, taken)) <= set(map(id, offered)):
        raise DigestError("the summarizer returned a sentence that no article holds", hint="use another summarizer")
