"""A reader's own frequency, zone, topics, muted sources and breaks: on the pages to choose, subscribe and leave."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.model.audiences import ReadingPreferences
from digest.model.newsletters import Source
from digest.store import Store, audiences, subscribers
from digest.store.audiences import SubscriptionPreferences
from tests.support.values import NOON
from tests.support.web_site import NEWSLETTER, running_site, site_settings
from tests.web.test_preferences import cookie_of, save
from tests.web.test_subscribe import WEEKLY, ask, link_in, mails, settle
from tests.web.test_unsubscribe import ANN, Mailed, mailed

SOURCES = tuple(Source(id=id_, url=f"https://{id_}.example", title=id_.title()) for id_ in ("herald", "post"))
SETTINGS = replace(site_settings(replace(NEWSLETTER, alert=("*",)), WEEKLY), sources=SOURCES)
BOTH = {"newsletter": ["main", "weekly"]}


@pytest.fixture
def ann(sqlite_store: Store) -> Iterator[Mailed]:
    with running_site(sqlite_store, SETTINGS) as site:
        yield mailed(site, sqlite_store)


def chosen(ann: Mailed, newsletter_id: str = "main", address: str = ANN) -> SubscriptionPreferences:
    """What is stored of the reader."""
    with ann.store.read() as conn:
        subscriber = subscribers.find(conn, address)
        assert subscriber
        return audiences.find(conn, newsletter_id, subscriber.id)


def page_of(ann: Mailed) -> str:
    return ann.site.get("/preferences", Cookie=cookie_of(ann)).text


def test_what_a_reader_chooses_is_stored_and_shown(ann: Mailed) -> None:
    answer = save(
        ann, cookie_of(ann), **BOTH, **{"days-1": "weekly fri", "time-1": "18:00", "topics-1": "Sea, ice  floes"},
        **{"sources-1": "shown", "mute-1": ["post", "unknown"], "timezone": "America/New_York"},
    )  # fmt: skip

    assert "Saved." in answer.text
    assert chosen(ann).preferences == ReadingPreferences(
        frequency="weekly fri 18:00", timezone="America/New_York", topics=("ice floes", "sea"), muted=("post",)
    )
    assert chosen(ann, "weekly").preferences == ReadingPreferences(timezone="America/New_York")
    assert '<option value="weekly fri" selected>' in answer.text
    assert "<option selected>18:00</option>" in answer.text
    assert 'value="ice floes, sea"' in answer.text
    assert 'value="post" checked' in answer.text
    assert '<option value="America/New_York" selected>' in answer.text
    assert "The next edition comes on Friday, 3 April 2026, 18:00." in answer.text


def test_fields_that_a_form_lacks_stay_as_they_are(ann: Mailed) -> None:
    cookie = cookie_of(ann)
    save(ann, cookie, newsletter="main", **{"days-1": "daily", "topics-1": "sea", "sources-1": "x", "mute-1": "post"})
    before = chosen(ann)
    save(ann, cookie, newsletter="main")

    assert chosen(ann) == before
    save(ann, cookie, newsletter="main", **{"days-1": "", "topics-1": "", "sources-1": "x"})
    assert chosen(ann).preferences == ReadingPreferences()


@pytest.mark.parametrize(
    ("fields", "message", "shown"),
    [
        ({"days-1": "hourly"}, "Please choose one of these.", 'value="hourly" selected'),
        ({"days-1": "daily", "time-1": "25:61"}, "Please choose one of these.", 'value="daily" selected'),
        ({"days-1": "cron * * * * *"}, "Please choose one of these.", ""),
        ({"topics-1": "x" * 61}, "At most 20 topics of 60 characters", "x" * 61),
        ({"timezone": "Moon/Crater"}, "Please choose one of these.", 'value="Moon/Crater" selected'),
    ],
)
def test_a_wrong_field_is_marked_and_nothing_is_lost(
    ann: Mailed, fields: dict[str, str], message: str, shown: str
) -> None:
    answer = save(ann, cookie_of(ann), newsletter="weekly", **fields)

    assert message in answer.text
    assert shown in answer.text
    assert "Nothing is saved yet" in answer.text
    assert 'value="weekly" checked' in answer.text
    assert chosen(ann) == SubscriptionPreferences()


def test_topics_are_text_and_no_markup(ann: Mailed) -> None:
    answer = save(ann, cookie_of(ann), newsletter="main", **{"topics-1": '"><script>'})

    assert "<script" not in answer.text
    assert chosen(ann).preferences.topics == ('"><script>',)


def test_a_reader_with_a_schedule_from_the_operator_keeps_it(ann: Mailed) -> None:
    with ann.store.begin() as conn:
        subscriber = subscribers.find(conn, ANN)
        assert subscriber
        wishes = ReadingPreferences(frequency="mon,thu 18:30")
        audience = audiences.get(conn, "main", "")
        assert audience
        audiences.choose(conn, "main", subscriber.id, wishes, audience=audience, at=NOON)
    assert '<option value="mon,thu 18:30" selected>' in page_of(ann)
    save(ann, cookie_of(ann), newsletter="main", **{"days-1": "mon,thu 18:30", "time-1": "07:00"})

    assert chosen(ann).preferences.frequency == "mon,thu 18:30"


def test_a_break_begins_and_ends(ann: Mailed) -> None:
    cookie = cookie_of(ann)
    answer = save(ann, cookie, action="pause", weeks="4")
    assert "You get no mail until Saturday, 25 April 2026." in answer.text
    assert chosen(ann).paused_until == datetime(2026, 4, 25, tzinfo=UTC)
    assert "The next edition comes on Saturday, 25 April 2026" in answer.text
    save(ann, cookie, action="resume")
    assert chosen(ann).paused_until is None
    save(ann, cookie, action="pause", weeks="4", until="2026-05-01")
    assert chosen(ann).paused_until == datetime(2026, 5, 1, tzinfo=UTC)


def test_a_break_that_cannot_be_is_explained(ann: Mailed) -> None:
    for until in ("2020-01-01", "soon", "9999-12-31"):
        answer = save(ann, cookie_of(ann), action="pause", until=until)
        assert "Please enter a day in the future" in answer.text
        assert f'value="{until}"' in answer.text
    assert chosen(ann).paused_until is None


def test_looking_changes_nothing(ann: Mailed) -> None:
    before = ann.store, chosen(ann)
    ann.site.get("/preferences?days-1=daily&action=pause&weeks=4", Cookie=cookie_of(ann))

    assert (ann.store, chosen(ann)) == before


def test_all_zones_are_listed_by_region(ann: Mailed) -> None:
    page = page_of(ann)

    assert len(page.encode()) < 50_000
    assert re.search(r'<optgroup label="Pacific">\s+<option value="Pacific/Apia">Apia', page)
    assert '<option value="America/Argentina/Ushuaia">Argentina, Ushuaia' in page


def test_who_subscribes_may_choose_at_once(ann: Mailed) -> None:
    site = ann.site
    ask(site, "dora@harbour.example", newsletter="main", days="weekly sun", time="09:00", topics="sea")
    settle(site)
    site.post(link_in(mails(site)[-1], "confirm"))

    assert chosen(ann, address="dora@harbour.example").preferences == ReadingPreferences(
        frequency="weekly sun 09:00", topics=("sea",)
    )


def test_a_wrong_choice_when_subscribing_is_marked(ann: Mailed) -> None:
    answer = ask(ann.site, "dora@harbour.example", newsletter="main", days="weekly sun", topics="y" * 61)

    assert "At most 20 topics" in answer.text
    assert "<details open>" in answer.text
    assert '<option value="weekly sun" selected>' in answer.text
    assert 'value="dora@harbour.example"' in answer.text


def test_who_leaves_may_come_back_once_a_week(ann: Mailed) -> None:
    left = ann.site.post(ann.one_click)
    address = re.findall(r'action="(/return/[^"]+)"', left.text)[0]
    assert "Once a week instead" in left.text
    back = ann.site.post(address, {"often": "weekly"})

    assert "once a week from now on" in back.text
    assert chosen(ann).preferences == ReadingPreferences(frequency="weekly mon 07:00")
    left = ann.site.post(ann.one_click)
    assert "Once a week instead" not in left.text


def test_coming_back_brings_wishes_back(ann: Mailed) -> None:
    save(ann, cookie_of(ann), newsletter="main", **{"days-1": "weekdays", "topics-1": "sea"})
    before = chosen(ann)
    left = ann.site.post(ann.one_click)
    ann.site.post(re.findall(r'action="(/return/[^"]+)"', left.text)[0])

    assert chosen(ann) == before


def test_after_a_break_has_ended_the_form_offers_one_again(ann: Mailed) -> None:
    save(ann, cookie_of(ann), action="pause", weeks="1")
    assert "End the break" in page_of(ann)
    ann.site.now += timedelta(days=8)

    assert "End the break" not in page_of(ann)


def test_alerts_are_chosen_where_a_newsletter_has_them(ann: Mailed) -> None:
    answer = save(ann, cookie_of(ann), newsletter="main", **{"alerts-1": "off"})

    assert chosen(ann).preferences == ReadingPreferences(alerts="off")
    assert '<option value="off" selected>No alerts</option>' in answer.text
    assert "alerts-2" not in answer.text
    save(ann, cookie_of(ann), newsletter="main", **{"alerts-1": "of course"})
    assert chosen(ann).preferences == ReadingPreferences()
