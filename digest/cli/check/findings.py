"""Finding: the result of one check, with what to do next; passwords in addresses are removed."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass
from typing import Literal

from digest.model.errors import DigestError
from digest.text.credentials import redact

State = Literal["ok", "note", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Result of one check: ``bad`` must be fixed, a ``note`` is worth knowing."""

    state: State
    topic: str
    message: str
    #: What to do next; empty where nothing needs to be done.
    hint: str = ""


def ok(topic: str, message: str, hint: str = "") -> Finding:
    """Return a finding that all is well."""
    return Finding("ok", topic, redact(message), redact(hint))


def note(topic: str, message: str, hint: str = "") -> Finding:
    """Return a finding that is worth knowing."""
    return Finding("note", topic, redact(message), redact(hint))


def bad(topic: str, message: str, hint: str = "") -> Finding:
    """Return a finding that must be fixed."""
    return Finding("bad", topic, redact(message), redact(hint))


def from_error(topic: str, error: DigestError) -> Finding:
    """Return the error as a bad finding."""
    return bad(topic, str(error), error.hint)


def count(values: Sized, singular: str) -> str:
    """``1 source``, ``2 sources``"""
    return f"{len(values)} {singular}" + ("" if len(values) == 1 else "s")
