"""What the operator's pages remember between requests, in memory: a restart loses nothing of worth."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from digest.web.operator.login_limits import LoginLimits

_MAX_NOTICES, _MAX_FORMS = 1_000, 10_000


class PreviewTurns:
    """One preview is composed at a time, and one may wait for it: others keep no thread of the pages busy."""

    def __init__(self) -> None:
        self._composing, self._waiting = Lock(), Lock()

    @contextmanager
    def turn(self, *, timeout_s: float) -> Iterator[bool]:
        """Whether it is this preview's turn; False if another one waits already, or the wait was too long."""
        is_own = self._wait(timeout_s)
        try:
            yield is_own
        finally:
            if is_own:
                self._composing.release()

    def _wait(self, timeout_s: float) -> bool:
        if not self._waiting.acquire(blocking=False):
            return False
        try:
            return self._composing.acquire(timeout=timeout_s)
        finally:
            self._waiting.release()


@dataclass(slots=True)
class OperatorState:
    """Failed logins, notices for the next page, and forms already sent."""

    login_limits: LoginLimits = field(default_factory=LoginLimits)
    #: Why the password can't be read, if that was logged.
    password_problem: str = ""
    #: Held while a password is checked: each check takes 32 MB.
    password_check: Lock = field(default_factory=Lock)
    previews: PreviewTurns = field(default_factory=PreviewTurns)
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
