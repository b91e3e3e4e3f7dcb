"""A draft's stories for people. Pure."""

from __future__ import annotations

from digest.model.articles import Article
from digest.model.drafts import DraftArticle, DraftSentence, DraftStory
from digest.pipeline.draft_lineup import Lineup


def draft_stories(lineup: Lineup, *, first_reserve: int) -> tuple[DraftStory, ...]:
    """The stories in the edition in its order, then the others by number."""
    others = [number for number in lineup.briefs if number not in lineup.order]
    return tuple(_story(lineup, number, first_reserve=first_reserve) for number in (*lineup.order, *others))


def _story(lineup: Lineup, number: int, *, first_reserve: int) -> DraftStory:
    brief, original = lineup.brief(number), lineup.briefs[number].story
    articles = {article.id: _article(place, article) for place, article in enumerate(original.all_articles, start=1)}
    lead = brief.story.lead
    return DraftStory(
        number=number,
        place=lineup.order.index(number) + 1 if number in lineup.order else 0,
        title=lead.title,
        url=lead.url,
        language=lead.language,
        section=lineup.section(number),
        update=brief.ranked.update,
        sentences=tuple(
            DraftSentence(
                text=sentence.text, article=articles.get(sentence.article.id) or _article(0, sentence.article)
            )
            for sentence in brief.sentences
        ),
        articles=tuple(articles.values()),
        headline=lead.id,
        is_pinned=number in lineup.pinned,
        is_dropped=number in lineup.dropped,
        is_reserve=number >= first_reserve,
        merged_into=lineup.merged.get(number, 0),
    )


def _article(number: int, article: Article) -> DraftArticle:
    return DraftArticle(
        number=number, id=article.id, title=article.title, outlet=article.source or article.outlet, url=article.url
    )
