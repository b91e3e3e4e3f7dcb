"""Logging in (RFC 4954): PLAIN or LOGIN within TLS, CRAM-MD5 where the password would be heard otherwise."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable

from digest.deliver.smtp.command import Ask
from digest.deliver.smtp.replies import Garbled, Reply
from digest.model.errors import MailError


def log_in(ask: Ask, username: str, password: str, *, offered: frozenset[str], is_private: bool) -> None:
    """Raises ``MailError`` if there is no common way, or the server doesn't accept the two."""
    known = _WAYS if is_private else dict(reversed(_WAYS.items()))
    way = next((known[name] for name in known if name in offered), None)
    if way is None:
        names = ", ".join(sorted(offered)) or "none"
        hint = "leave [smtp] username empty, if the server wants none; otherwise try another port or security"
        raise MailError(f"the mail server offers no way to log in that we know (it offers: {names})", hint=hint)
    reply = way(ask, username, password)
    if reply.code != 235:
        hint = "check [smtp] username and password; some providers want a password made for programs"
        raise MailError(
            f"the mail server does not accept the name {username!r} with its password: {reply.text}",
            hint=hint,
            temporary=reply.code < 500,
        )


def _plain(ask: Ask, username: str, password: str) -> Reply:
    words = _encoded(f"\0{username}\0{password}".encode())
    reply = ask(f"AUTH PLAIN {words}")
    return ask(words) if reply.code == 334 else reply  # it asks for what it has: some do


def _login(ask: Ask, username: str, password: str) -> Reply:
    reply = ask("AUTH LOGIN")
    for word in (username, password):
        if reply.code != 334:
            break
        reply = ask(_encoded(word.encode()))
    return reply


def _cram_md5(ask: Ask, username: str, password: str) -> Reply:
    reply = ask("AUTH CRAM-MD5")
    if reply.code != 334:
        return reply
    try:
        challenge = b64decode(" ".join(reply.lines))
    except ValueError as error:
        raise Garbled(f"this is no challenge: {reply.text!r}") from error
    answer = hmac.new(password.encode(), challenge, "md5").hexdigest()
    return ask(_encoded(f"{username} {answer}".encode()))


def _encoded(raw: bytes) -> str:
    return b64encode(raw).decode()


Way = Callable[[Ask, str, str], Reply]
_WAYS: dict[str, Way] = {"PLAIN": _plain, "LOGIN": _login, "CRAM-MD5": _cram_md5}
