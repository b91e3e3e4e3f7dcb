"""Collecting local files: a file, or a folder."""

from __future__ import annotations

import asyncio
import os
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.clean.articles import clean
from digest.collect.collector import make_collector
from digest.model.articles import BodyFormat, Entry, Image
from digest.model.errors import SourceError
from digest.model.newsletters import Source
from digest.model.protocols import Collected, FetchState
from digest.settings import FetchSettings

SEEN = datetime(2026, 3, 27, tzinfo=UTC)
TEXT = "The ferry sails again.\n\nIt had been in the dock since autumn.\n"


def collect(path: Path, *, title: str = "", **limits: int) -> Collected:
    collector = make_collector(FetchSettings(**limits), SEEN)  # type: ignore[arg-type]
    return asyncio.run(collector(Source(id="disk", path=path, title=title), FetchState()))


def only_entry(path: Path) -> Entry:
    (entry,) = collect(path).entries
    return entry


def page(body: str, head: str = "") -> str:
    paragraphs = "".join(f"<p>{body} This is sentence number {number} of the article.</p>" for number in range(6))
    return f"<!DOCTYPE html><html lang=de><head>{head}</head><body><article>{paragraphs}</article></body></html>"


# --- one file ----------------------------------------------------------------------------------------------------


def test_a_text_is_read_whole_and_has_no_title_yet(tmp_path: Path) -> None:
    file = tmp_path / "ferry.txt"
    file.write_text(TEXT)
    os.utime(file, (1_774_000_000, 1_774_000_000))

    entry = only_entry(file)

    assert (entry.title, entry.body, entry.form) == ("", TEXT, BodyFormat.TEXT)
    assert (entry.guid, entry.url, entry.source) == ("ferry.txt", file.as_uri(), "ferry")
    assert (entry.published, entry.seen) == (datetime.fromtimestamp(1_774_000_000, UTC), SEEN)


def test_front_matter_sets_the_fields_of_the_entry(tmp_path: Path) -> None:
    file = tmp_path / "ferry.md"
    file.write_text(
        "---\ntitle: 'The ferry: back'\nlink: https://outlet.example/ferry\nsource: Coast Gazette\nauthor: [The desk]\n"
        "date: 2026-03-26T07:30:00+01:00\nlang: en-GB\nimage: https://outlet.example/f.jpg\ntags:\n  - sea\n---\n"
        + TEXT
    )

    entry = only_entry(file)

    assert (entry.title, entry.url, entry.source) == (
        "The ferry: back",
        "https://outlet.example/ferry",
        "Coast Gazette",
    )
    assert (entry.author, entry.language) == ("The desk", "en-GB")
    assert entry.published == datetime(2026, 3, 26, 6, 30, tzinfo=UTC)
    assert entry.image == Image(url="https://outlet.example/f.jpg")
    assert entry.body.strip() == TEXT.strip()


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        pytest.param("# The ferry\n\nIt sails.", "The ferry", "It sails.", id="heading"),
        pytest.param("## The ferry ##\n\nIt sails.", "The ferry", "It sails.", id="smaller heading first"),
        pytest.param("The ferry\n===\n\nIt sails.", "The ferry", "It sails.", id="underlined"),
        pytest.param(
            "Up early.\n\n# The ferry\n\nIt sails.", "The ferry", "Up early.\n\n\nIt sails.", id="heading later"
        ),
        pytest.param("It sails.\n\n## Later", "", "It sails.\n\n## Later", id="a section is no title"),
        pytest.param("```\n# code\n```\nIt sails.", "", "```\n# code\n```\nIt sails.", id="code is no title"),
        pytest.param("---\ntitle: A\n---\n# B\n\nIt sails.", "A", "# B\n\nIt sails.", id="front matter first"),
        pytest.param("---\ntitle: A\n---\n# A\n\nIt sails.", "A", "It sails.", id="the same title twice"),
        pytest.param("---\nIt sails.\n\n---\nAnd docks.", "", "---\nIt sails.\n\n---\nAnd docks.", id="rules"),
    ],
)
def test_the_title_of_a_markdown_file_is_its_first_heading(tmp_path: Path, text: str, title: str, body: str) -> None:
    (tmp_path / "a.md").write_text(text)

    entry = only_entry(tmp_path / "a.md")

    assert (entry.title, entry.body.strip(), entry.form) == (title, body, BodyFormat.MARKDOWN)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", "---\ntitle: Why <head> matters\n---\nIt sails."),
        ("a.txt", "---\ntitle: Why <head> matters\n---\nIt sails."),
    ],
)
def test_a_plain_title_keeps_the_name_of_an_element(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)

    assert clean([only_entry(tmp_path / name)])[0].title == "Why <head> matters"


def test_code_in_a_heading_keeps_the_name_of_an_element(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Why `<head>` matters\n\nIt sails.")

    assert clean([only_entry(tmp_path / "a.md")])[0].title == "Why `<head>` matters"


def test_a_saved_page_gives_its_article_and_metadata(tmp_path: Path) -> None:
    head = (
        '<title>The ferry – Gazette</title><meta property="og:title" content="The ferry &amp; the dock">'
        '<link rel="canonical" href="https://outlet.example/ferry"><meta property="og:site_name" content="Gazette">'
        '<meta property="article:published_time" content="2026-03-26T07:30:00Z"><meta name=author content="The desk">'
        '<meta property="og:image" content="/f.jpg"><meta property="og:image:width" content="1200">'
    )
    (tmp_path / "a.html").write_text(page("The ferry sails again after a winter in the dock.", head))

    entry = only_entry(tmp_path / "a.html")

    assert (entry.title, entry.url, entry.source) == (
        "The ferry &amp; the dock",
        "https://outlet.example/ferry",
        "Gazette",
    )
    assert (entry.author, entry.language, entry.form) == ("The desk", "de", BodyFormat.HTML)
    assert entry.published == datetime(2026, 3, 26, 7, 30, tzinfo=UTC)
    assert entry.body.count("<p>") == 6


def test_json_ld_sets_the_fields_of_the_entry(tmp_path: Path) -> None:
    data = (
        '{"@graph": [{"@type": "WebSite"}, {"@type": ["NewsArticle"], "headline": "The ferry",'
        ' "datePublished": "2026-03-26", "author": [{"name": "One desk"}, {"name": "Another"}]}]}'
    )
    (tmp_path / "a.html").write_text(page("The ferry sails.", f'<script type="application/ld+json">{data}</script>'))

    entry = only_entry(tmp_path / "a.html")

    assert (entry.title, entry.author, entry.published) == (
        "The ferry",
        "One desk, Another",
        datetime(2026, 3, 26, tzinfo=UTC),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_a_text_may_have_any_common_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.txt").write_bytes("Café “Zoë” reopens on the square today.".encode(encoding))

    assert only_entry(tmp_path / "a.txt").body == "Café “Zoë” reopens on the square today."


def test_a_feed_in_a_file_gives_its_entries(tmp_path: Path) -> None:
    (tmp_path / "f.xml").write_text(
        "<rss version='2.0'><channel><title>T</title><item><title>A</title></item></channel></rss>"
    )

    collected = collect(tmp_path / "f.xml")

    assert (collected.title, [entry.title for entry in collected.entries]) == ("T", ["A"])


# --- a folder ----------------------------------------------------------------------------------------------------


def test_a_folder_gives_its_texts_in_the_order_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "b" / "c").mkdir(parents=True)
    for name in ("b/c/3.md", "a.txt", "b/2.txt"):
        (tmp_path / name).write_text(TEXT)

    collected = collect(tmp_path)

    assert [entry.guid for entry in collected.entries] == ["a.txt", "b/2.txt", "b/c/3.md"]
    assert {entry.source for entry in collected.entries} == {tmp_path.name}
    assert collected.problems == ()


def test_each_unreadable_file_is_reported_in_one_line(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("secret")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "good.txt").write_text(TEXT)
    (folder / ".hidden.txt").write_text("hidden")
    (folder / "empty.txt").write_text(" \n")
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF")
    (folder / "large.txt").write_text("x" * 2000)
    (folder / "broken.json").write_text('{"items": 7}')
    (folder / "link.txt").symlink_to(outside)
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    (folder / "dangling.txt").symlink_to(folder / "nowhere")
    (folder / "up").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    (folder / "same.txt").symlink_to(folder / "good.txt")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "socket"))
        collected = collect(folder, max_bytes=1000)

    assert [entry.guid for entry in collected.entries] == ["good.txt"]
    problems = dict(problem.split(": ", 1) for problem in collected.problems)
    links = ["dangling.txt", "link.txt", "loop.txt", "same.txt", "up"]
    assert sorted(problems) == sorted(["broken.json", "empty.txt", "large.txt", "photo.jpg", "pipe", "socket", *links])
    assert "an image" in problems["photo.jpg"]
    assert "leads out of the folder" in problems["link.txt"]
    assert "leads out of the folder" in problems["up"]
    assert "larger than 1,000 bytes" in problems["large.txt"]
    assert "not a regular file" in problems["socket"]
    assert not any("\n" in problem for problem in collected.problems)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        pytest.param([], "the folder is empty: put articles in it", id="empty"),
        pytest.param([".hidden"], "the folder is empty", id="only hidden files"),
        pytest.param(["a.txt"], "nothing in the folder can be read: a.txt: the file is empty", id="nothing readable"),
        pytest.param(["a.txt", "b.txt", "c.txt"], "and 2 more", id="several unreadable"),
    ],
)
def test_a_folder_without_articles_fails_in_one_line(tmp_path: Path, names: list[str], message: str) -> None:
    for name in names:
        (tmp_path / name).write_text("")

    with pytest.raises(SourceError, match=message):
        collect(tmp_path)


def test_a_link_given_as_the_path_is_followed(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "a.txt").write_text(TEXT)
    (tmp_path / "here" / "a.txt").symlink_to(tmp_path / "there" / "a.txt")
    (tmp_path / "here" / "folder").symlink_to(tmp_path / "there")

    assert only_entry(tmp_path / "here" / "a.txt").body == only_entry(tmp_path / "here" / "folder").body == TEXT


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no such file or folder: check the path"):
        collect(tmp_path / "nowhere")


def test_reading_texts_imports_no_heavy_modules(tmp_path: Path) -> None:
    import subprocess
    import sys

    (tmp_path / "a.txt").write_text(TEXT)
    code = (
        "import asyncio, sys; from pathlib import Path; from datetime import datetime, UTC\n"
        "from digest.collect.collector import make_collector; from digest.settings import FetchSettings\n"
        "from digest.model.newsletters import Source; from digest.model.protocols import FetchState\n"
        f"collector = make_collector(FetchSettings(), datetime.now(UTC))\n"
        f"source = Source(id='a', path=Path({str(tmp_path)!r}))\n"
        "assert asyncio.run(collector(source, FetchState())).entries\n"
        "print(*sorted({'aiohttp', 'feedparser', 'trafilatura', 'lxml', 'pydantic', 'sqlalchemy'} & set(sys.modules)))"
    )

    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert process.stdout.strip() == ""


def test_a_file_with_another_suffix_is_reported_and_skipped(tmp_path: Path) -> None:
    (tmp_path / "news.txt").write_text(TEXT, "utf-8")
    (tmp_path / "digest.toml").write_text("[store]\n", "utf-8")

    collected = collect(tmp_path)

    assert [entry.guid for entry in collected.entries] == ["news.txt"]
    assert [problem.partition(":")[0] for problem in collected.problems] == ["digest.toml"]
