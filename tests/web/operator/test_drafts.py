"""The operator's pages of drafts: the list with the time left, and the same decisions as on the editor's page."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from digest.model.drafts import Draft, Drop, Note
from digest.store import open_store
from tests.support.draft_site import COMPOSED, HELD, add_draft, other_editor, stored
from tests.support.operator_site import OperatorClient, heading, notice, operator_site, send_edition


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OperatorClient]:
    folder = tmp_path_factory.mktemp("site")
    skipping = replace(HELD, id="weekly", title="Harbour Weekly", unanswered="skip")
    with (
        open_store(f"sqlite:///{folder / 'digest.db'}") as store,
        operator_site(store, folder, HELD, skipping) as operator,
    ):
        operator.site.now = COMPOSED + timedelta(minutes=5)
        operator.log_in()
        yield operator


def page_of(draft: Draft) -> str:
    return f"drafts/{draft.newsletter_id}/{draft.slot.key}"


def cells(text: str) -> list[str]:
    return [html.unescape(re.sub(r"<[^>]*>", "", cell)).strip() for cell in re.findall(r"<td.*?</td>", text, re.DOTALL)]


def test_drafts_that_wait_are_listed_with_the_time_left_and_decided_about(client: OperatorClient) -> None:
    app = client.site.app
    assert "No draft waits" in client.get("drafts").text
    assert "<h2>Drafts</h2>" not in client.get("").text
    draft, weekly = add_draft(app), add_draft(app, replace(HELD, id="weekly"))
    listed = cells(client.get("drafts").text)
    assert listed[:4] == [
        f"Harbour News {draft.slot.key}",
        "Sun 2026-03-29 07:00 Europe/Berlin",
        "goes out in 40 minutes",
        "3",
    ]
    assert listed[6] == "waits for an answer, 40 minutes left"
    assert cells(client.get("").text)[:8] == listed

    assert heading(client.get(page_of(draft))) == "Draft of Sunday, 29 March 2026"
    done = client.post(page_of(draft), {"do": "drop 2", "version": "0"})
    assert "Dropped:" in notice(done)
    assert [(record.kind, record.by) for record in stored(app, draft.id).history] == [("drop", "operator")]
    assert stored(app, weekly.id).version == 0
    assert cells(client.get("drafts").text)[3] == "2, 1 decision"


def test_a_foreign_form_and_a_stale_one_change_nothing(client: OperatorClient) -> None:
    app = client.site.app
    draft = add_draft(app)
    client.get(page_of(draft))
    form = {"do": "drop 2", "version": "0"}
    foreign = client.post(page_of(draft), form, Origin="https://evil.example", Sec_Fetch_Site="cross-site")
    assert "too old" in notice(foreign)
    assert "too old" in notice(client.post(page_of(draft), form | {"form": "x"}))

    other_editor(app, draft, Note(text="Good morning"))
    assert "Something was changed meanwhile" in client.post(page_of(draft), form).text
    assert stored(app, draft.id).version == 1


@pytest.mark.slow
def test_the_editions_page_tells_what_its_editor_decided(client: OperatorClient) -> None:
    draft = add_draft(client.site.app)
    other_editor(client.site.app, draft, Drop(story=2))
    edition_id = send_edition(client.site, slot=draft.slot)
    listed = re.findall(r"<li>(.*?)</li>", client.get(f"editions/{edition_id}").text)

    told = [html.unescape(re.sub(r"<[^>]*>", "", item)) for item in listed if "Dropped" in item]
    assert told == ["Dropped: Night trams stay command, 06:15 (CEST)"]

    without_draft = send_edition(client.site, slot=replace(draft.slot, key="2020-01-01"))
    assert "What its editor decided" not in client.get(f"editions/{without_draft}").text


def test_there_is_no_page_where_there_is_no_draft(client: OperatorClient) -> None:
    draft = add_draft(client.site.app)
    for path in ("drafts/main/2020-01-01", "drafts/other/2026-03-29", "drafts/main/latest", f"{page_of(draft)}9/mail"):
        assert client.get(path).status == 404, path
