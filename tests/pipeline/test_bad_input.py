"""Bad articles through the store to the rendered mail: the digest is sound."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.model.digests import Digest
from digest.model.newsletters import Newsletter, Source
from digest.model.slots import Slot, Window
from digest.pipeline.app import make_app
from digest.pipeline.collect import collect_sources
from digest.pipeline.compose import compose
from digest.pipeline.newsletter import render_options
from digest.render import render
from digest.settings import Settings
from digest.store import open_store

NOW = datetime(2026, 3, 27, 6, tzinfo=UTC)
NEWSLETTER = Newsletter(id="main", title="Main")
GOOD_BODY = "The harbour opens again on Monday after a week of storms, the port office said. Ships wait at sea."

BODIES = {
    "empty": "",
    "one word": "Storm",
    "one sentence": "The harbour is closed.",
    "all quotations": "“We wait.” “So do we.” “Nobody knows.” “It will pass.”",
    "all capitals": "THE HARBOUR IS CLOSED. SHIPS WAIT AT SEA. NOBODY KNOWS WHEN IT OPENS AGAIN.",
    "emoji only": "🚢🌊🌊 ⚓️ 🎉👨‍👩‍👧‍👦 🇪🇺",
    "list only": "- bread\n- milk\n- forty crates of apples\n- rope",
    "no punctuation": "the harbour is closed and ships wait at sea and nobody knows when it opens again " * 40,
    "right to left": "أغلقت المدينة الميناء القديم يوم الاثنين. وتنتظر السفن في البحر. ولا أحد يعرف متى يفتح.",
    "mixed scripts": "Порт closed 港口 в Monday. الميناء is κλειστό сегодня! 何も知らない。 Nobody знает.",
    "control characters": "The harbour\x0b is\x1b[31m closed.\u202e Ships wait.\ufeff\u200b At sea.",
    "half a surrogate's bytes": "The harbour is closed \ufffd\ufffd. Ships wait.",
    "one endless word": "x" * 50_000,
    "only stops": "... !!! ??? ...",
    "a sentence again and again": "The harbour is closed. " * 500,
}


def write_article(folder: Path, name: str, body: str, *, title: str = "") -> None:
    head = {"title": title, "source": f"{name} Post", "date": NOW.isoformat(), "url": f"https://{name}.example/1"}
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items() if value]
    text = "\n".join(["---", *lines, "---", body, ""])
    (folder / f"{name}.md").write_text(text, "utf-8", newline="\n")


def compose_and_render(folder: Path, *, summarizer: str = "default") -> Digest:
    app = make_app(
        Settings(sources=(Source(id="all", path=folder),), newsletters=(NEWSLETTER,)), store=open_store("sqlite://")
    )
    collect_sources(app.settings.sources, app, now=NOW)
    newsletter = Newsletter(id="main", title="Main", summarizer=summarizer, stories=None)
    window = Window(start=NOW - timedelta(days=1), end=NOW + timedelta(days=1))
    digest = compose(newsletter, Slot(due=NOW + timedelta(hours=1), key="2026-03-27"), app, window=window)
    render(digest, render_options(newsletter, app.settings))
    return digest


def check(digest: Digest) -> None:
    """Scores are finite; sentences are verbatim and occur once."""
    for brief in digest.briefs:
        assert math.isfinite(brief.ranked.score)
        for sentence in brief.sentences:
            assert any(sentence.text in paragraph for paragraph in sentence.article.paragraphs)
        assert len({sentence.text for sentence in brief.sentences}) == len(brief.sentences)


@pytest.mark.parametrize("summarizer", ["default", "lead", "lex-rank", "kl"])
@pytest.mark.parametrize("kind", BODIES)
def test_a_bad_article_beside_a_good_one_gives_a_sound_digest(tmp_path: Path, kind: str, summarizer: str) -> None:
    write_article(tmp_path, "bad", BODIES[kind], title="Bad")
    write_article(tmp_path, "good", GOOD_BODY, title="Harbour opens again")

    digest = compose_and_render(tmp_path, summarizer=summarizer)

    check(digest)
    assert "Harbour opens again" in {article.title for brief in digest.briefs for article in brief.story.articles}


def test_all_bad_articles_together_give_a_sound_digest(tmp_path: Path) -> None:
    for at, body in enumerate(BODIES.values()):
        write_article(tmp_path, f"bad{at}", body)

    check(compose_and_render(tmp_path))


def test_the_same_article_from_fifty_outlets_is_one_story(tmp_path: Path) -> None:
    for at in range(50):
        write_article(tmp_path, f"outlet{at}", GOOD_BODY, title="Harbour opens again")

    digest = compose_and_render(tmp_path)

    check(digest)
    (brief,) = digest.briefs
    assert len(brief.story.all_articles) == 50
    assert len(brief.story.articles) == 1


@pytest.mark.slow
def test_an_article_of_five_megabytes_is_composed(tmp_path: Path) -> None:
    write_article(
        tmp_path,
        "long",
        f"{GOOD_BODY}\n\n" + "Wind blows. Rain falls on the old pier at night.\n\n" * 100_000,
        title="Long",
    )

    digest = compose_and_render(tmp_path)

    check(digest)
    assert len(digest.briefs) <= 1
