"""The stories of a draft as composed, and what a merge or another headline makes of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from digest.model.digests import Digest
from digest.model.stories import Brief, Story


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftContent:
    """A digest as composed, and further stories that an editor may bring in."""

    digest: Digest
    reserve: tuple[Brief, ...] = ()

    @property
    def briefs(self) -> Mapping[int, Brief]:
        """All stories by number."""
        return dict(enumerate((*self.digest.briefs, *self.reserve), start=1))


def merged_story(first: Story, second: Story) -> Story:
    """One story of two: the first one's lead leads."""
    articles = dict.fromkeys((*first.articles, *second.articles))
    near_duplicates = dict.fromkeys((*first.near_duplicates, *second.near_duplicates))
    return Story(
        articles=tuple(articles), near_duplicates=tuple(item for item in near_duplicates if item not in articles)
    )


def with_lead(story: Story, article_id: str) -> Story:
    """The story led by its article with this id; as it is if it has none."""
    leads = [article for article in story.all_articles if article.id == article_id]
    if not leads or leads[0] == story.lead:
        return story
    return Story(
        articles=(leads[0], *(article for article in story.articles if article.id != article_id)),
        near_duplicates=tuple(article for article in story.near_duplicates if article.id != article_id),
    )
