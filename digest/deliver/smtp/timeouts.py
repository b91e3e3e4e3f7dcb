"""Timeouts of an SMTP session, in seconds (RFC 5321, section 4.5.3.2)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long to wait for each kind of reply, in seconds."""

    connect: float = 30
    greeting: float = 300
    #: MAIL, RCPT, and all commands that set a session up.
    command: float = 300
    data: float = 120
    #: After the final dot. If it is too short, a message that was accepted is sent twice.
    content: float = 600
    #: After QUIT, when nothing depends on the reply any more.
    quit: float = 2
    #: After this long without a connection the user is told what is being waited for.
    notify: float = 5
    #: Interval at which timeouts, and whether to stop, are checked while nothing arrives.
    poll: float = 0.25


def timeouts_up_to(limit_s: float) -> Timeouts:
    """The defaults, capped at ``[smtp] timeout_s``; the reply to a whole message always gets its full time."""
    defaults = Timeouts()
    return Timeouts(
        connect=min(defaults.connect, limit_s), greeting=limit_s, command=limit_s, data=min(defaults.data, limit_s)
    )
