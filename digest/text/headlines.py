"""Headlines: which titles name the news, so that a story or a mail's subject may have them."""

from __future__ import annotations

import re

from digest.text.lazy_regex import lazy_compile
from digest.text.stop_words import stop_words
from digest.text.words import content_stems, words

#: Content words of a title that says what happened.
_MIN_TELLING_WORDS = 3
#: Languages without spaces, whose words are counted otherwise.
_UNSPACED = frozenset({"zh", "ja", "th", "lo", "km", "my"})

_QUESTION = re.compile(r"[?？؟;]\W*$")
#: A label before the title: ``READ:``, ``Opinion |``, ``Live:``.
_LABEL = lazy_compile(
    r"(?:read|watch|listen|see|live|photos?|pictures|gallery|video|podcast|quiz|explainer|explained|fact[- ]check"
    r"|analysis|opinion|commentary|comment|editorial|column|review|letters?|perspective|first thing|newsletter"
    r"|meinung|kommentar|kolumne|leitartikel|analyse|faktencheck|tribune|chronique|éditorial|édito|avis|opinion"
    r"|opinión|columna|tribuna|análisis|editoriale|commento|opinião|opinie|åsikt)\s*[:|–—-]\s",
    re.IGNORECASE,
)
#: Explainers and lists, which explain the news without saying it.
_EXPLAINER = lazy_compile(
    r"(?:here(?:['’]s| are| is)\b|these (?:are|\d+)\b|(?-i:[Ww](?:hat|hy|hen|here|ho)|[Hh]ow) [^?]*$"
    r"|(?:everything|what) you need to know"
    r"|meet the\b|\d+ (?:things|ways|rules|steps|reasons|facts|takeaways|questions|tips)\b"
    r"|(?:darum|warum|wieso|wie|was|so)\s(?!.*\?)|das (?:müssen|sollten) sie"
    r"|(?:pourquoi|comment|ce qu)\b|voici\b|(?:por qué|cómo|qué)\b)"
    r"|.*(?:,|:|–|—) explained$",
    re.IGNORECASE,
)
_LIVE = lazy_compile(
    r".*\b(?:live(?:[- ]?blog| updates?| coverage)|as it happened|liveticker|newsticker|im ticker|en direct"
    r"|minute par minute"
    r"|en directo|minuto a minuto|em direto|in diretta|liveblog)\b",
    re.IGNORECASE,
)
#: A speaker or a column before a colon: ``Jane Roe: The case for …``.
_NAME_LABEL = lazy_compile(r"(?:[A-ZÀ-ÖØ-Þ][\w.'’-]*\s){0,2}[A-ZÀ-ÖØ-Þ][\w.'’-]*:\s")
_DATE_WORDS_LIST = (
    "monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun january february march "
    "april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov "
    "dec montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar märz mai juni juli oktober "
    "dezember lundi mardi mercredi jeudi vendredi samedi dimanche janvier février mars avril juin juillet août "
    "septembre octobre novembre décembre lunes martes miércoles jueves viernes sábado domingo enero febrero "
    "marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre the of de del edition news "
    "nachrichten digest daily briefing morning evening week weekly am pm st nd rd th"
)
_DATE_WORDS = frozenset(_DATE_WORDS_LIST.split())


def tells_news(title: str, language: str) -> bool:
    """Whether the title says what happened: no question, label, explainer, live blog, or date."""
    return not (
        _QUESTION.search(title)
        or _LABEL.match(title)
        or _EXPLAINER.match(title)
        or _LIVE.match(title)
        or is_date(title, language)
    )


def is_fit_for_subject(title: str, language: str) -> bool:
    """Whether a mail's subject may be this title: telling enough, no question, no label or name before a colon."""
    if _QUESTION.search(title) or _LABEL.match(title) or _NAME_LABEL.match(title) or is_date(title, language):
        return False
    return language in _UNSPACED or len(_telling_words(title, language)) >= _MIN_TELLING_WORDS


def is_date(title: str, language: str) -> bool:
    """Whether the title has no word but those of a date."""
    return all(word.lower() in _DATE_WORDS or word[0].isdigit() for word in words(title, language))


def series_words(title: str, language: str) -> frozenset[str]:
    """Stems of the title's content words without numbers and dates: all titles of a series have the same."""
    telling = (word for word in words(title, language) if word.lower() not in _DATE_WORDS and not word[0].isdigit())
    return frozenset(content_stems(telling, language))


def _telling_words(title: str, language: str) -> set[str]:
    excluded = stop_words(language)
    return {word.lower() for word in words(title, language) if word.lower() not in excluded and len(word) > 1}
