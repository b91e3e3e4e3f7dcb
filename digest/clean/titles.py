"""Find the headline of an untitled text; remove the outlet's name from titles."""

from __future__ import annotations

import re
from collections.abc import Sequence

from digest.clean.boilerplate.lines import Line, LineLabel, normalize
from digest.text.lazy_regex import lazy_compile
from digest.text.placeholder_titles import is_placeholder
from digest.text.sentence_end import ends_sentence

_TAIL = lazy_compile(r"^(?P<title>.{8,}?\S)\s+(?P<mark>[|–—·•»:]|-{1,2})\s+(?P<outlet>[^|–—·•»]{2,50})$")
#: Words in the names of newspapers, stations and sites.
_OUTLET_WORD = lazy_compile(
    r"\b(?:news(?:paper|wire)?|times|post|daily|herald|tribune|gazette|journal|chronicle|guardian|observer|telegraph|courier"
    r"|mail|mirror|express|standard|star|sun|press|review|magazine|online|media|radio|tv|broadcasting|network|wire|blog"
    r"|zeitung|nachrichten|rundschau|tagblatt|tageblatt|anzeiger|kurier|presse|welt|spiegel|le monde|figaro|libération"
    r"|actualités|info|noticias|diario|periódico|el país|mundo|giornale|corriere|gazzetta|notizie|krant|dagblad|nieuws"
    r"|notícias|jornal|folha|nyheter|tidningen|dagbladet|aftenposten|gazeta|wiadomości|новости|газета|новини)\b"
    r"|\.(?:com?|org|net|de|fr|es|it|nl|uk|eu|info|news|tv|at|ch|pl|se|no|dk)\b",
    re.IGNORECASE,
)
#: Words of a section's name, at most.
_MAX_SECTION_WORDS = 2
#: Labels that a headline of a text may get.
_HEADLINE_LABELS = frozenset({LineLabel.BODY, LineLabel.INCOMPLETE, LineLabel.HEADING, LineLabel.TITLE})


def without_outlet(title: str, source: str = "", domain: str = "") -> str:
    """The title without the outlet's name at its end: "Rates rise – The Daily Example" → "Rates rise"."""
    for _ in range(2):  # "Rates rise · Markets | The Daily Example"
        match = _TAIL.match(title)
        if not match or not _is_outlet(match["outlet"].strip(), match["mark"], source, domain):
            break
        title = match["title"]
    return title


def _is_outlet(tail: str, mark: str, source: str, domain: str) -> bool:
    name = normalize(tail).replace(" ", "")
    domain_name = domain.removeprefix("www.").split(".")[0].replace("-", "")
    if name and name in {normalize(source).replace(" ", ""), domain_name}:
        return True
    words = tail.split()
    is_name = len(words) <= 5 and all(not word[0].islower() or len(word) <= 3 or "." in word for word in words)
    may_be_outlet = mark == "|" or (mark != ":" and _OUTLET_WORD.search(tail) is not None)
    return is_name and may_be_outlet and not ends_sentence(tail)


def find_headline(lines: Sequence[Line], labels: Sequence[LineLabel]) -> int | None:
    """Index of the headline of an untitled text: its first line that is not boilerplate, unless that is body.

    One or two words above a longer headline are the name of a section.
    """
    section = None
    for at, line in enumerate(lines):
        if labels[at] not in _HEADLINE_LABELS or is_placeholder(line.text):
            continue
        is_apart = at + 1 >= len(lines) or not lines[at + 1].block.follows_directly
        is_heading = line.block.kind == "heading"
        if line.block.kind in {"item", "row"} or not (is_heading or (is_apart and _reads_as_headline(line))):
            return section
        if is_heading or line.word_count > _MAX_SECTION_WORDS:
            return at
        section = at if section is None else section
    return section


def _reads_as_headline(line: Line) -> bool:
    is_sentence = ends_sentence(line.text)
    return line.word_count <= 60 and (not is_sentence or (line.word_count <= 20 and line.text[-1] in "?!？！"))
