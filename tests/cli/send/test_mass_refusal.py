"""One bad run of a mail server suppresses nobody: the edition is suspected, and sending stops."""

from __future__ import annotations

import json

import pytest

from digest.cli import main
from digest.model.editions import Outcome
from digest.store import bounces, deliveries, subscribers
from digest.store.bounces import DeliveryRef
from tests.support.databases import open_persistent_store
from tests.support.refusing_relay import (
    RELAYS,
    SPAM,
    counts,
    every_relay,
    is_suspected,
    refusing,
    relay,
    subscribe,
    suppressed,
)
from tests.support.smtp_server import NO_FAULT, Fault
from tests.support.values import NOON

OPERATOR = '[operator]\naddress = "office@example.org"\n'
pytestmark = pytest.mark.usefixtures("newsletter_folder")


@every_relay
def test_a_relay_that_refuses_everyone_suppresses_nobody(reply: str, capsys: pytest.CaptureFixture[str]) -> None:
    subscribe(100)
    with relay(refusing(reply)):
        assert main(["send", "--json"]) == 1

    printed = capsys.readouterr()
    assert suppressed() == []
    assert is_suspected()
    assert json.loads(printed.out.partition("\n")[2] if not printed.out.startswith("{") else printed.out)["suspected"]
    assert reply.partition("{")[0] in printed.err
    assert "digest bounces review" in printed.err
    # It stops at the first refusal too many, apart from mails that are under way on other connections.
    assert 21 <= counts()[Outcome.FAILED] < 40
    assert counts()[Outcome.PENDING] == 100 - counts()[Outcome.FAILED]


def review(capsys: pytest.CaptureFixture[str], *argv: str) -> list[dict[str, str]]:
    """What ``digest bounces review`` lists."""
    capsys.readouterr()
    assert main(["bounces", "review", "--json", *argv]) == 0
    listed: list[dict[str, str]] = json.loads(capsys.readouterr().out)
    return listed


@every_relay
def test_a_suspected_edition_is_not_sent_on(reply: str) -> None:
    subscribe(10)
    with relay(refusing(reply)):
        main(["send"])
    assert is_suspected()
    before = counts()

    with relay() as server:
        assert main(["send"]) == 1

    assert server.total == 0
    assert counts() == before


def test_a_few_dead_addresses_are_suppressed_as_before() -> None:
    subscribe(50)
    with relay(refusing("550 5.1.1 <{recipient}>: User unknown", readers=10)) as server:
        assert main(["send"]) == 0

    assert server.total == 40
    assert len(suppressed()) == 10
    assert not is_suspected()


def test_one_more_than_a_fifth_are_held_back() -> None:
    subscribe(50)
    with relay(refusing("550 5.1.1 <{recipient}>: User unknown", readers=11)):
        assert main(["send"]) == 1

    assert suppressed() == []
    assert is_suspected()


@pytest.mark.parametrize("readers", [1, 5])
def test_an_edition_that_reached_nobody_fails(readers: int, capsys: pytest.CaptureFixture[str]) -> None:
    subscribe(readers)

    def refuse_content(stage: str, recipient: str) -> Fault:
        return Fault(SPAM) if stage == "content" else NO_FAULT

    with relay(refuse_content):
        assert main(["send"]) == 1
        assert main(["send"]) == 1

    assert counts()[Outcome.FAILED] >= min(readers, 2)  # it stops at the second; others may be under way
    assert counts()[Outcome.FAILED] + counts().get(Outcome.PENDING, 0) == readers
    assert suppressed() == []
    err = capsys.readouterr().err
    assert "reached nobody" in err
    assert SPAM in err


def test_a_reader_refused_for_a_reason_of_their_own_is_no_failure() -> None:
    subscribe(3)
    with relay(refusing(SPAM, readers=1)):
        assert main(["send"]) == 0

    assert counts() == {Outcome.FAILED: 1, Outcome.SENT: 2}


# --- the review ---------------------------------------------------------------------------------------------------


@every_relay
def test_after_readmitting_everyone_gets_the_edition_once(reply: str, capsys: pytest.CaptureFixture[str]) -> None:
    subscribe(50)
    with relay(refusing(reply, readers=20)) as bad_server:
        assert main(["send"]) == 1
    failed = counts()[Outcome.FAILED]
    listed = review(capsys)
    assert len(listed) == failed
    assert listed[0]["address"] == "reader000@example.org"
    assert reply.partition("{")[0] in listed[0]["reason"]

    review(capsys, "--readmit")

    assert review(capsys) == []
    assert not is_suspected()
    with relay() as server:
        assert main(["send"]) == 0
    recipients = [recipient for _, recipient in (bad_server.accepted + server.accepted).elements()]
    assert sorted(recipients) == [f"reader{number:03}@example.org" for number in range(50)]
    assert suppressed() == []


@pytest.mark.parametrize("reply", [RELAYS["no rule for the recipients"], RELAYS["an empty table of users"]])
def test_confirmed_addresses_are_suppressed_and_the_others_get_their_mail(
    reply: str, capsys: pytest.CaptureFixture[str]
) -> None:
    subscribe(10)
    with relay(refusing(reply, readers=3)) as server:
        assert main(["send"]) == 1
        failed = [entry["address"] for entry in review(capsys)]

        review(capsys, "--confirm")

        assert suppressed() == failed
        assert len(failed) >= 2
        assert main(["send"]) == 0 or len(failed) < 3
    assert server.total == 7


def test_confirming_a_refusal_of_the_sender_suppresses_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    subscribe(4)
    with relay(refusing(RELAYS["submission port without login"])):
        assert main(["send"]) == 1
        while review(capsys):
            review(capsys, "--confirm")
            main(["send"])

        assert main(["send"]) == 0  # the review has settled it

    assert counts() == {Outcome.FAILED: 4}
    assert suppressed() == []


def test_subscribers_who_left_are_not_readmitted(capsys: pytest.CaptureFixture[str]) -> None:
    subscribe(4)
    with relay(refusing(RELAYS["an empty table of users"])):
        main(["send"])
    main(["subscribers", "remove", "reader000@example.org", "-n", "main"])

    review(capsys, "--readmit")

    with relay() as server:
        assert main(["send"]) == 0
    assert sorted(recipient for _, recipient in server.accepted) == [
        f"reader00{number}@example.org" for number in (1, 2, 3)
    ]


def test_an_edition_that_reached_nobody_can_be_sent_after_a_review(capsys: pytest.CaptureFixture[str]) -> None:
    subscribe(1)
    with relay(refusing(SPAM)):
        assert main(["send"]) == 1
    assert [entry["state"] for entry in review(capsys)] == ["refused"]

    review(capsys, "--readmit")

    with relay() as server:
        assert main(["send"]) == 0
    assert server.total == 1


def test_the_only_subscriber_of_a_dead_address_is_suppressed_and_the_send_fails() -> None:
    subscribe(1)
    with relay(refusing(RELAYS["an empty table of users"])):
        assert main(["send"]) == 1

    assert suppressed() == ["reader000@example.org"]
    assert not is_suspected()


@pytest.mark.parametrize("command", [["status", "--check"], ["check", "--offline"]])
def test_the_operator_hears_of_a_suspected_edition(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    subscribe(4)
    with relay(refusing(RELAYS["submission port without login"])):
        main(["send"])
    capsys.readouterr()

    assert main(command) == 1

    printed = "".join(capsys.readouterr())
    assert "edition 1 is suspected and has reached nobody" in printed
    assert "Recipient address rejected: Access denied" in printed


def test_the_operator_is_mailed_once(capsys: pytest.CaptureFixture[str]) -> None:
    subscribe(4)
    with relay(refusing(RELAYS["submission port without login"]), extra=OPERATOR) as server:
        assert main(["send"]) == 1
        assert main(["send"]) == 1

    ((_, recipient),) = server.accepted.elements()
    assert recipient == "office@example.org"
    assert capsys.readouterr().err.count("the operator was mailed") == 1


def test_an_operator_who_cannot_be_mailed_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(stage: str, _: str) -> Fault:
        return Fault("554 5.7.1 Access denied") if stage == "RCPT" else NO_FAULT

    subscribe(4)
    with relay(refuse, extra=OPERATOR):
        assert main(["send"]) == 1

    err = capsys.readouterr().err
    assert "the operator could not be mailed" in err
    assert "digest bounces review" in err


def test_a_mass_suppression_of_the_version_before_is_noted_and_reviewed(capsys: pytest.CaptureFixture[str]) -> None:
    subscribe(3)
    reply = "550 Invalid recipient"
    with relay() as server:
        main(["send"])
    with open_persistent_store() as store, store.begin() as conn:  # as that version left it: no row of suppressions
        for row in list(deliveries.for_edition(conn, 1)):
            delivery = DeliveryRef(subscriber=row.subscriber, newsletter_id="main", edition_id=1)
            bounces.record_bounce(conn, delivery, Outcome.FAILED, reply, at=NOON)
            subscribers.suppress(conn, row.subscriber.address, f"refused: {reply}", at=NOON)
    capsys.readouterr()
    main(["check", "--offline", "--json"])
    notes = [finding for finding in json.loads(capsys.readouterr().out) if "suppressed at once" in finding["message"]]
    assert [(finding["state"], "digest bounces review" in finding["hint"]) for finding in notes] == [("note", True)]
    assert {entry["state"] for entry in review(capsys)} == {"suppressed"}

    review(capsys, "--readmit")

    assert suppressed() == []
    assert review(capsys) == []
    with relay() as server:
        assert main(["send"]) == 0
    assert server.total == 3


def test_lists_of_editions_name_the_suspected_one(capsys: pytest.CaptureFixture[str]) -> None:
    subscribe(4)
    with relay(refusing(RELAYS["submission port without login"])):
        main(["send"])
    capsys.readouterr()

    main(["editions", "list"])
    assert "(suspected)" in capsys.readouterr().out
    main(["editions", "show", "1", "--json"])
    assert json.loads(capsys.readouterr().out)["suspected"] is True
    main(["status", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert document["editions"][0]["suspected"] is True
    assert document["newsletters"][0]["delivery_problem"]["edition"] == 1
    assert main(["editions", "resend", "1"]) == 1
    assert "digest bounces review" in capsys.readouterr().err
