"""Build hook of hatchling: the manual page goes into the wheel, made from the parser of the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ManualPageHook(BuildHookInterface[Any]):
    """Writes ``build/digest.1``, which the wheel installs as ``share/man/man1/digest.1``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # hatchling's signature
        """Make the page; the command line's modules need nothing but the standard library to be imported."""
        sys.path.insert(0, self.root)
        from digest.cli import COMMANDS
        from digest.cli.manual_page import manual_page
        from digest.cli.parser import build_parser

        page = Path(self.root, "build", "digest.1")
        page.parent.mkdir(exist_ok=True)
        page.write_text(manual_page(build_parser(COMMANDS), self.metadata.version), "ascii")
        build_data["shared_data"][str(page)] = "share/man/man1/digest.1"
