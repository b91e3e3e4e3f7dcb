"""``digest send`` and ``digest preview --for`` with subscribers who have wishes of their own."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from digest.cli import main
from tests.cli.send.test_send import ADDRESSES, here, mails, settings, write

__all__ = ["here"]
ANN, BO, CY = ADDRESSES
BREAD = "The village oven burns every second Friday, and each household may bake four loaves of rye bread."


def set_reading_preferences(*options: str) -> None:
    assert main(["subscribers", "set", *options]) == 0


def text(mail: EmailMessage) -> str:
    """The mail's text without its links."""
    body = mail.get_body(("plain",))
    assert body is not None
    return re.sub(r"\S+[:@]\S+", "", body.get_content())


def test_each_gets_what_it_wants(capsys: pytest.CaptureFixture[str]) -> None:
    write("oven", BREAD)
    set_reading_preferences(ANN, "--topics", "ferry")
    set_reading_preferences(CY, "--frequency", f"monthly {15 if datetime.now(UTC).day < 15 else 1} 00:00")
    capsys.readouterr()

    assert main(["send", "--json"]) == 0

    by_address = {mail["To"]: text(mail) for mail in mails()}
    assert sorted(by_address) == [ANN, BO]
    assert "ferry" in by_address[ANN]
    assert "loaves" not in by_address[ANN]
    assert "loaves" in by_address[BO]
    document = json.loads(capsys.readouterr().out)
    assert document["counts"] == {"sent": 1}
    assert [other["counts"] for other in document["audiences"]] == [{"sent": 1}]
    assert main(["editions", "list"]) == 0
    assert f" for audience {document['audiences'][0]['audience']}  1 sent" in capsys.readouterr().out


def test_a_second_run_and_a_change_of_wishes_send_nothing_again() -> None:
    set_reading_preferences(ANN, "--topics", "ferry")
    assert main(["send"]) == 0
    set_reading_preferences(BO, "--topics", "ferry")
    set_reading_preferences(ANN, "--topics", "")
    assert main(["send"]) == 0

    assert [mail["To"] for mail in mails()] == ADDRESSES


def test_a_new_revision_goes_to_everybody_once() -> None:
    set_reading_preferences(ANN, "--topics", "ferry")
    assert main(["send"]) == 0
    set_reading_preferences(BO, "--topics", "ferry")
    assert main(["send", "--again"]) == 0

    assert [mail["To"] for mail in mails()] == sorted(ADDRESSES * 2)


def test_a_pause_stops_mails_until_it_ends(capsys: pytest.CaptureFixture[str]) -> None:
    tomorrow = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}"
    set_reading_preferences(ANN, "--pause-until", tomorrow)
    assert main(["send"]) == 0
    assert [mail["To"] for mail in mails()] == [BO, CY]
    set_reading_preferences(ANN, "--resume")

    capsys.readouterr()
    assert main(["send"]) == 0
    assert len(mails()) == 2, "what was missed is not made up for"


def test_a_dry_run_lists_those_who_get_it_as_published(capsys: pytest.CaptureFixture[str]) -> None:
    set_reading_preferences(ANN, "--topics", "ferry")
    set_reading_preferences(CY, "--pause-until", f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%d}")
    capsys.readouterr()
    assert main(["send", "--dry-run"]) == 0

    out = capsys.readouterr().out
    assert f"  {BO}\n1 would get it" in out
    assert ANN not in out
    assert "a group of subscribers with wishes of their own" in out


@pytest.mark.parametrize("address", [ANN, BO])
def test_a_preview_for_a_subscriber_is_what_is_then_sent(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    write("oven", BREAD)
    main(["collect"])
    set_reading_preferences(ANN, "--topics", "ferry")
    capsys.readouterr()
    assert main(["preview", "--for", address, "--format", "text"]) == 0
    previewed = capsys.readouterr()
    assert main(["send", "--no-collect"]) == 0

    sent = next(mail for mail in mails() if mail["To"] == address)
    assert re.sub(r"\S+[:@]\S+", "", previewed.out).split() == text(sent).split()
    assert f"{address} gets this on " in previewed.err


def test_a_preview_for_nobody_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["preview", "--for", "nobody@example.org"]) == 2
    assert "no subscriber has the address nobody@example.org" in capsys.readouterr().err
    main(["subscribers", "remove", CY])
    assert main(["preview", "--for", CY]) == 2
    assert f"{CY} does not subscribe to main" in capsys.readouterr().err


def test_a_preview_within_a_pause_shows_what_comes_after_it(capsys: pytest.CaptureFixture[str]) -> None:
    after = datetime.now(UTC) + timedelta(days=30)
    set_reading_preferences(ANN, "--pause-until", f"{after:%Y-%m-%d}")
    capsys.readouterr()
    assert main(["preview", "--for", ANN, "--format", "json"]) == 0

    printed = capsys.readouterr()
    assert f"paused until {after:%Y-%m-%d}" in printed.err
    document = json.loads(printed.out)
    assert document["slot"] == f"{after:%Y-%m-%d}"
    assert document["for"] == {
        "address": ANN,
        "due": f"{after:%Y-%m-%d}T00:00:00Z",
        "timezone": "UTC",
        "frequency": "as published",
        "paused_until": f"{after:%Y-%m-%d}T00:00:00Z",
    }


def test_status_and_check_say_how_many_wishes_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    settings(extra="audiences = 1\n")
    set_reading_preferences(ANN, "--frequency", "daily 18:00")
    set_reading_preferences(BO, "--frequency", "daily 18:00", "--topics", "ferry")
    assert "the nearest that others have is used" in capsys.readouterr().out

    main(["status", "--json"])
    audiences = json.loads(capsys.readouterr().out)["newsletters"][0]["audiences"]
    assert (audiences["in_use"], audiences["approximate"]) == (1, 1)
    main(["status"])
    assert "1 group of subscribers with wishes of their own, next " in capsys.readouterr().out
    main(["check", "--offline"])
    out = capsys.readouterr().out
    assert "1 subscriber gets only what is nearest to their wishes: 1 group of wishes is in use" in out
    assert "raise audiences, which is 1 now" in out
