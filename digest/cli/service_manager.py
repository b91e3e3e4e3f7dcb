"""Signs of life for a service manager: messages for systemd (``Type=notify``), a file for probes of containers.

https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.jobs.types import Log

#: Events that ``systemctl status`` shows in its line "Status:".
_STATUS_EVENTS = frozenset({"leading", "following", "working", "serving", "stopping"})


class ServiceManager:
    """Sends datagrams to ``$NOTIFY_SOCKET`` and touches ``$HEARTBEAT_FILE``; does nothing without them."""

    def __init__(self, environment: MutableMapping[str, str] = os.environ) -> None:
        # Removed, so that child processes don't send in this process's name.
        self._address = environment.pop("NOTIFY_SOCKET", "").replace("@", "\0", 1)
        self._file = environment.pop("HEARTBEAT_FILE", "")
        self._is_ready = False

    def heartbeat(self) -> None:
        """Tell that the main loop turns; until it was told once, tell that the process is ready."""
        if self._file:
            with suppress(OSError):
                Path(self._file).touch()
        self._is_ready |= self._send("WATCHDOG=1" if self._is_ready else "READY=1\nWATCHDOG=1")

    def with_status(self, log: Log) -> Log:
        """A log that shows some events to the service manager as well."""

        def log_and_tell(event: str, /, **fields: object) -> None:
            log(event, **fields)
            if event in _STATUS_EVENTS:
                details = ", ".join(f"{name} {value}" for name, value in fields.items() if name in {"queues", "listen"})
                self._send(f"STATUS={event}" + (f": {details}" if details else ""))

        return log_and_tell

    def _send(self, message: str) -> bool:
        """Send without waiting: a manager that is stuck must not hold mails up. Return whether it was taken."""
        if self._address and sys.platform != "win32":
            with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.setblocking(False)
                return sender.sendto(message.encode(), self._address) > 0
        return False
