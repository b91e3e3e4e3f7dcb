"""Speech without quotation marks: paragraphs of an article in which somebody else speaks.

Embedded posts of social networks, statements after a lead-in ("The minister wrote:"), and turns after a speaker's name
in capitals ("MAYOR ROE: …"). A sentence cut out of such a paragraph would read as if the article said it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from digest.text.lazy_regex import lazy_compile
from digest.text.quotes import OPENING, quotation_spans

#: An embedded post ends in its author, the author's handle and a date: ``… — Ann Roe (@annroe) July 7, 2020``.
_POST_AUTHOR = re.compile(r"[—–-] .{1,80}\(@\w+\) \w+\.? \d{1,2},? \d{4}$")
_MAX_POST_AUTHOR = 120
#: A speaker's name in capitals, perhaps with a function: ``SEN. ANN ROE (D-OH), CLIP #1: …``.
_SPEAKER = re.compile(
    r"[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ.'’\-]{2,}(?: [^:a-zß-ÿ]{1,40})?(?: ?\([^):]{1,60}\))?(?:,[^:a-z]{1,20})?: \S"
)
_MAX_SPEAKER = 120
#: Words of a lead-in among which the verb of saying is, counted from its colon.
_LEAD_IN_WORDS = 8
_SAYING = {
    "en": r"sa(?:y|ys|id|ying)|wr(?:ite|ites|ote|iting)|tweet\w*|posted|reported|reports|explain\w*|beg(?:in|ins|an)"
    r"|conclude[sd]?|adds?|added|reads?|reading|stated?|states|noted?|notes|tells?|told|asks?|asked|repl(?:y|ies|ied)"
    r"|argue[sd]?|declare[sd]?|announce[sd]?|continue[sd]?|quoted?|statement|letter|e-?mail",
    "de": r"sagte?|schrieb|schreibt|erklärte?|teilte|heißt|hieß|betonte?|ergänzte?|fügte|antwortete?|fragte?"
    r"|berichtete?|kommentierte?|twitterte?|postete?|mitteilung|erklärung",
    "fr": r"dit|écrit|déclaré|déclare|explique|expliqué|ajoute|ajouté|affirme|affirmé|répond|répondu|conclut|tweeté",
    "es": r"dijo|dice|escribió|escribe|declaró|explicó|explica|añadió|afirmó|respondió|concluyó|tuiteó|señaló",
    "it": r"detto|dice|scrive|scritto|dichiarato|spiega|spiegato|aggiunge|aggiunto|risposto|twittato",
}
_SAYING_VERBS = {language: lazy_compile(rf"\b(?:{verbs})\b", re.IGNORECASE) for language, verbs in _SAYING.items()}
_FIRST_PERSON = {
    "en": r"I(?:['’](?:m|ve|d|ll))?|[Mm]e|[Mm]y|[Ww]e(?:['’](?:re|ve|d|ll))?|us|[Oo]urs?|[Yy]ou(?:['’]re)?|[Yy]our",
    "de": r"[Ii]ch|[Mm]ich|[Mm]ir|[Mm]ein\w{0,2}|[Ww]ir|[Uu]ns|[Uu]nser\w{0,2}",
    "fr": r"[Jj]e|[Jj]['’]\w+|[Mm]oi|[Mm]on|[Mm]a|[Mm]es|[Nn]ous|[Nn]otre|[Nn]os|[Vv]ous|[Vv]otre",
    "es": r"[Yy]o|me|mi|mis|[Nn]osotros|[Nn]uestr[oa]s?",
    "it": r"[Ii]o|mi|mio|mia|[Nn]oi|[Nn]ostr[oaie]",
}
_PRONOUNS = {language: lazy_compile(rf"\b(?:{forms})\b") for language, forms in _FIRST_PERSON.items()}


def is_others_speech(paragraphs: Sequence[str], index: int, language: str) -> bool:
    """Whether somebody else says all sentences of the paragraph at that index."""
    if _is_post(paragraphs[index]):
        return True
    before = paragraphs[index - 1] if index else ""
    return before.endswith((":", "：")) and _is_introduced(before, paragraphs[index], language)


def follows_speaker(paragraph: str, text: str) -> bool:
    """Whether the sentence is a later one of a paragraph that opens with a speaker's name in capitals."""
    if ":" not in paragraph[:_MAX_SPEAKER] or paragraph.startswith(text):
        return False
    return _SPEAKER.match(paragraph) is not None


def _is_post(paragraph: str) -> bool:
    return "(@" in paragraph[-_MAX_POST_AUTHOR:] and _POST_AUTHOR.search(paragraph, _tail(paragraph)) is not None


def _tail(paragraph: str) -> int:
    return max(0, len(paragraph) - _MAX_POST_AUTHOR)


def _is_introduced(lead_in: str, paragraph: str, language: str) -> bool:
    """Whether the lead-in says that somebody speaks, or the paragraph does as its author does not."""
    if paragraph[:1] in OPENING:
        return False  # quoted: its marks tell
    verbs = _SAYING_VERBS.get(language)
    if verbs and verbs.search(" ".join(lead_in.split()[-_LEAD_IN_WORDS:])):
        return True
    return _has_first_person(paragraph, language) and not _has_first_person(lead_in, language)


def _has_first_person(text: str, language: str) -> bool:
    """Whether the text says "I", "we" or "you" outside quotations."""
    pronouns = _PRONOUNS.get(language)
    if pronouns is None:
        return False
    closed, unquoted = 0, []
    for start, end in quotation_spans(text):
        unquoted.append(text[closed:start])
        closed = end
    return pronouns.search(" ".join([*unquoted, text[closed:]])) is not None
