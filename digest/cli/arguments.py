"""What a command line is about: its settings, and the source that it names."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from digest.model import Source
    from digest.settings import Settings


def settings_of(args: argparse.Namespace) -> Settings:
    """The settings that the command line names, or that are found."""
    from digest import settings

    return settings.load(Path(args.config) if args.config else None, os.environ)


def source_named(source_id: str, sources: Sequence[Source]) -> Source:
    """The source of that id. Raises ``UsageError`` with the nearest one if there is none."""
    from digest.model.errors import UsageError
    from digest.text.suggest import nearest

    for source in sources:
        if source.id == source_id:
            return source
    near = nearest(source_id, [source.id for source in sources])
    meant = f" (did you mean {near!r}?)" if near else ""
    raise UsageError(f"there is no source {source_id!r}{meant}", hint="'digest sources list' shows them")
