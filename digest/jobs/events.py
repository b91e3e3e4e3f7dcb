"""Events of the log: their names, which never change, and levels. ``config/deploy/README.md`` describes each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from digest.jobs.types import Job
from digest.model.slots import Slot

Level = Literal["info", "warning", "error"]

_INFO = (
    "draft_composed draft_mailed draft_decided slot_rejected "
    "started working serving stopping stopped settings_reloaded leading following clock_recovered worker_recovered "
    "collecting collected published alert_published slot_empty delivering delivered bounce_processed "
    "corrections_checked retention_applied stories_indexed operator_logged_in operator_logged_out operator_action "
    "pages_serving pages_ended"
)
_WARNING = (
    "draft_not_mailed draft_unanswered "
    "waiting weak_secret store_url_ignored source_failed image_missing plugin_failed slot_missed mailbox_unfinished "
    "alarm_sent corrections_held confirmation_not_sent clock_changed clock_wrong leader_ended jobs_released "
    "job_unknown queue_made_anew operator_login_refused search_unavailable pages_message pages_stopped "
    "traces_unavailable traces_not_sent"
)
_ERROR = (
    "settings_rejected newsletter_failed job_failed source_crashed corrections_crashed mail_crashed delivery_failed "
    "edition_suspected alarm_failed alert_flood clock_failed worker_failed page_failed operator_password_unreadable "
    "pages_not_served"
)
#: Level of each event: ``info`` is how things should go, ``warning`` is dealt with, ``error`` asks for a person.
EVENTS: Mapping[str, Level] = {
    **dict.fromkeys(_INFO.split(), "info"),
    **dict.fromkeys(_WARNING.split(), "warning"),
    **dict.fromkeys(_ERROR.split(), "error"),
}
#: Attributes of jobs, and the fields of events that have them.
_FIELDS = {
    "newsletter_id": "newsletter",
    "slot": "slot",
    "audience": "audience",
    "edition_id": "edition",
    "draft_id": "draft",
}


def level_of(event: str, *, has_trace: bool = False) -> Level:
    """The event's level; a bug's traceback makes it an error."""
    return "error" if has_trace else EVENTS.get(event, "info")


def job_fields(job: Job) -> dict[str, Any]:
    """What events of this job are about: ``job``, and newsletter, slot, audience or edition if it names them."""
    values = {name: getattr(job, attribute, "") for attribute, name in _FIELDS.items()}
    named = {name: value.key if isinstance(value, Slot) else value for name, value in values.items() if value}
    return {**named, "job": job.kind}
