"""The brake holds suppressions back if more than a fifth of a list would be suppressed within a day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digest.deliver.bounces.brake import (
    PERIOD,
    RecentSuppressions,
    RefusalBrake,
    RefusalKind,
    must_hold_back,
    refusal_kind,
)

NO_SUCH_USER = "550 5.1.1 <reader@harbour.example>: User unknown"
NO_ACCESS = "554 5.7.1 <reader@harbour.example>: Recipient address rejected: Access denied"


@pytest.mark.parametrize(
    ("subscribers", "limit"),
    [(0, 1), (1, 1), (2, 1), (24, 1), (25, 5), (26, 5), (29, 5), (30, 6), (1000, 200), (1004, 200), (1005, 201)],
)
def test_a_fifth_of_the_subscribers_or_one_of_a_small_list_may_be_suppressed(subscribers: int, limit: int) -> None:
    assert RecentSuppressions(subscribers=subscribers).limit == limit


@pytest.mark.parametrize(
    ("subscribers", "suppressed", "new", "is_suspected", "expected"),
    [
        pytest.param(100, 0, 20, False, False, id="a fifth at once"),
        pytest.param(100, 0, 21, False, True, id="more than a fifth at once"),
        pytest.param(100, 20, 1, False, True, id="one more after a fifth within the day"),
        pytest.param(100, 19, 1, False, False, id="the last that is allowed"),
        pytest.param(24, 0, 1, False, False, id="one of a small list"),
        pytest.param(24, 0, 2, False, True, id="two of a small list"),
        pytest.param(24, 1, 1, False, True, id="a second of a small list"),
        pytest.param(25, 0, 5, False, False, id="a fifth of 25"),
        pytest.param(25, 0, 6, False, True, id="more than a fifth of 25"),
        pytest.param(1, 0, 1, False, False, id="the only subscriber"),
        pytest.param(100, 0, 1, True, True, id="the edition is suspected"),
        pytest.param(100, 0, 0, True, False, id="nothing new"),
        pytest.param(100, 50, 0, False, False, id="nothing new after too many"),
    ],
)
def test_suppressions_are_held_back(
    subscribers: int, suppressed: int, new: int, is_suspected: bool, expected: bool
) -> None:
    recent = RecentSuppressions(subscribers=subscribers, suppressed=suppressed, is_suspected=is_suspected)

    assert must_hold_back(recent, addresses=new) is expected


@pytest.mark.parametrize(
    ("subscribers", "addresses", "sender_refusals", "expected"),
    [
        pytest.param(100, 0, 20, False, id="a fifth refuses the sender"),
        pytest.param(100, 0, 21, True, id="more than a fifth refuses the sender"),
        pytest.param(100, 1, 21, True, id="one address besides is not believed"),
        pytest.param(100, 15, 15, False, id="refusals of two kinds are not added"),
        pytest.param(4, 0, 2, True, id="two of a small list"),
        pytest.param(4, 1, 1, False, id="one of each kind in a small list"),
        pytest.param(1, 0, 1, False, id="the only subscriber"),
    ],
)
def test_so_many_refusals_of_the_sender_hold_all_back(
    subscribers: int, addresses: int, sender_refusals: int, expected: bool
) -> None:
    recent = RecentSuppressions(subscribers=subscribers)

    assert must_hold_back(recent, addresses=addresses, sender_refusals=sender_refusals) is expected


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (NO_SUCH_USER, RefusalKind.ADDRESS),
        ("550 Invalid recipient: <reader@harbour.example>", RefusalKind.ADDRESS),
        ("550 5.1.1 <reader@harbour.example>: Recipient address rejected: User unknown in local recipient table",
         RefusalKind.ADDRESS),
        (NO_ACCESS, RefusalKind.SENDER),
        ("554 5.7.1 <reader@harbour.example>: Relay access denied", RefusalKind.SENDER),
        ("550 relay not permitted", RefusalKind.SENDER),
        ("550 5.7.1 Message rejected as spam by Content Filtering.", RefusalKind.SENDER),
        ("553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", RefusalKind.SENDER),
        ("550 5.7.60 SMTP; Client does not have permissions to send as this sender", RefusalKind.SENDER),
        ("554 no", RefusalKind.SENDER),
        ("554", RefusalKind.SENDER),
        ("550 5.2.2 mailbox full", RefusalKind.OTHER),
        ("553 5.6.7 no international addresses", RefusalKind.OTHER),
        ("450 4.7.1 greylisted", RefusalKind.OTHER),
        ("the mail server supports no international addresses (SMTPUTF8): jürgen@harbour.example", RefusalKind.OTHER),
        ("not an email address: 'reader'", RefusalKind.OTHER),
    ],
)  # fmt: skip
def test_a_refusal_is_of_the_address_of_the_sender_or_neither(reply: str, kind: RefusalKind) -> None:
    assert refusal_kind(reply) is kind


@pytest.mark.parametrize("reply", [NO_SUCH_USER, NO_ACCESS])
def test_the_brake_is_on_after_one_refusal_too_many(reply: str) -> None:
    brake = RefusalBrake(RecentSuppressions(subscribers=50), addresses=0, sender_refusals=0)
    for _ in range(10):
        brake.record_refusal(reply)
        assert not brake.is_on

    brake.record_refusal(reply)

    assert brake.is_on


def test_other_reasons_of_subscribers_do_not_brake() -> None:
    brake = RefusalBrake(RecentSuppressions(subscribers=10), addresses=0, sender_refusals=0)
    for _ in range(10):
        brake.record_refusal("550 5.2.2 mailbox full")

    assert not brake.is_on


def test_a_later_edition_stops_at_its_first_refusal_and_not_before() -> None:
    recent = RecentSuppressions(subscribers=10, suppressed=9)
    brake = RefusalBrake(recent, addresses=0, sender_refusals=0)
    assert not brake.is_on

    brake.record_refusal(NO_SUCH_USER)

    assert brake.is_on


@pytest.mark.parametrize(("is_suspected", "addresses", "sender_refusals"), [(True, 0, 0), (False, 2, 0), (False, 0, 2)])
def test_the_brake_of_a_suspected_edition_is_on_at_once(
    is_suspected: bool, addresses: int, sender_refusals: int
) -> None:
    recent = RecentSuppressions(subscribers=10, is_suspected=is_suspected)

    assert RefusalBrake(recent, addresses=addresses, sender_refusals=sender_refusals).is_on


def test_a_day_is_judged_together() -> None:
    assert timedelta(days=1) == PERIOD
