"""Published stories as variables of pages."""

from __future__ import annotations

from dataclasses import replace

from digest.model.published_stories import PublishedArticle, PublishedSentence, PublishedStory
from digest.render.story_pages import published_story, sections_of
from tests.support.values import NOON

HERALD = PublishedArticle(
    id="a", url="https://herald.example/a", title="Ferry", source="Herald", author="Ann", published=NOON, language="en"
)
POST = replace(HERALD, id="b", url="https://post.example/b", source="Post", author="")
STORY = PublishedStory(
    id=1,
    edition_id=1,
    position=0,
    title="The ferry sails",
    is_update=False,
    section="",
    language="en",
    thread_id=7,
    sentences=(
        PublishedSentence(text="It sails.", article=HERALD),
        PublishedSentence(text="It hurries.", article=POST),
    ),
    articles=(HERALD, POST),
)


def test_each_sentence_names_its_source() -> None:
    story = published_story(STORY, language="en", at=NOON)

    assert (story.url, story.source, story.author, story.published) == (HERALD.url, "Herald", "Ann", "12:00")
    assert [(excerpt.text, excerpt.source, excerpt.url) for excerpt in story.excerpts] == [
        ("It sails.", "Herald", HERALD.url),
        ("It hurries.", "Post", POST.url),
    ]
    assert [related.is_cited for related in story.related_articles] == [True]


def test_a_story_whose_articles_are_no_longer_known_has_its_text() -> None:
    sentences = tuple(replace(sentence, article=None) for sentence in STORY.sentences)
    story = published_story(replace(STORY, articles=(), sentences=sentences), language="en", at=NOON)

    assert (story.title, story.url, story.source) == ("The ferry sails", "", "")
    assert [(excerpt.text, excerpt.source, excerpt.url) for excerpt in story.excerpts] == [
        ("It sails. It hurries.", "", "")
    ]
    assert story.related_articles == ()


def test_one_sentence_may_lack_its_source() -> None:
    sentences = (STORY.sentences[0], replace(STORY.sentences[1], article=None))
    story = published_story(replace(STORY, sentences=sentences), language="en", at=NOON)

    assert [excerpt.source for excerpt in story.excerpts] == ["Herald", ""]


def test_a_link_that_no_mail_may_have_is_left_out() -> None:
    script = replace(HERALD, url="javascript:alert(1)")
    story = published_story(replace(STORY, articles=(script,), sentences=()), language="en", at=NOON)

    assert story.url == ""


def test_stories_stand_by_section_with_their_pages() -> None:
    stories = [replace(STORY, id=number, thread_id=number, section=name) for number, name in enumerate("ABA")]
    sections = sections_of(stories, language="en", at=NOON)

    numbered = [
        (section.title, [(item.story.number, item.story.anchor, item.thread_id) for item in section.stories])
        for section in sections
    ]
    assert numbered == [("A", [(1, "s1", 0), (2, "s2", 2)]), ("B", [(3, "s3", 1)])]
