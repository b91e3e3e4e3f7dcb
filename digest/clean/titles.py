"""Headlines: which line of a text is one, and where it ends and the outlet's name begins."""

from __future__ import annotations

import re
from collections.abc import Sequence

from digest.clean.boilerplate.labels import Verdict
from digest.clean.boilerplate.lines import Line, bare, is_finished
from digest.text.lazy_regex import lazy_compile

_TAIL = lazy_compile(r"^(?P<title>.{8,}?\S)\s+(?P<mark>[|–—·•»:]|-{1,2})\s+(?P<outlet>[^|–—·•»]{2,50})$")
#: Words that newspapers, stations and their sites call themselves.
_OUTLET = lazy_compile(
    r"\b(?:news(?:paper|wire)?|times|post|daily|herald|tribune|gazette|journal|chronicle|guardian|observer|telegraph|courier"
    r"|mail|mirror|express|standard|star|sun|press|review|magazine|online|media|radio|tv|broadcasting|network|wire|blog"
    r"|zeitung|nachrichten|rundschau|tagblatt|tageblatt|anzeiger|kurier|presse|welt|spiegel|le monde|figaro|libération"
    r"|actualités|info|noticias|diario|periódico|el país|mundo|giornale|corriere|gazzetta|notizie|krant|dagblad|nieuws"
    r"|notícias|jornal|folha|nyheter|tidningen|dagbladet|aftenposten|gazeta|wiadomości|новости|газета|новини)\b"
    r"|\.(?:com?|org|net|de|fr|es|it|nl|uk|eu|info|news|tv|at|ch|pl|se|no|dk)\b",
    re.IGNORECASE,
)


#: Words of a section's name.
_LABEL = 2


def without_outlet(title: str, source: str = "", domain: str = "") -> str:
    """The title without the outlet's name at its end: "Rates rise – The Daily Example" → "Rates rise"."""
    for _ in range(2):  # "Rates rise · Markets | The Daily Example"
        match = _TAIL.match(title)
        if not match or not _is_outlet(match["outlet"].strip(), match["mark"], source, domain):
            break
        title = match["title"]
    return title


def _is_outlet(tail: str, mark: str, source: str, domain: str) -> bool:
    letters = bare(tail).replace(" ", "")
    name = domain.removeprefix("www.").split(".")[0].replace("-", "")
    if letters and letters in {bare(source).replace(" ", ""), name}:
        return True
    words = tail.split()
    named = len(words) <= 5 and all(not word[0].islower() or len(word) <= 3 or "." in word for word in words)
    return named and mark != ":" and not is_finished(tail) and (_OUTLET.search(tail) is not None or mark == "|")


def headline(lines: Sequence[Line], verdicts: Sequence[Verdict]) -> int | None:
    """Which line of an untitled text is its headline: the first that isn't furniture, if it is none of the text.

    One of a word or two above a longer one is the name of a section.
    """
    label = None
    for at, line in enumerate(lines):
        if verdicts[at] not in {Verdict.BODY, Verdict.UNFINISHED, Verdict.HEADING, Verdict.TITLE}:
            continue
        alone = at + 1 >= len(lines) or not lines[at + 1].block.joined
        if line.block.kind == "item" or not (line.block.kind == "heading" or (alone and _is_headline(line))):
            return label
        if line.block.kind == "heading" or line.size > _LABEL:
            return at
        label = at if label is None else label
    return label


def _is_headline(line: Line) -> bool:
    finished = is_finished(line.text)
    return line.size <= 60 and (not finished or (line.size <= 20 and line.text[-1] in "?!？！"))
