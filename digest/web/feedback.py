"""``/feedback/TOKEN/STORY``: was the story useful? A GET shows two buttons, a POST votes.

``/feedback/TOKEN`` lists the edition's stories, for mails that are read as plain text. The token in the address proves
the vote: nobody else has it, so that the forms need no token of their own.
"""

from __future__ import annotations

from typing import Any

from digest.model.feedback import Vote
from digest.model.newsletters import Newsletter
from digest.pipeline.feedback import Ballot, find_ballot, vote
from digest.web.pages import PageRequest, PageResponse, Site

_VOTES = {choice.value: choice for choice in Vote}
#: The value that takes a vote back.
_TAKE_BACK = "none"


def story_feedback(site: Site, request: PageRequest) -> PageResponse:
    """Ask, or record the vote."""
    choice = request.field("vote")
    has_voted = request.method == "POST" and choice in {*_VOTES, _TAKE_BACK}
    ballot = _vote(site, request, _VOTES.get(choice)) if has_voted else _find(site, request)
    story = ballot.story(request.parts["story"]) if ballot else None
    if ballot is None or story is None:
        return site.render("unknown_link", status=404, private=True)
    if ballot.newsletter is None:
        return site.render("feedback_closed", private=True)
    current = ballot.votes.get(story.id)
    return _render(
        site,
        request,
        ballot,
        "feedback_given" if has_voted and current else "feedback",
        story=story,
        current=current,
        is_withdrawn=has_voted and not current,
        first=_VOTES.get(request.query.get("vote", ""), Vote.DOWN if current is Vote.UP else Vote.UP),
    )


def edition_feedback(site: Site, request: PageRequest) -> PageResponse:
    """List the edition's stories, each with a link to its page."""
    ballot = _find(site, request)
    if ballot is None or not ballot.stories:
        return site.render("unknown_link", status=404, private=True)
    if ballot.newsletter is None:
        return site.render("feedback_closed", private=True)
    return _render(site, request, ballot, "feedback_edition")


def _find(site: Site, request: PageRequest) -> Ballot | None:
    with site.app.store.read() as conn:
        return find_ballot(conn, request.parts["token"], site.app.settings, now=site.clock())


def _vote(site: Site, request: PageRequest, choice: Vote | None) -> Ballot | None:
    token, number = request.parts["token"], request.parts["story"]
    with site.app.store.begin() as conn:
        return vote(conn, token, number, site.app.settings, choice=choice, now=site.clock())


def _render(site: Site, request: PageRequest, ballot: Ballot, template: str, **values: Any) -> PageResponse:
    newsletter = ballot.newsletter or Newsletter(id="", title="")
    day = ballot.edition.slot.due.astimezone(newsletter.timezone)
    return site.render(
        template,
        private=True,
        newsletter=newsletter.title,
        day=day,
        ballot=ballot,
        token=request.parts["token"],
        **values,
    )
