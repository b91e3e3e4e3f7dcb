"""Clean author lines: without "By" and roles, and short where there are many names."""

from __future__ import annotations

import re

from digest.text.lazy_regex import lazy_compile

#: More names than this are shortened to the first one "and others".
_MAX_NAMES = 3
_BY = lazy_compile(
    r"^(?:(?:written|posted|story|stories|text|words|report(?:ing)?|analysis|review|opinion|compiled|photographs?)\s+)?"
    r"by\b:?\s+(?=\S)|^(?:analysis|opinion|commentary|perspective|kommentar|analyse|tribune|opinión)\b:?\s+"
    r"(?=(?-i:[A-ZÀ-Þ])[\w.’'-]*\s(?-i:[A-ZÀ-Þ]))|^(?:von|par|por|door)\s+(?=(?-i:[A-ZÀ-Þ])[\w.’'-]+\s)",
    re.IGNORECASE,
)
#: A role after a name: "Ann Smith, staff writer", "Ann Smith | AP Sports Writer", "Ann Smith (Editor)".
_ROLE = lazy_compile(
    r"(?:\s*[,;|(]|\s+[–—-])\s*[^,;|()–—]{0,40}\b(?:writers?|editor(?:-at-large)?s?|reporters?|correspondents?|columnists?"
    r"|contributors?|journalists?|staff|critics?|producers?|bureau chief|redakteur(?:in)?|korrespondent(?:in)?"
    r"|reporterin|journaliste|rédact(?:eur|rice)|corresponsal|redactora?|giornalista)\b[^,;|()]{0,40}\)?(?=\s*(?:[,;|]|$))",
    re.IGNORECASE,
)
_SEPARATOR = lazy_compile(r"\s*[,;|]\s*(?:and\s+|und\s+|et\s+)?|\s+(?:and|und|et|&)\s+", re.IGNORECASE)
_AND_OTHERS = {
    "de": "und andere",
    "fr": "et autres",
    "es": "y otros",
    "it": "e altri",
    "nl": "en anderen",
    "pt": "e outros",
}


def clean_author(author: str, language: str = "") -> str:
    """The names of an author line: "By Ann Smith, staff writer" → "Ann Smith"; six names → "Ann Smith and others"."""
    names = _ROLE.sub("", _BY.sub("", author)).strip(" ,;|-–—") or author
    separate = [name for name in _SEPARATOR.split(names) if name]
    if len(separate) <= _MAX_NAMES:
        return names
    return f"{separate[0]} {_AND_OTHERS.get(language, 'and others')}"
