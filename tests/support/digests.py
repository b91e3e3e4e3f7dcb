"""Build digests for tests of rendering: invented institutions, texts written for this project."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from digest.model.articles import Article
from digest.model.digests import Digest
from digest.model.failures import Failure
from digest.model.newsletters import Newsletter
from digest.model.slots import Slot, Window
from digest.model.stories import Brief, LeftOut, Ranked, Reason, Sentence, Story
from digest.stories.subject import stories_for_subject

DUE = datetime(2026, 3, 29, 5, 0, tzinfo=UTC)

NEWSLETTER = Newsletter(id="harbour", title="The Harbour Letter", timezone=ZoneInfo("Europe/Berlin"))

_TEXTS = (
    (
        "Port authority opens the northern lock a year early",
        (
            "The northern lock at Sandhaven opened to freight on Saturday, eleven months ahead of the plan.",
            "The port authority said that ships of up to 230 metres can now enter at any state of the tide.",
            "Insurers expect waiting times in the outer roads to fall by a third before the autumn.",
        ),
        ("Sandhaven Courier", "Coastal Trade Weekly", "Nordmark Broadcasting"),
    ),
    (
        "Observatory counts the clearest winter in forty years",
        (
            "The Hohenfels observatory recorded 71 nights without cloud between November and February.",
            "Its staff used the time to finish a survey of 4,200 faint double stars.",
        ),
        ("Hohenfels Observer",),
    ),
    (
        "City council votes to keep the night trams",
        (
            "Night trams will go on running on lines 2 and 7 after the council rejected a cut by 31 votes to 24.",
            "The transport office had put the saving at 1.8 million a year.",
            "A review is due once the new ticket machines have been in place for twelve months.",
        ),
        ("Sandhaven Courier", "Tramway Bulletin"),
    ),
    (
        "Seed bank lends rye from 1911 to twelve farms",
        (
            "Twelve farms on poor soil will sow a winter rye that was last grown before the Great War.",
            "The seed bank expects small harvests, and asks for half of each back.",
        ),
        ("Fields and Orchards",),
    ),
    (
        "Library returns to card catalogues for a month, and readers like it",
        (
            "A failed cooling unit has put the municipal library back on its card catalogue since the first of March.",
            "Loans rose by a tenth, which the library ascribes to people finding what they were not looking for.",
        ),
        ("Nordmark Broadcasting", "Sandhaven Courier"),
    ),
    (
        "Glassworks cut their gas by half with a second furnace wall",
        (
            "The Lindau glassworks need 52 per cent less gas since they doubled the wall of their main furnace.",
            "Engineers at the technical college call the figure plausible and the idea an old one.",
        ),
        ("Coastal Trade Weekly",),
    ),
)


def article(
    title: str,
    sentences: Sequence[str] = (),
    *,
    source: str = "Sandhaven Courier",
    language: str = "en",
    url: str | None = None,
    hours: float = 3,
    author: str = "",
    number: int = 0,
) -> Article:
    """An article published some hours before the edition is due."""
    slug = source.lower().replace(" ", "-")
    return Article(
        id=f"{slug}-{number}-{title[:40]}",
        source_id=slug,
        source=source,
        url=f"https://{slug}.example/news/{number}" if url is None else url,
        title=title,
        paragraphs=tuple(sentences),
        published=DUE - timedelta(hours=hours),
        language=language,
        author=author,
    )


def brief(
    articles: Sequence[Article], *, near_duplicates: Sequence[Article] = (), section: str = "", update: bool = False
) -> Brief:
    """A brief of the articles' paragraphs, one of each article in turn."""
    sentences = [
        Sentence(text=text, article=article)
        for index in range(max((len(article.paragraphs) for article in articles), default=0))
        for article in articles
        for text in article.paragraphs[index : index + 1]
    ]
    ranked = Ranked(
        story=Story(articles=tuple(articles), near_duplicates=tuple(near_duplicates)),
        score=1.0,
        reasons=(Reason(name="fresh", points=1.0),),
        section=section,
        update=update,
    )
    return Brief(ranked=ranked, sentences=tuple(sentences))


def nth_brief(number: int, *, section: str = "") -> Brief:
    """The n-th of endlessly many briefs, whose texts repeat."""
    title, sentences, sources = _TEXTS[number % len(_TEXTS)]
    round_ = number // len(_TEXTS)
    articles = [
        article(
            title if not round_ else f"{title} ({round_ + 1})",
            sentences[index :: len(sources)],
            source=source,
            hours=1.5 + 7 * number % 40 + index,
            number=number,
        )
        for index, source in enumerate(sources)
    ]
    return brief(articles, section=section)


def digest(
    briefs: Sequence[Brief] | None = None,
    *,
    stories: int = 6,
    language: str = "en",
    left_out: Sequence[LeftOut] = (),
    failures: Sequence[Failure] = (),
    newsletter: Newsletter = NEWSLETTER,
) -> Digest:
    """A digest of these briefs, or of the first ``stories`` numbered ones."""
    chosen = tuple(nth_brief(number) for number in range(stories)) if briefs is None else tuple(briefs)
    return Digest(
        newsletter=newsletter,
        slot=Slot(due=DUE, key="2026-03-29"),
        window=Window(start=DUE - timedelta(days=2), end=DUE),
        language=language,
        briefs=chosen,
        subject_stories=stories_for_subject(chosen),
        left_out=tuple(left_out),
        failures=tuple(failures),
    )
