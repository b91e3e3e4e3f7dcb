"""Digest: a newsletter's content for one slot."""

from __future__ import annotations

from dataclasses import dataclass

from digest.model.corrections import Correction
from digest.model.editions import EditionKind
from digest.model.failures import Failure, PluginFailure
from digest.model.newsletters import Newsletter
from digest.model.slots import Slot, Window
from digest.model.stories import Brief, LeftOut


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorNote:
    """An editor's own text on top of an edition: paragraphs, separated by empty lines."""

    text: str
    #: Name of the editor; the newsletter's name if empty.
    author: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A newsletter's content for one slot."""

    newsletter: Newsletter
    slot: Slot
    window: Window
    language: str
    briefs: tuple[Brief, ...]
    #: Stories that the subject and the preheader name, in this order; the first of ``briefs`` if there are none.
    subject_stories: tuple[Brief, ...] = ()
    #: Sentences of earlier editions that their outlets changed since.
    corrections: tuple[Correction, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    failures: tuple[Failure, ...] = ()
    #: Plugins that failed, so that a built-in part did their work.
    problems: tuple[PluginFailure, ...] = ()
    #: There are fewer stories than the newsletter allows, and none was left out for a limit.
    is_exhaustive: bool = False
    #: Shown before the stories; None for none.
    note: EditorNote | None = None
    kind: EditionKind = EditionKind.DIGEST
