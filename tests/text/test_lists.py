"""Lists that complete a sentence."""

from __future__ import annotations

import pytest

from digest.text.html import blocks_from_html
from digest.text.lists import join_lists

_LEAD_IN = "<p>The release mends two faults:</p>"


@pytest.mark.parametrize(
    ("html", "texts"),
    [
        pytest.param(f"{_LEAD_IN}<ul><li>a leak in the pump room</li></ul><p>So sail.</p>",
                     ["The release mends two faults: a leak in the pump room.", "So sail."], id="one item"),
        pytest.param(f"{_LEAD_IN}<ul><li>a leak,</li><li>a worn rope</li></ul>",
                     ["The release mends two faults: a leak; a worn rope."], id="several phrases"),
        pytest.param(f"{_LEAD_IN}<ul><li>The pump leaked.</li><li>The rope was worn.</li></ul>",
                     ["The release mends two faults:", "The pump leaked.", "The rope was worn."], id="sentences"),
        pytest.param(f"{_LEAD_IN}<ul><li>The pump leaked.</li></ul>",
                     ["The release mends two faults: The pump leaked."], id="one sentence"),
        pytest.param(f"{_LEAD_IN}<ul><li><a href=x>Pump room news</a></li></ul>",
                     ["The release mends two faults:", "Pump room news"], id="links"),
        pytest.param(f"{_LEAD_IN}<ul><li><a href='https://a.example/pull/7'>Mend the pump</a>\n  It leaked.</li></ul>",
                     ["The release mends two faults: Mend the pump.", "It leaked."], id="a change with a remark"),
        pytest.param("<p>You need:</p><ul><li>two eggs</li></ul>", ["You need:", "two eggs"], id="a short label"),
        pytest.param(_LEAD_IN + "<ul>" + "<li>one more rope</li>" * 7 + "</ul>",
                     ["The release mends two faults:", *["one more rope"] * 7], id="a long list"),
        pytest.param("<p>The ministry told us this:</p><p>Boats sail.</p>",
                     ["The ministry told us this:", "Boats sail."], id="no list"),
    ],
)  # fmt: skip
def test_a_short_list_is_joined_to_its_lead_in(html: str, texts: list[str]) -> None:
    assert [block.text for block in join_lists(blocks_from_html(html))] == texts
