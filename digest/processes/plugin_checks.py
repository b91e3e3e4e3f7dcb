"""Checks of what plugins return, and plain copies of it, in the plugin's process.

Values cross to the parent as our own types alone: unpickling a class of the plugin would import the plugin there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from digest.model.articles import BodyFormat, Entry, Image
from digest.model.errors import one_line
from digest.model.newsletters import Source
from digest.model.protocols import Candidate, Collected, FetchState
from digest.model.stories import Ranked
from digest.text.urls import escape_spaces, is_web_url

T = TypeVar("T")

#: Longest identifiers and titles that are kept; feeds have none so long.
_MAX_GUID, _MAX_NAME, _MAX_BODY = 2_000, 2_000, 5_000_000
_MAX_ENTRIES, _MAX_REASONS = 20_000, 20


class WrongResult(Exception):
    """A plugin returned something else than its protocol says; the message continues "returned …"."""


@dataclass(frozen=True, slots=True)
class ScoredStory:
    """A story by its index among those that a ranker got, with its score and the reasons for it."""

    index: int
    score: float
    reasons: tuple[tuple[str, float, str], ...]


def type_name(value: object) -> str:
    """``int``, ``list of str``, ``tuple of Candidate and str``"""
    name = type(value).__name__
    if not isinstance(value, list | tuple | set | frozenset) or not value:
        return f"an empty {name}" if isinstance(value, list | tuple | set | frozenset) else name
    kinds = list(dict.fromkeys(type(item).__name__ for item in value))
    return f"{name} of {' and '.join(kinds[:3])}"


def _sequence_of(kind: type[T], value: object, expected: str) -> Sequence[T]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, kind) for item in value):
        raise WrongResult(f"returned {type_name(value)}, expected {expected}")
    return value


# --- summarizer ------------------------------------------------------------------------------------------------------


def chosen_indexes(result: object, candidates: Sequence[Candidate]) -> tuple[int, ...]:
    """Indexes of the chosen candidates. Raises ``WrongResult`` for anything that was not offered, word for word."""
    chosen = _sequence_of(Candidate, result, "tuple of Candidate")
    offered = {_identity(candidate): index for index, candidate in enumerate(candidates)}
    indexes: list[int] = []
    for candidate in chosen:
        if (index := offered.get(_identity(candidate))) is None:
            raise WrongResult(f"returned a sentence that no article holds: {_excerpt(candidate.text)}")
        if index in indexes:
            raise WrongResult(f"returned a sentence twice: {_excerpt(candidate.text)}")
        indexes.append(index)
    return tuple(indexes)


def _identity(candidate: Candidate) -> tuple[str, int, int, str]:
    return candidate.article.id, candidate.paragraph, candidate.position, candidate.text


# --- ranker ----------------------------------------------------------------------------------------------------------


def scored_stories(result: object, stories: Sequence[Ranked]) -> tuple[ScoredStory, ...]:
    """The returned stories in their order. Raises ``WrongResult`` for any that was not offered, or is there twice."""
    returned = _sequence_of(Ranked, result, "tuple of Ranked")
    offered = {ranked.story.lead.id: index for index, ranked in enumerate(stories)}
    scored: dict[int, ScoredStory] = {}
    for ranked in returned:
        index = offered.get(ranked.story.lead.id)
        if index is None or ranked.story != stories[index].story:
            raise WrongResult("returned a story that it was not given")
        if index in scored:
            raise WrongResult("returned a story twice")
        scored[index] = ScoredStory(index, *_score(ranked))
    return tuple(scored.values())


def _score(ranked: Ranked) -> tuple[float, tuple[tuple[str, float, str], ...]]:
    try:
        score = float(ranked.score)
        reasons = tuple(
            (plain_text(reason.name, _MAX_NAME), float(reason.points), plain_text(reason.detail, _MAX_NAME))
            for reason in ranked.reasons[:_MAX_REASONS]
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise WrongResult(
            f"returned a story whose score or reasons have a wrong type: {one_line(str(error))}"
        ) from None
    if not all(map(math.isfinite, (score, *(points for _, points, _ in reasons)))):
        raise WrongResult("returned a score that is no finite number")
    return score, reasons


# --- collector -------------------------------------------------------------------------------------------------------


def plain_collected(result: object, source: Source, *, seen: datetime) -> Collected:
    """What was collected, as data from outside: checked and copied, entry by entry.

    Raises ``WrongResult`` for a wrong type. An entry without guid and address, or with an address that isn't safe to
    link to, is left out, or loses it; the problems say so.
    """
    if not isinstance(result, Collected):
        raise WrongResult(f"returned {type_name(result)}, expected Collected")
    entries = _sequence_of(Entry, result.entries, "Collected with a tuple of Entry")
    if len(entries) > _MAX_ENTRIES:
        raise WrongResult(f"returned {len(entries)} entries, at most {_MAX_ENTRIES} are taken")
    problems = [plain_text(text, _MAX_NAME) for text in _sequence_of(str, result.problems, "problems as tuple of str")]
    title = _text(result, "title", _MAX_NAME)
    plain: dict[str, Entry] = {}
    for number, entry in enumerate(entries, start=1):
        copy = _plain_entry(entry, source, number=number, seen=seen, name=source.title or title, problems=problems)
        if copy.guid:
            plain.setdefault(copy.guid, copy)
    return Collected(
        source=source,
        entries=tuple(plain.values()),
        title=title,
        kind=_text(result, "kind", _MAX_NAME) or source.collector,
        fetch_state=_fetch_state(result.fetch_state),
        unchanged=bool(result.unchanged) and not plain,
        problems=tuple(problems),
    )


def _plain_entry(entry: Entry, source: Source, *, number: int, seen: datetime, name: str, problems: list[str]) -> Entry:
    where = f"entry {number}"
    url = escape_spaces(_text(entry, "url", _MAX_GUID, where))
    if url and not is_web_url(url):
        problems.append(f"{where}: {_excerpt(url)} is no address that can be linked to, and is left out")
        url = ""
    guid = _text(entry, "guid", _MAX_GUID, where) or url
    if not guid:
        problems.append(f"{where} is left out: it has neither guid nor url")
    return Entry(
        source_id=source.id,
        guid=guid,
        url=url,
        title=_text(entry, "title", _MAX_NAME, where),
        body=_text(entry, "body", _MAX_BODY, where, is_one_line=False),
        form=BodyFormat(_form(entry.form, where)),
        seen=seen,
        source=_text(entry, "source", _MAX_NAME, where) or name or source.id,
        author=_text(entry, "author", _MAX_NAME, where),
        published=_time(entry.published, where),
        language=_text(entry, "language", 100, where),
        image=_image(entry.image, where),
        sections=tuple(plain_text(text, _MAX_NAME) for text in _sequence_of(str, entry.sections, f"{where}: sections")),
    )


def _image(image: object, where: str) -> Image | None:
    """A copy, if its address may be linked to."""
    if image is None:
        return None
    if not isinstance(image, Image):
        raise WrongResult(f"returned {where} with an image that is {type_name(image)}, expected Image")
    url = escape_spaces(_text(image, "url", _MAX_GUID, where))
    return Image(url=url, alt=_text(image, "alt", _MAX_NAME, where)) if is_web_url(url) else None


def _fetch_state(state: object) -> FetchState:
    """Validators for the next call; nothing that makes our own client fetch an address."""
    if not isinstance(state, FetchState):
        raise WrongResult(f"returned a fetch_state that is {type_name(state)}, expected FetchState")
    return FetchState(
        etag=_text(state, "etag", _MAX_GUID),
        last_modified=_text(state, "last_modified", _MAX_GUID),
        not_before=_time(state.not_before, "fetch_state"),
    )


def _form(value: object, where: str) -> str:
    if not isinstance(value, str) or value not in {form.value for form in BodyFormat}:
        raise WrongResult(f"returned {where} with form {_excerpt(str(value))}, expected a BodyFormat")
    return value


def _time(value: object, where: str) -> datetime | None:
    """A copy in UTC; a time without zone is taken as UTC."""
    if value is None:
        return None
    if not isinstance(value, datetime):
        raise WrongResult(f"returned {where} with a time that is {type_name(value)}, expected datetime")
    try:
        utc = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
        return datetime.fromtimestamp(utc.timestamp(), UTC)  # not a class of the plugin's
    except (OverflowError, ValueError, OSError):
        return None


def _text(value: object, name: str, limit: int, where: str = "", *, is_one_line: bool = True) -> str:
    text = getattr(value, name)
    if not isinstance(text, str):
        raise WrongResult(f"returned {where or type(value).__name__} with {name} as {type_name(text)}, expected str")
    return plain_text(text, limit) if is_one_line else _storable(text[:limit])


def plain_text(text: str, limit: int) -> str:
    """A plain str on one line, without characters that can't be stored or shown."""
    return " ".join(_storable(text[:limit]).split())


def _storable(text: str) -> str:
    """A plain str: no lone surrogates, no controls but line breaks and tabs."""
    whole = str.__str__(text).encode("utf-8", "replace").decode("utf-8")
    return "".join(character for character in whole if character >= " " or character in "\n\r\t")


def _excerpt(text: str) -> str:
    line = one_line(str.__str__(text))
    return repr(line if len(line) <= 80 else line[:79] + "…")
