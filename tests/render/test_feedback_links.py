"""Links of a mail that ask which stories were useful."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from lxml.html import HtmlElement

from digest.render import RenderOptions, render
from digest.render.locale import labels_for
from digest.render.public_copy import public_copy
from tests.support.digests import article, brief, digest, nth_brief
from tests.support.rendered import LINKS, TEMPLATES, html_text, tree

WITHOUT = replace(LINKS, feedback="")


def feedback_links(page: HtmlElement) -> list[HtmlElement]:
    return [link for link in page.iter("a") if str(link.get("href")).startswith(f"{LINKS.feedback}/")]


@pytest.mark.parametrize("template", TEMPLATES)
def test_each_story_shown_asks_by_its_place_under_a_name_of_its_own(template: str) -> None:
    """Sections change the order of no story, and a link's name says which story it is about."""
    briefs = [nth_brief(number, section=("Harbour", "Sky")[number > 4]) for number in range(12)]
    links = feedback_links(tree(render(digest(briefs), RenderOptions(template=template, links=LINKS))))

    numbers = [int(re.findall(r"/(\d+)(?:\?vote=(?:up|down))?$", str(link.get("href")))[0]) for link in links]
    assert sorted({*numbers}) == list(range(1, 13))
    names = [str(link.get("aria-label")) for link in links]
    assert len({*names}) == len(names)
    for link, number in zip(links, numbers, strict=True):
        name = str(link.get("aria-label"))
        assert briefs[number - 1].story.lead.title in name
        assert link.text_content() in name  # WCAG 2.5.3: who speaks to the computer says what is shown


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_text_part_asks_once_for_all_stories(template: str) -> None:
    content = digest(stories=12)
    text = render(content, RenderOptions(template=template, links=LINKS)).text
    without = render(content, RenderOptions(template=template, links=WITHOUT)).text

    assert text.count(LINKS.feedback) == 1
    question = rf"Which stories were useful\?\s+{re.escape(LINKS.feedback)}\s+"
    assert " ".join(re.sub(question, "", text).split()) == " ".join(without.split())


@pytest.mark.parametrize("template", TEMPLATES)
def test_without_pages_and_without_stories_nothing_is_asked(template: str) -> None:
    asked = render(digest(), RenderOptions(template=template, links=WITHOUT))
    empty = render(digest([]), RenderOptions(template=template, links=LINKS))

    assert "Useful?" not in html_text(asked)
    assert LINKS.feedback not in empty.html + empty.text


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_public_copy_asks_nothing(template: str) -> None:
    content = digest(stories=12)
    options = RenderOptions(template=template, links=LINKS)
    copy = public_copy(render(content, options).html, "")
    without = public_copy(render(content, replace(options, links=WITHOUT)).html, "")

    def text(page: str) -> str:
        return " ".join(re.sub(r"<style.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL).split())

    assert text(copy) == text(without)


def test_the_question_is_in_the_editions_language_on_a_story_in_another() -> None:
    arabic = brief([article("الميناء", ["فُتح الهويس."], language="ar")])
    for template in TEMPLATES:
        page = tree(render(digest([nth_brief(0), arabic]), RenderOptions(template=template, links=LINKS)))
        link = feedback_links(page)[-1]
        languages = [element.get("lang") for element in (link, *link.iterancestors()) if element.get("lang")]
        assert languages[0] == "en", template


@pytest.mark.parametrize("language", ["de", "fr", "es", "ar", "ja", "it", "nl", "pt", "pl"])
def test_the_question_is_asked_in_every_language(language: str) -> None:
    labels, english = labels_for(language), labels_for("en")

    assert labels.useful not in {"", english.useful}
    assert labels.feedback not in {"", english.feedback}
    assert labels.yes != labels.no
