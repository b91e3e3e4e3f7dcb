"""A round-up of links is split into its stories; an essay stays one, however many links stand in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from urllib.parse import unquote

import pytest

from digest.clean.articles import clean
from digest.collect.mails.content import MailContents, read_mail
from digest.model.articles import Entry
from digest.model.newsletters import Source
from tests.support.newsletters.essays import ESSAYS
from tests.support.newsletters.mail import READER, Layout, Told, mail_of
from tests.support.newsletters.round_ups import ROUND_UPS

SEEN = datetime(2026, 3, 29, 7, tzinfo=UTC)
SOURCE = Source(id="mails")
TOLD = tuple(
    Told(title=title, url=f"https://{host}.example/2026/{title.lower().replace(' ', '-')}", paragraphs=(first, second))
    for title, host, first, second in (
        (
            "Harbour opens after a long winter",
            "gazette",
            "The harbour of Portland opened on Monday after the ice had gone from its northern basin.",
            "Forty ships had waited in the bay since February, the harbour master said.",
        ),
        (
            "Ferry fares rise in the islands",
            "herald",
            "Ferries to the outer islands will cost eleven per cent more from the first of May.",
            "The islands' council called the new fares a wall around their homes.",
        ),
        (
            "Divers find the bell of a lost ship",
            "courier",
            "Divers have found the bell of a ship that sank in the bay in a storm of 1871.",
            "It will be shown in the museum of the town when it has been cleaned.",
        ),
        (
            "Storm breaks the old pier in two",
            "tribune",
            "A storm has broken the old pier of the fishing town in two places over the weekend.",
            "Nobody was hurt, but three boats were lost, according to the coast guard.",
        ),
    )
)
ESSAY = Told(
    title="What the tide taught me",
    url="https://quay.example/p/what-the-tide-taught-me",
    paragraphs=tuple(
        f"This is paragraph {number} of a letter on the sea, the {word} and the people who live from both of them."
        for number, word in enumerate(("wind", "sand", "harbour", "ferry", "pier", "storm", "light", "salt", "rope"))
    ),
)


@cache
def read(layout: Layout) -> tuple[MailContents, list[str], Sequence[Told]]:
    """The contents of a mail in the layout, the reader's tokens in it, and its stories."""
    stories = {"essay": (ESSAY,), "hybrid": (ESSAY, *TOLD), "round-up": TOLD}[layout.kind]
    if layout.name == "titles only":
        stories = tuple(Told(title=story.title, url=story.url, paragraphs=()) for story in stories)
    subject = ESSAY.title if layout.kind != "round-up" else "The week at the quay"
    mail, tokens = mail_of(layout, stories, subject=subject, seed=7)
    return read_mail(mail, SOURCE, seen=SEEN), tokens, stories


@cache
def text_of(entry: Entry) -> str:
    return " ".join(clean([entry])[0].paragraphs)


@pytest.mark.parametrize("layout", [*ROUND_UPS, *ESSAYS], ids=lambda layout: layout.name)
def test_each_story_is_an_entry_with_its_own_text(layout: Layout) -> None:
    contents, tokens, stories = read(layout)

    assert [entry.title for entry in contents.entries] == [story.title for story in stories]
    for entry, story in zip(contents.entries, stories, strict=True):
        text = text_of(entry)
        assert all(paragraph in text for paragraph in story.paragraphs)
        assert not any(p in text for other in stories if other is not story for p in other.paragraphs)
    linked = [story.url for story in stories if layout.has_links and story is not ESSAY]
    assert [entry.url for entry in contents.entries if entry.title != ESSAY.title and entry.url] == linked
    everything = unquote(" ".join(f"{entry.url} {entry.body} {entry.image}" for entry in contents.entries))
    assert not any(token in everything for token in (*tokens, READER))


@pytest.mark.parametrize("layout", [*ROUND_UPS, *ESSAYS], ids=lambda layout: layout.name)
def test_nothing_of_the_mail_itself_is_told(layout: Layout) -> None:
    text = " ".join(map(text_of, read(layout)[0].entries)).casefold()

    for phrase in (
        *("unsubscribe", "browser", "advertise", "forwarded", "preferences", "copyright", "mailing address"),
        *(
            "referral",
            "boats at half",
            "buys a boat",
            "harbour street",
            "po box",
            "abbestellen",
            "impressum",
            "anzeige",
        ),
        *("désabonner", "navigateur", "darse de baja", "navegador", "flag as irrelevant", "upgrade to paid"),
    ):
        assert phrase not in text


def test_guids_are_the_same_when_a_mail_is_read_again_and_differ_by_story() -> None:
    guids = [entry.guid for entry in read(ROUND_UPS[2])[0].entries]

    assert guids == [entry.guid for entry in read(ROUND_UPS[2])[0].entries]
    assert len(set(guids)) == len(guids)
    assert all(guid.startswith("7.bullets@quay.example#") for guid in guids)
