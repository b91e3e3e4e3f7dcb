"""Character of each shipped template: which stories it shows, in which order, and how much of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest.model.articles import Image
from digest.model.stories import Brief
from digest.render import RenderOptions, render
from tests.support.digests import article, brief, digest, nth_brief
from tests.support.rendered import TEMPLATES, html_text, plain_text, tree

PICTURE = Image(url="https://a.example/quay.png", width=1040, height=520)


def with_picture(item: Brief) -> Brief:
    lead, *others = item.story.articles
    story = replace(item.story, articles=(replace(lead, image=PICTURE), *others))
    return replace(item, ranked=replace(item.ranked, story=story))


def test_headlines_are_in_rank_order_and_the_first_three_have_a_sentence() -> None:
    content = digest(stories=6)
    edition = render(content, RenderOptions(template="headlines"))

    titles = [link.text_content() for link in tree(edition).iter("a") if link.get("class") == "headline"]
    assert titles == [item.story.lead.title for item in content.briefs]
    for number, item in enumerate(content.briefs):
        first, *others = item.sentences
        for part in (html_text(edition), plain_text(edition)):
            assert (first.text in part) is (number < 3)
            assert not any(sentence.text in part for sentence in others)


def test_headlines_name_the_sources_beside_the_title() -> None:
    page = tree(render(digest(), RenderOptions(template="headlines")))

    first = next(item for item in page.iter("li") if item.get("class") == "top")
    assert " ".join(first.text_content().split()).startswith(
        "1 Port authority opens the northern lock a year early Sandhaven Courier · 05:30"
        " · Coastal Trade Weekly · Nordmark Broadcasting"
    )


def test_longread_has_five_stories_in_full_with_pictures_and_others_in_brief() -> None:
    content = digest([with_picture(nth_brief(number)) for number in range(6)])

    edition = render(content, RenderOptions(template="longread"))

    assert edition.html.count("<img ") == 5
    for number, item in enumerate(content.briefs):
        for part in (html_text(edition), plain_text(edition)):
            assert item.story.lead.title in part
            shown = [sentence.text in part for sentence in item.sentences]
            assert shown == [place == 0 or number < 5 for place in range(len(shown))]


def test_plain_has_no_table_no_picture_and_no_number() -> None:
    lead = replace(article("Fog lifts", ["It lifts."]), image=PICTURE)

    edition = render(digest([brief([lead]), nth_brief(1)]), RenderOptions(template="plain"))

    assert not {element.tag for element in tree(edition).iter()} & {"table", "td", "img"}
    assert "The Harbour Letter, Sunday, 29 March 2026 Fog lifts It lifts." in html_text(edition)


@pytest.mark.parametrize("template", TEMPLATES)
def test_stories_are_in_rank_order(template: str) -> None:
    content = digest(stories=6)
    edition = render(content, RenderOptions(template=template))

    for part in (html_text(edition), plain_text(edition)):
        places = [part.rindex(item.story.lead.title) for item in content.briefs]
        assert places == sorted(places)


def test_an_alternative_text_that_repeats_the_title_is_left_out() -> None:
    lead = replace(article("Fog lifts", ["It lifts."]), image=replace(PICTURE, alt="Fog lifts"))

    edition = render(digest([brief([lead])]), RenderOptions(template="longread"))

    assert [image.get("alt") for image in tree(edition).iter("img")] == [""]


@pytest.mark.parametrize("template", TEMPLATES)
def test_of_articles_without_links_the_outlet_that_is_quoted_is_named(template: str) -> None:
    lead = article("The ferry sails again", source="Harbour Letter", url="")
    other = article("Ferry back in service", ["The ferry sails again today."], source="Grid Letters", url="")
    edition = render(digest([brief([lead, other])]), RenderOptions(template=template))

    assert "The ferry sails again today. (Grid Letters)" in plain_text(edition)
    cited = [element.text_content() for element in tree(edition).xpath("//*[contains(@class, 'cite')]")]
    assert template == "plain" or "Grid Letters" in cited
