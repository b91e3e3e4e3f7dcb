"""The cache of inlined skeletons: editions that differ only in their values are inlined once."""

from __future__ import annotations

from pathlib import Path

from digest.render import RenderOptions, inline, render
from tests.support.digests import article, brief, digest


def test_editions_that_differ_only_in_values_are_inlined_once() -> None:
    first, second = (digest([brief([article(title, [f"{title}."])])]) for title in ("Fog lifts", "Rain <b> falls"))
    render(first, RenderOptions())
    misses = inline.inline_css.cache_info().misses

    html = render(second, RenderOptions()).html

    assert inline.inline_css.cache_info().misses == misses
    assert "Rain &lt;b&gt; falls" in html
    assert "Fog" not in html


def test_a_style_sheet_added_later_is_used(tmp_path: Path) -> None:
    (tmp_path / "email.html.j2").write_text('{% extends "briefing/email.html.j2" %}', encoding="utf-8")
    (tmp_path / "email.txt.j2").write_text('{% include "briefing/email.txt.j2" %}', encoding="utf-8")
    before = render(digest(), RenderOptions(template=tmp_path)).html

    (tmp_path / "style.css").write_text("h1 { color: #123456 }", encoding="utf-8")

    assert "color:#123456" in render(digest(), RenderOptions(template=tmp_path)).html
    assert "color:#123456" not in before
