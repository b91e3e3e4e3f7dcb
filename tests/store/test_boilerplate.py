"""Learned boilerplate in the store."""

from __future__ import annotations

from datetime import timedelta

from digest.model.boilerplate import LearnedBoilerplate
from digest.store import Store, boilerplate, retention
from tests.support.values import NOON

LEARNED = LearnedBoilerplate(articles=3, lines={"0a1b": 3, "ffff": 1})


def test_learned_boilerplate_is_stored_and_replaced(store: Store) -> None:
    relearned = LearnedBoilerplate(articles=4, lines={"0a1b": 4})
    with store.begin() as conn:
        boilerplate.save(conn, {"herald": LEARNED, "post": LEARNED}, at=NOON)
        boilerplate.save(conn, {"herald": relearned}, at=NOON)

        assert boilerplate.load(conn, ["herald", "post", "other"]) == {"herald": relearned, "post": LEARNED}


def test_boilerplate_of_a_source_without_new_articles_is_deleted(store: Store) -> None:
    with store.begin() as conn:
        boilerplate.save(conn, {"herald": LEARNED}, at=NOON)
        boilerplate.save(conn, {"post": LEARNED}, at=NOON + timedelta(days=2))

        assert retention.delete_boilerplate(conn, before=NOON + timedelta(days=1)) == 1
        assert boilerplate.load(conn, ["herald", "post"]) == {"post": LEARNED}
