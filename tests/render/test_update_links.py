"""The mark of an update in a mail links to the page with all that was reported of the story."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest.render import Links, RenderOptions, render
from digest.render.public_copy import public_copy
from tests.support.digests import digest, nth_brief
from tests.support.rendered import LINKS, TEMPLATES, tree

PAGES = replace(LINKS, stories="https://newsletter.example/stories")


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize(
    ("links", "thread_id", "addresses"),
    [(PAGES, 7, [f"{PAGES.stories}/7"]), (PAGES, None, []), (LINKS, 7, [])],
    ids=["a page", "no page of this story", "no pages"],
)
def test_updates_link_to_their_story(template: str, links: Links, thread_id: int | None, addresses: list[str]) -> None:
    update = nth_brief(0)
    update = replace(update, ranked=replace(update.ranked, update=True, thread_id=thread_id))
    edition = render(digest([update, nth_brief(1)]), RenderOptions(template=template, links=links))
    marks = [link for link in tree(edition).iter("a") if link.text_content() == "Update"]

    assert [str(link.get("href")) for link in marks] == addresses
    assert (f"{PAGES.stories}/7" in public_copy(edition.html, "")) == bool(addresses)
