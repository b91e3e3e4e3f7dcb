"""Sessions of operators who logged in with the password: a row in the store, and a signed cookie that names it.

The cookie also says when the operator was last active, and is renewed with each page, so that opening a page writes
nothing. A session ends by logging out, after an hour without a page, after half a day, and with its password.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.model.link_token import LinkToken, Purpose, read_token
from digest.pipeline.reader_links import sign_link
from digest.pipeline.signing import accepted_keys
from digest.settings import WebSettings
from digest.store import operator_sessions

_IDLE, _LONGEST = timedelta(hours=1), timedelta(hours=12)
#: Ended sessions are kept for so long, for the networks that they came from.
KEPT = timedelta(days=30)
_CLOCK_SKEW = timedelta(minutes=1)


def open_session(conn: Connection, password_id: str, network: str, *, now: datetime) -> int:
    """Begin a session; return its id, which is random."""
    operator_sessions.delete_old(conn, before=now - KEPT)
    return operator_sessions.add(conn, password_id=password_id, network=network, at=now)


def session_cookie(conn: Connection, session_id: int, web: WebSettings, *, now: datetime) -> str:
    """The cookie's value for an operator who is active now."""
    return sign_link(conn, LinkToken(purpose=Purpose.OPERATOR_SESSION, issued=now, subscriber_id=session_id), web)


def find_session(conn: Connection, cookie: str, password_id: str, web: WebSettings, *, now: datetime) -> int | None:
    """The id of the open session that the cookie names; None if there is none, or it has ended."""
    token = read_token(cookie, Purpose.OPERATOR_SESSION, accepted_keys(conn, web))
    if token is None or not -_CLOCK_SKEW <= now - token.issued <= _IDLE:
        return None
    session = operator_sessions.get(conn, token.subscriber_id)
    if session is None or session.ended or session.password_id != password_id:
        return None
    return session.id if -_CLOCK_SKEW <= now - session.started <= _LONGEST else None
