"""Links to other articles within a paragraph. All examples were written for the tests."""

from __future__ import annotations

import pytest

from digest.clean.inserts import without_inserts


@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [
        pytest.param(
            "Mayor Jane Roe Jane Ellen RoeThe quay opens at last Ferries: fares rise again MORE (I-Hale) said no.",
            "Mayor Jane Roe (I-Hale) said no.",
            id="titles glued to a full name",
        ),
        pytest.param(
            "It was Ole Lind Ole LindWho pays for it? MORE’s plan, and Ann Berg Ann (Annie) Berg'No quay' MORE left.",
            "It was Ole Lind’s plan, and Ann Berg left.",
            id="titles glued to two names",
        ),
        pytest.param(
            "The quay is open. (RELATED: Ferries Will Cost A Tenth More)", "The quay is open.", id="in brackets"
        ),
        pytest.param(
            "The quay [Read more: Why the old quay had to close] is open.", "The quay is open.", id="within a sentence"
        ),
        pytest.param(
            "Der Kai ist offen. (Lesen Sie auch: Warum der Kai so lange zu war)", "Der Kai ist offen.", id="de"
        ),
        pytest.param("Le quai est ouvert. Lire aussi : Pourquoi le vieux quai a fermé", "Le quai est ouvert.", id="fr"),
        pytest.param("El muelle abrió. Leer más »", "El muelle abrió.", id="es"),
        pytest.param("The quay is open. Read more", "The quay is open.", id="label at the end"),
        pytest.param(
            "“It is open,” she said. — Read more: Fares rise — Cod quota", "“It is open,” she said.", id="list"
        ),
        pytest.param(
            "The quay is open. More from Harbour Post: Fares rise — Who pays for it?",
            "The quay is open.",
            id="more from",
        ),
    ],
)
def test_links_are_removed_and_sentences_stay(paragraph: str, expected: str) -> None:
    assert without_inserts(paragraph) == expected


@pytest.mark.parametrize(
    "paragraph",
    [
        "Jane Roe and Tom Roe want MORE money for the quay.",
        "The Roe family (see: Roe, Jane) owns the quay.",
        "The quay (read the report: it is short) is open.",
        "More from the council is expected on Monday.",
        "The quay is open. More on that in the next part …",
        "He told them to stop. They read more",
        "She said: “Read more.”",
        "McRoe met Ann McRoe McDonald, and McDonald met MORE voters.",
    ],
)
def test_sentences_that_resemble_links_stay(paragraph: str) -> None:
    assert without_inserts(paragraph) == paragraph


def test_a_long_list_of_names_is_searched_in_little_time() -> None:
    assert without_inserts("Roe Ann " * 4_000 + "MORE").endswith("MORE")
