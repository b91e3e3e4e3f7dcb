"""The editor's mail about a draft: links to decide, or commands where there are no pages."""

from __future__ import annotations

import email
import email.policy
import html
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from digest.model.drafts import Note
from digest.model.errors import UsageError
from digest.model.newsletters import Newsletter
from digest.model.stories import Brief
from digest.pipeline.app import make_app
from digest.pipeline.draft_mail import draft_message
from digest.store import Store
from tests.support.digests import article, brief, nth_brief
from tests.support.draft_site import COMPOSED, EDITOR, GLASS, HELD, STORIES, add_draft, draft_link, other_editor, stored
from tests.support.web_site import URL, site_settings

HOSTILE = brief([article("<img src=x> {{ 7*7 }} \r\nBcc: x@y", ["“<b>Fog</b>” & rain."], source="A<b>", number=9)])


def mail_of(
    store: Store, newsletter: Newsletter = HELD, *, stories: Sequence[Brief] = STORIES, note: str = "", **web: Any
) -> EmailMessage:
    app = make_app(site_settings(newsletter, **web), store=store)
    draft = add_draft(app, newsletter, stories=stories, reserve=(GLASS,))
    if note:
        other_editor(app, draft, Note(text=note))
    message = draft_message(stored(app, draft.id), newsletter, app, now=COMPOSED + timedelta(minutes=1))
    return email.message_from_bytes(message.content, _class=EmailMessage, policy=email.policy.default)


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body
    return str(body.get_content()).replace("\r\n", "\n")


def test_the_mail_has_each_story_with_links_to_decide_about_it(sqlite_store: Store) -> None:
    mail = mail_of(sqlite_store, note="Good morning\n\nSecond")
    text, page = part(mail, "plain"), part(mail, "html")
    links = [html.unescape(link) for link in re.findall(r'href="([^"]+)"', page)]

    assert mail["Subject"] == "Draft: Harbour News, goes out at 07:00 (CEST)"
    assert (mail["To"], mail["Auto-Submitted"]) == (EDITOR, "auto-generated")
    assert mail["List-Unsubscribe"] is None
    assert {link.rpartition("?")[2] for link in links if link.endswith("story=1")} == {
        f"do={task}&story=1" for task in ("drop", "pin", "headline", "merge")
    }
    assert {link.rpartition("?")[2] for link in links if "story" not in link} >= {"do=note", "do=approve", "do=reject"}
    assert {link.partition("?")[0] for link in links} == {links[0]}
    for body in (text, page):
        for wanted in ("The lock opens", "Courier, Trade Weekly", "Twelve farms will sow an old rye.", "Second"):
            assert wanted in body
        assert "Glassworks save gas" in body
    assert re.search(rf"Drop, Pin, Headline, Merge:\s{re.escape(links[0])}\?story=1\n", text)
    assert "<img" not in page  # nothing is fetched that would tell when the mail is read


def test_without_pages_the_mail_has_commands_to_paste(sqlite_store: Store) -> None:
    mail = mail_of(sqlite_store, replace(HELD, id="my news"), url="")
    lines = part(mail, "plain").splitlines()

    assert [line for line in lines if line.startswith("digest editions")][:7] == [
        "digest editions draft -n 'my news'",
        "digest editions note \"…\" -n 'my news'",
        "digest editions approve -n 'my news'",
        "digest editions reject -n 'my news'",
        "digest editions drop 1 -n 'my news'",
        "digest editions pin 1 -n 'my news'",
        "digest editions drop 2 -n 'my news'",
    ]
    assert "http" not in part(mail, "plain")
    assert "href" not in part(mail, "html")


def test_nothing_of_a_story_gets_out_of_its_place(sqlite_store: Store) -> None:
    mail = mail_of(sqlite_store, stories=[HOSTILE])
    page = part(mail, "html")

    assert "<img" not in page
    assert "&lt;img src=x&gt; {{ 7*7 }}" in page
    assert "“&lt;b&gt;Fog&lt;/b&gt;” &amp; rain." in page
    assert mail["Bcc"] is None


LANGUAGES: dict[str, tuple[Newsletter, str]] = {
    "in German": (replace(HELD, language="de"), "Entwurf: Harbour News, geht um 07:00 (CEST) hinaus"),
    "on an answer": (
        replace(HELD, title="News\r\nBcc: x", unanswered="skip"),
        "Draft: News Bcc: x, waits for you until 07:00 (CEST)",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize(("newsletter", "subject"), LANGUAGES.values(), ids=LANGUAGES.keys())
def test_the_subject_says_when_it_goes_out(newsletter: Newsletter, subject: str, sqlite_store: Store) -> None:
    assert mail_of(sqlite_store, newsletter)["Subject"] == subject


@pytest.mark.slow
def test_a_mail_of_many_stories_is_not_clipped(sqlite_store: Store) -> None:
    """Gmail hides what is beyond 102 kB."""
    mail = mail_of(sqlite_store, stories=[nth_brief(number) for number in range(45)])
    page = part(mail, "html")

    assert len(page.encode()) < 102_000
    assert page.count("do=drop") == 30
    assert "and 15 more" in page.lower()
    assert "and 15 more" in part(mail, "plain").lower()


def test_a_newsletter_without_editor_has_no_such_mail(sqlite_store: Store) -> None:
    with pytest.raises(UsageError, match="has no editor"):
        mail_of(sqlite_store, replace(HELD, editor=None))


def test_the_links_of_the_mail_are_the_editors(sqlite_store: Store) -> None:
    app = make_app(site_settings(HELD), store=sqlite_store)
    draft = add_draft(app)
    message = draft_message(draft, HELD, app, now=COMPOSED)

    assert f"{URL}{draft_link(app, draft)}" in message.content.decode().replace("=\r\n", "")
