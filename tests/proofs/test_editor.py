"""``digest run`` killed again and again while it composes a draft, mails it, and sends its edition: a restart goes on,
with one draft, one edition, and what was decided."""

from __future__ import annotations

import random
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from digest.model.drafts import DraftState, Drop
from digest.model.slots import Slot
from digest.pipeline.app import make_app
from digest.pipeline.editor_desk import decide, find_draft
from digest.settings import load
from digest.store import deliveries, editions, story_texts
from tests.proofs.test_simulated_days import BERLIN, HOUR, MINUTE, READERS, SETTINGS, World, due, world
from tests.support.databases import open_persistent_store, sqlite_only
from tests.support.run_process import Run, RunProcess, until

pytestmark = pytest.mark.slow
__all__ = ["world"]

EDITOR = "ed@example.org"
_HELD = f'hold = "90m"\neditor = "Ed <{EDITOR}>"\nquality_floor = 0\n'
KILLS = 3


def kill_until(event: str, world: World, run: Run, at: datetime, chance: random.Random) -> RunProcess:
    """Set the clock, kill the program a few times while it works, and let it get to the event."""
    world.wall.set(at)
    for _ in range(KILLS):
        running = run(**world.wall.environment)
        until(lambda running=running: "started" in running.events)  # type: ignore[misc]  # a loop's variable
        time.sleep(chance.uniform(0, 1.2))
        running.process.kill()
        running.process.wait()
    world.wall.set(at + 20 * MINUTE)  # editions wait ten minutes for a collection whose process died
    running = run(**world.wall.environment)
    until(lambda: "started" in running.events)  # the event may be a killed program's
    until(lambda: _has(event, world))
    return running


def _has(event: str, world: World) -> bool:
    """Whether it came to that, whichever process did it."""
    with open_persistent_store() as store:
        app = make_app(load(Path("digest.toml"), {}), store=store)
        draft = find_draft(app, app.settings.newsletter("main"))
        if event == "mailed":
            return draft is not None and draft.mailed is not None
        with store.read() as conn:
            ids = [summary.id for summary in editions.summaries(conn)]
            return bool(ids) and all(outcome.is_final for id_ in ids for outcome in deliveries.counts(conn, id_))


@sqlite_only
def test_a_killed_program_goes_on_with_the_draft_and_sends_it_as_decided(world: World, run: Run) -> None:
    Path("digest.toml").write_text(
        SETTINGS.format(port=world.mail_server.port, web=world.web.address).replace(
            "[[newsletters]]", "[[newsletters]]\n" + _HELD
        )
    )
    chance, slot = random.Random(20260329), due(datetime(2026, 3, 27))
    world.wall.set(slot - 4 * HOUR)
    for minutes in (10, 5):
        world.write(slot - 4 * HOUR - minutes * MINUTE)
    first = run(**world.wall.environment)
    until(lambda: "collected" in first.events)
    assert first.end() == 0

    running = kill_until("mailed", world, run, slot - 80 * MINUTE, chance)
    assert running.end() == 0
    with open_persistent_store() as store:
        app = make_app(load(Path("digest.toml"), {}), store=store)
        draft = find_draft(app, app.settings.newsletter("main"))
        assert draft
        assert draft.slot == Slot(due=slot, key=f"{slot.astimezone(BERLIN):%Y-%m-%d}")
        kept = draft.edition_stories[1]
        result = decide(app, draft.id, Drop(story=1), by=EDITOR, now=slot - timedelta(hours=1))
        assert result
        assert result.outcome == "done"
    running = kill_until("delivered", world, run, slot + MINUTE, chance)
    assert running.end() == 0
    with open_persistent_store() as store, store.read() as conn:
        [edition] = editions.summaries(conn)
        assert [story.title for story in story_texts.of_edition(conn, edition.id)] == [kept.title]
        final = find_draft(app, app.settings.newsletter("main"))

    assert final
    assert (final.id, final.state) == (draft.id, DraftState.PUBLISHED)
    mails = Counter(world.mail_server.recipients)
    assert mails.keys() == {*READERS, EDITOR}
    # A death adds at most one copy for each open connection; the editor's mail is tried again after five minutes.
    assert all(count <= 1 + KILLS for count in mails.values())
