"""The stories of a round-up get the text of their own pages, as a feed's teasers do."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.collect.collector import make_collector
from digest.model.newsletters import ANYBODY, Source
from digest.model.protocols import Collected, FetchState, no_known_guids
from digest.settings import FetchSettings
from tests.support.web_servers import Answer, WebServer

SEEN = datetime(2026, 3, 29, 12, tzinfo=UTC)
PAGE = "<html><head><title>{0}</title></head><body><article><h1>{0}</h1>{1}</article></body></html>"
TITLES = ("The harbour opens after a long winter", "Ferry fares rise in the islands", "Divers find a lost bell")


def collect_mail(folder: Path, host: str, *, full_text: str = "auto") -> Collected:
    items = "".join(
        f"<p><a href='http://{host}/news/{at}'>{title}</a></p><p>More on it below.</p>"
        for at, title in enumerate(TITLES)
    )
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    headers = (
        "From: Quay <a@quay.example>\r\nSubject: News\r\nMessage-ID: <1@quay.example>\r\n"
        "Date: Sun, 29 Mar 2026 06:30:00 +0000\r\n"
    )
    (folder / "new" / "1.mx").write_bytes(f"{headers}Content-Type: text/html; charset=utf-8\r\n\r\n{items}".encode())
    source = Source(id="mails", path=folder, senders=(ANYBODY,), full_text=full_text)  # type: ignore[arg-type]
    collector = make_collector(FetchSettings(allow=(host,)), SEEN)
    return asyncio.run(collector(source, FetchState(), no_known_guids))


@pytest.mark.slow
def test_a_storys_page_is_read(tmp_path: Path, public_web: WebServer) -> None:
    for at, title in enumerate(TITLES):
        text = "".join(
            f"<p>{title}, said the harbour master of the town on the {day} day, when {10 * day} more boats came in.</p>"
            for day in range(1, 15)
        )
        public_web.routes[f"/news/{at}"] = Answer(
            body=PAGE.format(title, text).encode(), headers={"Content-Type": "text/html"}
        )
    collected = collect_mail(tmp_path / "mails", public_web.address)

    assert [entry.title for entry in collected.entries] == list(TITLES)
    assert all("said the harbour master" in entry.body for entry in collected.entries)


def test_no_link_of_a_mail_reaches_a_private_address(tmp_path: Path, web: WebServer) -> None:
    collected = collect_mail(tmp_path / "mails", web.address)

    assert len(collected.entries) == len(TITLES)
    assert not web.requests
    assert all("its page is not fetched" in problem for problem in collected.problems)


def test_no_page_is_fetched_where_the_source_says_never(tmp_path: Path, web: WebServer) -> None:
    collected = collect_mail(tmp_path / "mails", web.address, full_text="never")

    assert not web.requests
    assert not collected.problems
