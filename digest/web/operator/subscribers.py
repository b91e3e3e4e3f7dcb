"""``/operator/subscribers``: look for one, add one; one subscriber with its mails, subscribe, remove, send again.

What is looked for is sent by POST: no address of a reader gets into an address of a page.
"""

from __future__ import annotations

from datetime import datetime

from digest.model.errors import UsageError
from digest.model.mailbox import AddressError, Mailbox
from digest.model.newsletters import Newsletter
from digest.pipeline.manage_subscribers import add_subscribers, readmit_address, remove_subscriber
from digest.store import audiences, subscriber_search, subscribers
from digest.store.audiences import SubscriptionPreferences
from digest.store.subscriber_search import SearchState, SubscriberSummary
from digest.store.subscribers import NewSubscriber
from digest.text.mail_header import clean_header
from digest.text.time_format import local_time
from digest.web.operator import access, view
from digest.web.operator.access import Operator
from digest.web.pages import PageRequest, PageResponse, Site

_LISTED, _MAILS = 50, 20
_MAX_TEXT = 200


def subscriber_list(site: Site, request: PageRequest, operator: Operator) -> PageResponse:
    """The newest subscribers, or those that were looked for; a form to add one."""
    if request.field("action") == "add":
        return _add(site, request, operator)
    text = request.field("text").strip()[:_MAX_TEXT]
    state = next((state for state in SearchState if state == request.field("state")), None)
    newsletters = {newsletter.id for newsletter in site.app.settings.newsletters}
    newsletter_id = request.field("of") if request.field("of") in newsletters else ""
    is_search = bool(text or state or newsletter_id)
    with site.app.store.read() as conn:
        if is_search:
            rows = subscriber_search.search(
                conn, text, now=site.clock(), limit=_LISTED + 1, newsletter_id=newsletter_id, state=state
            )
        else:
            rows = subscriber_search.newest(conn, limit=_LISTED)
        numbers = subscriber_search.counts(conn)
    return view.render(
        site,
        operator,
        "subscribers",
        section="subscribers",
        text=text,
        state=state or "",
        of=newsletter_id,
        is_search=is_search,
        rows=rows[:_LISTED],
        has_more=len(rows) > _LISTED,
        numbers=[(newsletter, *numbers.get(newsletter.id, (0, 0))) for newsletter in site.app.settings.newsletters],
        title_of=site.newsletter_title,
    )


def subscriber(site: Site, request: PageRequest, operator: Operator) -> PageResponse:
    """One subscriber."""
    subscriber_id = view.record_id(request.parts["id"])
    with site.app.store.read() as conn:
        summary = subscriber_search.get(conn, subscriber_id)
        if summary is None:
            return access.not_found(site)
        stored = subscribers.get(conn, subscriber_id)
        mails = subscriber_search.past_deliveries(conn, subscriber_id, limit=_MAILS)
        departures = subscriber_search.departures(conn, subscriber_id)
        chosen = audiences.for_subscriber(conn, subscriber_id)
    if request.method == "POST":
        return _act(site, request, operator, summary)
    return view.render(
        site,
        operator,
        "subscriber",
        section="subscribers",
        subscriber=summary,
        preferences=stored.preferences if stored else {},
        mails=mails,
        departures=departures,
        left_all=departures.get(""),
        preferences_of=lambda newsletter: _preferences_note(newsletter, chosen.get(newsletter.id), now=site.clock()),
        newsletters=site.app.settings.newsletters,
    )


def _preferences_note(newsletter: Newsletter, chosen: SubscriptionPreferences | None, *, now: datetime) -> str:
    """What the subscriber has chosen for the newsletter, in words; empty for as published."""
    if chosen is None:
        return ""
    pause = chosen.paused_until if chosen.paused_until and chosen.paused_until > now else None
    paused = f"paused until {local_time(pause, newsletter.timezone)} ({newsletter.timezone})" if pause else ""
    return "; ".join(filter(None, (view.describe_preferences(chosen.preferences), paused)))


def _add(site: Site, request: PageRequest, operator: Operator) -> PageResponse:
    """Subscribe an address that has not left. Raises ``UsageError`` for what is none."""
    newsletter = _newsletter(site, request)
    try:
        address = Mailbox.at(request.field("email").strip()[:400]).address
    except AddressError as error:
        raise UsageError("that is no mail address", hint="enter one such as ann@example.org") from error
    new = NewSubscriber(address=address, name=clean_header(request.field("name"))[:100])
    with site.app.store.begin() as conn:
        outcome = add_subscribers(conn, [new], newsletter.id, now=site.clock())
        stored = subscribers.find(conn, address)
    subscriber_id = stored.id if stored else 0
    if outcome.left_out:
        done = f"This address has left {newsletter.title}. Only the subscriber's own wish is a reason to add it again."
    elif outcome.added:
        done = f"Subscribed to {newsletter.title}."
    else:
        done = f"This address subscribes to {newsletter.title} already."
    site.operator.notify(operator.session_id, done)
    if outcome.added:
        _log(site, operator, "subscribe", subscriber_id=subscriber_id, newsletter_id=newsletter.id)
    return access.redirect(site, f"/operator/subscribers/{subscriber_id}" if stored else request.path)


def _act(site: Site, request: PageRequest, operator: Operator, summary: SubscriberSummary) -> PageResponse:
    """Subscribe again, remove from a newsletter, or end the suppression."""
    match request.field("action"):
        case "subscribe":
            return _subscribe(site, request, operator, summary)
        case "remove":
            newsletter_id = request.field("newsletter")  # may be gone from the settings
            with site.app.store.begin() as conn:
                has_left = remove_subscriber(conn, summary.address, newsletter_id, now=site.clock())
            done = "Removed, and no import brings the address back." if has_left else "Nothing to remove."
            if has_left:
                _log(site, operator, "remove", subscriber_id=summary.id, newsletter_id=newsletter_id)
        case "readmit":
            with site.app.store.begin() as conn:
                readmit_address(conn, summary.address)
            done = "The next edition is sent to this address again."
            _log(site, operator, "readmit", subscriber_id=summary.id)
        case _:
            done = ""
    site.operator.notify(operator.session_id, done)
    return access.redirect(site, request.path)


def _subscribe(site: Site, request: PageRequest, operator: Operator, summary: SubscriberSummary) -> PageResponse:
    newsletter = _newsletter(site, request)
    with site.app.store.read() as conn:
        departures = subscriber_search.departures(conn, summary.id)
    if newsletter.id in departures and newsletter.id not in summary.newsletter_ids:
        since, reason = departures[newsletter.id]
        question = view.ask(
            site,
            request,
            operator,
            question=f"Subscribe {summary.address} to {newsletter.title} again?",
            explanation=f"It has left ({reason}, {view.when(since)}). Do this only if its owner has asked for it.",
            button="Subscribe again",
            expected=1,
            fields={"action": "subscribe", "newsletter": newsletter.id},
        )
        if question:
            return question
    with site.app.store.begin() as conn:
        new = [NewSubscriber(address=summary.address)]
        add_subscribers(conn, new, newsletter.id, now=site.clock(), resubscribe=True)
    _log(site, operator, "subscribe", subscriber_id=summary.id, newsletter_id=newsletter.id)
    site.operator.notify(operator.session_id, f"Subscribed to {newsletter.title}.")
    return access.redirect(site, request.path)


def _newsletter(site: Site, request: PageRequest) -> Newsletter:
    return site.app.settings.newsletter(request.field("newsletter"))


def _log(site: Site, operator: Operator, action: str, *, subscriber_id: int, newsletter_id: str = "") -> None:
    """Log an action: the subscriber by its id, never by its address."""
    site.log(
        "operator_action",
        operator=operator.name,
        action=action,
        subscriber=subscriber_id,
        newsletter=newsletter_id,
    )
