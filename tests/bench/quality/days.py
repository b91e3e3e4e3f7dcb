"""Days of news and posts of blogs, composed as a preview does.

A day is a folder ``YYYY-MM-DD`` with feeds and a ``digest.toml``; posts are files in one folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import feedparser
from lxml import html as lxml_html

from digest.model.stories import Brief
from digest.pipeline.preview import EVER, PreviewRequest, preview

#: Paragraphs as the feeds mark them.
_BLOCKS = "//p | //li | //blockquote | //h2 | //h3"


def day_folders(shared: Path) -> list[Path]:
    """The folders of days, oldest first; empty where the data is absent."""
    return sorted((shared / "days").glob("[0-9]*"))


def compose_day(folder: Path, *, summarizer: str, sentences: int = 3) -> tuple[Brief, ...]:
    """All stories of the day with their briefs, as of five in the morning after it."""
    following = date.fromisoformat(folder.name) + timedelta(days=1)
    request = PreviewRequest(
        config=folder / "digest.toml",
        at=datetime.fromisoformat(f"{following} 05:00"),
        since=timedelta(days=2),
        fetch=True,
        changes={"stories": 100, "sentences": sentences, "summarizer": summarizer},
    )
    composed = preview(request, environ={}, now=datetime.fromisoformat(f"{following} 05:00+00:00"))
    return tuple(brief for brief in composed.digest.briefs if brief.sentences)


def compose_posts(folder: Path, *, summarizer: str, sentences: int = 3) -> tuple[Brief, ...]:
    """The posts of a folder with their briefs, whatever their age; none where the folder is absent."""
    if not folder.is_dir():
        return ()
    changes = {"stories": 100, "sentences": sentences, "summarizer": summarizer}
    request = PreviewRequest(addresses=(str(folder),), since=EVER, changes=changes)
    composed = preview(request, environ={}, now=datetime.now(UTC))
    return tuple(brief for brief in composed.digest.briefs if brief.sentences)


def original_texts(folder: Path) -> Mapping[str, tuple[str, ...]]:
    """The paragraphs of each article as the feeds have them, by link; read without the code that is measured."""
    texts: dict[str, tuple[str, ...]] = {}
    for file in sorted(folder.glob("feeds/*.xml")):
        for entry in feedparser.parse(file.read_bytes()).entries:
            body = entry.content[0].value if "content" in entry else entry.get("summary", "")
            texts[entry.get("link", "")] = _paragraphs(body)
    return texts


def _paragraphs(body: str) -> tuple[str, ...]:
    root = lxml_html.fromstring(f"<div>{body}</div>")
    blocks = root.xpath(_BLOCKS) or [root]
    return tuple(filter(None, (" ".join(block.text_content().split()) for block in blocks)))
