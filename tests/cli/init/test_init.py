"""``digest init`` writes settings that work, and never overwrites a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest import settings
from digest.cli import main

OPML = """\
<opml version="2.0"><body>
  <outline text="Nachrichten">
    <outline type="rss" text="Der &quot;Bote&quot; \\ Süd" xmlUrl="https://bote.example/feed.xml"/>
    <outline type="rss" text="Gazette" xmlUrl="https://gazette.example/rss"/>
  </outline>
  <outline type="rss" text="日本語" xmlUrl="https://ja.example/feed"/>
</body></opml>
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_starter_settings_have_an_article_to_preview(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "evening-news"]) == 0

    printed = capsys.readouterr()
    loaded = settings.load(Path("evening-news/digest.toml"), {})

    assert printed.out == "evening-news/digest.toml\n"
    assert "digest preview --fetch" in printed.err
    assert loaded.newsletters[0].title == "Evening news"

    assert main(["preview", "--fetch", "--config", "evening-news/digest.toml", "--format", "text"]) == 0
    assert "Your digest reads this folder" in capsys.readouterr().out


def test_the_default_folder_is_the_current_one() -> None:
    assert main(["init"]) == 0
    assert settings.load(None, {}).sources[0].path == Path.cwd() / "articles"


def test_opml_folders_become_sections() -> None:
    Path("feeds.opml").write_text(OPML, "utf-8")

    assert main(["init", "news", "--opml", "feeds.opml"]) == 0

    loaded = settings.load(Path("news/digest.toml"), {}).sources

    assert [(source.url, source.title, source.section) for source in loaded] == [
        ("https://bote.example/feed.xml", 'Der "Bote" \\ Süd', "Nachrichten"),
        ("https://gazette.example/rss", "Gazette", "Nachrichten"),
        ("https://ja.example/feed", "日本語", ""),
    ]


def test_opml_addresses_and_folders_can_be_combined() -> None:
    Path("news/inside").mkdir(parents=True)
    Path("beside").mkdir()
    Path("feeds.opml").write_text(OPML, "utf-8")
    argv = ["init", "news", "--opml", "feeds.opml", "--from", "https://gazette.example/", "news/inside"]

    assert main([*argv, "--from", "beside"]) == 0

    loaded = settings.load(Path("news/digest.toml"), {}).sources

    assert len({source.id for source in loaded}) == 6
    assert [source.path for source in loaded[4:]] == [Path.cwd() / "news/inside", Path.cwd() / "beside"]
    assert 'path = "inside"' in Path("news/digest.toml").read_text("utf-8")


def test_existing_settings_are_not_overwritten(capsys: pytest.CaptureFixture[str]) -> None:
    Path("digest.toml").write_text("# mine\n")

    assert main(["init"]) == 2
    assert "digest.toml already exists" in capsys.readouterr().err
    assert Path("digest.toml").read_text() == "# mine\n"
    assert [path.name for path in Path().iterdir()] == ["digest.toml"]


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--opml", "none.opml"], "no file or folder 'none.opml'"),
        (["--opml", "."], ".: can't be read: Is a directory"),
        (["--opml", "text.txt"], "text.txt: "),
        (["--from", "no/such/file"], "no file or folder 'no/such/file'"),
    ],
    ids=["no list", "a folder", "another file", "no such address"],
)
def test_nothing_is_written_if_a_source_is_wrong(
    argv: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("text.txt").write_text("no list at all")

    assert main(["init", "news", *argv]) == 2
    assert message in capsys.readouterr().err
    assert not Path("news").exists()


def test_a_file_in_the_folders_place_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    Path("news").write_text("x")

    assert main(["init", "news"]) == 1
    assert capsys.readouterr().err.startswith("digest: news: ")
