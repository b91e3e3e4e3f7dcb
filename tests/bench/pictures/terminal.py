"""Pictures of a terminal, as SVG; of ``digest preview``: the sample's first stories."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from digest.cli.preview.terminal import print_digest
from digest.pipeline.newsletter import render_options
from digest.pipeline.preview import PreviewRequest, preview
from digest.render import render
from digest.settings import shipped_files

WIDTH = 92
#: Dark on a calm white, in light and in dark mode of the page around it.
_BACKGROUND, _TEXT = (251, 250, 247), (34, 36, 40)
_ANSI = [
    *((34, 36, 40), (176, 42, 48), (28, 110, 60), (146, 92, 0)),
    *((31, 95, 139), (120, 60, 130), (0, 105, 120), (90, 92, 96)),
]


def take() -> Path:
    """Write ``config/terminal.svg`` and return its path."""
    result = preview(PreviewRequest(changes={"stories": 3}), environ={}, now=datetime.now(UTC))
    edition = render(result.digest, render_options(result.digest.newsletter, result.settings))
    console = _console()
    console.print("[bold]$ digest preview --stories 3[/]\n", highlight=False)
    print_digest(console, result.digest, edition)
    return _export(console, "terminal", title="digest preview", unique_id="preview")


def save(command: str, lines: Sequence[str]) -> Path:
    """Write ``config/COMMAND.svg``: the command, and what it prints."""
    console, name = _console(), command.partition(" ")[0]
    console.print(f"[bold]$ digest {command}[/]\n", highlight=False)
    for line in lines:
        console.print(Text(line), highlight=False)
    return _export(console, name, title=f"digest {name}", unique_id=name)


def _console() -> Console:
    return Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")


def _export(console: Console, name: str, *, title: str, unique_id: str) -> Path:
    theme = TerminalTheme(_BACKGROUND, _TEXT, _ANSI)
    svg = console.export_svg(title=title, theme=theme, unique_id=unique_id, font_aspect_ratio=0.6)
    path = shipped_files.config() / f"{name}.svg"
    # No font from elsewhere: a page that shows the picture asks no other server.
    path.write_text(re.sub(r"(?s)@font-face \{.*?\}\s*", "", svg).replace("Fira Code", "ui-monospace"), "utf-8")
    return path
