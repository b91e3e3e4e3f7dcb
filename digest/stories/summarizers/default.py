"""The default summarizer: an opening with the news, then what the rest of the story rests on.

The opening is one of the first sentences of an article: the one with the most words of its title, and that can stand
alone. The following sentences score by their position in their article and by the centrality of their words in the
story; words that the brief has already count less, and a sentence that continues a selected one, or that is of an
outlet not yet quoted, gains, as does one with words of the title that the brief does not have. An anaphoric sentence is
selected only directly after the sentence before it, and a name stands alone only after its introduction. A long text
without a title has no such opening: what most of it says counts.

The weights lie on a plateau, not at a peak; ``tests/bench/quality`` measures them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from digest.model.protocols import Budget, Candidate
from digest.stories.opinion import is_opinion
from digest.stories.summarizers.anaphora import is_anaphoric
from digest.stories.summarizers.bags_of_words import BagsOfWords, Values
from digest.stories.summarizers.budget import Draft, directly_follows
from digest.stories.summarizers.centrality import Centrality
from digest.stories.summarizers.fragments import contains_quotation, is_fragment, is_short
from digest.stories.summarizers.introductions import Introductions
from digest.stories.summarizers.opening import lead, needs_predecessor, opening_places, reading_order
from digest.stories.summarizers.redundancy import content_set
from digest.stories.summarizers.relative_dates import has_misleading_date
from digest.stories.summarizers.second_mentions import second_mentions
from digest.stories.summarizers.title_words import TitleWords
from digest.text.headlines import tells_news
from digest.text.quotes import OPENING
from digest.text.security import tells_security_fix
from digest.text.stop_words import stop_words

#: Weights of an opening's score: the share of its title's words, its rank in the article, and its centrality.
_TITLE, _RANK, _OPENING_CENTRALITY = 2.0, 0.8, 0.5
#: A later sentence opens before one without a title word only if it has more than this share of the title's words for
#: each sentence before it, and so many content words.
_TELLING_SHARE, _TELLING_WORDS = 0.04, 3
#: A sentence tells the news of the title if it has more than this share of the title's words, and more than so many.
_RETOLD_SHARE, _MIN_RETOLD = 2 / 3, 3
#: Sentences before an anaphoric opening that are told with it, at most.
_MAX_BEFORE = 2
#: Points that an opening loses for each day that its article is older than the newest one, and for beginning with a
#: quotation, whose news is its speaker's.
_AGE, _QUOTED_OPENING = 0.5, 2.0
#: Points that a sentence loses for opening with a noun that its article explained and the brief did not; and that it
#: gains for all words of the brief's title that the brief does not have yet: its news must be told.
_SECOND_MENTION, _TITLE_TOLD = 1.0, 2.0
#: Sentences up to which position has its full weight in an untitled text. A longer one is a list of opinions, a thread
#: or notes: its beginning is not its news.
_UNTITLED_LENGTH = 40
#: Weights of the scores, each of which is in standard deviations.
_POSITION, _CENTRALITY, _LENGTH, _QUOTATION = 1.2, 1.0, 0.2, -0.2
#: Content words from which on a sentence gains nothing for its length.
_FULL_LENGTH = 5
#: Points of an article's first sentence that tells a security fix.
_SECURITY = 3.0
#: Penalty for a relative date, and for a sentence of whose words the brief has more than this share.
_PENALTY, _REDUNDANT_SHARE = 3.0, 2 / 3
#: Sentences from which on a brief is not filled up with redundant ones.
_FULL_BRIEF = 2
#: Bonus for a sentence of an outlet that the brief does not quote yet, and for the one after a selected sentence.
_NEW_OUTLET, _RUN = 0.5, 0.2
#: The smaller, the more the first sentences of an article stand out.
_POSITION_OFFSET = 0.2


def default(candidates: Sequence[Candidate], budget: Budget, *, language: str) -> tuple[Candidate, ...]:
    """Summarizer ``default``. Fragments and short sentences are used only in stories that have nothing else.

    A language without stop words gets the opening sentences: words say nothing about centrality there.
    """
    if not stop_words(language):
        return lead(candidates, budget, language=language)
    whole = [candidate for candidate in candidates if not is_fragment(candidate)]
    for sentences in ([candidate for candidate in whole if not is_short(candidate)], whole):
        if sentences and (selected := _Selection(sentences, budget, language).select()):
            return selected
    return lead(candidates, budget, language=language)


class _Selection:
    """Greedy selection of a brief's sentences."""

    def __init__(self, candidates: Sequence[Candidate], budget: Budget, language: str) -> None:
        self._candidates = candidates
        self._place_of = {id(candidate): place for place, candidate in enumerate(candidates)}
        self._contents = [content_set(candidate.text, language) for candidate in candidates]
        bags = BagsOfWords([sorted(content) for content in self._contents])  # a set's order differs between runs
        self._centrality = Centrality(bags, candidates)
        self._scores = _scores(candidates, self._contents, language)
        self._open = np.ones(len(candidates), dtype=bool)
        #: Places that were closed because their sentence is anaphoric and the one before it is not selected.
        self._waiting: set[int] = set()
        self._outlets = np.array([candidate.article.source for candidate in candidates])
        self._quoted = np.zeros(len(candidates), dtype=bool)
        self._run = np.zeros(len(candidates), dtype=bool)
        articles = {candidate.article.id: candidate.article for candidate in candidates}
        self._titles = TitleWords(candidates, self._contents, language)
        self._latest = max(article.published for article in articles.values())
        #: Articles that should not lead the story: opinions, and those whose title tells no news.
        self._weak = {
            id for id, article in articles.items() if is_opinion(article) or not tells_news(article.title, language)
        }
        self._mentions = second_mentions(candidates, self._contents, language)
        #: The content words of the brief's title, and by place those of them that a sentence has.
        self._headline: frozenset[str] = frozenset()
        self._headline_words: dict[int, frozenset[str]] = {}
        self._told: set[str] = set()
        self._draft = Draft(budget, language)
        self._language = language

    def select(self) -> tuple[Candidate, ...]:
        """The opening, then the best next sentence each time, until the budget is spent."""
        introductions = self._open_brief()
        while not self._draft.is_full and self._open.any():
            redundant = self._centrality.covered_share() > _REDUNDANT_SHARE
            totals = self._scores + _CENTRALITY * self._centrality.scores() + self._headline_scores()
            totals += _RUN * self._run - _NEW_OUTLET * self._quoted - _PENALTY * redundant
            place = int(np.argmax(np.where(self._open, totals, -np.inf)))
            self._open[place] = False
            if redundant[place] and len(self._draft.selected) >= _FULL_BRIEF:
                continue
            if self._must_wait(place) or introductions.has_unintroduced_name(self._candidates[place]):
                continue
            if self._add(place):
                introductions.add(self._candidates[place].text)
        selected = self._draft.selected
        in_order = sorted(selected, key=lambda candidate: self._place_of[id(candidate)])
        return reading_order(in_order, opening=selected[0] if selected else None)

    def _open_brief(self) -> Introductions:
        """Add the best opening and what it leans on; the names that they and the title introduce."""
        for place in self._openings():
            introductions = Introductions(self._language, self._candidates[place].article.title)
            if not self._add_opening(self._with_predecessors(place), introductions):
                continue
            self._close_before(place)
            self._headline = self._titles.of(place)
            shared = enumerate(content & self._headline for content in self._contents)
            self._headline_words = {place: words for place, words in shared if words}
            self._open[self._retold(place)] = False
            return introductions
        return Introductions(self._language, self._candidates[0].article.title)

    def _add_opening(self, places: Sequence[int], introductions: Introductions) -> bool:
        """Add the sentences at these places if all names in them are introduced; whether the last one was added."""
        for place in places:
            if introductions.has_unintroduced_name(self._candidates[place]):
                return False
            introductions.add(self._candidates[place].text)
        return bool(places) and [self._add(place) for place in places][-1]

    def _with_predecessors(self, opening: int) -> Sequence[int]:
        """The opening's place after those of the sentences to be told with it; empty if it cannot be understood.

        An anaphoric opening needs those before it, up to the first of the article. The second sentence of the article's
        first paragraph goes with the first one.
        """
        places = [opening]
        while needs_predecessor(self._candidates[places[0]], self._language):
            if len(places) > _MAX_BEFORE or not self._follows_previous(places[0]):
                return ()
            places.insert(0, places[0] - 1)
        if len(places) == 1:
            both = [opening - 1, opening]
            return both if self._is_second_of_paragraph(opening) and self._has_room_for(both) else places
        return places if self._candidates[places[0]].position == 0 and self._has_room_for(places) else ()

    def _has_room_for(self, places: Sequence[int]) -> bool:
        return self._draft.has_room_for(self._candidates[place] for place in places)

    def _follows_previous(self, place: int) -> bool:
        return place > 0 and directly_follows(self._candidates[place], self._candidates[place - 1])

    def _is_second_of_paragraph(self, place: int) -> bool:
        """Whether the sentence is the second of its article's first paragraph, and the first one can stand alone."""
        first, candidate = self._candidates[place - 1], self._candidates[place]
        if not self._follows_previous(place) or first.position > 0 or first.paragraph != candidate.paragraph:
            return False
        return not is_anaphoric(first.text, self._language)

    def _close_before(self, opening: int) -> None:
        """Close earlier sentences of the opening's article that do not share a word with its title: they would open."""
        article = self._candidates[opening].article
        for place in range(opening):
            if self._candidates[place].article.id == article.id and not self._titles.share(place):
                self._open[place] = False

    def _retold(self, opening: int) -> list[int]:
        """Places of the sentences of other articles that tell the news of the title, if the opening does."""
        above = max(_MIN_RETOLD, _RETOLD_SHARE * len(self._headline))
        telling = [place for place, words in self._headline_words.items() if len(words) > above]
        id = self._candidates[opening].article.id
        return [place for place in telling if self._candidates[place].article.id != id] if opening in telling else []

    def _openings(self) -> list[int]:
        """Places of the sentences that may open the brief, the best first; none in texts without titles."""
        if self._titles.are_empty:
            return []
        centrality = self._centrality.scores()
        keys = {}
        for rank, place in opening_places(self._candidates):
            share = self._titles.share(place)
            score = (
                _TITLE * (share + self._titles.mean_share(place)) / 2
                - _RANK * rank
                + _OPENING_CENTRALITY * float(centrality[place])
            )
            candidate = self._candidates[place]
            article = candidate.article
            score -= _AGE * (self._latest - article.published).total_seconds() / 86400
            is_quoted = candidate.text[0] in OPENING
            is_second = bool(self._mentions.get(place, frozenset()) - self._titles.of(place))
            score -= _QUOTED_OPENING * is_quoted + _SECOND_MENTION * is_second
            is_telling = share > 0 and not is_quoted
            if rank > 0:
                is_telling &= (
                    share > _TELLING_SHARE * rank and len(self._contents[place]) >= _TELLING_WORDS and not is_second
                )
            keys[place] = not is_telling, article.id in self._weak, -score, place
        return sorted(keys, key=keys.__getitem__)

    def _headline_scores(self) -> Values:
        """Points for words of the brief's title, and for second mentions; 0 without a title."""
        scores = np.zeros(len(self._candidates))
        if not self._headline:
            return scores
        known = self._headline | self._told
        for place, title_words in self._headline_words.items():
            scores[place] += _TITLE_TOLD * len(title_words - self._told) / len(self._headline)
        for place, mention in self._mentions.items():
            scores[place] -= _SECOND_MENTION * mention.isdisjoint(known)
        return scores

    def _must_wait(self, place: int) -> bool:
        """Whether the sentence is anaphoric, and the one before it not selected; few are asked, so it is not cached."""
        if self._run[place] or not needs_predecessor(self._candidates[place], self._language):
            return False
        self._waiting.add(place)
        return True

    def _add(self, place: int) -> bool:
        """Add the sentence, unless it is too long or redundant; what follows it may then be anaphoric."""
        self._open[place] = False
        if not self._draft.add(self._candidates[place]):
            return False
        self._centrality.select(place)
        self._told |= self._contents[place]
        self._quoted |= self._outlets == self._outlets[place]
        following = place + 1
        if following < len(self._candidates) and directly_follows(self._candidates[following], self._candidates[place]):
            self._run[following] = True
            self._open[following] |= following in self._waiting
        return True


def _scores(candidates: Sequence[Candidate], contents: Sequence[frozenset[str]], language: str) -> Values:
    """Scores that do not depend on what is selected."""
    is_titled = any(candidate.article.title for candidate in candidates)
    position = _POSITION if is_titled else _POSITION * min(1, _UNTITLED_LENGTH / len(candidates))
    features = (
        (position, _position_scores(candidates)),
        (_LENGTH, [float(min(len(content), _FULL_LENGTH)) for content in contents]),
        (_QUOTATION, [float(contains_quotation(candidate.text)) for candidate in candidates]),
    )
    scores = sum((weight * _standardize(values) for weight, values in features), np.zeros(len(candidates)))
    for place in _security_places(candidates):
        scores[place] += _SECURITY
    has_date = [has_misleading_date(candidate, language) for candidate in candidates]
    return scores - _PENALTY * np.array(has_date, dtype=float)


def _security_places(candidates: Sequence[Candidate]) -> Iterator[int]:
    """Places of each article's first sentence that tells a security fix."""
    told: set[str] = set()
    for place, candidate in enumerate(candidates):
        if candidate.article.id not in told and tells_security_fix(candidate.text):
            told.add(candidate.article.id)
            yield place


def _position_scores(candidates: Sequence[Candidate]) -> list[float]:
    """Higher near the beginning of the article, relative to its length."""
    last = {candidate.article.id: candidate.position for candidate in candidates}
    return [
        -math.log(_POSITION_OFFSET + candidate.position / (1 + last[candidate.article.id])) for candidate in candidates
    ]


def _standardize(values: Sequence[float]) -> Values:
    """In standard deviations from the mean; all 0 if the values are equal."""
    array = np.array(values, dtype=float)
    array -= array.sum() / len(array)
    deviation = math.sqrt(array.dot(array) / len(array))  # numpy's own std takes four times as long
    return array / deviation if deviation > 1e-9 else np.zeros(len(array))
