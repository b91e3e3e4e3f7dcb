"""Second mentions: sentences that open with a definite article and a noun that their article has used before.

"The reversals are keeping prices up" is understood by a reader of the sentence on the reversals only. A name in
capitals is known without it ("The Senate").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from digest.model.protocols import Candidate
from digest.text.words import content_stems, words

_ARTICLE_LISTS = {
    "en": "the",
    "de": "der die das den dem des",
    "fr": "le la les",
    "es": "el la los las",
    "it": "il lo la i gli le",
    "pt": "o a os as",
    "nl": "de het",
}
_ARTICLES = {language: frozenset(forms.split()) for language, forms in _ARTICLE_LISTS.items()}
#: Languages whose nouns are in capitals like names.
_CAPITAL_NOUNS = frozenset({"de", "lb"})
#: Words after the article among which the noun is: it may have an adjective.
_NOUN_PHRASE = 2


def second_mentions(
    candidates: Sequence[Candidate], contents: Sequence[frozenset[str]], language: str
) -> dict[int, frozenset[str]]:
    """By the place of a sentence the stems of its opening noun phrase that earlier sentences of its article have.

    ``contents`` are the sentences' content stems; the sentences of each article are in order.
    """
    articles = _ARTICLES.get(language)
    if not articles:
        return {}
    earlier: dict[str, set[str]] = defaultdict(set)
    mentions: dict[int, frozenset[str]] = {}
    for place, (candidate, content) in enumerate(zip(candidates, contents, strict=True)):
        before = earlier[candidate.article.id]
        first, _, rest = candidate.text.partition(" ")
        if first.lower() in articles and (repeated := _noun_phrase(rest, language) & before):
            mentions[place] = repeated
        before |= content
    return mentions


def _noun_phrase(text: str, language: str) -> frozenset[str]:
    phrase = words(" ".join(text.split(maxsplit=_NOUN_PHRASE)[:_NOUN_PHRASE]), language)
    if language not in _CAPITAL_NOUNS and any(word[0].isupper() for word in phrase):
        return frozenset()
    return frozenset(content_stems(phrase, language))
