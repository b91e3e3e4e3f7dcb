"""SMTP authentication (RFC 4954): PLAIN or LOGIN over TLS, CRAM-MD5 where the connection is not encrypted."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable

from digest.deliver.smtp.command_channel import CommandChannel
from digest.deliver.smtp.replies import ProtocolError, Reply
from digest.model.errors import MailError
from digest.text.credentials import mask


def authenticate(
    channel: CommandChannel, username: str, password: str, *, mechanisms: frozenset[str], is_private: bool
) -> None:
    """Log in by the best common mechanism. Raises ``MailError`` if there is none, or the server rejects the login."""
    preferred = _MECHANISMS if is_private else dict(reversed(_MECHANISMS.items()))
    log_in = next((preferred[name] for name in preferred if name in mechanisms), None)
    if log_in is None:
        names = ", ".join(sorted(mechanisms)) or "none"
        hint = "leave [smtp] username empty if the server needs no login; otherwise try another port or security"
        raise MailError(f"the mail server offers no supported login mechanism (it offers: {names})", hint=hint)
    reply = log_in(channel, username, password)
    if reply.code != 235:
        hint = "check [smtp] username and password; some providers need an app password"
        raise MailError(
            f"the mail server rejects the login as {username!r}: {_without_password(reply.text, username, password)}",
            hint=hint,
            temporary=reply.code < 500,
        )


def _without_password(text: str, username: str, password: str) -> str:
    """A reply that may repeat the command, without the password in any form in which it was sent."""
    plain = f"\0{username}\0{password}".encode()
    return mask(text, password, _base64(password.encode()), _base64(plain))


def _plain(channel: CommandChannel, username: str, password: str) -> Reply:
    credentials = _base64(f"\0{username}\0{password}".encode())
    reply = channel.send(f"AUTH PLAIN {credentials}")
    return channel.send(credentials) if reply.code == 334 else reply  # some servers ignore the initial response


def _login(channel: CommandChannel, username: str, password: str) -> Reply:
    reply = channel.send("AUTH LOGIN")
    for credential in (username, password):
        if reply.code != 334:
            break
        reply = channel.send(_base64(credential.encode()))
    return reply


def _cram_md5(channel: CommandChannel, username: str, password: str) -> Reply:
    reply = channel.send("AUTH CRAM-MD5")
    if reply.code != 334:
        return reply
    try:
        challenge = b64decode(" ".join(reply.lines))
    except ValueError as error:
        raise ProtocolError(f"not a CRAM-MD5 challenge: {reply.text!r}") from error
    response = hmac.new(password.encode(), challenge, "md5").hexdigest()
    return channel.send(_base64(f"{username} {response}".encode()))


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode()


_Mechanism = Callable[[CommandChannel, str, str], Reply]
#: The most compatible first; reversed for connections without encryption.
_MECHANISMS: dict[str, _Mechanism] = {"PLAIN": _plain, "LOGIN": _login, "CRAM-MD5": _cram_md5}
