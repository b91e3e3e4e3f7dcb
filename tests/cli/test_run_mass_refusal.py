"""``digest run`` at a mail server that refuses everyone: it stops, mails the operator, and goes on after a review."""

from __future__ import annotations

import signal
import time
from datetime import UTC, datetime, timedelta

import pytest

from digest.cli import main
from digest.model.editions import Outcome
from digest.pipeline import slots as schedule
from digest.settings.schedule import parse_schedule
from digest.store import slots
from digest.store.slots import SlotStatus
from tests.support.databases import open_persistent_store
from tests.support.refusing_relay import RELAYS, SPAM, counts, refusing, relay, subscribe, suppressed
from tests.support.run_process import Run, until
from tests.support.smtp_server import NO_FAULT, Fault, FaultRule, SmtpServer

pytestmark = [pytest.mark.usefixtures("newsletter_folder"), pytest.mark.slow]

NO_ACCESS = RELAYS["submission port without login"]
UNKNOWN = RELAYS["an empty table of users"]
#: The current slot is due; alarms go to the operator.
EXTRA = 'catch_up = "30h"\n[operator]\naddress = "office@example.org"\n'


def make_due() -> None:
    """Register the newsletter yesterday, so that today's slot is due."""
    before = schedule.latest(parse_schedule("daily 00:00"), UTC, datetime.now(UTC) - timedelta(days=1))
    with open_persistent_store() as store, store.begin() as conn:
        slots.record_status(conn, "main", before, SlotStatus.BEFORE, at=before.due)


def mail_to(server: SmtpServer, address: str) -> str:
    """The content of the only mail that was accepted for this address."""
    (content,) = [content for (_, recipient), content in server.contents.items() if recipient == address]
    return content.decode().replace("=\r\n", "")


@pytest.mark.parametrize("reply", [NO_ACCESS, UNKNOWN], ids=["no access", "unknown users"])
def test_a_refusing_relay_stops_the_edition_until_the_operator_readmits(reply: str, run: Run) -> None:
    subscribe(12)
    make_due()
    rule: FaultRule = refusing(reply)
    with relay(lambda stage, recipient: rule(stage, recipient), extra=EXTRA) as server:
        running = run()
        running.wait_for(" edition_suspected edition=1 failed=")
        running.wait_for(" alarm_sent newsletter=main")
        failed = counts()[Outcome.FAILED]
        assert suppressed() == []
        assert main(["status", "--check"]) == 1

        time.sleep(1.5)  # it looks for due jobs every second

        assert counts()[Outcome.FAILED] == failed < 12
        mail = mail_to(server, "office@example.org")
        assert "Subject: digest: newsletter 'main' was not delivered" in mail
        assert reply.partition("{")[0] in mail
        assert "digest bounces review --readmit" in mail

        rule = refusing(reply, readers=0)
        assert main(["bounces", "review", "--readmit"]) == 0
        running.wait_for(" delivered edition=1 sent=12")  # after the pause of half a minute between two tries of a job

        assert main(["status", "--check"]) == 0
    readers = sorted(recipient for _, recipient in server.accepted.elements() if recipient.startswith("reader"))
    assert readers == [f"reader{number:03}@example.org" for number in range(12)]


def test_an_edition_that_reached_nobody_is_no_delivered_one(run: Run) -> None:
    subscribe(1)
    make_due()
    with relay(refusing(SPAM), extra=EXTRA) as server:
        running = run()
        running.wait_for(" delivery_failed edition=1 failed=1")
        running.wait_for(" alarm_sent newsletter=main")

    assert "delivered" not in running.events
    assert "has reached nobody" in mail_to(server, "office@example.org")


@pytest.mark.parametrize("command", ["run", "send"])
def test_a_killed_process_leaves_refusals_that_suppress_nobody(command: str, run: Run) -> None:
    subscribe(60)
    make_due()

    def refuse_slowly(stage: str, recipient: str) -> Fault:
        if stage != "RCPT" or not recipient.startswith("reader"):
            return NO_FAULT
        return Fault(UNKNOWN.format(recipient=recipient), delay_s=0.2)

    with relay(refuse_slowly, extra=EXTRA):
        killed = run()
        until(lambda: counts().get(Outcome.FAILED, 0) >= 6)
        assert killed.end(signal.SIGKILL) == -signal.SIGKILL
        assert suppressed() == []
        if command == "run":
            run().wait_for(" edition_suspected edition=1 failed=")
        else:
            assert main(["send"]) == 1

    assert suppressed() == []
    assert main(["status", "--check"]) == 1
    assert 13 <= counts()[Outcome.FAILED] < 30
