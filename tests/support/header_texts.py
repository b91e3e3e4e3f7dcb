"""Random header texts from a seed: words of all scripts, encoded words, quotes, controls, long runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from tests.support.messages import HOSTILE

_TEXT = r"""
The harbour opens again after two years of work, says the port authority (really): 3 % more; a=b_c?
Zwölf Kräne für Größe Straße naïve façade Łódź İstanbul ñandú œuvre Гавань снова открыта Το λιμάνι ανοίγει ξανά
ميناء المدينة يفتح أبوابه הנמל נפתח مجدداً बंदरगाह दो साल के बाद ท่าเรือเปิดอีกครั้ง նավահանգիստ ნავსადგური
港が再び開いた 항구가 다시 열렸다 海港重新开放 𠮷野家 ﷽ ⛴️ 🌊 👩‍👩‍👧‍👦 🏴‍☠️ 🇪🇺 é
=?utf-8?q?Sale?= =?utf-8?b?U2FsZQ==?= =?iso-8859-1?q?=A1?= =? ?= =_ _ ?
" \ "quoted" \" ( ) (a(b)c) < > <a@b.example> , ; : @ [ ] . .. ' ` a,b
"""
_LONG = ("s" * 59, "s" * 60, "s" * 61, "s" * 200, "ä" * 40, "港" * 90, "https://a.example/" + "x" * 80, "-" * 70)
_WORDS = (*re.findall(r"\S+", _TEXT), *_LONG)
_GAPS = (" ", " ", " ", " ", "  ", "\t", "\u00a0", "\u3000", "\u2003 ", "", "\n ", "\r\n")
_CHARACTERS = (
    range(0x20, 0x7F), range(0xA1, 0x250), range(0x370, 0x530), range(0x5D0, 0x5EB), range(0x621, 0x64B),
    range(0x904, 0x940), range(0xE01, 0xE31), range(0x3041, 0x30FF), range(0x4E00, 0x9FA6), range(0xAC00, 0xD7A4),
    range(0x1F300, 0x1F650), range(0x20, 0x7F),
)  # fmt: skip


def texts(seed: int = 1) -> Iterator[str]:
    """Endlessly many texts, the same for the same seed."""
    random = Random(seed)
    generators = (
        _random_words,
        _random_words,
        _random_words,
        _random_characters,
        lambda random: random.choice([*HOSTILE.values()]),
    )
    while True:
        yield random.choice(generators)(random)


def _random_words(random: Random) -> str:
    count = random.choice((1, 2, 3, 5, 8, 13, 30))
    return "".join(random.choice(_WORDS) + random.choice(_GAPS) for _ in range(count))


def _random_characters(random: Random) -> str:
    alphabet = random.sample(_CHARACTERS, random.randint(1, 3))
    count = random.choice((1, 2, 5, 20, 60, 74, 75, 76, 250, 300))
    return "".join(chr(random.choice(random.choice(alphabet))) for _ in range(count))
