"""``digest sources`` and ``digest collect``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from digest.cli import main
from tests.support.web_servers import Answer, WebServer

SETTINGS = """\
# mine
[store]
url = "sqlite:///mine.db"  # here

[[sources]]
id = "notes"
path = "notes"

[[newsletters]]
id = "main"
title = "Main"
sources = ["notes"]
"""
MORE = '\n[[sources]]\nid = "more"\nurl = "https://more.example/"\n'
RSS = b"""<rss version='2.0'><channel><title>Harbour News</title>
<item><guid>1</guid><title>The ferry sails</title><description>It sails again.</description></item></channel></rss>"""


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run commands in a folder with settings and one note."""
    (tmp_path / "digest.toml").write_text(SETTINGS)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("The mill grinds again\n\nIt had stood still since autumn.\n")
    monkeypatch.chdir(tmp_path)

    def run(*argv: str) -> tuple[int, str, str]:
        code = main(argv)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture
def web(web: WebServer) -> WebServer:
    web.routes["/feed"] = Answer(body=RSS)
    return web


def settings_text() -> str:
    return Path("digest.toml").read_text()


def test_collect_stores_each_article_once(run: Run) -> None:
    assert run("collect") == (0, "1 new article from 1 of 1 sources\n", "")
    assert json.loads(run("collect", "--json")[1]) == {"new": 0, "sources": 1, "failures": []}


def test_collect_fetches_sources_that_are_not_due(run: Run, web: WebServer) -> None:
    run("sources", "add", web.url("/feed"), "--id", "feed", "--allow", web.address)
    with Path("digest.toml").open("a") as file:
        file.write(f'\n[fetch]\nallow = ["{web.address}"]\n')
    assert run("collect")[0] == 0
    web.routes["/feed"] = Answer(body=RSS.replace(b"<item>", b"<item><guid>2</guid><title>Fog</title></item><item>"))

    assert run("collect")[1] == "1 new article from 2 of 2 sources\n"


def test_collect_reports_failures_and_continues(run: Run, web: WebServer) -> None:
    run("sources", "add", web.url("/dead"), "--force", "--id", "dead", "--allow", web.address)

    code, out, err = run("collect")

    assert (code, out) == (0, "1 new article from 1 of 2 sources\n")
    assert f"digest: 127.0.0.1 ({web.url('/dead')}): 127.0.0.1 is not on the public Internet" in err


def test_collect_fails_if_every_source_fails(run: Run) -> None:
    run("sources", "add", "http://127.0.0.1:9/", "--force", "--id", "dead")

    assert run("collect", "dead")[0] == 1


@pytest.mark.parametrize("command", [["collect", "note"], ["sources", "show", "note"], ["sources", "remove", "note"]])
def test_an_unknown_id_gets_a_suggestion(run: Run, command: list[str]) -> None:
    code, out, err = run(*command)

    assert (code, out) == (2, "")
    assert "there is no source 'note' (did you mean 'notes'?)" in err


def test_add_describes_the_source_and_keeps_the_rest_of_the_file(run: Run, web: WebServer) -> None:
    before = settings_text()

    code, out, err = run(
        *("sources", "add", web.url("/feed"), "--id", "harbour", "--section", "Sea", "--allow", web.address)
    )

    assert (code, out) == (0, "harbour\n")
    assert f"found a feed, 'Harbour News', at {web.url('/feed')}: 1 article" in err
    assert "The ferry sails" in err
    added = f'[[sources]]\nid = "harbour"\nurl = "{web.url("/feed")}"\nsection = "Sea"\n'
    assert added in settings_text()
    assert settings_text().replace(added, "").split() == before.split()


def test_add_refuses_an_unreadable_address(run: Run, web: WebServer) -> None:
    before = settings_text()

    code, _, err = run("sources", "add", web.url("/dead"), "--allow", web.address)

    assert code == 1
    assert "404 Not Found" in err
    assert "--force" in err
    assert settings_text() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["notes"], "is there already, as 'notes'", id="the same place"),
        pytest.param(["more", "--id", "notes"], "there is a source 'notes' already", id="the same id"),
    ],
)
def test_add_refuses_a_duplicate(run: Run, arguments: list[str], message: str) -> None:
    Path("more").mkdir()
    code, _, err = run("sources", "add", *arguments)

    assert code == 2
    assert message in err


def test_add_refuses_a_site_whose_feed_is_a_source_already(run: Run, web: WebServer) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    web.routes["/"] = Answer(body=f"<html><head>{link}</head></html>".encode(), headers={"Content-Type": "text/html"})
    run("sources", "add", web.url("/feed"), "--id", "harbour", "--allow", web.address)

    code, _, err = run("sources", "add", web.url("/"), "--id", "again", "--allow", web.address)

    assert code == 2
    assert f"{web.url('/feed')} is there already, as 'harbour'" in err


def test_add_warns_if_no_newsletter_uses_the_source(run: Run, web: WebServer) -> None:
    _, _, err = run("sources", "add", web.url("/feed"), "--id", "one", "--allow", web.address)
    assert "no newsletter uses what was added yet" in err
    Path("digest.toml").write_text(SETTINGS.replace('sources = ["notes"]\n', ""))

    assert "no newsletter" not in run("sources", "add", web.url("/feed"), "--id", "two", "--allow", web.address)[2]


def test_a_folder_inside_the_settings_folder_is_written_as_a_relative_path(run: Run) -> None:
    Path("more").mkdir()
    Path("more/b.md").write_text("# A heading\n\nA text.\n")

    run("sources", "add", "more", "--title", "More notes")

    assert '[[sources]]\nid = "more"\npath = "more"\ntitle = "More notes"\n' in settings_text()


def test_remove_deletes_the_source_from_newsletters_too(run: Run) -> None:
    Path("digest.toml").write_text(SETTINGS.replace('["notes"]', '["notes", "more"]') + MORE)

    assert run("sources", "remove", "more")[0] == 0
    assert settings_text().split() == SETTINGS.split()


def test_the_last_source_can_be_removed(run: Run) -> None:
    Path("digest.toml").write_text(SETTINGS.replace('sources = ["notes"]\n', ""))

    assert run("sources", "remove", "notes")[0] == 0
    assert "sources" not in settings_text()


def test_the_only_source_of_a_newsletter_is_not_removed(run: Run) -> None:
    Path("digest.toml").write_text(SETTINGS + MORE)

    code, _, err = run("sources", "remove", "notes")

    assert code == 2
    assert "'notes' is the only source of newsletter 'main'" in err
    assert settings_text() == SETTINGS + MORE


def test_what_is_exported_can_be_imported(run: Run, tmp_path: Path) -> None:
    outlines = "".join(f'<outline text="Feed {n}" xmlUrl="https://feeds.example/{n}"/>' for n in (1, 2))
    Path("in.opml").write_text(f'<opml><body><outline text="Sea">{outlines}</outline></body></opml>')

    code, out, err = run("sources", "import", "in.opml")
    assert (code, out) == (0, "feed-1\nfeed-2\n")
    assert err.startswith("2 added, 0 there already\ndigest: no newsletter uses what was added yet\n")
    Path("out.opml").write_text(run("sources", "export")[1])
    assert run("sources", "import", "out.opml") == (0, "", "0 added, 2 there already\n")
    assert settings_text().count('section = "Sea"') == 2


@pytest.mark.parametrize("before", [SETTINGS, SETTINGS.replace('[[sources]]\nid = "notes"\npath = "notes"\n\n', "")])
def test_an_added_table_has_a_blank_line_before_it(run: Run, before: str) -> None:
    Path("digest.toml").write_text(before.replace('sources = ["notes"]\n', ""))
    for name in ("first", "second"):
        run("sources", "add", "https://127.0.0.1:9/", "--force", "--id", name)
        Path("digest.toml").write_text(settings_text().replace("127.0.0.1:9/", f"{name}.example"))

    tables = settings_text().strip("\n").split("[[")
    assert all(table.endswith("\n\n") for table in tables[:-1])
    assert "\n\n\n" not in settings_text()


def test_a_comment_above_a_table_stays_there(run: Run) -> None:
    before = SETTINGS.replace('path = "notes"\n', 'path = "notes"\n#weight = 2\n').replace("[[news", "# to all\n[[news")
    Path("digest.toml").write_text(before)

    run("sources", "add", "https://127.0.0.1:9/", "--force", "--id", "first")

    added = '[[sources]]\nid = "first"\nurl = "https://127.0.0.1:9/"\n\n'
    assert settings_text() == before.replace("# to all", f"{added}# to all")
    run("sources", "remove", "first")
    assert settings_text() == before


def test_an_opml_list_is_imported_from_the_web(run: Run, web: WebServer) -> None:
    web.routes["/feeds.opml"] = Answer(
        body=b"<opml><body><outline text='Sea'><outline text='Ferry' xmlUrl='https://f.example/'/></outline></body></opml>"
    )

    assert run("sources", "import", web.url("/feeds.opml"), "--allow", web.address)[:2] == (0, "ferry\n")
    assert 'section = "Sea"' in settings_text()


@pytest.mark.parametrize(
    ("address", "code", "message"),
    [
        ("none.opml", 2, "no file or folder 'none.opml'"),
        ("notes", 2, "notes: can't be read: Is a directory"),
        ("http://127.0.0.1:9/", 1, "http://127.0.0.1:9/: 127.0.0.1 is not on the public Internet"),
    ],
)
def test_an_unreadable_list_is_reported(run: Run, address: str, code: int, message: str) -> None:
    exit_code, _, err = run("sources", "import", address)

    assert exit_code == code
    assert message in err


def test_import_writes_valid_settings_for_any_list(run: Run) -> None:
    outlines = "".join(
        f'<outline text="{title}" xmlUrl="{url}" fullText="always"/>'
        for title, url in (
            ("A&#127;&#10;B", "https://a.example/"),
            ("&#x202e;", "https://b.example/"),
            ("", "https://[c"),
        )
    )
    Path("in.opml").write_text(f"<opml><body>{outlines}</body></opml>")

    assert run("sources", "import", "in.opml")[:2] == (0, "a-b\nb-example\n")
    assert [line["id"] for line in json.loads(run("sources", "list", "--json")[1])] == ["notes", "a-b", "b-example"]
    assert settings_text().count('full_text = "always"') == 2


def test_list_and_show_print_the_state_of_a_source(run: Run) -> None:
    assert run("sources", "list")[1].startswith("new     notes     0 a week")
    run("collect")

    (summary,) = json.loads(run("sources", "list", "--json")[1])
    details = json.loads(run("sources", "show", "notes", "--json")[1])

    assert (summary["state"], summary["entries_this_week"]) == ("fine", 1)
    today = details.pop("history")[-1]
    assert (today["fetches"], today["failures"], today["entries"]) == (1, 0, 1)
    assert details == {**summary, "newest": ["The mill grinds again"]}
    assert "last 30 days: 1 entries, 1 fetches, 0 failed" in run("sources", "show", "notes")[1]
    assert "The mill grinds again" in run("sources", "show", "notes")[1]


def test_broken_and_quiet_sources_differ_in_the_list(run: Run) -> None:
    run("sources", "add", "http://127.0.0.1:9/", "--force", "--id", "dead")
    run("collect")

    states = {line["id"]: line for line in json.loads(run("sources", "list", "--json")[1])}

    assert (states["notes"]["state"], states["dead"]["state"]) == ("fine", "broken")
    assert states["dead"]["failing_since"]
    assert "not on the public Internet" in states["dead"]["error"]


def test_discover_lists_the_other_feeds_of_a_site(run: Run, web: WebServer) -> None:
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="{path}">' for path in ("/feed", "/sport", "/feed")
    )
    web.routes["/"] = Answer(body=f"<html><head>{links}</head></html>".encode(), headers={"Content-Type": "text/html"})

    _, out, err = run("sources", "discover", web.url("/"), "--allow", web.address)

    assert out == f"{web.url('/feed')}\n"
    assert f"its page also links to these feeds: {web.url('/sport')}\n" in err


def test_a_quiet_source_is_listed_with_its_last_date(run: Run, web: WebServer) -> None:
    dated = RSS.replace(b"</item>", b"<pubDate>Mon, 02 Mar 2015 08:00:00 GMT</pubDate></item>")
    web.routes["/feed"] = Answer(body=dated)
    run("sources", "add", web.url("/feed"), "--id", "old", "--allow", web.address)
    Path("digest.toml").write_text(settings_text() + f'\n[fetch]\nallow = ["{web.address}"]\n')
    run("collect")

    _, line, note = run("sources", "list")[1].splitlines()
    summary = json.loads(run("sources", "list", "--json")[1])[1]

    assert line.startswith("quiet   old")
    assert note.strip() == "nothing new since 2015-03-02"
    assert (summary["state"], summary["newest_article"]) == ("quiet", "2015-03-02T08:00:00Z")


def test_discover_changes_nothing(run: Run, web: WebServer) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    web.routes["/"] = Answer(body=f"<html><head>{link}</head></html>".encode(), headers={"Content-Type": "text/html"})

    code, out, err = run("sources", "discover", web.url("/"), "--allow", web.address)

    assert (code, out) == (0, f"{web.url('/feed')}\n")
    assert "The ferry sails" in err
    assert settings_text() == SETTINGS
    assert not Path("mine.db").exists()


def test_discover_prints_json(run: Run, web: WebServer) -> None:
    code, out, err = run("sources", "discover", web.url("/feed"), "--allow", web.address, "--json")

    document = json.loads(out)
    (article,) = document.pop("articles")
    assert (code, err) == (0, "")
    assert document == {
        "address": web.url("/feed"),
        "found_at": web.url("/feed"),
        "kind": "feed",
        "title": "Harbour News",
        "other_feeds": [],
        "problems": [],
    }
    assert article["title"] == "The ferry sails"


def test_discover_may_fetch_addresses_that_the_settings_permit(run: Run, web: WebServer) -> None:
    Path("digest.toml").write_text(f'{SETTINGS}\n[fetch]\nallow = ["{web.address}"]\n')

    assert run("sources", "discover", web.url("/feed"))[0] == 0


def test_discover_needs_no_settings(run: Run, web: WebServer) -> None:
    Path("digest.toml").unlink()

    assert run("sources", "discover", web.url("/feed"), "--allow", web.address)[0] == 0


def test_add_without_settings_is_wrong_usage(run: Run) -> None:
    Path("digest.toml").unlink()

    code, _, err = run("sources", "add", "notes")

    assert code == 2
    assert "digest init" in err


def test_the_list_has_last_success_and_next_fetch(run: Run, web: WebServer) -> None:
    run("sources", "add", web.url("/feed"), "--id", "news", "--force")
    run("collect")

    lines = run("sources", "list")[1].splitlines()

    assert lines[0].split()[:9] == ["fine", "notes", "1", "a", "week", "ok", "0", "min", "ago"]
    assert "never ok" in lines[1]
    assert "next in" in lines[1]
    assert "failing since 20" in lines[2]
    assert "is not on the public Internet" in lines[2]


@pytest.mark.parametrize(
    "old",
    [
        pytest.param(Answer(body=RSS, headers={"ETag": '"1"'}), id="a feed"),
        pytest.param(Answer(status=301, headers={"Location": "/feed"}), id="one that moved"),
        pytest.param(Answer(status=410), id="one that is gone"),
        pytest.param(Answer(status=503, headers={"Retry-After": "86400"}), id="one that asks to wait"),
    ],
)
def test_a_source_with_a_new_address_is_fetched_there_at_once(run: Run, web: WebServer, old: Answer) -> None:
    web.routes |= {"/old": old, "/new": Answer(body=RSS.replace(b"The ferry sails", b"The mill grinds"))}
    text = f'{SETTINGS}\n[fetch]\nallow = ["{web.address}"]\n\n[[sources]]\nid = "it"\nurl = "{web.url("/old")}"\n'
    Path("digest.toml").write_text(text)
    run("collect")
    Path("digest.toml").write_text(text.replace("/old", "/new"))

    summary = json.loads(run("sources", "show", "it", "--json")[1])
    run("collect")
    details = json.loads(run("sources", "show", "it", "--json")[1])

    assert (summary["state"], summary["error"]) == ("new", "")
    assert (details["state"], details["error"], details["found_at"]) == ("fine", "", "")
    assert "The mill grinds" in details["newest"]


def test_a_page_in_place_of_a_feed_is_a_temporary_failure(run: Run, web: WebServer) -> None:
    feed, text = web.routes["/feed"], "<p>We are mending our site, and will be back in the evening.</p>" * 9
    run("sources", "add", web.url("/feed"), "--id", "it", "--allow", web.address)
    Path("digest.toml").write_text(settings_text() + f'\n[fetch]\nallow = ["{web.address}"]\n')
    run("collect", "it")
    web.routes["/feed"] = Answer(
        body=f"<html><body>{text}</body></html>".encode(), headers={"Content-Type": "text/html"}
    )
    assert "it gives a page where its feed was" in run("collect", "it")[2]
    assert json.loads(run("sources", "show", "it", "--json")[1])["newest"] == ["The ferry sails"]
    web.routes["/feed"] = feed

    run("collect", "it")

    assert json.loads(run("sources", "show", "it", "--json")[1])["state"] == "fine"
