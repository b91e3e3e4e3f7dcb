"""The questions of ``digest init``: each answer is tried, wrong ones are asked again, all can be put off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from digest import settings
from digest.cli.init.answers import Answers, Given
from digest.cli.init.dialog import ask_all
from digest.cli.init.feed_lists import FoundList
from digest.cli.init.write import write_settings
from digest.collect.discovery.opml import FeedList
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Source
from digest.settings import SmtpSettings
from tests.support.fake_terminal import FakeTerminal, FakeTrials

GIVEN = Given(folder=Path("/srv/harbour-news"))
SOURCE = ("add", "https://harbour.example/feed.xml")
NO_MORE = ("add", "")
NAME = ("Its name", "")
LATER = ("Your address", "")
WHEN = ("When?", "")
ZONE = ("Time zone", "")
ADDRESS = ("Your address", "me@harbour.example")
MAIL = [("Mail server", ""), ("User name", ""), ("Password", "secret")]


def _ask(
    answers: Sequence[tuple[str, str]],
    *,
    given: Given = GIVEN,
    trials: FakeTrials | None = None,
    lists: Sequence[FoundList] = (),
) -> tuple[Answers, FakeTerminal]:
    terminal = FakeTerminal([*answers])
    result = ask_all(terminal, given, lists=lists, trials=trials or FakeTrials(), timezone="Europe/Paris")
    assert not terminal.answers, "not all was asked"
    return result, terminal


def test_enter_takes_the_defaults() -> None:
    answers, _ = _ask([SOURCE, NO_MORE, NAME, LATER, WHEN, ZONE])

    assert [source.url for source in answers.sources] == ["https://harbour.example/feed.xml"]
    assert (answers.title, answers.schedule, answers.timezone) == ("Harbour news", "daily 07:00", "Europe/Paris")
    assert answers.smtp is None
    assert not answers.send


def test_several_addresses_can_be_pasted_at_once() -> None:
    answers, _ = _ask([("add", "harbour.example lantern.example"), SOURCE, SOURCE, NO_MORE, NAME, LATER, WHEN, ZONE])

    assert [source.url for source in answers.sources] == [
        "https://harbour.example",
        "https://lantern.example",
        "https://harbour.example/feed.xml",
    ]
    assert len({source.id for source in answers.sources}) == 3


def test_a_source_that_fails_is_left_out_kept_or_replaced() -> None:
    trials = FakeTrials(unreadable=[f"https://{name}.example" for name in ("one", "two", "three")])
    typed = [("add", f"{name}.example") for name in ("one", "two", "three", "four")]
    asked = [("one", ""), ("two", "keep"), ("three", "nothing like it"), ("three", "five.example")]

    answers, terminal = _ask([*typed, NO_MORE, *asked, NAME, LATER, WHEN, ZONE], trials=trials)

    assert {source.url for source in answers.sources} == {f"https://{name}.example" for name in ("two", "four", "five")}
    assert trials.fetched[-1] == "https://five.example"
    assert "can't be read: https://one.example: the server answered 404" in terminal.said


@pytest.mark.parametrize(("answer", "kept"), [("y", 5), ("", 0)])
def test_of_a_long_list_those_that_fail_are_asked_about_at_once(answer: str, kept: int) -> None:
    urls = [f"https://{number}.example/feed" for number in range(5)]
    given = replace(GIVEN, sources=tuple(Source(id=url, url=url) for url in urls))

    answers, _ = _ask([("Keep these 5", answer), NAME, LATER, WHEN, ZONE], given=given, trials=FakeTrials(urls))

    assert len(answers.sources) == kept


@pytest.mark.parametrize(("answer", "number"), [("y", 1), ("maybe", 1), ("n", 0)])
def test_a_list_that_was_found_is_offered(answer: str, number: int) -> None:
    feeds = FeedList(sources=(Source(id="a", url="https://a.example/feed"),), problems=("line 2 is left out",))
    found = FoundList(program="rss2email", file=Path("rss2email.cfg"), feeds=feeds, to="old@harbour.example")
    again = [("1 feed of rss2email", "y")] if answer == "maybe" else []

    answers, terminal = _ask(
        [("1 feed of rss2email", answer), *again, NO_MORE, NAME, ("Your address", "skip"), WHEN, ZONE], lists=[found]
    )

    assert len(answers.sources) == number
    assert ("line 2 is left out" in terminal.said) == bool(number)
    assert terminal.default_of("Your address") == "old@harbour.example"


def test_the_mail_server_is_tried_until_it_accepts_the_mail() -> None:
    trials = FakeTrials()
    wrong = [("Mail server", "mail.harbour.example:465"), ("User name", "office"), ("Password", "guess")]
    right = [("try another", ""), ("Mail server", ""), ("User name", ""), ("Password", "secret")]

    answers, terminal = _ask(
        [NO_MORE, NAME, ("Your address", "me"), ADDRESS, *wrong, *right, WHEN, ZONE, ("first mail", "")], trials=trials
    )

    assert answers.smtp
    assert (answers.smtp.host, answers.smtp.security, answers.smtp.username) == (
        "mail.harbour.example",
        "tls",
        "office",
    )
    assert answers.smtp.password.reveal() == "secret"
    assert answers.sender == Mailbox.at("me@harbour.example", "Harbour news")
    assert answers.send
    assert "the mail server rejects the login" in terminal.said
    assert not any("secret" in line or "guess" in line for line in terminal.said)


@pytest.mark.parametrize(("answer", "is_kept"), [("keep", True), ("skip", False)])
def test_a_server_that_refuses_can_be_kept_or_left_out(answer: str, is_kept: bool) -> None:
    asked = [NO_MORE, NAME, ADDRESS, *MAIL, ("try another", answer), WHEN, ZONE]

    answers, terminal = _ask(
        [*asked, *([("first mail", "n")] if is_kept else [])], trials=FakeTrials(refusal="5.7.1 not from here")
    )

    assert (answers.smtp is not None) == is_kept
    assert any("5.7.1 not from here" in line for line in terminal.said)


def test_no_password_is_sent_in_the_clear() -> None:
    trials = FakeTrials()
    asked = [("Mail server", "mail.harbour.example:2525 none"), ("User name", ""), ("Password", "secret")]

    _, terminal = _ask([NO_MORE, NAME, ADDRESS, *asked, ("try another", "skip"), WHEN, ZONE], trials=trials)

    assert not trials.probed
    assert "the password would be sent to mail.harbour.example without encryption" in terminal.said


def test_what_an_option_says_is_not_asked() -> None:
    given = replace(
        GIVEN,
        sources=(Source(id="a", url="https://a.example"),),
        title="Harbour",
        recipient=Mailbox.at("me@harbour.example"),
        smtp=SmtpSettings(host="localhost", port=2525, security="none"),
        schedule="weekdays 07:00",
        timezone="Europe/Berlin",
        send=True,
    )

    answers, _ = _ask([], given=given)

    assert answers.send
    assert (answers.schedule, answers.timezone) == ("weekdays 07:00", "Europe/Berlin")


def test_wrong_times_and_zones_are_asked_again() -> None:
    asked = [("When?", "sometimes"), ("When?", "7"), ("Time zone", "Mars/Base"), ("Time zone", "new york")]

    answers, terminal = _ask([SOURCE, NO_MORE, NAME, LATER, *asked])

    assert (answers.schedule, answers.timezone) == ("daily 07:00", "America/New_York")
    assert any("no such time zone" in line for line in terminal.said)


def test_the_end_of_input_is_an_interrupt() -> None:
    with pytest.raises(KeyboardInterrupt):
        _ask([SOURCE, NO_MORE, NAME])


def test_a_mailbox_is_a_source_whose_password_goes_into_a_file_of_its_own(tmp_path: Path) -> None:
    typed = [("add", "imaps://me@mail.example.org/News"), ("Password of me at mail.example.org", "geheim")]
    answers, _ = _ask([*typed, NO_MORE, NAME, LATER, WHEN, ZONE], given=replace(GIVEN, folder=tmp_path))
    file = write_settings(answers)

    (source,) = settings.load(file, {}).sources
    assert (source.id, source.address) == ("news", "imaps://me@mail.example.org/News")
    assert source.password.reveal() == "geheim"
    assert "geheim" not in file.read_text()
    assert (tmp_path / "news-password").read_text() == "geheim\n"
