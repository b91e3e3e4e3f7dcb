"""Subject by the newsletter's pattern, and preheader."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy

import pytest

from digest.model.digests import Digest
from digest.render import RenderOptions, render
from tests.support.digests import NEWSLETTER, article, brief, digest, nth_brief
from tests.support.mail_matrix import mail

LOCK, WINTER, TRAMS = (nth_brief(number).story.lead.title for number in range(3))
QUESTION = brief([article("Who will pay for the lock?", ["Nobody knows."], number=9)])


def with_subject(pattern: str, content: Digest) -> Digest:
    return replace(content, newsletter=replace(NEWSLETTER, subject=pattern))


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("{lead}", LOCK),
        ("{title}: {lead}", f"The Harbour Letter: {LOCK}"),
        ("{lead} – {title}", f"{LOCK} – The Harbour Letter"),
        ("{title}, {date}", "The Harbour Letter, Sunday, 29 March 2026"),
        ("Good morning", "Good morning"),
    ],
)
def test_the_subject_follows_the_newsletters_pattern(pattern: str, expected: str) -> None:
    assert render(with_subject(pattern, digest()), RenderOptions()).subject == expected


def test_a_long_lead_is_shortened_and_the_rest_of_the_pattern_stays() -> None:
    content = digest([brief([article("Fog lifts over the harbour " * 9)])])

    subject = render(with_subject("{lead} ({title})", content), RenderOptions()).subject

    assert len(subject) <= 120
    assert subject.startswith("Fog lifts over the harbour")
    assert subject.endswith("… (The Harbour Letter)")


def test_a_title_with_placeholders_and_line_breaks_stays_text_in_one_header() -> None:
    hostile = digest([brief([article("{title} {date}\r\nBcc: all@example.org {reader.mark}")])])

    edition = render(with_subject("{title}: {lead}", hostile), RenderOptions())

    parsed = message_from_bytes(mail(edition), policy=policy.default)
    assert parsed["Subject"] == "The Harbour Letter: {title} {date} Bcc: all@example.org {reader mark}"
    assert parsed["Bcc"] is None


@pytest.mark.parametrize(
    ("pattern", "preheader"),
    [("{lead}", f"{WINTER} · {TRAMS}"), ("{title}, {date}", f"{LOCK} · {WINTER}")],
    ids=["the next two", "the first two, where the subject has none"],
)
def test_the_preheader_is_the_next_two_titles(pattern: str, preheader: str) -> None:
    assert render(with_subject(pattern, digest()), RenderOptions()).preheader == preheader


def test_a_title_unfit_for_a_subject_is_in_neither_where_others_are_fit() -> None:
    edition = render(digest([QUESTION, nth_brief(0), QUESTION, nth_brief(1), nth_brief(2)]), RenderOptions())

    assert edition.subject == LOCK
    assert edition.preheader == f"{WINTER} · {TRAMS}"


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        pytest.param(("Who stole the tide bell?", "Storm closes the harbour road"), 1, id="a question"),
        pytest.param(("Jane Brook: The case for the ferry", "Storm closes the harbour road"), 1, id="a name"),
        pytest.param(("READ: the mayor's letter to all", "Storm closes the harbour road"), 1, id="a label"),
        pytest.param(("So it is", "Storm closes the harbour road"), 1, id="no telling word"),
        pytest.param(("The island", "Monday, 9 March", "Storm closes the harbour road"), 2, id="the third is fit"),
        pytest.param(("Storm closes the harbour road", "Ferry sails again"), 0, id="the first is fit"),
        pytest.param(("Why?", "What now?"), 0, id="none is fit"),
    ],
)
def test_the_subject_is_the_first_title_that_says_something(titles: tuple[str, ...], expected: int) -> None:
    stories = [brief([article(title, ["The quay was empty."], number=n)]) for n, title in enumerate(titles)]

    edition = render(digest(stories), RenderOptions())

    assert edition.subject == titles[expected]
    assert [edition.text.index(title) for title in titles] == sorted(edition.text.index(title) for title in titles)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(digest([]), id="no story"),
        pytest.param(digest([nth_brief(0)]), id="one story"),
        pytest.param(digest([brief([article("Fog")])]), id="a story without a sentence"),
        pytest.param(digest([brief([article("Fog")]), brief([article("Fog", number=2)])]), id="a title twice"),
    ],
)
def test_the_preheader_never_repeats_the_subject(content: Digest) -> None:
    edition = render(content, RenderOptions())

    assert edition.preheader
    assert edition.preheader != edition.subject
