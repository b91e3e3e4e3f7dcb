"""Relative dates: sentences that say "today" or "last week", which mislead on the day of reading."""

from __future__ import annotations

import re
from functools import lru_cache

from digest.model.protocols import Candidate
from digest.text.memo import Memo
from digest.text.words import words

#: Single words for a day relative to the day of writing.
_WORD_LISTS = {
    "en": "today tonight yesterday tomorrow",
    "de": "heute gestern morgen vorgestern übermorgen",
    "fr": "aujourd'hui hier avant-hier demain",
    "es": "hoy ayer anteayer mañana anoche",
    "it": "oggi ieri domani stamattina stasera stanotte",
    "pt": "hoje ontem anteontem amanhã",
    "nl": "vandaag gisteren eergisteren morgen vanavond vanochtend vannacht",
    "sv": "idag igår imorgon ikväll",
    "pl": "dziś dzisiaj wczoraj jutro przedwczoraj",
    "cs": "dnes včera zítra předevčírem",
    "ru": "сегодня вчера завтра накануне",
    "uk": "сьогодні вчора завтра напередодні",
}
#: Phrases for a relative date: words, one of which each phrase contains, and a pattern for the phrases.
_PHRASE_LISTS = {
    "en": (
        "morning afternoon evening night week month",
        r"(?:this|last|next) (?:morning|afternoon|evening|night|week|month)",
    ),
    "de": ("woche", r"(?:nächste|letzte|vergangene|diese)r? woche"),
    "fr": ("matin soir nuit semaine", r"ce (?:matin|soir)|cette nuit|la semaine (?:prochaine|dernière)"),
    "es": ("tarde noche semana", r"esta (?:tarde|noche|semana)|la (?:próxima semana|semana pasada)"),
    "it": ("settimana", r"la (?:settimana scorsa|prossima settimana)"),
    "pt": ("manhã tarde noite semana", r"esta (?:manhã|tarde|noite|semana)|na (?:semana passada|próxima semana)"),
    "nl": ("week", r"(?:volgende|vorige|afgelopen) week"),
    "sv": ("dag går morgon kväll vecka", r"i (?:dag|går|morgon|kväll)|(?:nästa|förra) vecka"),
    "da": ("dag går morgen aften uge", r"i (?:dag|går|morgen|aften)|(?:næste|sidste) uge"),
    "no": ("dag går morgen kveld uke", r"i (?:dag|går|morgen|kveld)|(?:neste|forrige) uke"),
}

#: Sentences at the beginning of an article that tell its news.
_DATED_SENTENCES = 2

_DATE_WORDS = {language: frozenset(forms.split()) for language, forms in _WORD_LISTS.items()}
_DATE_PHRASES = {
    language: (frozenset(keywords.split()), re.compile(rf"\b(?:{phrases})\b", re.IGNORECASE))
    for language, (keywords, phrases) in _PHRASE_LISTS.items()
}


def has_misleading_date(candidate: Candidate, language: str) -> bool:
    """Whether a relative date misleads; not in an article's first two sentences, which have its date."""
    return candidate.position >= _DATED_SENTENCES and has_relative_date(candidate.text, language)


def has_relative_date(text: str, language: str) -> bool:
    """Whether the sentence names a day relative to the day of writing."""
    tokens = words(text, language)
    if not any(map(_keyword_memo(language).__getitem__, tokens)):
        return False
    if not _DATE_WORDS.get(language, frozenset()).isdisjoint(map(str.lower, tokens)):
        return True
    return language in _DATE_PHRASES and _DATE_PHRASES[language][1].search(text) is not None


@lru_cache
def _keyword_memo(language: str) -> Memo[bool]:
    """Per-word memo: whether a word is a relative date or occurs in a phrase for one (keyword pre-filter)."""
    keywords = _DATE_WORDS.get(language, frozenset()) | _DATE_PHRASES.get(language, (frozenset(),))[0]
    return Memo(lambda word: word.lower() in keywords)
