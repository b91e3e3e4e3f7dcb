"""Summarize stories in briefs: whole sentences, verbatim, each with the article it is from.

The summarizer selects the sentences. This module offers it candidates, checks its selection, and orders the brief.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice

from digest.model.articles import Article
from digest.model.errors import DigestError
from digest.model.protocols import Budget, Candidate, Summarizer
from digest.model.stories import Brief, Ranked, Sentence, Story
from digest.stories.novelty import PublishedContent
from digest.stories.opinion import is_opinion
from digest.stories.summarizers.budget import word_count
from digest.stories.transcript_sentences import telling_sentences
from digest.text.courtesies import is_courtesy
from digest.text.headlines import tells_news
from digest.text.quotes import QUOTES
from digest.text.sentence_end import ends_sentence
from digest.text.sentences import sentences
from digest.text.transcripts import speaker_turns
from digest.text.words import words

#: Candidates of a story at most, shared by its articles; at least so many for each. Further ones add cost, not news.
_MAX_CANDIDATES, _MIN_ARTICLE_CANDIDATES = 400, 5
#: Sentences of a transcript that are read, at most: few of them can be used.
_TRANSCRIPT_SENTENCES = 2_000
#: Characters of an article that are split into sentences.
_MAX_CHARACTERS = 100_000
#: Characters of a sentence at most: longer text is a table, a list, or has no stops.
_MAX_SENTENCE = 1_000
#: In an article of sentences, at least this share of the words is in paragraphs that are prose.
_MIN_PROSE_SHARE = 0.35
#: From this many words on, a paragraph without a final stop is prose; a shorter one is a list item, a row or a label.
_MIN_UNFINISHED_WORDS = 25
#: Words of a lead-in that may introduce any paragraph, at least; a shorter one introduces a quotation.
_MIN_LEAD_IN_WORDS = 5


def summarize(chosen: Sequence[Ranked], summarizer: Summarizer, budget: Budget) -> tuple[Brief, ...]:
    """A brief for each story, in order; without sentences if its articles have no text.

    The article whose sentence opens the brief leads the story: its title is the story's.
    """
    return tuple(_brief(ranked, summarizer, budget) for ranked in chosen)


def _brief(ranked: Ranked, summarizer: Summarizer, budget: Budget) -> Brief:
    sentences = _summary(ranked, summarizer, budget)
    return Brief(ranked=_led_by(ranked, sentences[0].article) if sentences else ranked, sentences=sentences)


def _led_by(ranked: Ranked, lead: Article) -> Ranked:
    """The story with this article first, unless it has no title or a worse one than the present lead's."""
    story = ranked.story
    if lead == story.lead or not lead.title or (_is_good_lead(story.lead) and not _is_good_lead(lead)):
        return ranked
    following = (article for article in story.articles if article is not lead)
    return replace(ranked, story=replace(story, articles=(lead, *following)))


def _is_good_lead(article: Article) -> bool:
    return not is_opinion(article) and tells_news(article.title, article.language)


def candidates(story: Story) -> tuple[Candidate, ...]:
    """The sentences that the story's brief may use: in reading order, the lead's first, none twice."""
    language = story.lead.language
    readable = [article for article in story.articles if article.language in {language, "und"}]
    share = max(_MAX_CANDIDATES // len(readable), _MIN_ARTICLE_CANDIDATES)
    unique: dict[str, Candidate] = {}
    for candidate in chain.from_iterable(_candidates(article, share) for article in readable):
        unique.setdefault(_normalize(candidate.text, language), candidate)
    unique.pop("", None)
    return tuple(unique.values())


def _candidates(article: Article, count: int) -> Sequence[Candidate]:
    """At most ``count`` sentences: no courtesies of the author, and of a transcript what stands by itself."""
    turns = speaker_turns(article.paragraphs)
    sentences = list(islice(_sentences(article), _TRANSCRIPT_SENTENCES if turns else count))
    if turns and sentences:
        telling = telling_sentences(sentences, turns)
    else:
        telling = [sentence for sentence in sentences if not is_courtesy(sentence.text)]
    return _from_beginning(telling or sentences)[:count]


def _from_beginning(sentences: Sequence[Candidate]) -> Sequence[Candidate]:
    """The sentences with the first at position 0, so that it may open a brief as an article's first sentence does."""
    first = sentences[0].position if sentences else 0
    return [replace(sentence, position=sentence.position - first) for sentence in sentences] if first else sentences


def _sentences(article: Article) -> Iterator[Candidate]:
    """The sentences of the article's prose, up to ``_MAX_CHARACTERS``."""
    position, previous, remaining = 0, -1, _MAX_CHARACTERS
    for index in _prose(article):
        position += index > previous + 1  # so that no sentence directly follows one before a list
        previous = index
        paragraph = article.paragraphs[index]
        for text in _whole_sentences(paragraph, article.language, remaining):
            yield Candidate(text=text, article=article, position=position, paragraph=index)
            position += 1
        remaining -= len(paragraph)
        if remaining <= 0:
            return


def _prose(article: Article) -> Sequence[int]:
    """Indexes of the paragraphs without list items, table rows and labels; of all in an article without full stops.

    Above the first prose there are none: cleaning drops them.
    """
    paragraphs, language = article.paragraphs, article.language
    lengths = [word_count(paragraph, language) for paragraph in paragraphs]
    prose: list[int] = []
    following = ""
    for index, paragraph in reversed(list(enumerate(paragraphs))):
        is_prose = ends_sentence(paragraph) or lengths[index] >= _MIN_UNFINISHED_WORDS
        if is_prose or _introduces(paragraph, following, lengths[index]):
            prose.append(index)
            following = paragraph
        else:
            following = ""
    if sum(lengths[index] for index in prose) < _MIN_PROSE_SHARE * sum(lengths):
        return range(len(paragraphs))
    return (*range(prose[-1]), *prose[::-1]) if prose else ()


def _introduces(lead_in: str, following: str, length: int) -> bool:
    """Is it a lead-in to prose: "The ministry said:"?"""
    if not following or not lead_in.endswith((":", "：")):
        return False
    return length >= _MIN_LEAD_IN_WORDS or following[0] in QUOTES


def _whole_sentences(paragraph: str, language: str, max_characters: int) -> tuple[str, ...]:
    """The sentences that are whole within the paragraph's first ``max_characters``."""
    texts = sentences(paragraph[:max_characters], language)
    if len(paragraph) > max_characters:  # the last one may be cut
        texts = texts[:-1]
    return tuple(text for text in texts if len(text) <= _MAX_SENTENCE)


def _normalize(text: str, language: str) -> str:
    """The sentence's words without case, quotation marks and stops; empty if it has no word."""
    return "".join(words(text, language)).lower()


def _summary(ranked: Ranked, summarizer: Summarizer, budget: Budget) -> tuple[Sentence, ...]:
    offered = _new_sentences(candidates(ranked.story), ranked.already_published)
    if not offered:
        return ()
    selected = summarizer(offered, budget, language=ranked.story.lead.language)
    _check(selected, offered)
    return tuple(Sentence(text=candidate.text, article=candidate.article) for candidate in selected)


def _new_sentences(offered: tuple[Candidate, ...], already_published: Sequence[Article]) -> tuple[Candidate, ...]:
    """The sentences with something that earlier editions did not publish; all if there are none."""
    if not already_published:
        return offered
    earlier = PublishedContent.of(already_published)
    return (
        tuple(candidate for candidate in offered if earlier.novelty(candidate.text, candidate.article.language) > 0)
        or offered
    )


def _check(selected: Sequence[Candidate], offered: Sequence[Candidate]) -> None:
    """Refuse a selection that repeats or invents a sentence: the summarizer may be a plugin."""
    if len(set(map(id, selected))) < len(selected):
        raise DigestError("the summarizer chose a sentence twice", hint="use another summarizer")
    if not set(map(id, selected)) <= set(map(id, offered)):
        raise DigestError("the summarizer returned a sentence that no article holds", hint="use another summarizer")
