"""Quotations and apostrophes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.quotes import quotation_spans


@pytest.mark.parametrize(
    ("text", "quotations"),
    [
        pytest.param("“It rains,” she said. “Stay.”", ["“It rains,”", "“Stay.”"], id="two"),
        pytest.param('The "plan" failed.', ['"plan"'], id="ASCII"),
        pytest.param("„Es regnet“, sagte das Amt.", ["„Es regnet“"], id="German"),
        pytest.param("« Oui », dit-elle.", ["« Oui »"], id="French"),
        pytest.param("»Ja«, sagte er.", ["»Ja«"], id="German, guillemets"),
        pytest.param("「行きます。」と言った。", ["「行きます。」"], id="Japanese"),
        pytest.param("“He said ‘no’ twice.”", ["“He said ‘no’ twice.”"], id="nested"),
        pytest.param("The office's files don't agree.", [], id="apostrophes"),
        pytest.param("The '90s were over.", [], id="omitted characters"),
        pytest.param("the farmers' union's 'plan'", ["'plan'"], id="a plural's apostrophe"),
        pytest.param("“We waited for an hour.", [], id="unclosed"),
        pytest.param("“First. “Second.”", ["“Second.”"], id="opened twice"),
        pytest.param("", [], id="empty"),
    ],
)
def test_quotations_are_found(text: str, quotations: list[str]) -> None:
    assert [text[start:end] for start, end in quotation_spans(text)] == quotations


@given(st.text(alphabet="ab .!\"'“”‘’„«»"))
def test_spans_are_in_order_and_do_not_overlap(text: str) -> None:
    positions = [position for span in quotation_spans(text) for position in span]

    assert positions == sorted(positions)
    assert all(0 <= position <= len(text) for position in positions)
