"""The size limit: mails stay small, and every story is shown, listed or counted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from digest.model.errors import TemplateError
from digest.model.failures import Failure
from digest.model.stories import LeftOut
from digest.render import RenderOptions, render
from tests.support.digests import article, brief, digest, nth_brief
from tests.support.rendered import LINKS, TEMPLATES, html_text, plain_text, tree, write_template


@pytest.mark.parametrize("template", TEMPLATES)
def test_thousands_of_left_out_articles_and_failures_leave_room_for_the_stories(template: str) -> None:
    left_out = [LeftOut(article=article(f"Fog {n}", number=n), reason="older than the window") for n in range(3000)]
    failures = [Failure(source=f"Source {n}", url="https://a.example", error="no answer " * 30) for n in range(3000)]
    look = RenderOptions(template=template, show_left_out=True, show_failures=True)
    edition = render(digest(left_out=left_out, failures=failures), look)

    assert len(edition.html.encode()) <= 80_000
    assert "City council votes to keep the night trams" in edition.html
    for part in (html_text(edition), plain_text(edition)):
        assert "Fog 0" in part
        assert part.count("2960") == 2


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("stories", [0, 1, 12, 33, 60, 400, 2000])
def test_the_mail_stays_small_and_no_story_is_lost(stories: int, template: str) -> None:
    edition = render(digest(stories=stories), RenderOptions(template=template, links=LINKS))

    page = tree(edition)
    whole = len(page.xpath("//*[contains(@class, 'title') or contains(@class, 'headline ') or @class='headline']"))
    listed = len(page.xpath("//*[@class='list']//li"))
    unlisted = re.search(r"and (\d+) more", edition.text)
    assert len(edition.html.encode()) <= 80_000
    assert whole + listed + (int(unlisted[1]) if unlisted else 0) == stories
    assert LINKS.unsubscribe in edition.html
    assert whole >= min(stories, 20)


def test_the_best_stories_are_shown_whole() -> None:
    stories = [nth_brief(number, section=("Harbour", "Sky")[number % 2]) for number in range(70)]

    page = tree(render(digest(stories), RenderOptions()))

    titles = {link.text_content() for link in page.xpath("//h3//a")}
    assert titles == {story_brief.story.lead.title for story_brief in stories[: len(titles)]}


def test_a_story_too_long_for_any_mail_is_listed_by_title() -> None:
    endless = brief([article("The whole register", ["Fog and rain. " * 8000])])

    edition = render(digest([endless]), RenderOptions())

    assert len(edition.html.encode()) <= 80_000
    assert "More stories" in html_text(edition)
    assert "The whole register" in html_text(edition)


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_style_element_is_smaller_than_gmails_limit(template: str) -> None:
    edition = render(digest(), RenderOptions(template=template))

    assert sum(len(style) for style in re.findall(r"<style.*?</style>", edition.html, re.DOTALL)) < 8192


def test_a_template_too_large_for_a_mail_is_refused(tmp_path: Path) -> None:
    folder = write_template(tmp_path, html="x" * 90_000)

    with pytest.raises(TemplateError, match="without any story"):
        render(digest(), RenderOptions(template=folder))
