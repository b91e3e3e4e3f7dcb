"""Templates are found by name or folder, extend one another, and are read again when they change."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.model.errors import TemplateError
from digest.render import RenderOptions, render
from tests.support.digests import digest
from tests.support.rendered import DOCUMENT, rendered, tree, write_template


def test_a_name_is_looked_up_in_the_operators_folders_first(tmp_path: Path) -> None:
    write_template(tmp_path, html="<p>mine</p>", name="briefing")

    assert "mine" in render(digest(), RenderOptions(template="briefing", folders=(tmp_path,))).html
    assert "mine" not in render(digest(), RenderOptions(template="briefing")).html


@pytest.mark.parametrize("spelling", [Path, str], ids=["a path", "a string with a slash"])
def test_a_folder_is_a_template(tmp_path: Path, spelling: type) -> None:
    folder = write_template(tmp_path, html="<p>mine</p>")

    assert "mine" in render(digest(), RenderOptions(template=spelling(folder))).html


def test_a_template_can_extend_a_shipped_one(tmp_path: Path) -> None:
    folder = write_template(
        tmp_path, html='{% extends "briefing/email.html.j2" %}', text='{% include "briefing/email.txt.j2" %}'
    )
    (folder / "style.css").unlink()

    extended, shipped = (render(digest(), RenderOptions(template=name)) for name in (folder, "briefing"))

    assert extended.html == shipped.html
    assert extended.text == shipped.text


CHILDREN = {
    "stories": (
        "{% block stories %}{% for story in stories %}<tr><td class='story'><p>{{ story.title }}:"
        "{% for excerpt in story.excerpts %} {{ excerpt.text }}{% endfor %}</p></td></tr>{% endfor %}{% endblock %}"
    ),
    "contents": (
        "{% block contents %}<tr><td>{{ labels.contents }}:"
        "{% for story in stories %} {{ story.number }}{% endfor %}</td></tr>{% endblock %}"
    ),
    "the others": (
        "{% block masthead %}<tr><td><h1>{{ title }}</h1></td></tr>{% endblock %}"
        "{% block reading_time %}{% endblock %}{% block lists %}{% endblock %}{% block footer %}{% endblock %}"
    ),
}


@pytest.mark.parametrize("blocks", CHILDREN.values(), ids=CHILDREN.keys())
def test_a_template_that_replaces_blocks_of_briefing_still_shows_every_story(tmp_path: Path, blocks: str) -> None:
    folder = write_template(tmp_path, html='{% extends "briefing/email.html.j2" %}' + blocks)
    content = digest(stories=9)

    edition = render(content, RenderOptions(template=folder))

    text = " ".join(str(tree(edition).text_content()).split())
    for story_brief in content.briefs:
        assert story_brief.sentences[0].text in text
        assert story_brief.story.lead.title in text
    assert ("In this edition: 1 2 3 4 5 6 7 8 9" in text) == ("labels.contents" in blocks)


def test_a_template_can_consist_of_a_style_sheet_alone(tmp_path: Path) -> None:
    folder = write_template(tmp_path, html='{% extends "briefing/email.html.j2" %}', css="h1 { color: #123456 }")

    page = rendered(folder)

    assert page.find(".//h1").get("style") == "color:#123456"
    assert page.find(".//td").get("style") is None


def test_a_changed_file_is_used_by_the_next_rendering(tmp_path: Path) -> None:
    folder = write_template(tmp_path, html="<p>one</p>")
    rendered(folder)

    (folder / "style.css").write_text("p { color: red }", encoding="utf-8")
    (folder / "email.html.j2").write_text(DOCUMENT.format("<p>two, and longer</p>"), encoding="utf-8")

    assert rendered(folder).find(".//p").get("style") == "color:red"


def test_an_unknown_template_name_suggests_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="did you mean 'briefing'") as caught:
        render(digest(), RenderOptions(template="brieffing", folders=(tmp_path,)))

    assert "a template is a folder" in caught.value.hint


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="there is no such folder"):
        render(digest(), RenderOptions(template=tmp_path / "nowhere"))
