"""The sentence: collect → clean → group → rank → summarize → render, and what they make: a digest, an edition.

Here the steps meet the store; what each step decides is its own. ``gather`` brings articles in, ``compose`` makes a
digest of what was brought in, ``publish`` freezes its edition and says who gets it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from digest import agenda
from digest.errors import UsageError
from digest.gather import Gathered as Gathered
from digest.gather import Progress as Progress
from digest.gather import gather_into
from digest.group import group
from digest.mailbox import Mailbox
from digest.marks import leaving_link
from digest.model import Article, Brief, Digest, Edition, Failure, Newsletter, Photo, Slot, Source, Window
from digest.ports import Budget, Collector, Mailer, Summarizer
from digest.rank import Criteria, rank
from digest.render import READER, Links, Look, embed, render
from digest.settings import Settings
from digest.store import Store, articles, deliveries, editions, slots, sources, stories
from digest.store.slots import Fate
from digest.summarize import summarize
from digest.text.wishes import wish

#: What became of each address of a picture.
Photos = Callable[[Sequence[str], datetime], Mapping[str, Photo | Failure]]
#: How long a story that was told is known by its articles: a follow-up is an update then, not news.
_MEMORY = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The parts the house is built from; ``app.make_app`` chooses them."""

    settings: Settings
    store: Store
    #: Gives the collector for visits at a moment.
    collector_at: Callable[[datetime], Collector]
    #: Gives the summarizer of that name.
    summarizer: Callable[[str], Summarizer]
    #: Fetches the pictures that travel with a mail, as of a moment.
    photos: Photos
    #: Gives what carries letters. Raises ``UsageError`` where no server is set.
    mailer: Callable[[], Mailer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What became of a slot."""

    #: The slot's edition; None if there was nothing new to tell, and so there is none.
    edition_id: int | None
    #: It was frozen just now; otherwise it stood already.
    is_new: bool = False
    #: What it tells; None of one that stood already.
    digest: Digest | None = None
    #: Pictures that should travel with it and could not be had: it goes without them.
    missing: tuple[Failure, ...] = ()


def gather(
    visited: Sequence[Source], app: App, *, now: datetime, due_only: bool = False, on_done: Progress | None = None
) -> Gathered:
    """Visit the sources and store what is new, cleaned; a source that fails is told, and never stops the others.

    ``due_only`` leaves out those whose time hasn't come: by their own rhythm, or since they fail.
    """
    _forget_moved(visited, app.store)
    if due_only:
        with app.store.read() as conn:
            waiting = sources.waiting(conn, now=now)
        visited = [source for source in visited if source.id not in waiting]
    return gather_into(app.store, visited, app.collector_at(now), fetch=app.settings.fetch, now=now, on_done=on_done)


def _forget_moved(visited: Sequence[Source], store: Store) -> None:
    """A person gave these sources other addresses: what was learnt at the old ones must not lead back there."""
    with store.read() as conn:
        moved = sources.moved(conn, visited)
    if moved:
        with store.begin() as conn:
            sources.forget(conn, moved)


def compose(newsletter: Newsletter, slot: Slot, app: App, *, window: Window, audience: str = "") -> Digest:
    """The newsletter's content for one slot, out of what was gathered; nothing is fetched and nothing is written."""
    wanted = sources_of(newsletter, app.settings)
    found, told, failures = _known(newsletter, slot, app.store, wanted=wanted, window=window, audience=audience)
    grouped = group(found, weights={source.id: source.weight for source in wanted})
    ranking = rank(grouped, _criteria(newsletter, slot, wanted, told))
    budget = Budget(sentences=newsletter.sentences, words=newsletter.words)
    briefs = summarize(ranking.chosen, app.summarizer(newsletter.summarizer), budget)
    return Digest(
        newsletter=newsletter,
        slot=slot,
        window=window,
        language=_language(briefs),
        briefs=briefs,
        left_out=tuple(item for item in ranking.left_out if item.article.published in window),
        failures=failures,
    )


def publish(
    newsletter: Newsletter, slot: Slot, app: App, *, now: datetime, audience: str = "", again: bool = False
) -> Publication:
    """Compose the slot's edition, freeze it, and put its readers into the ledger: all in one transaction, or nothing.

    If it stands already, from whichever process, that one stands; ``again`` makes a further revision, which only a
    person may ask for. Raises ``UsageError`` if nobody is named as its sender.
    """
    sender = sender_of(newsletter)
    with app.store.read() as conn:
        standing = editions.find(conn, newsletter.id, slot, audience=audience)
        window = agenda.window(conn, newsletter, slot, now=now, audience=audience)
    if standing and not again:
        return Publication(edition_id=standing.id)
    digest = compose(newsletter, slot, app, window=window, audience=audience)
    if not digest.briefs and newsletter.empty == "skip":
        with app.store.begin() as conn:
            slots.decide(conn, newsletter.id, slot, Fate.EMPTY, at=now, audience=audience)
        return Publication(edition_id=None, digest=digest)
    dressed = render(digest, look_of(newsletter, app.settings))
    edition, missing = with_photos(dressed, newsletter, app.photos, now=now)
    edition = replace(edition, audience=audience)
    edition_id, is_new = _freeze(edition, digest, app.store, now=now, host=sender.domain, again=again)
    return Publication(
        edition_id=edition_id, is_new=is_new, digest=digest if is_new else None, missing=missing if is_new else ()
    )


def with_photos(
    edition: Edition, newsletter: Newsletter, photos: Photos, *, now: datetime
) -> tuple[Edition, tuple[Failure, ...]]:
    """The edition with its pictures in it, where its newsletter wants that; and those that can't be had."""
    shown = embed.addresses(edition.html) if newsletter.images == "embedded" else ()
    if not shown:
        return edition, ()
    found = photos(shown, now)
    kept = {address: photo for address, photo in found.items() if isinstance(photo, Photo)}
    missing = tuple(failure for failure in found.values() if isinstance(failure, Failure))
    return replace(edition, html=embed.embedded(edition.html, kept)), missing


def sender_of(newsletter: Newsletter) -> Mailbox:
    """Whom the newsletter's mails come from. Raises ``UsageError`` if that isn't set."""
    if not newsletter.sender:
        hint = f'set from = "{newsletter.title} <news@example.org>" in its [[newsletters]] table'
        raise UsageError(f"newsletter {newsletter.id!r} has no sender", hint=hint)
    return Mailbox.of(newsletter.sender)


def sources_of(newsletter: Newsletter, settings: Settings) -> tuple[Source, ...]:
    """The newsletter's sources in its own order; all of them if it names none."""
    if not newsletter.sources:
        return settings.sources
    by_id = {source.id: source for source in settings.sources}
    return tuple(by_id[source_id] for source_id in newsletter.sources)


def look_of(newsletter: Newsletter, settings: Settings) -> Look:
    """How the newsletter's editions are dressed; templates beside the settings file come before the shipped ones."""
    own = (settings.file.parent / "templates",) if settings.file else ()
    return Look(
        template=newsletter.template,
        folders=own,
        brand=newsletter.brand.over(settings.brand),
        links=links_of(newsletter, settings),
    )


def links_of(newsletter: Newsletter, settings: Settings) -> Links:
    """Where its mails lead: to the readers' pages, where there are any; else to a mail that unsubscribes."""
    if web := settings.web.url.rstrip("/"):
        return Links(
            web=f"{web}/read/{READER}",
            archive=web,
            preferences=f"{web}/preferences/{READER}",
            unsubscribe=f"{web}/unsubscribe/{READER}",
        )
    return Links(unsubscribe=leaving_mail(newsletter, settings))


def leaving_mail(newsletter: Newsletter, settings: Settings) -> str:
    """A ``mailto:`` that unsubscribes the reader; empty while nobody is named as the sender."""
    address = settings.bounces.address or newsletter.sender
    return leaving_link(Mailbox.of(address).address, READER) if address else ""


def _freeze(
    edition: Edition, digest: Digest, kept: Store, *, now: datetime, host: str, again: bool
) -> tuple[int, bool]:
    """The edition's id, and whether it is this one: of two that are frozen at once, the first stands."""
    names = (edition.newsletter_id, edition.slot)
    with kept.begin() as conn:
        if again:
            revision = editions.next_revision(conn, *names, audience=edition.audience)
            edition = replace(edition, revision=revision)
        edition_id, is_new = editions.add(conn, edition, at=now)
        if is_new:
            stories.remember(conn, edition_id, digest.briefs)
            slots.decide(conn, *names, Fate.PUBLISHED, at=now, audience=edition.audience)
            deliveries.enqueue(conn, edition_id, host=host, at=now)
    return edition_id, is_new


def _known(
    newsletter: Newsletter, slot: Slot, kept: Store, *, wanted: Sequence[Source], window: Window, audience: str
) -> tuple[list[Article], dict[str, tuple[Article, ...]], tuple[Failure, ...]]:
    """The window's articles and older ones that were told; the latter as they were told; and failing sources."""
    remembered = replace(window, start=min(window.start, slot.due - _MEMORY))
    with kept.read() as conn:
        found = articles.between(conn, [source.id for source in wanted], remembered)
        sent = stories.sent(conn, newsletter.id, audience, before=slot.due)
        health = {known.id: known for known in sources.health(conn)}
    failures = tuple(
        Failure(source=source.title or health[source.id].title or source.id, url=source.address, error=error)
        for source in wanted
        if source.id in health and (error := health[source.id].error)
    )
    articles_ = [article for article in found if article.published in window or article.id in sent]
    told = {article.id: _as_told(article, sent[article.id]) for article in articles_ if article.id in sent}
    return articles_, told, failures


def _as_told(article: Article, wordings: Sequence[stories.Wording | None]) -> tuple[Article, ...]:
    """The article in each of the wordings; None stands for its own."""
    return tuple(
        replace(article, title=wording[0], paragraphs=wording[1:]) if wording else article for wording in wordings
    )


def _criteria(
    newsletter: Newsletter, slot: Slot, wanted: Sequence[Source], told: Mapping[str, tuple[Article, ...]]
) -> Criteria:
    return Criteria(
        now=slot.due,
        limit=newsletter.stories,
        weights={source.id: source.weight for source in wanted},
        sections={source.id: source.section for source in wanted},
        told=told,
        include=newsletter.include,
        exclude=newsletter.exclude,
        boost=dict(map(wish, newsletter.boost)),
        per_source=newsletter.per_source,
        per_section=newsletter.per_section,
        per_topic=newsletter.per_topic,
        order=newsletter.sections,
    )


def _language(briefs: Sequence[Brief]) -> str:
    """The language of most stories; the first of them decides a tie."""
    languages = Counter(brief.story.lead.language for brief in briefs)
    languages.pop("und", None)
    return languages.most_common(1)[0][0] if languages else "en"
