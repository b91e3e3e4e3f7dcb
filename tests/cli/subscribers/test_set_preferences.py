"""``digest subscribers set``, and the columns of wishes in exported and imported files."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from digest.cli import main

SETTINGS = """\
[[sources]]
id = "herald"
url = "https://herald.example/feed"

[[newsletters]]
id = "main"
title = "Main"
timezone = "Europe/Berlin"
"""
ANN = "ann@harbour.example"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], persistent_url: str
) -> Run:
    """Run ``digest subscribers`` in a folder with settings for one newsletter, to which Ann subscribes."""
    (tmp_path / "digest.toml").write_text(SETTINGS)
    monkeypatch.chdir(tmp_path)

    def run(*argv: str) -> tuple[int, str, str]:
        code = main(["subscribers", *argv])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    run("add", ANN)
    return run


def listed(run: Run, address: str = ANN) -> dict[str, Any]:
    """What the listing says of the address."""
    documents: list[dict[str, Any]] = json.loads(run("list", "--json")[1])
    return next(document for document in documents if document["address"] == address)


def test_everything_that_is_set_is_listed(run: Run) -> None:
    code, out, err = run(
        *("set", ANN.upper(), "--frequency", "Weekly mon 08:00", "--timezone", "America/New_York"),
        *("--topics", "Climate, sea  ferries", "--mute", "herald", "--pause-until", "2125-03-29"),
    )
    assert (code, out) == (2, "")
    assert "more than two years" in err
    code, out, err = run(
        *("set", ANN.upper(), "--frequency", "Weekly mon 08:00", "--timezone", "America/New_York"),
        *("--topics", "Climate, sea  ferries", "--mute", "herald"),
    )

    assert (code, err) == (0, "")
    assert "frequency: weekly mon 08:00" in out
    assert "next edition: " in out
    shown = listed(run)
    assert shown["frequency"] == "weekly mon 08:00"
    assert shown["timezone"] == "America/New_York"
    assert (shown["topics"], shown["muted"]) == (["climate", "sea ferries"], ["herald"])
    assert "weekly mon 08:00, America/New_York, about climate, sea ferries, without herald" in run("list")[1]


def test_what_is_not_named_stays_and_everything_can_be_taken_back(run: Run) -> None:
    run("set", ANN, "--frequency", "daily 18:00", "--topics", "sea", "--mute", "herald")
    run("set", ANN, "--topics", "")
    assert (listed(run)["frequency"], listed(run)["topics"], listed(run)["muted"]) == ("daily 18:00", [], ["herald"])
    run("set", ANN, "--frequency", "as published", "--unmute", "herald")

    shown = listed(run)
    assert (shown["frequency"], shown["timezone"], shown["muted"]) == ("as published", "Europe/Berlin", [])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--frequency", "sometimes"], '"sometimes" is not a schedule'),
        (["--timezone", "Europe/Berlni"], "no such time zone: 'Europe/Berlni'"),
        (["--mute", "heraldo"], "no source 'heraldo'"),
        (["--topics", "x" * 61], "at most 60 characters"),
        (["--topics", ",".join(map(str, range(21)))], "more than 20 topics"),
        (["--pause-until", "tomorrow"], "'tomorrow' is not a date"),
        (["--pause-until", "2020-01-01"], "not in the future"),
    ],
)
def test_a_wrong_value_changes_nothing(run: Run, options: list[str], message: str) -> None:
    before = listed(run)

    code, out, err = run("set", ANN, *options)

    assert (code, out) == (2, "")
    assert message in err
    assert listed(run) == before


def test_an_address_that_does_not_subscribe_has_no_wishes(run: Run) -> None:
    code, _, err = run("set", "nobody@harbour.example", "--frequency", "daily 18:00")

    assert code == 2
    assert "nobody@harbour.example does not subscribe to main" in err


def test_alerts_are_chosen_and_no_longer(run: Run) -> None:
    before = listed(run)["alerts"]
    run("set", ANN, "--alerts", "off")
    assert (before, listed(run)["alerts"]) == ("", "off")
    assert "alerts off" in run("list")[1]
    run("set", ANN, "--alerts", "as published")

    assert listed(run)["alerts"] == ""


def test_a_pause_begins_and_ends(run: Run) -> None:
    day = f"{datetime.now(UTC) + timedelta(days=10):%Y-%m-%d}"
    run("set", ANN, "--pause-until", day)
    assert listed(run)["paused_until"].endswith(("T22:00:00Z", "T23:00:00Z"))  # Berlin's midnight
    assert f"pauses until {day}" in run("list")[1]
    run("set", ANN, "--resume")

    assert listed(run)["paused_until"] == ""


def test_an_export_and_its_import_keep_wishes(run: Run, tmp_path: Path) -> None:
    run("add", "bo@harbour.example")
    run("set", ANN, "--frequency", "weekly mon 08:00", "--timezone", "Asia/Tokyo", "--topics", "sea, ice")
    exported = run("export")[1]
    assert exported.splitlines()[0] == "email,name,frequency,timezone,topics,mute,paused_until,alerts"
    (tmp_path / "readers.csv").write_text(exported)
    before = [listed(run, address) for address in (ANN, "bo@harbour.example")]
    run("remove", "--erase", ANN, "bo@harbour.example")
    code, _, err = run("import", "readers.csv", "--resubscribe")

    assert (code, "2 added" in err) == (0, True)
    after = [listed(run, address) for address in (ANN, "bo@harbour.example")]
    assert [{**shown, "since": ""} for shown in after] == [{**shown, "since": ""} for shown in before]


def test_the_zone_in_another_systems_file_is_not_a_wish(run: Run, tmp_path: Path) -> None:
    (tmp_path / "readers.csv").write_text("email,timezone\ncy@harbour.example,Asia/Tokyo\n")
    run("import", "readers.csv")

    shown = listed(run, "cy@harbour.example")
    assert (shown["timezone"], shown["preferences"]) == ("Europe/Berlin", {"timezone": "Asia/Tokyo"})


def test_wishes_in_a_file_that_cannot_be_read_are_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "readers.csv").write_text("email,frequency\ncy@harbour.example,sometimes\n")
    code, _, err = run("import", "readers.csv")

    assert code == 0
    assert 'cy@harbour.example gets main as published: "sometimes" is not a schedule' in err
    assert listed(run, "cy@harbour.example")["frequency"] == "as published"


def test_an_attachment_is_for_all_newsletters_and_comes_back_with_an_import(run: Run, tmp_path: Path) -> None:
    assert "attach: epub" in run("set", ANN, "--attach", "epub")[1]
    assert (listed(run)["preferences"], "with an EPUB" in run("list")[1]) == ({"attach": "epub"}, True)
    (tmp_path / "readers.csv").write_text(run("export")[1] + "bo@harbour.example,,EPUB \ncy@harbour.example,,mobi\n")
    run("remove", "--erase", ANN)
    code, _, err = run("import", "readers.csv", "--resubscribe")

    assert (code, "cy@harbour.example gets no attachment: no such attachment: 'mobi'" in err) == (0, True)
    addresses = (ANN, "bo@harbour.example", "cy@harbour.example")
    assert [listed(run, address)["preferences"] for address in addresses] == [{"attach": "epub"}] * 2 + [{}]
    run("set", ANN, "--attach", "none")
    assert listed(run)["preferences"] == {}
