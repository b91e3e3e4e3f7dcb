"""Requests to the pages as an attacker would send them: any route, token, form, body and header, from a seed.

Not by Hypothesis: it takes 30 ms to think of one.
"""

from __future__ import annotations

import functools
import http.client
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from urllib.parse import quote, urlencode

from digest.model.link_token import LinkToken, Purpose
from digest.settings import shipped_files
from digest.web.routes import ROUTES
from tests.support.values import NOON
from tests.support.web_site import SECRET, RunningSite

_SOURCE = Path(__file__).parents[2] / "digest" / "web"
_ODD = (
    *("\0", "%", "%00", "..", "../../etc/passwd", "a" * 5_000, "\u202e", "\ud83d", "🦊", "'\"><script>", "{{ 7*7 }}"),
    *(
        "%(x)s",
        "\r\nX-Evil: 1",
        "ｆｕｌｌ",
        "ß" * 200,
        "NULL",
        "1' OR '1'='1",
        "٣",
        "\x7f",
        " ",
        "-",
        "*",
        '"',
        "AND OR",
    ),
)
_KNOWN = (
    *(
        "ann@harbour.example",
        "main",
        "2026-03-29",
        "latest",
        "1",
        "2",
        "-1",
        "0",
        "9" * 20,
        "1e9",
        "nan",
        "",
        "feed.xml",
    ),
    *("Europe/Berlin", "daily 07:00", "weekly mon 08:00", "sandhaven-courier", "up", "down", "save", "revoke", "erase"),
    *("on", "ferry", "2026-02-30", "pause", "download", "address", "new@harbour.example"),
)
_FORM, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRequest:
    """A request of any kind."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    #: Tokens in it, which no log may have.
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """Its answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def send(site: RunningSite, request: RawRequest) -> RawAnswer:
    """Send it just as it is."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
    try:
        connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers:
            connection.putheader(name, value.encode("utf-8", "replace"))
        connection.endheaders(request.body or None)
        response = connection.getresponse()
        return RawAnswer(response.status, response.read(), {k.lower(): v for k, v in response.getheaders()})
    finally:
        connection.close()


def any_request(random: Random, methods: Sequence[str]) -> RawRequest:
    """A request by one of the methods."""
    method = random.choice(methods)
    target, secrets = _target(random)
    headers, cookies = _headers(random)
    body = b""
    if method not in {"GET", "HEAD"}:
        kind, body, values = _body(random)
        secrets += values
        headers += [("Content-Type", kind), ("Content-Length", str(len(body)))]
    long = tuple(secret for secret in (*secrets, *cookies) if len(secret) > 30)
    return RawRequest(method=method, target=target, headers=tuple(headers), body=body, secrets=long)


def token(random: Random) -> str:
    """A signed token about anything for any purpose; now and then a changed one."""
    numbers = (0, 1, 1, 1, 2, 3, random.randrange(10**18))
    signed = LinkToken(
        purpose=random.choice(list(Purpose)),
        issued=NOON,
        subscriber_id=random.choice(numbers),
        newsletter_id=random.choice(("main", "main", "main", "gone", "größe", "")),
        edition_id=random.choice(numbers),
        version=random.choice((0, 0, 0, 1)),
    ).signed(SECRET)
    place = random.randrange(len(signed))
    changed = signed[:place] + random.choice("0f.~%é ") + signed[place + 1 :]
    return random.choice((signed, signed, signed, signed, changed, signed[:-1], signed * 2, signed.upper()))


@functools.cache
def field_names() -> tuple[str, ...]:
    """Names of the fields of all forms, and of those that pages read."""
    templates = (file.read_text("utf-8") for file in (shipped_files.templates() / "web").rglob("*.j2"))
    names = {name for text in templates for name in re.findall(r'\bname="([\w-]+)"', text)}
    names |= {name for text in _pages() for name in re.findall(r'(?:field|form\.get|query\.get)\("(\w+)"', text)}
    return tuple(sorted(names))


@functools.cache
def cookie_names() -> tuple[str, ...]:
    """Names of the cookies that pages set, and another."""
    return ("other", *sorted({name for text in _pages() for name in re.findall(r'"(digest_\w+)"', text)}))


def _pages() -> list[str]:
    return [file.read_text("utf-8") for file in _SOURCE.rglob("*.py")]


def _text(random: Random) -> str:
    if random.random() < 0.2:
        return "".join(chr(random.choice((random.randrange(0x20, 0x7F), random.randrange(0x3000)))) for _ in range(20))
    return random.choice(_ODD if random.random() < 0.4 else _KNOWN)


def _text_or_token(random: Random) -> str:
    return token(random) if random.random() < 0.3 else _text(random)


def _fields(random: Random, most: int) -> list[tuple[str, str]]:
    names = (*field_names(), "page", "q")
    return [
        (random.choice(names) if random.random() < 0.9 else _text(random), _text_or_token(random))
        for _ in range(random.randrange(most + 1))
    ]


def _target(random: Random) -> tuple[str, list[str]]:
    """An address of any route, its parts filled in; with the tokens in it."""
    _, address, _ = random.choice(ROUTES)
    secrets: list[str] = []

    def part(match: re.Match[str]) -> str:
        is_token = match[1].startswith("token") and random.random() < 0.9
        secrets.append(token(random) if is_token else _text_or_token(random))
        return quote(secrets[-1], safe="", errors="replace")

    path = re.sub(r"\{(\w+)(?::[^{}]*)?\}", part, address)
    query = _fields(random, 2)
    encoded = "&".join(f"{quote(k, safe='', errors='replace')}={quote(v, safe='', errors='replace')}" for k, v in query)
    return path + (f"?{encoded}" if encoded else ""), [*secrets, *(value for _, value in query)]


def _body(random: Random) -> tuple[str, bytes, list[str]]:
    """A content type, a body, and the tokens in it."""
    fields = _fields(random, 8)
    form = urlencode(fields, errors="replace").encode()
    parts = "".join(f'--x\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields)
    multipart = (parts + "--x--\r\n").encode("utf-8", "replace")
    strange: list[tuple[str, bytes]] = [
        (f"{_FORM}; charset=utf-16", form),
        (f"{_FORM}; charset=no-such", form),
        (_FORM, b"%ff%fe=%zz&=&&;"),
        (_FORM, b"a=" + b"b" * 70_000),
        (_FORM, b"&".join([b"email=x"] * 300)),
        (_MULTIPART, multipart),
        (_MULTIPART, multipart[: len(multipart) // 2]),
        (_MULTIPART, multipart.replace(b"form-data;", b'form-data; filename="a.exe";')),
        (_MULTIPART, b"--x\r\nContent-Transfer-Encoding: base64\r\n" + parts.encode("utf-8", "replace")[5:]),
        ("multipart/form-data; boundary=y", multipart),
        ("multipart/form-data", multipart),
        ("application/json", b'{"email": "ann@harbour.example"'),
        ("text/plain", b"List-Unsubscribe=One-Click"),
        ("\xff/\xfe;;;=", form),
        ("", b"\x00\xff"),
    ]
    kind, body = (_FORM, form) if random.random() < 0.6 else random.choice(strange)
    return kind, body, [value for _, value in fields]


_HEADERS: Mapping[str, tuple[str, ...]] = {
    "X-Forwarded-For": ("1.2.3.4", "::1", "evil, 10.0.0.1", ",,,", "999.1.1.1", "1.2.3.4:80", "%eth0"),
    "X-Forwarded-Proto": ("http", "https", "https, http", "javascript"),
    "X-Forwarded-Host": ("evil.example",),
    "Forwarded": ("for=1.2.3.4;host=evil.example;proto=http",),
    "X-Remote-User": ("admin",),
    "Range": ("bytes=0-10", "bytes=-1", "bytes=9-1", "lines=1"),
    "If-None-Match": ('"x"', "*", 'W/"0"', '"'),
    "If-Modified-Since": ("Sun, 29 Mar 2026 07:00:00 GMT", "yesterday"),
    "Accept-Language": ("de", "ar;q=0.9", "x" * 500, ";;;q=,"),
    "Accept-Encoding": ("gzip, br", "*;q=0", "zstd"),
    "Accept": ("application/json", "*/*;q=nope"),
    "Origin": ("null", "https://evil.example", "https://news.example"),
    "Referer": ("https://evil.example/",),
    "Sec-Fetch-Site": ("cross-site", "same-origin", "none"),
    "Authorization": ("Bearer 0123456789abcdef", "Bearer x", "Basic !!!", "Basic YTpi", "Bearer"),
    "Expect": ("100-continue",),
    "X-HTTP-Method-Override": ("POST",),
}


def _headers(random: Random) -> tuple[list[tuple[str, str]], list[str]]:
    """Headers that servers act on, with values right and wrong; and the tokens in them."""
    hosts = ("evil.example", "news.example:443", "", "[::1", "news.example@evil.example")
    headers = [("Host", "news.example" if random.random() < 0.9 else random.choice(hosts))]
    for name in random.sample(sorted(_HEADERS), random.randrange(4)):
        value = random.choice(_HEADERS[name]) if random.random() < 0.8 else _text(random)
        headers.append((name, re.sub(r"[\x00-\x1f\x7f]", "", value)))
    cookies = [(random.choice(cookie_names()), _text_or_token(random)) for _ in range(random.randrange(3))]
    if cookies:
        text = "; ".join(f"{name}={value}" for name, value in cookies)
        headers.append(("Cookie", re.sub(r"[\x00-\x1f\x7f]", "", text)))
    return headers, [value for _, value in cookies]
