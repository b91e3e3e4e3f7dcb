"""Illustrations of the sample's stories, drawn for this project: ``illustrations/*.svg`` as PNG."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser

from digest.settings import shipped_files

DRAWINGS = Path(__file__).with_name("illustrations")
#: Twice as wide as templates show them, for screens of high resolution.
WIDTH, HEIGHT = 1040, 520


def draw(browser: Browser) -> Iterator[Path]:
    """Write a PNG of each drawing into the sample's pictures."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    for drawing in sorted(DRAWINGS.glob("*.svg")):
        page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{drawing.read_text('utf-8')}")
        target = shipped_files.config() / "sample-pictures" / f"{drawing.stem}.png"
        target.write_bytes(page.screenshot())
        yield target
    page.close()
