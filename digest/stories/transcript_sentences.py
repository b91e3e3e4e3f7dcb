"""Sentences of a transcript that stand by themselves: its introduction, a host's words about the guest, and answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import takewhile

from digest.model.articles import Article
from digest.model.protocols import Candidate
from digest.stories.summarizers.budget import word_count
from digest.text.courtesies import is_courtesy
from digest.text.transcripts import is_reaction, without_speaker

#: Words of an answer, of its first sentence, and of a host's sentence about the guest, at least.
_MIN_TURN_WORDS, _MIN_ANSWER_WORDS, _MIN_INTRODUCTION_WORDS = 40, 12, 5
#: Sentences about the guest, at most: the first, and the one after it in its paragraph.
_MAX_INTRODUCTION = 2
#: Share of the turns, from the first on, among which a host introduces the guest.
_INTRODUCTION_SHARE = 0.3
#: Answers to questions, at least, for other turns to be left out.
_MIN_ANSWERS = 3
_QUESTION_ENDS = ("?", "？", "؟")
#: Ends of questions, and of sentences that are broken off.
_OPEN_ENDS = (*_QUESTION_ENDS, "...", "…", "-", "—")


def telling_sentences(sentences: Sequence[Candidate], turns: Mapping[int, str]) -> list[Candidate]:
    """The sentences that a brief may use, of a transcript with these speakers by paragraph."""
    first_turn = min(turns)
    before = [sentence for sentence in sentences if sentence.paragraph < first_turn and not is_courtesy(sentence.text)]
    guest = _guest(sentences[0].article, turns)
    introduction = _introduction(sentences, turns, guest) if " " in guest else []
    start = introduction[0].paragraph if introduction else first_turn
    answers = [sentence for sentence in sentences if sentence.paragraph >= start and _is_answer(sentence, turns)]
    by_guest = [answer for answer in answers if turns[answer.paragraph] == guest]
    to_questions = [answer for answer in by_guest if _follows_question(answer, turns)]
    preferred = (group for group in (to_questions, by_guest) if len(group) >= _MIN_ANSWERS)
    return [*before, *introduction, *next(preferred, answers)]


def _introduction(sentences: Sequence[Candidate], turns: Mapping[int, str], guest: str) -> list[Candidate]:
    """What another speaker says first about the guest by the full name: "Today we have Ada Keel on the show."."""
    last = sorted(turns)[int(_INTRODUCTION_SHARE * (len(turns) - 1))]
    for at, sentence in enumerate(sentences):
        if sentence.paragraph > last:
            break
        if turns.get(sentence.paragraph, guest) != guest and _introduces(sentence, guest):
            following = sentences[at + 1 : at + _MAX_INTRODUCTION]
            about = (later for later in following if later.paragraph == sentence.paragraph)
            return [sentence, *takewhile(lambda later: not later.text.endswith(_OPEN_ENDS), about)]
    return []


def _introduces(sentence: Candidate, guest: str) -> bool:
    words = without_speaker(sentence.text)
    if guest not in words or words.endswith(_OPEN_ENDS) or is_courtesy(words):
        return False
    return word_count(words, sentence.article.language) >= _MIN_INTRODUCTION_WORDS


def _guest(article: Article, turns: Mapping[int, str]) -> str:
    """The speaker who says most, but for the first one, who is the host."""
    characters = Counter[str]()
    for paragraph, name in turns.items():
        characters[name] += len(article.paragraphs[paragraph])
    del characters[turns[min(turns)]]
    return characters.most_common(1)[0][0]


def _is_answer(sentence: Candidate, turns: Mapping[int, str]) -> bool:
    """Whether the sentence opens a turn, so that the speaker's name is with it, and tells something by itself."""
    paragraph = sentence.article.paragraphs[sentence.paragraph]
    if sentence.paragraph not in turns or not paragraph.startswith(sentence.text):
        return False
    words = without_speaker(sentence.text)
    is_open = any(text.endswith(_OPEN_ENDS) for text in (words, paragraph))
    language = sentence.article.language
    is_telling = word_count(paragraph, language) >= _MIN_TURN_WORDS and word_count(words, language) >= _MIN_ANSWER_WORDS
    return is_telling and not is_open and not is_reaction(words) and not is_courtesy(words)


def _follows_question(answer: Candidate, turns: Mapping[int, str]) -> bool:
    """Whether the paragraph before is another speaker's question."""
    before = answer.paragraph - 1
    is_question = before >= 0 and answer.article.paragraphs[before].endswith(_QUESTION_ENDS)
    return is_question and turns.get(before) != turns[answer.paragraph]
