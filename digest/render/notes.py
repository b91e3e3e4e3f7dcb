"""An editor's note as a template's variables: paragraphs, in which https addresses are links."""

from __future__ import annotations

import re
from collections.abc import Iterator

from digest.render.context_types import NoteContext, NotePiece
from digest.render.locale import Labels
from digest.render.plain_text import line
from digest.text.urls import is_web_url

_ADDRESS = re.compile(r"https://[^\s<>\"'“”«»]+[^\s<>\"'“”«».,;:!?)\]}…]")
_PARAGRAPHS = re.compile(r"\n[^\S\n]*\n\s*")


def note_context(text: str, author: str, labels: Labels) -> NoteContext | None:
    """The note under a heading that names its author; None without a note."""
    paragraphs = tuple(filter(None, (tuple(_pieces(paragraph)) for paragraph in _PARAGRAPHS.split(text))))
    return NoteContext(heading=labels.note.format(name=line(author)), paragraphs=paragraphs) if paragraphs else None


def _pieces(paragraph: str) -> Iterator[NotePiece]:
    text, end = line(paragraph), 0
    for match in _ADDRESS.finditer(text):
        if is_web_url(match[0]):
            if between := text[end : match.start()]:
                yield NotePiece(text=between, url="")
            yield NotePiece(text=match[0], url=match[0])
            end = match.end()
    if rest := text[end:]:
        yield NotePiece(text=rest, url="")
