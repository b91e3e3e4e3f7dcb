"""Find the headline of an untitled text; remove the outlet's name from titles."""

from __future__ import annotations

import re
from collections.abc import Sequence

from digest.clean.boilerplate.lines import Line, LineLabel, normalize
from digest.text.courtesies import is_greeting
from digest.text.lazy_regex import lazy_compile
from digest.text.placeholder_titles import is_placeholder
from digest.text.sentence_end import ends_sentence

#: Separates the outlet's name from a title of at least so many characters.
_MARK = lazy_compile(r"\s+([|–—·•»:]|-{1,2})\s+")
_MIN_TITLE = 9
#: A name after a mark: without another one, but a hyphen.
_MAX_NAME = 50
_NAME = lazy_compile(rf"[^|–—·•»]{{2,{_MAX_NAME}}}")
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
#: "Mooring in logarithmic time. (arXiv:2611.01234v1 [cs.CL] UPDATED)"
_ARXIV_NUMBER = lazy_compile(r"\.?\s*\(arXiv:[\w./-]+(?:\s\[[\w., -]+\])?(?:\s[A-Z ]+)?\)$")
#: Articles before a name.
_ARTICLES = frozenset({"the", "der", "die", "das", "le", "la", "les", "el", "il", "de", "het", "o", "a"})
#: Letters of a name, at least, that may stand for a longer one: "BBC News" for "BBC News – World".
_MIN_NAME = 5
#: Words of a section's name, at most.
_MAX_SECTION_WORDS = 2
#: Labels that a headline of a text may get.
_HEADLINE_LABELS = frozenset({LineLabel.BODY, LineLabel.INCOMPLETE, LineLabel.HEADING, LineLabel.TITLE})


def without_outlet(title: str, source: str = "", domain: str = "") -> str:
    """The title without the outlet's name at its end: "Rates rise – The Daily Example" → "Rates rise".

    If the outlet's name is known, nothing else is removed: "Interview – Sun Ra". ``domain`` is the article's.
    """
    title = _ARXIV_NUMBER.sub("", title) if "(arXiv:" in title else title
    for _ in range(2):  # "Rates rise · Markets | The Daily Example"
        for mark in _MARK.finditer(title, _MIN_TITLE):
            if len(title) - mark.end() > _MAX_NAME:
                continue
            tail = title[mark.end() :].strip()
            if _NAME.fullmatch(tail) and _is_outlet(tail, mark[1], source, domain):
                title = title[: mark.start()]
                break
    return title


def _is_outlet(tail: str, mark: str, source: str, domain: str) -> bool:
    if _is_name_of(tail, source, domain):
        return True
    if source and domain and source != domain:
        return False  # the name is known
    words = tail.split()
    is_name = len(words) <= 5 and all(not word[0].islower() or len(word) <= 3 or "." in word for word in words)
    may_be_outlet = mark == "|" or (mark != ":" and _OUTLET_WORD.search(tail) is not None)
    return is_name and may_be_outlet and not ends_sentence(tail)


def _is_name_of(tail: str, source: str, domain: str) -> bool:
    """Is it the source's name, the beginning of that or a longer form, or the name in the domain?"""
    words, source_words = _name_words(tail), _name_words(source)
    name = "".join(words)
    domain_name = domain.removeprefix("www.").split(".")[0].replace("-", "").removeprefix("the")
    host_parts = tail.lower().replace("-", "").split(".")  # the tail may be an address
    if name and (name in {"".join(source_words), domain_name} or (domain_name and domain_name in host_parts)):
        return True
    shorter, longer = sorted((words, source_words), key=len)
    return len("".join(shorter)) >= _MIN_NAME and longer[: len(shorter)] == shorter


def _name_words(name: str) -> list[str]:
    words = normalize(name).split()
    return words[1:] if len(words) > 1 and words[0] in _ARTICLES else words


def find_headline(lines: Sequence[Line], labels: Sequence[LineLabel]) -> int | None:
    """Index of the headline of an untitled text: its first line that is not boilerplate, unless that is body.

    One or two words above a longer headline are the name of a section.
    """
    section = None
    for at, line in enumerate(lines):
        if labels[at] not in _HEADLINE_LABELS or is_placeholder(line.text) or is_greeting(line.text):
            continue
        if line.text.endswith(":"):
            continue  # a label, or a speaker's name
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
