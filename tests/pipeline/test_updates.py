"""Updates: a development of a published story is in with its new sentences; other reports on it are left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.model.digests import Digest
from digest.model.newsletters import Archive, Newsletter, Source
from digest.model.slots import Slot, Window
from digest.pipeline.app import App, make_app
from digest.pipeline.collect import collect_sources
from digest.pipeline.compose import compose
from digest.pipeline.story_updates import find_updates
from digest.settings import Settings
from digest.store import open_store
from tests.support.values import sent

MORNING = datetime(2026, 3, 27, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
NEWSLETTER = Newsletter(id="main", title="Main")

#: Other stories, so that there are more than two articles.
BACKGROUND = {
    "tram": """Trams on the hill line run every six minutes again from Monday, the transport office said.
The line had been cut to one tram a quarter of an hour while its overhead wires were replaced.""",
    "choir": """The town choir sings for the opening of the restored concert hall on Saturday, its board said.
Tickets for both evenings were gone within an hour, and the rehearsal is open to schools.""",
    "honey": """Beekeepers in the valley expect half the usual honey after a cold spring, their association said.
Many colonies were fed with sugar until May, which has not been necessary for eleven years.""",
}
QUAKE = """An earthquake of magnitude 6.1 struck the Karvel valley before dawn on Thursday, killing nine people.
The quake destroyed the old town hall of Brenna and blocked the only road into the valley, civil defence said.
Rescue teams with dogs searched the ruins of two apartment blocks in Brenna for survivors.
The valley was last hit by a strong earthquake in 1981, when 40 people died."""
AID = """The government will pay for the rebuilding of every home that the Karvel valley earthquake destroyed, the
finance minister announced on Friday. The fund of 350 million crowns opens on Monday, and owners can apply for
advances at once. The death toll in Brenna rose to 27 after rescuers reached a collapsed hotel overnight.
An earthquake of magnitude 6.1 struck the Karvel valley before dawn on Thursday, killing nine people.
The quake destroyed the old town hall of Brenna and blocked the only road into the valley, civil defence said.
The valley was last hit by a strong earthquake in 1981, when 40 people died."""
REWRITE = """At least nine people were killed when a 6.1 magnitude earthquake hit the Karvel valley early on Thursday.
The old town hall of Brenna was destroyed, and the only road to the valley is blocked, according to civil defence.
Teams with rescue dogs looked for survivors in two ruined apartment blocks. In 1981 a strong quake in the valley killed
40 people."""
TRIAL = """The trial of two former managers of the Lowen shipyard over the sinking of the ferry Marit opened on Tuesday.
Prosecutors say that they had known of cracks in the bow door for a year. The Marit sank in March 2023 with 52 people
aboard. Both men deny the charges of manslaughter, and a verdict is expected within weeks."""
VERDICT = """Two former managers of the Lowen shipyard were sentenced to six years in prison on Wednesday. The court
found them guilty of manslaughter over the sinking of the ferry Marit. Their lawyers announced an appeal. The judge
said the pair had ignored four written warnings from the shipyard's own inspectors. Relatives of the dead wept
and embraced in the courtroom. The Marit sank in March 2023 with 52 people aboard. Prosecutors had said that the
managers knew of cracks in the bow door for a year."""


def write_article(folder: Path, name: str, title: str, body: str, at: datetime) -> None:
    head = f"title: {title}\nsource: {name.title()} Post\ndate: {at.isoformat()}\nurl: https://{name}.example/{at:%d%H}"
    (folder / f"{name}-{at:%d%H}.md").write_text(f"---\n{head}\n---\n{body}\n", "utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    article_folder = tmp_path / "articles"
    article_folder.mkdir()
    for name, body in BACKGROUND.items():
        write_article(article_folder, name, f"News of the {name}", body, MORNING)
    return article_folder


@pytest.fixture
def app(folder: Path) -> App:
    source = Source(id="all", path=folder)
    return make_app(Settings(sources=(source,), newsletters=(NEWSLETTER,)), store=open_store("sqlite://"))


def collect_and_compose(app: App, at: datetime) -> Digest:
    collect_sources(app.settings.sources, app, now=at)
    return compose(NEWSLETTER, Slot(due=at, key=f"{at:%d}"), app, window=Window(start=at - 24 * HOUR, end=at))


def publish(app: App, at: datetime) -> Digest:
    """Collect, compose, and store the digest as sent."""
    digest = collect_and_compose(app, at)
    sent(digest, app.store)
    return digest


REBUILT, JAILED = "Government to rebuild every home in Karvel valley", "Shipyard managers jailed over Marit sinking"
DEVELOPMENTS = {
    "with copied background": ("Karvel quake", QUAKE, REBUILT, AID, "350 million"),
    "with paraphrased background": ("Ferry trial opens", TRIAL, JAILED, VERDICT, "sentenced"),
}


@pytest.mark.parametrize("days", [1, 2, 5], ids=["a day later", "two days later", "five days later"])
@pytest.mark.parametrize(("title", "before", "later_title", "after", "news"), DEVELOPMENTS.values(), ids=DEVELOPMENTS)
def test_a_development_is_an_update_with_the_new_sentences(
    app: App, folder: Path, title: str, before: str, later_title: str, after: str, news: str, days: int
) -> None:
    write_article(folder, "herald", title, before, MORNING)
    first = publish(app, MORNING + HOUR)
    write_article(folder, "courier", later_title, after, MORNING + days * 24 * HOUR)
    second = collect_and_compose(app, MORNING + days * 24 * HOUR + HOUR)

    assert title in {brief.story.lead.title for brief in first.briefs}
    (update,) = second.briefs
    assert update.ranked.update
    assert [article.title for article in update.story.articles] == [later_title]
    text = " ".join(sentence.text for sentence in update.sentences)
    assert news in text
    assert "1981" not in text
    assert "2023" not in text
    assert "bow door" not in text
    assert "old town hall" not in text


@pytest.mark.parametrize("days", [1, 3], ids=["a day later", "three days later"])
def test_another_outlet_s_report_of_the_same_news_is_left_out(app: App, folder: Path, days: int) -> None:
    write_article(folder, "herald", "Earthquake kills nine in Karvel valley", QUAKE, MORNING)
    publish(app, MORNING + HOUR)
    write_article(folder, "courier", "Nine dead as quake hits Karvel valley", REWRITE, MORNING + days * 24 * HOUR)
    second = collect_and_compose(app, MORNING + days * 24 * HOUR + HOUR)

    assert second.briefs == ()
    assert "nothing new since an earlier edition published its story" in {item.reason for item in second.left_out}


EXTENDED = f"""{QUAKE}
Engineers closed the Karvel dam on Friday after they had found a crack forty metres long below its crest.
Three thousand people downstream were taken to schools in Oster, where the army set up field kitchens."""
EDITS = {
    "unchanged": QUAKE,
    "a typo fixed": QUAKE.replace("ruins of two", "ruins of the two").replace("by a strong", "by so strong a"),
    "a number corrected": QUAKE.replace("killing nine people", "killing eleven people"),
    "one more sentence": EXTENDED.rpartition("\n")[0],
    "shortened": QUAKE.rpartition("\n")[0],
    "in another order": "\n".join(reversed(QUAKE.split("\n"))),
}


def test_a_substantial_edit_of_a_published_article_is_an_update_with_the_new_sentences(app: App, folder: Path) -> None:
    write_article(folder, "herald", "Earthquake kills nine in Karvel valley", QUAKE, MORNING)
    publish(app, MORNING + HOUR)
    write_article(folder, "herald", "Earthquake kills nine in Karvel valley", EXTENDED, MORNING)
    second = publish(app, MORNING + 24 * HOUR)
    third = collect_and_compose(app, MORNING + 48 * HOUR)

    (update,) = second.briefs
    assert update.ranked.update
    assert [sentence.text for sentence in update.sentences] == EXTENDED.split("\n")[-2:]
    assert third.briefs == ()


@pytest.mark.parametrize("edited", EDITS.values(), ids=EDITS)
def test_a_small_edit_of_a_published_article_is_left_out(app: App, folder: Path, edited: str) -> None:
    write_article(folder, "herald", "Earthquake kills nine in Karvel valley", QUAKE, MORNING)
    publish(app, MORNING + HOUR)
    write_article(folder, "herald", "Earthquake kills nine in the Karvel valley", edited, MORNING)
    second = collect_and_compose(app, MORNING + 24 * HOUR)

    assert second.briefs == ()
    assert "already in an earlier edition" in {item.reason for item in second.left_out}


def test_small_edits_add_up_to_an_update(app: App, folder: Path) -> None:
    """The article is compared with its published version, not with the last collected one."""
    write_article(folder, "herald", "Earthquake kills nine in Karvel valley", QUAKE, MORNING)
    publish(app, MORNING + HOUR)
    for hours, text in ((2, EDITS["one more sentence"]), (3, EXTENDED)):
        write_article(folder, "herald", "Earthquake kills nine in Karvel valley", text, MORNING)
        digest = collect_and_compose(app, MORNING + hours * HOUR)

    assert [brief.ranked.update for brief in digest.briefs] == [True]


@pytest.mark.parametrize(("archive", "is_linked"), [("public", True), ("subscribers", False), ("none", False)])
def test_an_update_belongs_to_its_story_over_the_days(
    app: App, folder: Path, archive: Archive, is_linked: bool
) -> None:
    """The page of the story has all of it; a mail may link there if anybody may read it."""
    title, before, later_title, after, _ = DEVELOPMENTS["with copied background"]
    write_article(folder, "herald", title, before, MORNING)
    first = publish(app, MORNING + HOUR)
    write_article(folder, "courier", later_title, after, MORNING + 24 * HOUR)
    at = MORNING + 25 * HOUR
    collect_sources(app.settings.sources, app, now=at)
    newsletter, window = replace(NEWSLETTER, archive=archive), Window(start=at - 24 * HOUR, end=at)
    second = compose(newsletter, Slot(due=at, key=f"{at:%d}"), app, window=window)
    sent(second, app.store)

    assert [brief.ranked.thread_id for brief in first.briefs] == [None] * len(first.briefs)
    (update,) = second.briefs
    number = [brief.story.lead.title for brief in first.briefs].index(title) + 1
    assert update.ranked.thread_id == (number if is_linked else None)
    with app.store.read() as conn:
        updates = find_updates(conn, number, ["main"])
    assert [telling.story.title for telling in updates] == [later_title, title]
    assert [len(telling.story.sentences) for telling in updates] == [
        len(update.sentences), len(first.briefs[number - 1].sentences)
    ]  # fmt: skip
