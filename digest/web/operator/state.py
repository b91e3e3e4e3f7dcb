"""What the operator's pages remember between requests, in memory: a restart loses nothing of worth."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from digest.web.operator.login_limits import LoginLimits

_MAX_NOTICES, _MAX_FORMS = 1_000, 10_000


@dataclass(slots=True)
class OperatorState:
    """Failed logins, notices for the next page, and forms already sent."""

    login_limits: LoginLimits = field(default_factory=LoginLimits)
    #: Held while a password is checked: each check takes 32 MB.
    password_check: Lock = field(default_factory=Lock)
    #: Held while a preview is composed: one at a time.
    preview: Lock = field(default_factory=Lock)
    _notices: OrderedDict[int, str] = field(default_factory=OrderedDict)
    _sent_forms: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def notify(self, session_id: int, text: str) -> None:
        """Show a notice on the session's next page."""
        with self._lock:
            self._notices[session_id] = text
            _shrink(self._notices, _MAX_NOTICES)

    def take_notice(self, session_id: int) -> str:
        """The notice for the session's next page; empty if there is none."""
        with self._lock:
            return self._notices.pop(session_id, "")

    def take_form(self, form_token: str) -> bool:
        """Whether this form is sent for the first time: a double click does nothing twice."""
        with self._lock:
            is_new = form_token not in self._sent_forms
            self._sent_forms[form_token] = None
            _shrink(self._sent_forms, _MAX_FORMS)
            return is_new


def _shrink(entries: OrderedDict[int, str] | OrderedDict[str, None], size: int) -> None:
    while len(entries) > size:
        entries.popitem(last=False)
