"""Mail servers of well-known mail providers, and the notation of a server in one line. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from digest.model.errors import UsageError
from digest.settings.types import Security, SmtpSettings

_SECURITIES: dict[str, Security] = {"starttls": "starttls", "tls": "tls", "none": "none"}
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_SERVER = re.compile(r"(?:smtps?://)?(\[[\da-fA-F:.]+\]|[^\s\[\]:/@]+)(?::(\d{1,5}))?/?(?:\s+(\w+))?")
_APP_PASSWORD = "it wants an app password, made in the account's security settings, not that of the account"  # noqa: S105  # a note


@dataclass(frozen=True, slots=True)
class Provider:
    """Server of a mail provider, and what its users have to know."""

    server: str
    note: str = ""


_GOOGLE = Provider("smtp.gmail.com:465", _APP_PASSWORD)
_MICROSOFT = Provider(
    "smtp-mail.outlook.com:587",
    "Microsoft's consumer mail takes no passwords from programs any more: use another server, or 'skip'",
)
_YAHOO = Provider("smtp.mail.yahoo.com:465", _APP_PASSWORD)
_APPLE = Provider("smtp.mail.me.com:587", _APP_PASSWORD)
_ENABLE = "allow POP3 and IMAP in the settings of the mailbox first: that allows sending, too"
_PROTON = Provider("127.0.0.1:1025 starttls", "Proton Mail needs its Bridge, which runs on this machine")
#: By domain of the address.
_PROVIDERS = {
    "gmail.com": _GOOGLE,
    "googlemail.com": _GOOGLE,
    "outlook.com": _MICROSOFT,
    "hotmail.com": _MICROSOFT,
    "live.com": _MICROSOFT,
    "msn.com": _MICROSOFT,
    "yahoo.com": _YAHOO,
    "yahoo.de": _YAHOO,
    "yahoo.co.uk": _YAHOO,
    "aol.com": Provider("smtp.aol.com:465", _APP_PASSWORD),
    "icloud.com": _APPLE,
    "me.com": _APPLE,
    "mac.com": _APPLE,
    "gmx.de": Provider("mail.gmx.net:587", _ENABLE),
    "gmx.net": Provider("mail.gmx.net:587", _ENABLE),
    "gmx.at": Provider("mail.gmx.net:587", _ENABLE),
    "gmx.ch": Provider("mail.gmx.net:587", _ENABLE),
    "gmx.com": Provider("mail.gmx.com:587", _ENABLE),
    "web.de": Provider("smtp.web.de:587", _ENABLE),
    "t-online.de": Provider("securesmtp.t-online.de:465", "it wants the password for e-mail programs"),
    "posteo.de": Provider("posteo.de:465"),
    "posteo.net": Provider("posteo.de:465"),
    "mailbox.org": Provider("smtp.mailbox.org:465"),
    "fastmail.com": Provider("smtp.fastmail.com:465", _APP_PASSWORD),
    "fastmail.fm": Provider("smtp.fastmail.com:465", _APP_PASSWORD),
    "zoho.com": Provider("smtp.zoho.com:465"),
    "yandex.com": Provider("smtp.yandex.com:465", _APP_PASSWORD),
    "yandex.ru": Provider("smtp.yandex.ru:465", _APP_PASSWORD),
    "orange.fr": Provider("smtp.orange.fr:465"),
    "free.fr": Provider("smtp.free.fr:465"),
    "qq.com": Provider("smtp.qq.com:465", _APP_PASSWORD),
    "163.com": Provider("smtp.163.com:465", _APP_PASSWORD),
    "proton.me": _PROTON,
    "protonmail.com": _PROTON,
    "pm.me": _PROTON,
}


def guess_provider(domain: str) -> Provider:
    """The server for addresses of the domain: a well-known provider's, or the usual name; nothing is looked up."""
    return _PROVIDERS.get(domain.lower()) or Provider(f"smtp.{domain}:587")


def parse_server(text: str) -> SmtpSettings:
    """``HOST``, ``HOST:PORT`` or ``HOST:PORT SECURITY``. Raises ``UsageError``.

    Without a security, port 465 means TLS, another one STARTTLS; this machine's own server takes mails without.
    """
    match = _SERVER.fullmatch(text.strip())
    security = _SECURITIES.get((match[3] or "starttls").lower()) if match else None
    port = int(match[2] or 0) if match else 0
    if match is None or security is None or port > 65_535:
        hint = "write it as mail.example.org, mail.example.org:465, or mail.example.org:2525 none|tls|starttls"
        raise UsageError(f"no mail server: {text.strip()!r}", hint=hint)
    host = match[1].strip("[]")
    if match[3] is None:
        security = _usual_security(host, port)
    return SmtpSettings(host=host, port=port or _usual_port(host, security), security=security)


def is_loopback(host: str) -> bool:
    """Whether the host is this machine: nobody listens on the way."""
    return host.lower() in _LOOPBACK


def server_text(smtp: SmtpSettings) -> str:
    """The server as ``parse_server`` reads it, as short as possible."""
    host = f"[{smtp.host}]" if ":" in smtp.host else smtp.host
    is_usual = smtp.security == _usual_security(smtp.host, smtp.port)
    return f"{host}:{smtp.port}" + ("" if is_usual else f" {smtp.security}")


def _usual_security(host: str, port: int) -> Security:
    if port == 465:
        return "tls"
    return "none" if is_loopback(host) and port != 587 else "starttls"


def _usual_port(host: str, security: Security) -> int:
    if security == "tls":
        return 465
    return 25 if is_loopback(host) else 587
