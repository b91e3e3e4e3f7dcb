"""Corrections in mails: both wordings in words, in every template and in Markdown; nothing where there are none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from digest.model.corrections import Correction, CorrectionKind
from digest.model.digests import Digest
from digest.render import RenderOptions, render, render_markdown
from tests.support.digests import digest, nth_brief

CHANGED = Correction(
    article_id="a",
    source_id="post",
    kind=CorrectionKind.CHANGED,
    before="Repairs cost <4> million.",
    after="Repairs cost 6 million.",
    note="Correction: We gave a wrong figure.",
    title="Old bridge closed",
    url="https://post.example/bridge",
    source="Valley Post",
    language="en",
    told=datetime(2026, 3, 27, 6, tzinfo=UTC),
    found=datetime(2026, 3, 28, 6, tzinfo=UTC),
)
REMOVED = replace(CHANGED, kind=CorrectionKind.REMOVED, before="Nobody was hurt.", after="", note="", language="de")


def corrected(*corrections: Correction) -> Digest:
    return replace(digest([nth_brief(1)]), corrections=corrections)


@pytest.mark.parametrize(
    "template",
    ["briefing", *(pytest.param(name, marks=pytest.mark.slow) for name in ("headlines", "longread", "plain"))],
)
def test_every_template_shows_both_wordings_with_words_for_screen_readers(template: str) -> None:
    edition = render(corrected(CHANGED, REMOVED), RenderOptions(template=template))

    html = " ".join(edition.html.split())
    assert "Corrections</h2>" in html
    assert "On 27 March we quoted:" in html
    assert "&lt;4&gt; million.</del>" in html
    assert "It now reads: <ins" in html
    assert 'href="https://post.example/bridge"' in html
    assert "The outlet has removed this sentence." in html
    text = " ".join(edition.text.split())
    assert "On 27 March we quoted: Repairs cost <4> million. It now reads: Repairs cost 6 million." in text
    assert "The outlet’s note: Correction: We gave a wrong figure." in text


def test_markdown_strikes_the_old_wording_out() -> None:
    text = render_markdown(corrected(CHANGED), RenderOptions())

    assert "## Corrections" in text
    assert "~~Repairs cost &lt;4> million.~~" in text
    assert "It now reads: Repairs cost 6 million." in text


def test_an_edition_without_corrections_does_not_speak_of_them() -> None:
    edition = render(corrected(), RenderOptions())

    assert "orrection" not in edition.html + edition.text
