"""Front matter in YAML and TOML as blogs write it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.collect.documents.front_matter import split_front_matter
from digest.collect.reader import Document, read_document
from digest.model.articles import Entry, Image
from digest.model.newsletters import Source

BODY = "The harbour opens on Monday. Two ferries sail each day.\n"
SEEN = datetime(2026, 3, 27, 6, tzinfo=UTC)


def read(text: str) -> Entry:
    document = Document(data=text.encode(), url="file:///posts/a.md", guid="a", outlet="posts", name="a.md")
    (entry,) = read_document(document, Source(id="posts", path=Path("posts")), seen=SEEN).entries
    return entry


@pytest.mark.parametrize(
    "front",
    [
        pytest.param("---\ntitle: The harbour opens\nauthor: The desk\ndate: 2026-03-26\n---\n", id="YAML"),
        pytest.param("---\ntitle: 'The harbour opens'\nauthors:\n  - The desk\ndate: 2026-03-26\n---\n", id="list"),
        pytest.param(
            "---\ntitle: The harbour opens\nauthors:\n- name: The desk\ndate: 2026-03-26\n...\n", id="YAML tables"
        ),
        pytest.param(
            "---\ntitle: The harbour opens\nauthor: The desk\npublished: true\ndate: 2026-03-26\n---\n",
            id="published is no date",
        ),
        pytest.param(
            "---\ndate: draft\nupdated: 2026-03-26\ntitle: The harbour opens\nauthor: The desk\n---\n",
            id="the first date that is one",
        ),
        pytest.param(
            '+++\ntitle = "The harbour opens"\nauthors = ["The desk"]\ndate = 2026-03-26\n+++\n', id="TOML"
        ),
        pytest.param(
            '+++\ntitle = "The harbour opens"\ndate = 2026-03-26T00:00:00Z\n\n[extra]\nauthor = "The desk"\n+++\n',
            id="TOML with a table",
        ),
    ],
)  # fmt: skip
def test_front_matter_is_read(front: str) -> None:
    entry = read(front + "\n" + BODY)

    assert (entry.title, entry.author, entry.body.strip()) == ("The harbour opens", "The desk", BODY.strip())
    assert entry.published == datetime(2026, 3, 26, tzinfo=UTC)


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ("image: https://a.example/quay.png", Image(url="https://a.example/quay.png")),
        (
            "image:\n  path: https://a.example/quay.png\n  height: 520\n  width: 1040\n  alt: 'The quay: empty'",
            Image(url="https://a.example/quay.png", alt="The quay: empty", width=1040, height=520),
        ),
        (
            "cover:\n    image: https://a.example/quay.png\nimage_width: 1040\nimage_height: wide",
            Image(url="https://a.example/quay.png", width=1040),
        ),
        ("image:\n  path: /etc/passwd\n  width: 1040", None),
        ("image:\n  path: file:///etc/passwd", None),
        ("author:\n  - name: The desk\n    image: https://a.example/desk.png", None),
    ],
)
def test_an_image_with_its_size_is_read(front: str, expected: Image | None) -> None:
    assert read(f"---\ntitle: The harbour opens\n{front}\n---\n{BODY}").image == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("---\nThe harbour opens on Monday.\n---\nTwo ferries sail.\n", id="horizontal rules"),
        pytest.param("+++\nThe harbour = opens on Monday.\n+++\nTwo ferries sail.\n", id="no TOML"),
        pytest.param("+++\ntitle = 'The harbour'\n", id="never closed"),
        pytest.param("", id="empty"),
    ],
)
def test_other_text_is_no_front_matter(text: str) -> None:
    assert split_front_matter(text) == ({}, text)


def test_a_description_of_whole_sentences_is_the_first_paragraph() -> None:
    entry = read(f"---\ntitle: Harbour\ndescription: Ships wait at sea no more.\n---\n{BODY}")

    assert entry.body.split("\n\n") == ["Ships wait at sea no more.", BODY.strip()]


@pytest.mark.parametrize(
    "description",
    [
        pytest.param("The harbour opens on Monday.", id="in the text"),
        pytest.param("Ships wait at sea no…", id="cut"),
        pytest.param("ships, harbour, ferry", id="no sentence"),
    ],
)
def test_other_descriptions_are_left_out(description: str) -> None:
    assert read(f"---\ntitle: Harbour\nsummary: {description}\n---\n{BODY}").body.strip() == BODY.strip()
