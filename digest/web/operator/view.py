"""Renders a page for an operator, and a page that asks once more before an action of some weight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from digest.model.audiences import ReadingPreferences
from digest.text.time_format import utc_time
from digest.web.mail_policy import mail_policy
from digest.web.operator import access
from digest.web.operator.access import Operator
from digest.web.pages import PageRequest, PageResponse, Site
from digest.web.security import POLICY

#: A mail in a frame has a policy of its own (``mail_frame``).
_FRAME_POLICY = f"{POLICY}; frame-src 'self'"


def render(
    site: Site, operator: Operator, template: str, *, section: str = "", has_frame: bool = False, **values: Any
) -> PageResponse:
    """The page of ``templates/web/operator/``; ``section`` is its part of the navigation."""
    page = site.render(
        f"operator/{template}",
        private=True,
        operator=operator,
        section=section,
        form_token=access.form_token(site, operator.session_id),
        notice=site.operator.take_notice(operator.session_id),
        when=when,
        count=count,
        **values,
    )
    return replace(page, headers={**page.headers, "Content-Security-Policy": _FRAME_POLICY}) if has_frame else page


def mail_frame(html: str) -> PageResponse:
    """A mail's HTML, to be shown in a frame of our own pages."""
    headers = {
        "Content-Security-Policy": mail_policy(html, frame_ancestors="'self'"),
        "X-Frame-Options": "SAMEORIGIN",
    }
    return PageResponse(body=html, headers=headers)


def ask(
    site: Site,
    request: PageRequest,
    operator: Operator,
    *,
    question: str,
    explanation: str,
    button: str,
    expected: int,
    fields: Mapping[str, str],
) -> PageResponse | None:
    """A page that asks once more; None if that was answered, and the number is still the one that was shown."""
    shown = request.field("expected")
    if shown == str(expected):
        return None
    changed = f"The number has changed meanwhile: it was {shown}." if shown.isdecimal() else ""
    return render(
        site,
        operator,
        "ask",
        question=question,
        explanation=explanation,
        button=button,
        changed=changed,
        fields={**fields, "expected": str(expected)},
        back=request.path,
    )


def when(moment: datetime | None) -> str:
    """``2026-03-29 05:00 UTC``; empty for None."""
    return utc_time(moment) if moment else ""


def count(number: int, singular: str, plural: str = "") -> str:
    """``1 mail``, ``1,200 mails``"""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def describe_preferences(preferences: ReadingPreferences) -> str:
    """``weekly mon 08:00; only ferries``; empty for as published."""
    parts = (
        preferences.frequency,
        preferences.timezone and f"zone {preferences.timezone}",
        preferences.topics and f"only {', '.join(preferences.topics)}",
        preferences.muted and f"without {', '.join(preferences.muted)}",
        preferences.alerts and f"alerts {preferences.alerts}",
    )
    return "; ".join(part for part in parts if part)


def record_id(text: str) -> int:
    """The id in an address or a form; 0, which no row has, for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
