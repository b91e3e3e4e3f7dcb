"""Links of a mail lead to the page itself, without redirects, tracking and anything that names the reader."""

from __future__ import annotations

import base64
import json
import zlib
from random import Random
from urllib.parse import quote, unquote
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.collect.mails.links import Reader, clean_link

PAGE = "https://harbour.example/2026/03/29/the-harbour-opens-on-monday"
TOKEN = "q8Zk3vXw91LmTtR0bYc7"


def b64(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def mandrill() -> str:
    inner = json.dumps({"u": 15439343, "v": 1, "url": PAGE, "id": "e1c524dfc84b4e5086bc888136bfd18d"})
    return b64(json.dumps({"s": TOKEN, "v": 1, "p": inner}))


JWT = f"{b64(json.dumps({'e': PAGE, 'p': 167007623, 's': 817132, 'u': 349738163, 'sub': 'link-redirect'}))}.{TOKEN}"

REDIRECTS = {
    "Substack": f"https://substack.com/redirect/2/{JWT}?",
    "Kit": f"https://click.kit-mail2.com/d0uwowlp78h0ho8e20lumh/6qheh8hllrzr85bo/{b64(PAGE)}",
    "Kit, padded": f"https://click.convertkit-mail.com/d0uwowlp78h0ho8e/6qheh8hllrz/{base64.b64encode(PAGE.encode()).decode()}",
    "Mailjet": f"http://x4tlp.mjt.lu/lnk/EAAAAYNqkEoAAAAA66-WQ/1/NSvifgbS3M8GrhOfPYW3Dw/{b64(PAGE)}",
    "Sailthru": f"https://link.harbour.example/click/20561821.0/{b64(PAGE)}/56f95c1b1c2d3B5a",
    "Customer.io": f"https://e.customeriomail.com/e/c/{b64(json.dumps({'email_id': TOKEN, 'href': PAGE}))}/86b6ba1fe",
    "Mandrill": f"http://mandrillapp.com/track/click/15439343/harbour.example?p={mandrill()}",
    "Amazon SES": f"https://k97t77cm.r.eu-west-1.awstrack.me/L0/{quote(PAGE, safe=':')}/1/0102-{TOKEN}/Df7OV4D4=252",
    "TLDR": f"https://tracking.tldrnewsletter.com/CL0/{quote(PAGE, safe=':')}/1/0100019a-{TOKEN}/jwEVYSgj=151",
    "Postmark": f"https://click.pstmrk.it/3s/{quote(PAGE.removeprefix('https://'), safe='')}/qzFR/112tAQ/AQ/{TOKEN}",
    "Google": f"https://www.google.com/url?q={quote(PAGE, safe='')}&sa=D&usg=AOvVaw0_L7PwUmtlm8",
    "Outlook": f"https://nam02.safelinks.protection.outlook.com/?url={quote(PAGE, safe='')}&data=05%7C01%7Cme%40x",
    "Proofpoint v2": "https://urldefense.proofpoint.com/v2/url?u=" + quote(PAGE, safe=":").replace("-", "%2D").replace(
        "%", "-").replace(":", "-3A").replace("/", "_") + "&d=DwMFaQ&c=abc",
    "Proofpoint v3": f"https://urldefense.com/v3/__{PAGE}__;!!KEc8uF_xo8-al5zF!{TOKEN}$",
    "Facebook": f"https://l.facebook.com/l.php?u={quote(PAGE, safe='')}&h={TOKEN}",
    "LinkedIn": f"https://www.linkedin.com/redir/redirect?url={quote(PAGE, safe='')}&urlhash=dQ_4",
    "Bing": f"https://www.bing.com/ck/a?!&&p={TOKEN}&u=a1{b64(PAGE)}&ntb=1",
    "Yahoo": f"https://r.search.yahoo.com/_ylt={TOKEN}/RV=2/RE=1/RO=10/RU={quote(PAGE, safe='')}/RK=2/RS={TOKEN}",
    "escaped twice": f"https://go.example/out?to={quote(quote(PAGE, safe=''), safe='')}",
    "a redirect in a redirect": "https://www.google.com/url?q=" + quote(
        f"https://click.kit-mail2.com/d0uwowlp78h0ho8e/6qheh8hllrz/{b64(PAGE)}", safe=""),
}  # fmt: skip
REDIRECTS["Mailgun"] = "https://email.mg.harbour.example/c/" + base64.urlsafe_b64encode(
    zlib.compress(f"h={TOKEN}&i=1&l={PAGE}".encode())
).decode().rstrip("=")


@pytest.mark.parametrize("url", REDIRECTS.values(), ids=REDIRECTS.keys())
def test_a_redirect_is_resolved_where_the_address_is_inside(url: str) -> None:
    assert clean_link(url) == PAGE


@pytest.mark.parametrize(
    "url",
    [
        "https://news.us1.list-manage.com/track/click?u=21860ab549ae02eeb610e2aa6&id=3153053b54&e=f0c8241cf6",
        f"https://u1234567.ct.sendgrid.net/ls/click?upn=u001.{TOKEN}{TOKEN}",
        f"https://link.mail.beehiiv.com/ss/c/u001.{TOKEN}/4kl/{TOKEN}/h1/h001.{TOKEN}",
        f"https://d1a2b3.hubspotlinks.com/Ctc/5A+113/{TOKEN}",
        "https://substack.com/redirect/c09a32ae-5576-413c-95fa-ac35fe4c917a?j=eyJ1IjoiMWxucmoifQ.TOO4JddZ2aOk",
        f"https://harbour.createsend1.com/t/x-l-{TOKEN}/r/y/",
        "https://harbour.example/unsubscribe?id=5",
        "https://harbour.example/account/login",
        f"https://harbour.example/auth/magic?token={TOKEN}",
        f"https://harbour.example/read/{TOKEN}",
        f"https://harbour.example/?story={TOKEN}",
        "https://harbour.example/c?x=12345678",
        f"https://{TOKEN}.harbour.example/2026/the-harbour-opens",
        f"https://www.facebook.com/sharer/sharer.php?u={quote(PAGE, safe='')}",
        f"https://twitter.com/intent/tweet?url={quote(PAGE, safe='')}",
        f"https://app.harbour.example/login?next=%2F{TOKEN}",
        "mailto:news@harbour.example",
        "javascript:alert(1)",
        "https://",
        "https://_é/the-harbour-opens",
        "http://[",
        "",
    ],
)
def test_what_can_not_be_cleaned_is_no_link(url: str) -> None:
    assert clean_link(url) == ""


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"{PAGE}?utm_source=x&mc_eid=abc&_hsenc={TOKEN}&ck_subscriber_id=5", PAGE),
        (f"{PAGE}?token={TOKEN}&isFreemail=true&r=1lnrj&triedRedirect=true", PAGE),
        (f"{PAGE}?anything={TOKEN}&e=2#{TOKEN}", PAGE),
        (f"{PAGE}?page=2&uid=77#part-two", f"{PAGE}?page=2#part-two"),
        (f"https://me:secret@{PAGE.removeprefix('https://')}", PAGE),
        ("https://open.substack.com/pub/quay/p/the-tide?r=1lnrj&token=abc", "https://quay.substack.com/p/the-tide"),
        (f"https://www.linkedin.com/comm/pulse/the-tide-turns-ann-roe-abc1e?midToken={TOKEN}",
         "https://www.linkedin.com/pulse/the-tide-turns-ann-roe-abc1e"),
        ("https://us1.campaign-archive.com/?u=21860ab549ae02eeb610e2aa6&id=3153053b54&e=f0c8241cf6",
         "https://us1.campaign-archive.com/?id=3153053b54&u=21860ab549ae02eeb610e2aa6"),
        ("https://harbour.example/?p=1234", "https://harbour.example/?p=1234"),
        ("https://harbour.example/item?id=12345678&ref=mail", "https://harbour.example/item?id=12345678"),
        (f"https://www.youtube.com/watch?v=dQw4w9WgXcQ&si={TOKEN}&list={TOKEN}", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ("https://youtu.be/dQw4w9WgXcQ", "https://youtu.be/dQw4w9WgXcQ"),
        ("https://www.ft.com/content/6e1a4d3a-9f5c-11ea-81bb-c2f70f01034b?sig=1",
         "https://www.ft.com/content/6e1a4d3a-9f5c-11ea-81bb-c2f70f01034b"),
        ("https://bit.ly/3xYz12A", "https://bit.ly/3xYz12A"),
        ("https://münchen.example/straßen-und-häfen", "https://xn--mnchen-3ya.example/stra%C3%9Fen-und-h%C3%A4fen"),
        ("https://harbour.example/港口新闻", "https://harbour.example/%E6%B8%AF%E5%8F%A3%E6%96%B0%E9%97%BB"),
    ],
)  # fmt: skip
def test_public_addresses_stay_without_what_tracks(url: str, expected: str) -> None:
    assert clean_link(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://harbour.example/ann.roe@mail.example/the-harbour-opens",
        "https://harbour.example/the-harbour-opens/ann.roe%40mail.example",
        "https://harbour.example/a/4711815/x",
        "https://harbour.example/item?id=4711815",
    ],
)
def test_a_link_that_names_the_reader_is_dropped(url: str) -> None:
    reader = Reader.of(["Ann.Roe@mail.example"], ["https://harbour.example/leave?who=4711815"])

    assert clean_link(url, reader) == ""
    assert clean_link(PAGE, reader) == PAGE


# --- whatever the token is, and wherever it stands -------------------------------------------------------------------

#: Random, as tokens are: Hypothesis by itself prefers zeros.
_BYTES = st.integers(0, 2**64).map(lambda seed: Random(seed).randbytes(12 + seed % 13))
TOKENS = st.one_of(
    _BYTES.map(lambda data: str(UUID(bytes=data.ljust(16, b"!")[:16], version=4))),
    _BYTES.map(bytes.hex),
    _BYTES.map(lambda data: base64.urlsafe_b64encode(data).decode().rstrip("=")),
    _BYTES.map(lambda data: base64.b32encode(data).decode().rstrip("=").lower()),
    _BYTES.map(lambda data: f"eyJhbGciOiJIUzI1NiJ9.{b64(data.hex())}.{b64(data.hex())}"),
)
PLACES = [
    "https://harbour.example/{}",
    "https://harbour.example/{}/the-harbour-opens-on-monday",
    "https://harbour.example/the-harbour-opens-on-monday/{}",
    "https://harbour.example/the-harbour-opens-on-monday-{}",
    "https://harbour.example/the-harbour-opens-on-monday;s={}",
    "https://harbour.example/the-harbour-opens-on-monday?id={}",
    "https://harbour.example/the-harbour-opens-on-monday?{}",
    "https://harbour.example/the-harbour-opens-on-monday?{}=1",
    "https://harbour.example/?p={}&page=2",
    "https://harbour.example/?p=5&x[{}]=2",
    "https://harbour.example/the-harbour-opens-on-monday#{}",
    "https://harbour.example/the-harbour-opens-on-monday#page={}",
    "https://{}.harbour.example/the-harbour-opens-on-monday",
    "https://{}@harbour.example/the-harbour-opens-on-monday",
    "https://ann:{}@harbour.example/the-harbour-opens-on-monday",
    "https://www.youtube.com/watch?v=dQw4w9WgXcQ&list={}",
    "https://www.youtube.com/{}",
    "https://github.com/quay/tides/blob/main/{}",
    "https://medium.com/@quay/the-harbour-opens-{}",
    "https://us1.campaign-archive.com/?u=21860ab549ae02eeb610e2aa6&id={}",
    "https://mailchi.mp/{}/the-harbour-opens",
    "https://bit.ly/{}",
    "https://www.google.com/url?q=https%3A%2F%2Fharbour.example%2F{}",
    "https://www.google.com/url?q=https%3A%2F%2Fharbour.example%2Fthe-harbour-opens-on-monday%3Fs%3D{}",
]


@given(token=TOKENS, place=st.sampled_from(PLACES), spelling=st.sampled_from(["plain", "escaped", "twice", "base64"]))
@settings(max_examples=80, derandomize=True)
def test_no_link_has_a_token(token: str, place: str, spelling: str) -> None:
    escaped = "".join(f"%{ord(character):02x}" for character in token)
    written = {"plain": token, "escaped": escaped, "twice": escaped.replace("%", "%25"), "base64": b64(token)}[spelling]
    link = clean_link(place.format(written))

    assert token not in unquote(unquote(link))
    assert b64(token) not in link
    assert len(link) <= len("https://ann@www.youtube.com/watch?v=dQw4w9WgXcQ&page=2/the-harbour-opens-on-monday")


@given(token=TOKENS, reader_id=st.integers(10**6, 10**9))
@settings(max_examples=30, derandomize=True)
def test_no_redirect_lets_a_token_through(token: str, reader_id: int) -> None:
    inner = f"{PAGE}?s={token}&n={reader_id}"

    assert clean_link(f"https://click.quay.example/{token}/{b64(inner)}") == PAGE
    assert clean_link(f"https://go.quay.example/out?user={reader_id}&url={quote(inner, safe='')}") == PAGE


@given(url=st.text("abz019AZ.-_~/?#&=%@:;[]é\u202e \t", max_size=60).map("https://".__add__))
@settings(max_examples=40)
def test_any_text_is_cleaned_and_cleaning_again_changes_nothing(url: str) -> None:
    link = clean_link(url)

    assert clean_link(link) == link
