"""Fenced blocks of the project's pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: Every page of the project but the sample's articles.
PAGES = (
    "README.md",
    "CHANGELOG.md",
    *sorted(str(file.relative_to(ROOT)) for file in (ROOT / "config").glob("*.md")),
    "config/deploy/README.md",
    "templates/README.md",
    "digest/README.md",
    "tests/README.md",
    "tests/bench/README.md",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block and where it stands."""

    page: str
    #: The heading above it.
    section: str
    #: ``toml``, ``python``, … or empty.
    language: str
    text: str

    @property
    def name(self) -> str:
        """Page and first line, for the table of blocks that are not run."""
        return f"{self.page}: {self.text.splitlines()[0].strip()}"


def blocks(page: str) -> Iterator[Block]:
    """Iterate over the blocks of a page, in order."""
    section, language, lines = "", "", None
    for line in (ROOT / page).read_text("utf-8").splitlines():
        if lines is None and line.startswith("#"):
            section = line.strip("# ")
        if fence := re.fullmatch(r"```(\w*)", line):
            if lines is None:
                language, lines = fence[1], []
            else:
                yield Block(page=page, section=section, language=language, text="\n".join(lines))
                lines = None
        elif lines is not None:
            lines.append(line)
