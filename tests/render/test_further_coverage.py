"""Outlets under "Also covered by", and the sentence that closes an edition with all the news."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest.render import RenderOptions, render
from tests.support.digests import article, brief, digest, nth_brief
from tests.support.rendered import TEMPLATES


def test_only_outlets_that_the_brief_does_not_name_also_cover_a_story() -> None:
    lead = article("Lock opens", ["The lock opened."], source="Courier")
    cited = article("Lock is open", ["Ships wait."], source="Bulletin", number=1)
    twice = article("Lock in pictures", source="Bulletin", number=2)
    same_domain = article("The lock", source="Courier Extra", url="https://www.courier.example/extra", number=3)
    other = article("New lock", source="Gazette", number=4)
    reprint = article("Lock opens", source="Wire", number=5)
    content = digest([brief([lead, cited, twice, same_domain, other], near_duplicates=[reprint])])

    for template in ("briefing", "longread"):
        edition = render(content, RenderOptions(template=template))
        also = edition.text.split("Also covered by")[1]
        assert [title for title in ("New lock", "pictures", "The lock", "Lock opens") if title in also] == [
            "New lock",
            "Lock opens",
        ]
        assert "/news/2" not in edition.html
    assert "/news/2" in render(content, RenderOptions(template="headlines")).html


def test_a_story_whose_outlets_are_all_cited_is_not_also_covered() -> None:
    edition = render(digest([nth_brief(2)]), RenderOptions())

    assert "Also covered by" not in edition.text + edition.html


@pytest.mark.parametrize("template", TEMPLATES)
def test_an_edition_with_all_the_news_says_so(template: str) -> None:
    complete = replace(digest(stories=2), is_exhaustive=True)
    options = RenderOptions(template=template)
    closing = "That is all the news this time."

    for content, count in ((complete, 1), (digest(stories=2), 0), (replace(complete, briefs=()), 0)):
        edition = render(content, options)
        assert (edition.text.count(closing), edition.html.count(closing)) == (count, count)
