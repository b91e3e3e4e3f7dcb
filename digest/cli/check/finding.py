"""What ``digest check`` finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at: ``bad`` must be mended, ``note`` is worth knowing."""

    state: Literal["ok", "note", "bad"]
    topic: str
    message: str
    #: What to do next; empty where nothing needs to be done.
    hint: str = ""
