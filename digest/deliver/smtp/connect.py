"""Setting a connection up: connect, TLS, EHLO, log in. One step after the other, each within its time."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from dataclasses import dataclass

from digest.deliver.smtp.auth import log_in
from digest.deliver.smtp.command import Ask
from digest.deliver.smtp.errors import explained_errors
from digest.deliver.smtp.replies import Garbled, Offers, Reply, offers
from digest.model.errors import MailError
from digest.settings import SmtpSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long an answer may take, in seconds (RFC 5321, 4.5.3.2)."""

    connect: float = 30
    greeting: float = 300
    #: MAIL, RCPT, and whatever sets a connection up.
    command: float = 300
    data: float = 120
    #: After the final dot; a hurry here makes copies.
    content: float = 600
    #: After QUIT, when nothing depends on it any more.
    goodbye: float = 2
    #: After so long it is told what is waited for.
    quiet: float = 5
    #: How often to look at the clock, and whether to stop, when nothing comes.
    turn: float = 0.25


def patience(limit: float) -> Timeouts:
    """As long as the standard asks for, or as a person set; but a whole mail, once sent, is always waited for."""
    usual = Timeouts()
    return Timeouts(connect=min(usual.connect, limit), greeting=limit, command=limit, data=min(usual.data, limit))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An open connection, ready for mail."""

    sock: socket.socket
    offers: Offers


def trusted(smtp: SmtpSettings) -> ssl.SSLContext:
    """Whom to believe that it is the server: those whom this machine trusts; without TLS, nobody is asked."""
    # Reading all authorities takes as long as sending hundreds of mails.
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if smtp.security == "none" else ssl.create_default_context()


def dial(smtp: SmtpSettings, timeouts: Timeouts, context: ssl.SSLContext) -> Line:
    """A connection as the settings want it; ``context`` says whom to trust. Raises ``MailError``."""
    with explained_errors(smtp):
        ask = Ask(socket.create_connection((smtp.host, smtp.port), timeout=timeouts.connect))
        try:
            ask.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            offered = _introduced(ask, smtp, timeouts=timeouts, context=context)
            return Line(sock=ask.sock, offers=offered)
        except BaseException:
            ask.sock.close()
            raise


def hang_up(line: Line, timeouts: Timeouts) -> None:
    """Say goodbye; nobody insists on an answer."""
    try:
        line.sock.settimeout(timeouts.goodbye)
        Ask(line.sock)("QUIT")
    except (OSError, Garbled):
        pass  # goodbye it is
    finally:
        line.sock.close()


def _introduced(ask: Ask, smtp: SmtpSettings, *, timeouts: Timeouts, context: ssl.SSLContext) -> Offers:
    if smtp.security == "tls":
        ask.secure(context, smtp.host)
    ask.sock.settimeout(timeouts.greeting)
    _insist(ask.listen(), "greets us with", smtp)
    ask.sock.settimeout(timeouts.command)
    offered = _hello(ask, smtp)
    if smtp.security == "starttls":
        _start_tls(ask, offered, smtp, context)
        offered = _hello(ask, smtp)  # what was offered in the clear counts no more
    if smtp.username:
        _log_in(ask, offered, smtp)
    return offered


def _start_tls(ask: Ask, offered: Offers, smtp: SmtpSettings, context: ssl.SSLContext) -> None:
    if not offered.starttls:
        hint = 'set security = "tls" in [smtp] (port 465), or "none" for a server on this machine'
        raise MailError(f"the mail server {smtp.host}:{smtp.port} offers no TLS (STARTTLS)", hint=hint)
    _insist(ask("STARTTLS"), "begins no TLS:", smtp)
    ask.secure(context, smtp.host)


def _hello(ask: Ask, smtp: SmtpSettings) -> Offers:
    name = _own_name(ask.sock)
    reply = ask(f"EHLO {name}")
    if reply.code in {500, 502, 504, 550}:
        _insist(ask(f"HELO {name}"), "refuses our HELO:", smtp)
        return Offers()
    _insist(reply, "refuses our EHLO:", smtp)
    return offers(reply.lines)


def _own_name(sock: socket.socket) -> str:
    """A name with a dot, or else the address: what RFC 5321, 4.1.3 asks for, and servers check."""
    name = socket.gethostname()
    if "." in name and name.isascii():
        return name
    address = sock.getsockname()[0].partition("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _log_in(ask: Ask, offered: Offers, smtp: SmtpSettings) -> None:
    is_private = smtp.security != "none" or _is_loopback(ask.sock)
    if not is_private and "CRAM-MD5" not in offered.auth:
        hint = 'set security = "starttls" or "tls" in [smtp]'
        raise MailError(f"the password would travel to {smtp.host}:{smtp.port} for all to read", hint=hint)
    auth = offered.auth if is_private else frozenset({"CRAM-MD5"})
    log_in(ask, smtp.username, smtp.password.reveal(), offered=auth, is_private=is_private)


def _is_loopback(sock: socket.socket) -> bool:
    return ipaddress.ip_address(sock.getpeername()[0].partition("%")[0]).is_loopback


def _insist(reply: Reply, does: str, smtp: SmtpSettings) -> None:
    if not 200 <= reply.code < 300:
        message = f"the mail server {smtp.host}:{smtp.port} {does} {reply.text}"
        raise MailError(message, hint="ask whoever runs it", temporary=reply.code < 500)
