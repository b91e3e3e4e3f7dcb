"""``digest send`` while a draft waits for its editor: it approves the draft, and respects a rejection."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.cli import main
from digest.model.drafts import Approve, DraftState, Drop, Reject
from digest.pipeline import calendar
from digest.pipeline.app import App, make_app
from digest.pipeline.editor_desk import decide, find_draft
from digest.pipeline.hold import compose_draft, store_draft
from digest.settings import load
from digest.store import open_store
from tests.cli.test_editions_draft import SETTINGS, TEXTS

pytestmark = pytest.mark.slow


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> App:
    """A new newsletter with one subscriber and a draft of its first slot, which is in twenty minutes."""
    monkeypatch.chdir(tmp_path)
    slot = datetime.now(UTC) + timedelta(minutes=20)
    if slot.date() != datetime.now(UTC).date():
        pytest.skip("the slot is tomorrow's")
    Path("digest.toml").write_text(f'[smtp]\nfolder = "mails"\n{SETTINGS}schedule = "daily {slot:%H:%M}"\n')
    Path("articles").mkdir()
    for name, text in TEXTS.items():
        Path("articles", f"{name}.txt").write_text(text)
    assert main(["collect"]) == 0
    assert main(["subscribers", "add", "ann@example.org"]) == 0
    settings = load(Path("digest.toml"), {})
    app, now = make_app(settings), datetime.now(UTC)
    with app.store as store:
        with store.read() as conn:
            next_slot = calendar.next_slot(conn, settings.newsletters[0], now=now)
        content = compose_draft(settings.newsletters[0], next_slot, app, now=now)
        with store.begin() as conn:
            store_draft(conn, settings.newsletters[0], next_slot, content, composed=now, now=now)
    return make_app(settings, store=open_store(settings.store.url))


def mails() -> list[str]:
    return [file.read_text("utf-8", "replace") for file in Path("mails").rglob("*.eml")]


def test_sending_by_hand_approves_the_draft_that_waits(app: App) -> None:
    newsletter = app.settings.newsletters[0]
    draft = find_draft(app, newsletter)
    assert draft
    decide(app, draft.id, Drop(story=1), by="operator", now=datetime.now(UTC))
    assert main(["send", "--dry-run"]) == 0
    assert main(["send"]) == 0
    final = find_draft(app, newsletter)

    assert final
    assert (final.state, [record.by for record in final.history]) == (DraftState.PUBLISHED, ["operator", "command"])
    [mail] = mails()
    assert draft.edition_stories[1].title in mail
    assert draft.edition_stories[0].title not in mail


def test_an_approved_draft_is_sent_by_hand_before_its_slot(app: App) -> None:
    draft = find_draft(app, app.settings.newsletters[0])
    assert draft
    decide(app, draft.id, Approve(), by="operator", now=datetime.now(UTC))
    assert main(["send"]) == 0
    assert main(["send"]) == 0

    assert len(mails()) == 1


def test_a_rejected_edition_is_not_sent_by_hand_but_for_a_new_one(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    draft = find_draft(app, app.settings.newsletters[0])
    assert draft
    decide(app, draft.id, Reject(), by="operator", now=datetime.now(UTC))
    assert main(["send"]) == 0
    assert "its editor rejected it" in capsys.readouterr().err
    assert mails() == []
    assert main(["send", "--again"]) == 0

    assert len(mails()) == 1
