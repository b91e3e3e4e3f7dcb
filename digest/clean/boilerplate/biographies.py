"""Author biographies at the head and the foot of an article."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from digest.clean.boilerplate.lines import BODY, LabelChanges, Line, LineLabel
from digest.text.lazy_regex import lazy_compile
from digest.text.quotes import quotation_spans

#: Words of a biography, at most.
_MAX_WORDS = 150
#: Biographies of authors whose names are not given are shorter.
_MAX_UNNAMED_WORDS = 100
#: Body lines at the foot that may be biographies.
_FOOT_LINES = 3
_INITIAL_GAP = lazy_compile(r"(?<=\b[A-ZÀ-Þ]\.)\s(?=[A-ZÀ-Þ]\.)")
#: A full name at the start of a line, perhaps with a title: "• Dr. Ann van Berg", "A.B. Roe".
_FULL_NAME = lazy_compile(
    r"[•*—–-]?\s*(?:(?:Judge|Dr|Prof|Professor|Rev|Rabbi|Sir|Dame|Lord|Col|Gen)\b\.?\s)?"
    r"(?P<name>(?:[A-ZÀ-Þ][\w'’-]*\.?(?:[A-ZÀ-Þ]\.)*\s){1,3}(?:(?:van|von|de|der|den|du|la|le)\s){0,2}[A-ZÀ-Þ][\w'’-]+)"
)
_BE = r"(?:is|was|are|were|ist|sind|est|sont|es|son|è|sono|é|são|är)"
#: What the first lines of an article say of its author: "…, who teaches history, is a fellow …".
_INTRODUCED = lazy_compile(rf"(?:,[^.]{{2,160}},)?\s{_BE}\s")
#: What the last lines say: anything, since an author rarely writes of herself in the third person.
_SAID = lazy_compile(r",?\s[a-zß-ÿ]")
#: Posts of people who write guest articles, for names that are nowhere else in the article.
_POST = lazy_compile(
    r"(?:,[^.]{2,160},)?\s(?:is|was|ist)\s(?:[\w’'“”,.&-]+\s){0,9}?(?:hosts?|director|partner|fellow|scholar|professor"
    r"|lecturer|attorney|lawyer|judge|analyst|strategist|consultant|adviser|advisor|(?:co-)?founder|chair\w*|president"
    r"|chief executive|ceo|author|columnist|editor|writer|journalist|economist|historian|researcher|scientist|physician"
    r"|professorin|gründer(?:in)?|direktor(?:in)?|autor(?:in)?|publizist(?:in)?|ökonom(?:in)?|historiker(?:in)?)\b"
)


def find_biographies(lines: Sequence[Line], labels: Sequence[LineLabel], *, author: str, title: str) -> LabelChanges:
    """Lines that say who the author is: they open with a name of the author line, or with a name that is new.

    ``title``: the normalized title.
    """
    body = [at for at, label in enumerate(labels) if label is BODY]
    if len(body) < 3:
        return
    author = _INITIAL_GAP.sub("", author)
    foot = range(len(body) - _FOOT_LINES, len(body))
    for position in (0, *foot):
        line = lines[body[position]]
        match = _FULL_NAME.match(line.text) if position >= 0 and line.word_count <= _MAX_WORDS else None
        if match is None:
            continue
        said = _INTRODUCED if position == 0 else _SAID
        if match["name"] in author and said.match(line.text, match.end()):
            yield body[position], LineLabel.CREDIT
        elif position == len(body) - 1 and _POST.match(line.text, match.end()) and not quotation_spans(line.text[:80]):
            surname = match["name"].split()[-1].casefold()
            others = (lines[at].normalized for at in body[:-1])
            if line.word_count <= _MAX_UNNAMED_WORDS and not _names(surname, (title, *others)):
                yield body[position], LineLabel.CREDIT


def _names(surname: str, texts: Iterable[str]) -> bool:
    return any(surname in text.split() for text in texts if surname in text)
