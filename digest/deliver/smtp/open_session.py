"""Opens an SMTP session: connect, TLS, EHLO, authenticate. Blocking, one step after the other."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from dataclasses import dataclass

from digest.deliver.smtp.auth import authenticate
from digest.deliver.smtp.command_channel import CommandChannel
from digest.deliver.smtp.errors import connection_errors_as_mail_errors
from digest.deliver.smtp.replies import Capabilities, ProtocolError, Reply, parse_capabilities
from digest.deliver.smtp.timeouts import Timeouts
from digest.model.errors import MailError
from digest.settings import SmtpSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """An authenticated connection, ready for MAIL."""

    sock: socket.socket
    capabilities: Capabilities


def tls_context(smtp: SmtpSettings) -> ssl.SSLContext:
    """TLS context that trusts this machine's certificate authorities; create it once for all connections."""
    # Loading all authorities takes as long as sending hundreds of mails: not where TLS is off.
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if smtp.security == "none" else ssl.create_default_context()


def open_session(smtp: SmtpSettings, timeouts: Timeouts, context: ssl.SSLContext) -> Session:
    """Connect and log in as the settings say. Raises ``MailError``."""
    with connection_errors_as_mail_errors(smtp):
        channel = CommandChannel(socket.create_connection((smtp.host, smtp.port), timeout=timeouts.connect))
        try:
            channel.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            capabilities = _negotiate(channel, smtp, timeouts=timeouts, context=context)
            return Session(sock=channel.sock, capabilities=capabilities)
        except BaseException:
            channel.sock.close()
            raise


def close_session(session: Session, timeouts: Timeouts) -> None:
    """Send QUIT and close the socket; a missing reply is no error."""
    try:
        session.sock.settimeout(timeouts.quit)
        CommandChannel(session.sock).send("QUIT")
    except (OSError, ProtocolError):
        pass
    finally:
        session.sock.close()


def _negotiate(
    channel: CommandChannel, smtp: SmtpSettings, *, timeouts: Timeouts, context: ssl.SSLContext
) -> Capabilities:
    if smtp.security == "tls":
        channel.start_tls(context, smtp.host)
    channel.sock.settimeout(timeouts.greeting)
    _require_success(channel.read_reply(), "rejects the connection:", smtp)
    channel.sock.settimeout(timeouts.command)
    capabilities = _say_hello(channel, smtp)
    if smtp.security == "starttls":
        _start_tls(channel, capabilities, smtp, context)
        capabilities = _say_hello(channel, smtp)  # those received before TLS must be discarded (RFC 3207)
    if smtp.username:
        _authenticate(channel, capabilities, smtp)
    return capabilities


def _start_tls(
    channel: CommandChannel, capabilities: Capabilities, smtp: SmtpSettings, context: ssl.SSLContext
) -> None:
    if not capabilities.starttls:
        hint = 'set security = "tls" in [smtp] (port 465), or "none" for a server on this machine'
        raise MailError(f"the mail server {smtp.host}:{smtp.port} offers no TLS (STARTTLS)", hint=hint)
    _require_success(channel.send("STARTTLS"), "rejects STARTTLS:", smtp)
    channel.start_tls(context, smtp.host)


def _say_hello(channel: CommandChannel, smtp: SmtpSettings) -> Capabilities:
    name = _client_name(channel.sock)
    reply = channel.send(f"EHLO {name}")
    if reply.code in {500, 502, 504, 550}:
        _require_success(channel.send(f"HELO {name}"), "rejects HELO:", smtp)
        return Capabilities()
    _require_success(reply, "rejects EHLO:", smtp)
    return parse_capabilities(reply.lines)


def _client_name(sock: socket.socket) -> str:
    """Fully qualified host name, or else the address literal (RFC 5321, section 4.1.3): servers check it."""
    name = socket.gethostname()
    if "." in name and name.isascii():
        return name
    address = sock.getsockname()[0].partition("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _authenticate(channel: CommandChannel, capabilities: Capabilities, smtp: SmtpSettings) -> None:
    is_private = smtp.security != "none" or _is_loopback(channel.sock)
    if not is_private and "CRAM-MD5" not in capabilities.auth:
        hint = 'set security = "starttls" or "tls" in [smtp]'
        raise MailError(f"the password would be sent to {smtp.host}:{smtp.port} without encryption", hint=hint)
    mechanisms = capabilities.auth if is_private else frozenset({"CRAM-MD5"})
    authenticate(channel, smtp.username, smtp.password.reveal(), mechanisms=mechanisms, is_private=is_private)


def _is_loopback(sock: socket.socket) -> bool:
    return ipaddress.ip_address(sock.getpeername()[0].partition("%")[0]).is_loopback


def _require_success(reply: Reply, failure: str, smtp: SmtpSettings) -> None:
    if not 200 <= reply.code < 300:
        message = f"the mail server {smtp.host}:{smtp.port} {failure} {reply.text}"
        raise MailError(message, hint="ask the server's operator", temporary=reply.code < 500)
