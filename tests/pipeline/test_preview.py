"""``digest preview``: shows a digest of any sources in any format, and changes nothing."""

from __future__ import annotations

import email
import hashlib
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from email import policy
from pathlib import Path

import pytest

from digest.cli import main
from tests.support.web_servers import Answer, web_server

SETTINGS = """
[store]
url = "sqlite:///kept.db"

[[sources]]
id = "a"
path = "articles"

[[newsletters]]
id = "main"
title = "Main"
from = "Main <main@example.org>"
schedule = "daily 07:00"
timezone = "Europe/Berlin"
"""
BODIES = {
    "library": """The new library opened its doors on Friday after two years of work, the building office said.
More than three hundred people came on the first morning, and the queue reached as far as the market.

The house cost eleven million, a tenth less than the council had set aside. The rest goes to schools.""",
    "ferry": """Strong wind kept the island ferry in harbour for the third day, the shipping line said on Thursday.
Bread and milk came by helicopter, forty crates in the morning and as many again before dusk.

The forecast office expects calmer water at the weekend. Two extra crossings are planned for Sunday.""",
    "theatre": """The municipal theatre will play in a former tram depot next season while its roof is mended.
Rehearsals begin in August, and the first night is a comedy with music.

Season tickets stay valid, the theatre said. Seats are on benches from an old stadium.""",
}


def article(folder: Path, slug: str, *, date: str = "2026-03-27T05:00:00Z") -> None:
    """Write one of three unrelated articles."""
    head = f"title: News of the {slug}\nsource: Post of the {slug}\ndate: {date}\nurl: https://{slug}.example/news"
    (folder / f"{slug}.md").write_text(f"---\n{head}\n---\n{BODIES[slug]}\n", "utf-8")


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    article(folder, "library")
    article(folder, "ferry")
    return folder


@pytest.fixture
def configured(articles: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with settings and articles, as the working directory."""
    (articles.parent / "digest.toml").write_text(SETTINGS, "utf-8")
    monkeypatch.chdir(articles.parent)
    return articles.parent


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., tuple[int, str, str]]:
    """Run the command line in this process; return exit code, stdout and stderr."""
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)

    def run_it(*argv: object) -> tuple[int, str, str]:
        code = main([str(word) for word in argv])
        out, err = capsys.readouterr()
        return code, out, err

    return run_it


Run = Callable[..., tuple[int, str, str]]


def bytes_under(folder: Path) -> dict[str, str]:
    """A hash of each file: equal only if nothing has changed."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# --- content -----------------------------------------------------------------------------------------------------


def test_without_arguments_and_settings_the_sample_is_shown(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    code, out, err = run("preview")

    assert code == 0
    assert err == ""
    assert "Line 7" in out


def test_the_sample_has_stories_of_several_outlets_in_two_languages(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    _, out, _ = run("preview", "--format", "json", "--stories", "40")

    stories = json.loads(out)["stories"]
    assert {story["language"] for story in stories} >= {"en", "de"}
    assert any(len({article["source"] for article in story["articles"]}) >= 3 for story in stories)
    assert any(len({sentence["source"] for sentence in story["brief"]}) >= 2 for story in stories)


def test_json_has_every_promised_key(run: Run, articles: Path) -> None:
    code, out, _ = run("preview", articles, "--format", "json")

    document = json.loads(out)
    assert code == 0
    assert document.keys() >= {
        "newsletter", "slot", "window", "language", "subject", "preheader", "reading_minutes", "html_bytes",
        "stories", "left_out", "failures",
    }  # fmt: skip
    story = document["stories"][0]
    assert story.keys() >= {"title", "url", "score", "language", "update", "brief", "articles"}
    assert story["brief"][0].keys() == {"text", "url", "source"}
    assert story["articles"][0].keys() >= {
        "title", "url", "source", "author", "published", "language", "words", "image",
    }  # fmt: skip


def test_the_subject_follows_the_settings_and_skips_a_title_that_says_nothing(run: Run, configured: Path) -> None:
    for slug, title in (("ferry", "How long will the wind last?"), ("library", "Library opens after two years")):
        file = configured / "articles" / f"{slug}.md"
        file.write_text(file.read_text("utf-8").replace(f"title: News of the {slug}", f"title: {title}"), "utf-8")
    with (configured / "digest.toml").open("a") as settings:
        settings.write('boost = ["wind +9"]\nsubject = "{title}: {lead}"\n')

    _, out, _ = run("preview", "--fetch", "--at", "2026-03-28 07:00", "--format", "json")

    document = json.loads(out)
    assert document["stories"][0]["title"] == "How long will the wind last?"
    assert document["subject"] == "Main: Library opens after two years"


def test_every_article_is_in_a_story_or_left_out_with_a_reason(run: Run, articles: Path) -> None:
    _, out, _ = run("preview", articles, "--format", "json", "--stories", "1")

    document = json.loads(out)
    titles = [article["title"] for story in document["stories"] for article in story["articles"]]
    left_out = [(article["title"], article["reason"]) for article in document["left_out"]]
    assert sorted([*titles, *(title for title, _ in left_out)]) == ["News of the ferry", "News of the library"]
    assert all(reason for _, reason in left_out)


@pytest.mark.parametrize(
    ("ending", "begins"),
    [(".html", "<!DOCTYPE html>"), (".txt", ""), (".md", "# "), (".json", "{")],
)
def test_the_output_files_ending_chooses_the_format(
    run: Run, articles: Path, tmp_path: Path, ending: str, begins: str
) -> None:
    target = tmp_path / f"digest{ending}"

    code, out, _ = run("preview", articles, "-o", target)

    assert (code, out) == (0, "")
    text = target.read_text("utf-8")
    assert text.startswith(begins)
    assert "News of the library" in text


def test_an_eml_is_a_mail_with_both_parts(run: Run, articles: Path, tmp_path: Path) -> None:
    target = tmp_path / "digest.eml"

    run("preview", articles, "-o", target)

    mail = email.message_from_bytes(target.read_bytes(), policy=policy.default)
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]  # type: ignore[attr-defined]
    assert all("News of the library" in part.get_content() for part in mail.iter_parts())  # type: ignore[attr-defined]


def test_for_shows_a_subscribers_mail(run: Run, configured: Path) -> None:
    (configured / "readers.csv").write_text("email,name\nreader@example.net,The Reading Room\n", "utf-8")
    run("subscribers", "import", "readers.csv", "-n", "main")
    before = bytes_under(configured)

    _, written, _ = run("preview", "--for", "Reader@example.net", "--format", "eml")
    code, _, err = run("preview", "--for", "nobody@example.net", "--format", "html")

    mail = email.message_from_string(written, policy=policy.default)
    assert mail["To"] == "The Reading Room <reader@example.net>"
    assert mail["List-Unsubscribe"] == "<mailto:main@example.org?subject=unsubscribe%20test>"
    assert (code, err.splitlines()[0]) == (2, "digest: no subscriber has the address nobody@example.net")
    assert bytes_under(configured) == before


def test_a_file_is_never_a_link_in_a_mail(run: Run, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("A note without an address\n\nThe office opens at nine. It closes at five.\n")

    _, page, _ = run("preview", tmp_path / "note.txt", "--format", "html")
    _, document, _ = run("preview", tmp_path / "note.txt", "--format", "json")

    assert "file://" not in page
    assert json.loads(document)["stories"][0]["url"] == (tmp_path / "note.txt").as_uri()


@pytest.mark.parametrize("form", ["terminal", "text"])
def test_explain_gives_reasons_for_the_order_and_for_what_is_left_out(run: Run, articles: Path, form: str) -> None:
    _, out, _ = run("preview", articles, "--explain", "--stories", "1", "--format", form)

    assert re.search(r"score \d\.\d\d = .*length \+\d\.\d\d", out)
    assert "Left out" in out
    assert re.search(r"over the limit of 1 story( \(1\))?: .*rank 2", " ".join(out.split()))


def test_at_and_since_limit_the_window(run: Run, articles: Path) -> None:
    article(articles, "theatre", date="2026-03-20T05:00:00Z")

    _, out, _ = run("preview", articles, "--format", "json", "--at", "2026-03-27 12:00", "--since", "2d")

    document = json.loads(out)
    assert document["slot"] == "2026-03-27"
    assert "theatre" not in json.dumps(document["stories"])


@pytest.mark.parametrize(
    ("options", "sentences"),
    [(["--sentences", "1"], 1), (["--words", "18"], 1), (["--summarizer", "lex-rank", "--sentences", "2"], 2)],
    ids=["sentences", "words", "summarizer"],
)
def test_length_and_summarizer_can_be_chosen(run: Run, articles: Path, options: list[str], sentences: int) -> None:
    _, out, _ = run("preview", articles, "--format", "json", *options)

    assert [len(story["brief"]) for story in json.loads(out)["stories"]] == [sentences, sentences]


@pytest.mark.parametrize("allowed_by", ["option", "environment", "settings", "environment, beside broken settings"])
def test_a_feed_on_this_machine_is_shown_when_it_is_allowed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, allowed_by: str
) -> None:
    feed = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Quay News</title>
    <link>https://quay.example/</link><item><title>Crane number four moves</title><link>https://quay.example/crane</link>
    <description>The old crane moves to the museum on Monday. It was built in 1911.</description>
    </item></channel></rss>"""
    options: list[str] = []
    monkeypatch.chdir(tmp_path)
    with web_server() as server:
        server.routes["/feed.xml"] = Answer(body=feed, headers={"Content-Type": "application/rss+xml"})
        refused, _, why = run("preview", server.url("/feed.xml"), "--format", "json")
        if allowed_by == "option":
            options = ["--allow", server.address]
        elif allowed_by == "settings":
            Path("digest.toml").write_text(f'[fetch]\nallow = ["{server.address}"]\n', "utf-8")
        else:
            monkeypatch.setenv("DIGEST_FETCH__ALLOW", server.address)
            Path("digest.toml").write_text("[stor]\n" if "broken" in allowed_by else "", "utf-8")
        code, out, _ = run("preview", server.url("/feed.xml"), "--format", "json", *options)

    assert refused == 1
    assert "--allow" in why or "allow" in why
    assert code == 0
    assert json.loads(out)["newsletter"]["title"] == "Quay News"


# --- no changes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [[], ["--fetch"], ["--explain"]], ids=" ".join)
def test_a_preview_leaves_the_store_byte_for_byte_unchanged(run: Run, configured: Path, options: list[str]) -> None:
    assert run("collect")[0] == 0
    before = bytes_under(configured)

    code, _, _ = run("preview", *options)

    assert code == 0
    assert bytes_under(configured) == before


def test_a_configured_preview_reads_what_was_collected(run: Run, configured: Path) -> None:
    run("collect")
    article(configured / "articles", "theatre")

    _, as_kept, _ = run("preview", "--format", "json", "--since", "all")
    _, afresh, _ = run("preview", "--format", "json", "--since", "all", "--fetch")

    assert "theatre" not in as_kept
    assert "theatre" in afresh


def test_a_preview_creates_no_store(run: Run, configured: Path) -> None:
    before = bytes_under(configured)

    code, _, _ = run("preview")

    assert code == 0
    assert bytes_under(configured) == before


# --- errors ------------------------------------------------------------------------------------------------------


def test_a_failed_source_is_reported_and_the_others_are_shown(run: Run, articles: Path) -> None:
    code, out, err = run(
        "preview", articles, "http://127.0.0.1:9/feed.xml", "--allow", "127.0.0.1:9", "--format", "json"
    )

    document = json.loads(out)
    assert code == 0
    assert len(document["stories"]) == 2
    assert [failure["url"] for failure in document["failures"]] == ["http://127.0.0.1:9/feed.xml"]
    assert "127.0.0.1:9" in err


@pytest.mark.parametrize(
    ("make", "words", "code"),
    [
        (lambda folder: folder / "missing", "no file or folder", 2),
        (lambda folder: (folder / "empty").mkdir() or folder / "empty", "empty", 1),
        (
            lambda folder: (folder / "a.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99)) and folder / "a.txt",
            "image",
            1,
        ),
        (lambda folder: "gopher://example.org", "only http", 2),
        (lambda folder: "http://127.0.0.1:9/", "allow", 1),
    ],
    ids=["missing", "empty folder", "binary file", "scheme", "private address"],
)
def test_a_preview_that_fails_gives_one_message(
    run: Run, tmp_path: Path, make: Callable[[Path], object], words: str, code: int
) -> None:
    exit_code, out, err = run("preview", make(tmp_path))

    assert (exit_code, out) == (code, "")
    assert words in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--at", "tomorrow"], "2026-03-29 07:00"),
        (["--since", "ages"], "36h"),
        (["--stories", "0"], "from 1 up"),
        (["--format", "pdf"], "invalid choice"),
        (["--explian"], "--explain"),
        (["--summarizer", "lexrank"], "lex-rank"),
        (["--template", "brieffing"], "briefing"),
        (["-o", "digest.pdf"], ".html"),
        (["-n", "other"], "no newsletter"),
        (["--config", "missing.toml"], "missing.toml"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_a_wrong_option_value_is_reported_with_valid_ones(
    run: Run, configured: Path, options: list[str], words: str
) -> None:
    code, out, err = run("preview", *options)

    assert code in {1, 2}
    assert out == ""
    assert words in err
    assert "Traceback" not in err


def test_a_file_that_cannot_be_written_is_reported_and_unchanged(run: Run, articles: Path, tmp_path: Path) -> None:
    code, _, err = run("preview", articles, "-o", tmp_path / "missing" / "digest.html")

    assert code == 1
    assert "can't write" in err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_is_one_clear_message(articles: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        process = subprocess.run(
            [sys.executable, "-m", "digest", "preview", str(articles)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert process.returncode == 1
    assert "No space left" in process.stderr
    assert "Traceback" not in process.stderr


STARTED = "import sys; print('started', flush=True); from digest.__main__ import main; sys.exit(main())"


@pytest.mark.parametrize("after_s", [0.02, 0.1, 0.3, 0.6, 0.9])
def test_ctrl_c_at_any_moment_exits_without_a_traceback(articles: Path, tmp_path: Path, after_s: float) -> None:
    target = tmp_path / "digest.html"
    command = [sys.executable, "-c", STARTED, "preview", str(articles), "-o", str(target)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "started\n"
    time.sleep(after_s)
    process.send_signal(signal.SIGINT)

    _, err = process.communicate(timeout=30)

    # Once Python itself is ending, the signal does: a shell says 130 to that too.
    assert process.returncode in {130, 0, -signal.SIGINT}
    assert "Traceback" not in err
    assert not target.exists() or target.read_text().rstrip().endswith("</html>")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
