"""``python -m tests.docs`` writes the pages that are made from the program."""

from __future__ import annotations

from pathlib import Path

from tests.docs.commands_page import PATH, commands_page

ROOT = Path(__file__).resolve().parents[2]

if __name__ == "__main__":
    (ROOT / PATH).write_text(commands_page(), "utf-8")
    print(PATH)
