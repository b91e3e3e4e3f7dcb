"""Child process of ``digest run`` that serves the subscribers' pages.

Whatever happens to it, a busy port included, mails are sent meanwhile: it is started again after a pause.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread

from digest.jobs.types import Log
from digest.settings import Settings
from digest.settings.web_pages import find_page_problems

#: Pause before it is started again; doubled each time, until it has run for a minute.
_PAUSE_S, _MAX_PAUSE_S, _SETTLED_S = 1.0, 60.0, 60.0
_POLL_S = 0.2
_STOP_S = 8.0
#: On Windows, what a session of its own is elsewhere.
if sys.platform == "win32":
    _NEW_GROUP = subprocess.CREATE_NEW_PROCESS_GROUP
else:
    _NEW_GROUP = 0


@contextmanager
def pages_process(settings: Callable[[], Settings], options: Sequence[str], log: Log) -> Iterator[None]:
    """Run ``digest serve`` beside this process while ``[web] serve`` is set; new settings start it anew.

    ``options`` stand before the command: ``--config FILE``.
    """
    stop = Event()
    supervisor = _Supervisor(settings=settings, options=options, log=log)
    thread = Thread(target=supervisor.run, args=(stop,), name="pages", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_STOP_S * 2)


@dataclass(slots=True, kw_only=True)
class _Supervisor:
    settings: Callable[[], Settings]
    options: Sequence[str]
    log: Log
    _child: subprocess.Popen[str] | None = None
    #: The settings that the child was started with, or that forbid it.
    _current: Settings | None = None
    _started: float = 0.0
    _next_start: float = 0.0
    _pause_s: float = _PAUSE_S
    _is_allowed: bool = field(default=False)

    def run(self, stop: Event) -> None:
        try:
            while not stop.wait(_POLL_S):
                self._poll()
        finally:
            self._end()

    def _poll(self) -> None:
        settings = self.settings()
        if settings is not self._current:
            self._end()
            self._current, self._next_start, self._pause_s = settings, 0.0, _PAUSE_S
            self._is_allowed = settings.web.serve and self._can_be_served(settings)
        if self._child and (code := self._child.poll()) is not None:
            self._child = None
            self._schedule_restart(code)
        if self._is_allowed and self._child is None and time.monotonic() >= self._next_start:
            self._start()

    def _can_be_served(self, settings: Settings) -> bool:
        problems = list(find_page_problems(settings))
        for problem in problems:
            self.log("pages_not_served", reason=problem.message, hint=problem.hint)
        return not problems

    def _start(self) -> None:
        command = [sys.executable, "-m", "digest", *self.options, "serve", "--json", "--until-stdin-closes"]
        # A session of its own: Ctrl-C is for this process, which then ends the child.
        self._child = subprocess.Popen(  # noqa: S603  # our own program
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            creationflags=_NEW_GROUP,
        )
        self._started = time.monotonic()
        Thread(target=self._forward, args=(self._child,), name="pages log", daemon=True).start()

    def _schedule_restart(self, code: int) -> None:
        now = time.monotonic()
        if now - self._started > _SETTLED_S:
            self._pause_s = _PAUSE_S
        self.log("pages_stopped", code=code, again_in_s=self._pause_s)
        self._next_start = now + self._pause_s
        self._pause_s = min(self._pause_s * 2, _MAX_PAUSE_S)

    def _forward(self, child: subprocess.Popen[str]) -> None:
        """Log the child's events, and other lines that it prints."""
        assert child.stdout
        with child.stdout:
            for line in child.stdout:
                try:
                    fields = json.loads(line)
                    event = fields.pop("event")
                    del fields["at"], fields["level"]
                except (ValueError, KeyError, AttributeError, TypeError):
                    self.log("pages_message", message=line.strip())
                else:
                    self._log(event, fields)

    def _log(self, event: str, fields: dict[str, object]) -> None:
        """Log an event of the child; its start and end are not this process's."""
        if event == "serving":
            self.log("pages_serving", **fields)
        elif event == "stopped":
            self.log("pages_ended", **fields)
        else:
            self.log(event, **fields)

    def _end(self) -> None:
        """End the child: by closing its stdin, which also happens if this process is killed."""
        child, self._child = self._child, None
        if child is None:
            return
        assert child.stdin
        child.stdin.close()
        try:
            child.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
