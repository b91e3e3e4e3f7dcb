"""An outlet's own notes about a correction, in several languages."""

from __future__ import annotations

import re
from collections.abc import Iterable

from digest.text.lazy_regex import lazy_compile

#: Characters of a note, at most: a longer text only speaks of corrections.
_MAX_NOTE = 700
#: Openings of a note, and sentences that only a note has.
_NOTE = lazy_compile(
    r"""^\W*(?:
        (?:editor['’]?s['’]?\s+note\W+)?(?:correction|corrections|clarification|corrected|erratum)s?\b
            (?:\s*\([^()]{1,60}\)|\s*[,–-]\s*[^:]{1,60})?\s*:
      | (?:korrektur|berichtigung|richtigstellung|correctie|rectificatie|rectificatif|correction|rectification|erratum
        |corrección|rectificación|fe\s+de\s+errat\w+|correzione|rettifica|correção|errata|sprostowanie|korekta|rättelse
        |rettelse|oikaisu)\b[^:.]{0,60}:
      | 訂正|【訂正】|تصحيح
    )
    | \b(?:an|a)\s+(?:earlier|previous|prior|original)\s+version\s+of\s+this\s+(?:article|story|report|piece|post)
    | \bthis\s+(?:article|story|report|piece|post|headline)\s+(?:was|has\s+been)\s+(?:amended|corrected)
    | \bthis\s+(?:article|story)\s+originally\s+(?:said|stated|reported)
    | \bin\s+einer\s+(?:früheren|ersten|vorherigen|älteren)\s+(?:version|fassung)
    | \b(?:dieser|der)\s+(?:artikel|text|beitrag)\s+wurde\s+(?:nachträglich\s+)?(?:korrigiert|berichtigt)
    | \bune\s+(?:version|première\s+version)\s+(?:précédente|antérieure|de\s+cet\s+article)
    | \bcet\s+article\s+a\s+été\s+(?:corrigé|rectifié|modifié)
    | \b(?:una|en\s+una)\s+versión\s+(?:anterior|previa|inicial)\s+de\s+est[ea]
    | \b(?:una|in\s+una)\s+(?:versione\s+precedente|precedente\s+versione)\s+di\s+quest
    | \bin\s+een\s+eerdere\s+versie\s+van\s+dit
    | \b(?:uma|numa|em\s+uma)\s+versão\s+anterior\s+d(?:este|esta|o)
    | \bw\s+poprzedniej\s+wersji\s+(?:artykułu|tekstu)
    """,
    re.IGNORECASE | re.VERBOSE,
)


def find_note(new_paragraphs: Iterable[str]) -> str:
    """The first note among paragraphs that the article did not have before; empty without one."""
    return next((text for text in new_paragraphs if len(text) <= _MAX_NOTE and _NOTE.search(text)), "")
