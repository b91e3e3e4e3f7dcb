"""Log of a failure that may last: one line when it begins, one now and then while it lasts, one when it is over."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from digest.jobs.types import Log
from digest.model.errors import DigestError

#: Seconds between two lines of a failure: if its text has changed, and if it hasn't.
_CHANGED_S, _SAME_S = 10.0, 60.0


@dataclass(slots=True, kw_only=True)
class FailureLog:
    """Logs failures of one thing that is tried again and again: ``NAME_failed``, and then ``NAME_recovered``."""

    log: Log
    name: str
    monotonic: Callable[[], float] = time.monotonic
    _text: str = ""
    _logged_at: float = field(default=0.0)

    @property
    def is_failing(self) -> bool:
        """Whether the last try failed."""
        return bool(self._text)

    def failed(self, error: Exception) -> None:
        """Log the failure, unless that was done a moment ago; a bug with its traceback."""
        text, now = str(error) if isinstance(error, DigestError) else repr(error), self.monotonic()
        pause = _SAME_S if text == self._text else _CHANGED_S
        if self._text and now - self._logged_at < pause:
            return
        self._text, self._logged_at = text, now
        if isinstance(error, DigestError):
            self.log(f"{self.name}_failed", error=text, hint=error.hint)
        else:
            self.log(f"{self.name}_failed", error=text, trace=error)

    def succeeded(self) -> None:
        """Log the end of the failure, if there was one."""
        if self._text:
            self._text = ""
            self.log(f"{self.name}_recovered")
