"""Forms of a draft's page: every spelling of a decision, and none that isn't."""

from __future__ import annotations

import pytest

from digest.web.draft_forms import DraftForm

FORMS: dict[str, tuple[dict[str, str], DraftForm, dict[str, str]]] = {
    "a button": ({"do": "drop 3"}, DraftForm(task="drop", story=3), {"do": "drop 3"}),
    "two numbers": ({"do": "move 3 5"}, DraftForm(task="move", story=3, number=5), {"do": "move 3 5"}),
    "a field": ({"do": "move 3", "place": "5"}, DraftForm(task="move", story=3, number=5), {"do": "move 3 5"}),
    "a select": ({"do": "merge 3", "other": "1"}, DraftForm(task="merge", story=3, number=1), {"do": "merge 3 1"}),
    "nothing selected": ({"do": "merge 3", "other": ""}, DraftForm(task="merge", story=3), {"do": "merge 3"}),
    "a headline": (
        {"do": "headline 1", "article": "2"},
        DraftForm(task="headline", story=1, number=2),
        {"do": "headline 1 2"},
    ),
    "a foreign field": ({"do": "drop 3", "place": "5"}, DraftForm(task="drop", story=3), {"do": "drop 3"}),
    "a note": (
        {"do": "note", "note": " a\r\nb\r "},
        DraftForm(task="note", note="a\nb"),
        {"do": "note", "note": "a\nb"},
    ),
    "no note": ({"do": "drop 1", "note": "a"}, DraftForm(task="drop", story=1), {"do": "drop 1"}),
    "no number": ({"do": "drop three"}, DraftForm(task="drop"), {"do": "drop"}),
    "a negative one": ({"do": "drop -3"}, DraftForm(task="drop"), {"do": "drop"}),
    "other digits": ({"do": "drop ٣"}, DraftForm(task="drop"), {"do": "drop"}),
    "a huge one": ({"do": "drop 9999999"}, DraftForm(task="drop"), {"do": "drop"}),
    "nothing": ({}, DraftForm(task=""), {"do": ""}),
}


@pytest.mark.parametrize(("fields", "form", "again"), FORMS.values(), ids=FORMS.keys())
def test_a_form_is_read_and_says_the_same_again(fields: dict[str, str], form: DraftForm, again: dict[str, str]) -> None:
    read = DraftForm.read(lambda name: fields.get(name, ""))

    assert read == form
    assert read.fields == again
    assert DraftForm.read(lambda name: again.get(name, "")) == form
