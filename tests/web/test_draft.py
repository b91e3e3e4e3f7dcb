"""The editor's page of a draft: decisions by its forms, two editors at once, links that are none or too old."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from digest.model.drafts import MAX_NOTE, Approve, Decision, Draft, DraftState, Drop, Note, Pin, Reject
from digest.model.link_token import LinkToken, Purpose
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter
from digest.pipeline.draft_links import read_draft_link
from digest.settings import Settings
from digest.store import Store, drafts, editions, open_store
from digest.store.tables import metadata
from tests.support.digests import DUE, nth_brief
from tests.support.draft_site import COMPOSED, EDITOR, HELD, add_draft, draft_link, other_editor, stored
from tests.support.values import edition
from tests.support.web_site import SECRET, Answer, RunningSite, running_site, site_settings


@pytest.fixture(scope="module")
def module_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('site') / 'digest.db'}") as store:
        yield store


@pytest.fixture(scope="module")
def running(module_store: Store) -> Iterator[RunningSite]:
    with running_site(module_store, site_settings(HELD)) as site:
        yield site


@pytest.fixture
def site(running: RunningSite) -> RunningSite:
    running.now = COMPOSED + timedelta(minutes=5)
    running.events.clear()
    return running


def contents(site: RunningSite) -> str:
    with site.app.store.read() as conn:
        return repr([conn.execute(table.select()).all() for table in metadata.sorted_tables])


def lineup(draft: Draft) -> list[int]:
    return [story.number for story in draft.edition_stories]


def visible(answer: Answer) -> str:
    """The page's text."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text.partition("<body>")[2])).split())


def status(answer: Answer) -> str:
    (text,) = re.findall(r'role="(?:status|alert)">(.*?)</p>', answer.text)
    return html.unescape(re.sub(r"<[^>]*>", "", text)).strip()


def undo(answer: Answer) -> str:
    """The value of the button that takes the last decision back; empty without one."""
    found = re.search(
        r'name="do" value="([^"]*)"[^<]*>(?:Undo<|\s*(?:<[^>]*>\s*)*?<button class="second">Undo)', answer.text
    )
    return found[1] if found else ""


def press(site: RunningSite, draft: Draft, do: str, **fields: str) -> Answer:
    """Send a form of the page as it stands now, and follow it."""
    form = {"do": do, "version": str(stored(site.app, draft.id).version)} | fields
    answer = site.post(draft_link(site.app, draft), form)
    return site.get(answer.headers["location"]) if answer.status == 303 else answer


DECISIONS = {
    "drop": ("drop 2", "Dropped: Night trams stay", [1, 3], "restore 2"),
    "pin": ("pin 3", "Pinned: Rye from 1911", [3, 1, 2], "unpin 3"),
    "pin a reserve": ("pin 4", "Pinned: Glassworks save gas", [4, 1, 2, 3], "unpin 4"),
    "up": ("up 2", "Moved to place 1: Night trams stay", [2, 1, 3], "move 2 2"),
    "down": ("down 2", "Moved to place 3: Night trams stay", [1, 3, 2], "move 2 2"),
    "merge": ("merge 3 1", "Merged: Rye from 1911", [1, 2], "restore 3"),
    "headline": ("headline 1 2", "New headline: Ships may enter", [1, 2, 3], "headline 1 1"),
    "reject": ("reject", "It is not sent.", [1, 2, 3], "reopen"),
}


@pytest.mark.parametrize(("do", "said", "order", "back"), DECISIONS.values(), ids=DECISIONS.keys())
def test_a_decision_is_done_said_and_taken_back(
    do: str, said: str, order: list[int], back: str, site: RunningSite
) -> None:
    draft = add_draft(site.app)
    page = press(site, draft, do)

    assert status(page) == said
    assert lineup(stored(site.app, draft.id)) == order
    assert stored(site.app, draft.id).history[-1].by == EDITOR
    assert undo(page) == back
    site.post(draft_link(site.app, draft), {"do": undo(page), "version": "1"})
    undone = stored(site.app, draft.id)
    assert [story.title for story in undone.edition_stories] == ["The lock opens", "Night trams stay", "Rye from 1911"]
    assert undone.state is DraftState.OPEN


def test_a_form_leads_back_to_its_story_with_the_fields_of_its_own(site: RunningSite) -> None:
    draft = add_draft(site.app)
    link = draft_link(site.app, draft)
    for do, fields, anchor in (
        ("move 1", {"place": "3"}, "?did=1&was=1#story-1"),
        ("headline 1", {"article": "2"}, "?did=2#story-1"),
        ("merge 3", {"other": "1"}, "?did=3#story-3"),
        ("note", {"note": "Good\r\n\r\nmorning "}, "?did=4"),
    ):
        answer = site.post(link, {"do": do, "version": str(stored(site.app, draft.id).version)} | fields)
        assert (answer.status, answer.headers["location"].removeprefix(link)) == (303, anchor), do

    assert stored(site.app, draft.id).note == "Good\n\nmorning"
    assert [event for event, _ in site.events] == ["draft_decided"] * 4
    assert EDITOR not in repr(site.events)


def test_a_note_is_shown_as_text_and_its_former_one_comes_back(site: RunningSite) -> None:
    draft = add_draft(site.app)
    press(site, draft, "note", note="First")
    page = press(site, draft, "note", note="<script>alert(1)</script>\n\nSecond & last")

    assert "<script" not in page.text
    assert '&lt;script&gt;alert(1)&lt;/script&gt;</p>\n        <p dir="auto">Second &amp; last</p>' in page.text
    assert re.search(r'name="note" value="First"', page.text)
    press(site, draft, "note", note="First")
    assert stored(site.app, draft.id).note == "First"
    assert "There is no note any more." in status(press(site, draft, "note", note=""))


def test_opening_every_link_of_the_page_changes_nothing(site: RunningSite) -> None:
    draft = add_draft(site.app)
    link, before = draft_link(site.app, draft), contents(site)
    level = {link, *(f"{link}?do={task}&story=1" for task in ("drop", "pin", "merge", "x"))}
    for _ in range(2):
        pages = [site.request(method, address) for address in sorted(level) for method in ("HEAD", "GET")]
        assert {page.status for page in pages} == {200}
        level = {
            html.unescape(each).partition("#")[0]
            for page in pages
            for each in re.findall(r'"(/draft[^"]*)"', page.text)
        }
        level = {address for address in level if not address.endswith("/mail")}  # rendered in another process

    assert len(level) > 5
    assert contents(site) == before


def test_one_link_of_the_mail_shows_one_story_and_one_button(site: RunningSite) -> None:
    link = draft_link(site.app, add_draft(site.app))

    def buttons(query: str) -> list[str]:
        focus = re.search(r'<section class="focus".*?</section>', site.get(link + query).text, re.DOTALL)
        return re.findall(r'<button name="do" value="([^"]*)"', focus[0]) if focus else []

    assert buttons("?do=drop&story=2") == ["drop 2"]
    assert buttons("?do=pin&story=4") == ["pin 4"]
    assert buttons("?do=drop&story=4") == ["pin 4"]  # a reserve story can't be dropped, but comes in
    assert buttons("?do=headline&story=1") == ["headline 1"]
    assert buttons("?do=merge&story=1") == ["merge 1"]
    assert [buttons(f"?do={task}") for task in ("note", "approve", "reject")] == [["note"], ["approve"], ["reject"]]
    assert buttons("?do=drop&story=99") == buttons("?do=nonsense&story=1") == []


def test_two_editors_never_overwrite_each_other(site: RunningSite) -> None:
    draft = add_draft(site.app)
    other_editor(site.app, draft, Pin(story=3))
    other_editor(site.app, draft, Note(text="Mine"))
    answer = site.post(draft_link(site.app, draft), {"do": "note", "note": "No, mine", "version": "0"})

    assert answer.status == 409
    assert "Something was changed meanwhile Pinned: Rye from 1911 command" in visible(answer)
    assert stored(site.app, draft.id).note == "Mine"
    offered = re.search(r"<form.*?Do it nevertheless", answer.text, re.DOTALL)
    assert offered
    fields = {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', offered[0])}
    assert fields == {"do": "note", "note": "No, mine", "version": "2"}
    assert site.post(draft_link(site.app, draft), fields).status == 303
    assert stored(site.app, draft.id).note == "No, mine"


@pytest.mark.parametrize("do", ["drop 2", "up 2", "approve"])
def test_a_second_click_does_nothing_and_says_what_the_first_one_did(do: str, site: RunningSite) -> None:
    draft = add_draft(site.app)
    answers = [site.post(draft_link(site.app, draft), {"do": do, "version": "0"}) for _ in range(2)]

    assert [answer.headers.get("location", "").partition("?")[2][:5] for answer in answers] == ["did=1", "did=1"]
    assert stored(site.app, draft.id).version == 1


REFUSED: dict[str, tuple[dict[str, str], int, str]] = {
    "nothing": ({}, 400, "could not be read"),
    "no version": ({"do": "drop 1"}, 400, "could not be read"),
    "an odd version": ({"do": "drop 1", "version": "٣"}, 400, "could not be read"),
    "a version to come": ({"do": "drop 1", "version": "7"}, 409, "Something was changed meanwhile"),
    "an unknown task": ({"do": "explode 1", "version": "0"}, 400, "could not be read"),
    "no such story": ({"do": "drop 99", "version": "0"}, 409, "there is no such story"),
    "with itself": ({"do": "merge 1 1", "version": "0"}, 409, "there is no such story"),
    "as it is": ({"do": "headline 1 1", "version": "0"}, 409, "it is so already"),
    "a long note": ({"do": "note", "note": "é" * (MAX_NOTE + 1), "version": "0"}, 409, f"longer than {MAX_NOTE}"),
}


@pytest.mark.parametrize(("fields", "code", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_a_form_that_asks_for_nothing_possible_changes_nothing(
    fields: dict[str, str], code: int, said: str, site: RunningSite
) -> None:
    draft = add_draft(site.app)
    answer = site.post(draft_link(site.app, draft), fields)

    assert answer.status == code
    assert said in visible(answer)
    assert stored(site.app, draft.id).version == 0


def test_after_its_time_a_draft_shows_what_became_of_it_and_decides_nothing(site: RunningSite) -> None:
    draft = add_draft(site.app)
    link = draft_link(site.app, draft)
    site.now = DUE + timedelta(minutes=1)
    late = site.post(link, {"do": "drop 1", "version": "0"})

    assert (late.status, status(late)) == (409, "That came too late: nothing was changed.")
    assert "The time to decide is over: 07:00 (CEST)." in visible(site.get(f"{link}?do=drop&story=1"))
    assert "<button" not in site.get(f"{link}?do=drop&story=1").text
    site.now = DUE + timedelta(days=1)
    assert site.get(link).status == 200
    site.now += timedelta(seconds=1)
    assert site.get(link).status == 404


STATES: dict[str, tuple[Decision | DraftState, str]] = {
    "approved": (Approve(), "It is being sent."),
    "rejected": (Reject(), "It is not sent. You can take that back until 07:00 (CEST)."),
    "published": (DraftState.PUBLISHED, "It went out: 07:00 (CEST)."),
    "closed": (DraftState.CLOSED, "It was not sent."),
}


@pytest.mark.slow
@pytest.mark.parametrize(("what", "said"), STATES.values(), ids=STATES.keys())
def test_the_page_says_what_becomes_of_the_draft(what: Decision | DraftState, said: str, site: RunningSite) -> None:
    draft = add_draft(site.app)
    if isinstance(what, DraftState):
        with site.app.store.begin() as conn:
            held = drafts.get(conn, draft.id)
            assert held
            drafts.finish(conn, held, what)
    else:
        other_editor(site.app, draft, what)

    assert said in visible(site.get(draft_link(site.app, draft)))


def token(draft: Draft, **changes: object) -> str:
    right = LinkToken(purpose=Purpose.DRAFT, issued=COMPOSED, subscriber_id=draft.id, newsletter_id="main")
    return replace(right, **changes).signed(SECRET)  # type: ignore[arg-type]


def test_a_link_that_is_forged_or_for_something_else_opens_nothing(site: RunningSite) -> None:
    draft, other = add_draft(site.app), add_draft(site.app)
    link = draft_link(site.app, draft)
    id_, _, rest = link.removeprefix("/draft/").partition(".")
    forged = {
        "another draft": f"/draft/{other.id}.{rest}",
        "a changed signature": link[:-1] + ("0" if link[-1] != "0" else "1"),
        "cut": link[:-1],
        "another purpose": f"/draft/{token(draft, purpose=Purpose.READ)}",
        "another version": f"/draft/{token(draft, version=1)}",
        "another newsletter": f"/draft/{token(draft, newsletter_id='weekly')}",
        "no draft": f"/draft/{token(draft, subscriber_id=10**9)}",
    }
    for name, address in forged.items():
        for answer in (
            site.get(address),
            site.get(f"{address}/mail"),
            site.post(address, {"do": "drop 1", "version": "0"}),
        ):
            assert (answer.status, "This link is not known" in answer.text) == (404, True), name
    assert stored(site.app, draft.id).version == stored(site.app, other.id).version == 0
    assert id_ == str(draft.id)


REVOKED: dict[str, Settings] = {
    "another editor": site_settings(replace(HELD, editor=Mailbox.at("new@harbour.example"))),
    "no editor": site_settings(replace(HELD, editor=None)),
    "no newsletter": site_settings(replace(HELD, id="other")),
}


def test_who_is_no_longer_editor_has_no_links_any_more(site: RunningSite) -> None:
    text = draft_link(site.app, add_draft(site.app)).removeprefix("/draft/")
    with site.app.store.read() as conn:
        assert read_draft_link(conn, text, site.app.settings)
        for name, settings in REVOKED.items():
            assert read_draft_link(conn, text, settings) is None, name


def test_the_page_is_private_and_has_nothing_inline(site: RunningSite) -> None:
    link = draft_link(site.app, add_draft(site.app))
    page = site.get(f"{link}?story=1")

    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert "unsafe-inline" not in page.headers["content-security-policy"]
    assert re.findall(r"style=|<script|<style|\son\w+=", page.text) == []
    assert site.get(link, Host="evil.example").status == 421


@pytest.mark.slow
def test_a_page_of_thirty_stories_is_small(site: RunningSite) -> None:
    draft = add_draft(site.app, stories=[nth_brief(number) for number in range(30)])

    assert len(site.get(f"{draft_link(site.app, draft)}?story=1").text) < 50_000


@pytest.mark.slow
def test_the_page_speaks_the_newsletters_language(module_store: Store, site: RunningSite) -> None:
    german: Newsletter = replace(HELD, language="de")
    with running_site(module_store, site_settings(german)) as other:
        other.now = site.now
        draft = add_draft(other.app, german)
        page = other.get(draft_link(other.app, draft, german))

    assert '<html lang="de"' in page.text
    assert "Entwurf vom Sonntag, 29. März 2026" in page.text
    assert '<article class="story" id="story-1" lang="en" dir="ltr">' in page.text


@pytest.mark.slow
def test_a_newsletter_that_is_called_draft_keeps_its_archive(sqlite_store: Store) -> None:
    """Where no newsletter has an editor; with one, the settings refuse the id."""
    with running_site(sqlite_store, site_settings(replace(HELD, id="draft", archive="public"))) as site:
        assert [site.get(path).status for path in ("/draft/", "/draft/feed.xml", "/draft/2026-03-29")] == [
            200,
            200,
            404,
        ]
        assert "no such edition" in site.get("/draft/2026-03-29").text


def test_a_decision_of_a_dropped_draft_says_so_in_the_history(site: RunningSite) -> None:
    draft = add_draft(site.app)
    other_editor(site.app, draft, Drop(story=2))
    page = visible(site.get(draft_link(site.app, draft)))

    assert "Left out 2 Bulletin Night trams stay Restore" in page
    assert "What was decided Dropped: Night trams stay command, 06:15 (CEST)" in page


@pytest.mark.slow
def test_a_published_draft_leads_to_its_edition_on_both_databases(shared_store: Store) -> None:
    public = replace(HELD, archive="public")
    with running_site(shared_store, site_settings(public)) as site:
        site.now = COMPOSED + timedelta(minutes=5)
        draft = add_draft(site.app, public)
        link = draft_link(site.app, draft, public)
        assert site.post(link, {"do": "drop 2", "version": "0"}).status == 303
        with shared_store.begin() as conn:
            editions.add(conn, edition(slot=draft.slot, html="<p>As frozen</p>"), at=DUE - timedelta(minutes=10))
            held = drafts.get(conn, draft.id)
            assert held
            drafts.finish(conn, held, DraftState.PUBLISHED)
        page = site.get(link)

        assert "It went out: 06:50 (CEST)." in visible(page)
        assert f'href="/main/{draft.slot.key}"' in page.text
        assert f'src="{link}/mail" title' in site.get(f"{link}?show=mail").text
        assert "<p>As frozen</p>" in site.get(f"{link}/mail").text
        assert site.get(f"/main/{draft.slot.key}").status == 200
