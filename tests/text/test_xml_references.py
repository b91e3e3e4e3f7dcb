"""References in XML: a bare ampersand is text, and HTML's named characters are characters."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.xml_references import repair_references


@pytest.mark.parametrize(
    ("document", "mended"),
    [
        pytest.param("<a>AT&T and R & D</a>", "<a>AT&amp;T and R &amp; D</a>", id="bare"),
        pytest.param("<a>/r?a=1&lang=en&times=2</a>", "<a>/r?a=1&amp;lang=en&amp;times=2</a>", id="a query"),
        pytest.param("<a b='/?x=1&feedname=1'/>", "<a b='/?x=1&amp;feedname=1'/>", id="an attribute"),
        pytest.param("<a>caf&eacute;&nbsp;&hellip;</a>", "<a>café\u00a0…</a>", id="named characters of HTML"),
        pytest.param("<a>1 &LT; 2 &QUOT;</a>", "<a>1 &lt; 2 &quot;</a>", id="names for markup"),
        pytest.param("<a>&unheard; &#xZ; &#;</a>", "<a>&amp;unheard; &amp;#xZ; &amp;#;</a>", id="no reference"),
        pytest.param("<a>&amp;&lt;&#228;&#xE4;</a>", "<a>&amp;&lt;&#228;&#xE4;</a>", id="well formed"),
        pytest.param("<a>&</a><![CDATA[R&D]]>&", "<a>&amp;</a><![CDATA[R&D]]>&amp;", id="CDATA"),
        pytest.param("<a>&</a><!-- R&D --><?x R&D?>", "<a>&amp;</a><!-- R&D --><?x R&D?>", id="comment"),
        pytest.param("<a>&</a><![CDATA[R&D", "<a>&amp;</a><![CDATA[R&D", id="CDATA without an end"),
        pytest.param(
            "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;&</a>", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;&</a>", id="own"
        ),
    ],
)
def test_references_are_mended(document: str, mended: str) -> None:
    assert repair_references(document.encode()).decode() == mended


@given(st.text("&amp;lt#x1<![CDATA[]]>-?é", max_size=40))
def test_mending_again_changes_nothing(document: str) -> None:
    mended = repair_references(document.encode())

    assert repair_references(mended) == mended


@pytest.mark.parametrize("part", ["&", "<![CDATA[", "<!--", "<?", "<![CDATA[&]]>", "&a"])
def test_mending_takes_linear_time(part: str) -> None:
    start = time.process_time()
    repair_references(b"&" + part.encode() * 200_000)

    assert time.process_time() - start < 2
