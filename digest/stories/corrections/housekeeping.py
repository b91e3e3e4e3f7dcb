"""Sentences in which an outlet speaks of its own report: that it develops, or that somebody was asked for a comment.

They come and go while a report grows, and are no news.
"""

from __future__ import annotations

import re

from digest.text.lazy_regex import lazy_compile

_HOUSEKEEPING = lazy_compile(
    r"""\b(?:
        this\s+is\s+a\s+(?:developing|breaking)|(?:story|article|page|report)\s+(?:will|is\s+being)\s+(?:be\s+)?updated
      | more\s+(?:to\s+follow|details\s+soon)|updates?\s+to\s+follow|follow\s+(?:our|the)\s+live|last\s+updated
      | (?:contacted|approached|asked|reached\s+out\s+to)\b.{1,80}\bfor\s+(?:a\s+)?comment
      | (?:did\s+not|didn['’]?t|has\s+not|have\s+not)\s+(?:immediately\s+|yet\s+)?(?:respond|repl|return|comment)
      | could\s+not\s+(?:immediately\s+)?be\s+reached|declined\s+to\s+comment|no\s+further\s+details
      | read\s+more|click\s+here|sign\s+up|subscribe\s+(?:now|to)|copyright|all\s+rights\s+reserved
      | wird\s+(?:laufend\s+)?aktualisiert|mehr\s+in\s+kürze|weitere\s+informationen\s+folgen
      | lesen\s+sie\s+(?:auch|mehr)
      | plus\s+d['’]informations\s+à\s+(?:suivre|venir)|lire\s+aussi|noticia\s+en\s+desarrollo|leer\s+más
      | in\s+aggiornamento|lees\s+(?:ook|meer)
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def is_housekeeping(sentence: str) -> bool:
    return _HOUSEKEEPING.search(sentence) is not None
