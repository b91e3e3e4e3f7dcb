"""Variables of a draft's page and of the editor's mail: strings and numbers that are ready to be shown."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from digest.model.drafts import DecisionRecord, Draft, DraftArticle, DraftState, DraftStory
from digest.model.newsletters import Newsletter
from digest.render.locale import direction, labels_for, short_date
from digest.render.plain_text import line
from digest.text.urls import is_web_url

#: What a story without a title is called, as its number says which one it is.
_UNTITLED = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftExcerpt:
    """Consecutive sentences of one article."""

    text: str
    outlet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadlineChoice:
    """A title that the story may have."""

    #: The article's.
    number: int
    title: str
    outlet: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftStoryContext:
    """A story of a draft."""

    number: int
    #: In the edition, from 1; 0 if it isn't in.
    place: int
    title: str
    url: str
    section: str
    #: The mark of a story that earlier editions had, in the page's language; empty for others.
    update: str
    language: str
    direction: str
    outlets: tuple[str, ...]
    excerpts: tuple[DraftExcerpt, ...]
    headlines: tuple[HeadlineChoice, ...]
    is_pinned: bool
    #: The limits left it out, and the editor may bring it in.
    is_reserve: bool
    merged_into: int
    #: The places before and after it are of its own section.
    may_go_up: bool = False
    may_go_down: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionContext:
    """A decision of the draft's history."""

    version: int
    kind: str
    #: The story that it was about; 0 and empty for the whole draft.
    story: int
    title: str
    #: The title's.
    language: str
    direction: str
    by: str
    time: str
    #: Of a move, the new place.
    place: int
    #: Of a note, whether there is one.
    has_text: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftContext:
    """A draft as it stands."""

    newsletter_id: str
    title: str
    #: Of the slot, in the newsletter's zone.
    day: datetime
    #: When it goes out, or went: ``07:00 (CET)``, with the day if that is another one.
    time: str
    minutes_left: int
    state: DraftState
    is_open: bool
    is_sent_unanswered: bool
    version: int
    #: The editor's note, as text and by paragraphs.
    note: str
    note_paragraphs: tuple[str, ...]
    #: Those in the edition, in its order; those that were dropped or merged; those that the limits left out.
    stories: tuple[DraftStoryContext, ...]
    dropped: tuple[DraftStoryContext, ...]
    reserves: tuple[DraftStoryContext, ...]
    #: The last decision first.
    history: tuple[DecisionContext, ...]

    def story(self, number: int) -> DraftStoryContext | None:
        """The story with this number."""
        stories = (*self.stories, *self.dropped, *self.reserves)
        return next((story for story in stories if story.number == number), None)


def draft_context(
    draft: Draft, newsletter: Newsletter, *, language: str, now: datetime, published: datetime | None = None
) -> DraftContext:
    """The draft's variables; ``language`` is that of the words around it, ``published`` when its edition was frozen."""
    zone = newsletter.timezone
    stories = [_story(story, draft, language) for story in draft.stories]
    return DraftContext(
        newsletter_id=newsletter.id,
        title=line(newsletter.title),
        day=draft.slot.due.astimezone(zone),
        time=local_time(published or draft.until, zone, language=language, now=now),
        minutes_left=minutes_until(draft.until, now=now),
        state=draft.state,
        is_open=draft.is_decidable(now),
        is_sent_unanswered=newsletter.unanswered == "send",
        version=draft.version,
        note=draft.note,
        note_paragraphs=tuple(filter(None, (line(part) for part in draft.note.split("\n\n")))),
        stories=tuple(story for story in stories if story.place),
        dropped=tuple(story for story in stories if not story.place and not story.is_reserve),
        reserves=tuple(story for story in stories if story.is_reserve),
        history=tuple(decision_contexts(reversed(draft.history), draft, zone, language=language, now=now)),
    )


def minutes_until(moment: datetime, *, now: datetime) -> int:
    """Minutes that are left, rounded up; 0 if it is over."""
    return max(0, math.ceil((moment - now).total_seconds() / 60))


def decision_contexts(
    records: Iterable[DecisionRecord], draft: Draft | None, zone: tzinfo, *, language: str, now: datetime
) -> Iterator[DecisionContext]:
    """The decisions, with the titles of the stories that they are about; without, if the draft is no longer kept."""
    for record in records:
        number = getattr(record.decision, "story", 0)
        story = draft.story(number) if draft else None
        own_language = _known(story.language, language) if story else language
        yield DecisionContext(
            version=record.version,
            kind=record.kind,
            story=number,
            title=line(story.title) if story else "",
            language=own_language,
            direction=direction(own_language),
            by=line(record.by),
            time=local_time(record.at, zone, language=language, now=now),
            place=getattr(record.decision, "place", 0),
            has_text=bool(getattr(record.decision, "text", "")),
        )


def local_time(moment: datetime, zone: tzinfo, *, language: str, now: datetime) -> str:
    """``07:00 (CET)`` of today, ``29 March, 07:00 (CET)`` of another day."""
    local = moment.astimezone(zone)
    time = f"{local:%H:%M} ({local:%Z})"
    return time if local.date() == now.astimezone(zone).date() else f"{short_date(local, labels_for(language))}, {time}"


def _story(story: DraftStory, draft: Draft, language: str) -> DraftStoryContext:
    own_language = _known(story.language, language)
    sections = {other.place: other.section for other in draft.edition_stories}
    return DraftStoryContext(
        number=story.number,
        place=story.place,
        title=line(story.title) or _UNTITLED,
        url=story.url if is_web_url(story.url) else "",
        section=line(story.section),
        update=labels_for(language).update if story.update else "",
        language=own_language,
        direction=direction(own_language),
        outlets=tuple(dict.fromkeys(line(article.outlet) for article in story.articles if article.outlet)),
        excerpts=tuple(_excerpts(story)),
        headlines=tuple(_headlines(story.articles, story.headline)),
        is_pinned=story.is_pinned,
        is_reserve=_is_reserve(story),
        merged_into=story.merged_into,
        may_go_up=bool(story.place) and sections.get(story.place - 1) == story.section,
        may_go_down=bool(story.place) and sections.get(story.place + 1) == story.section,
    )


def _known(language: str, default: str) -> str:
    return default if language in {"", "und"} else language


def _is_reserve(story: DraftStory) -> bool:
    return story.is_reserve and not (story.place or story.is_dropped or story.merged_into)


def _excerpts(story: DraftStory) -> Iterator[DraftExcerpt]:
    between = "" if story.language in {"ja", "zh"} else " "
    for _, group in itertools.groupby(story.sentences, key=lambda sentence: sentence.article.id):
        sentences = list(group)
        text = between.join(line(sentence.text) for sentence in sentences)
        yield DraftExcerpt(text=text, outlet=line(sentences[0].article.outlet))


def _headlines(articles: Iterable[DraftArticle], chosen: str) -> Iterator[HeadlineChoice]:
    """The titles of the story's articles; a reprint with the same title is no choice, unless it is the chosen one."""
    seen: set[str] = set()
    for article in sorted(articles, key=lambda article: article.id != chosen):
        title = line(article.title)
        if title and title not in seen:
            seen.add(title)
            yield HeadlineChoice(
                number=article.number, title=title, outlet=line(article.outlet), is_chosen=article.id == chosen
            )
