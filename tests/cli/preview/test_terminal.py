"""Preview in the terminal: scores are less prominent than the text."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from digest.cli.preview.terminal import print_digest
from digest.render import RenderOptions, render
from tests.support.digests import digest

_DIM = "\x1b[2m"


def test_scores_are_dim(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    content = digest(stories=2)
    console = Console(file=StringIO(), force_terminal=True, color_system="standard", width=90)

    print_digest(console, content, render(content, RenderOptions()), explain=True)

    output = console.file.getvalue()  # type: ignore[attr-defined]
    assert output.count(f"{_DIM}score 1.00") == 2
