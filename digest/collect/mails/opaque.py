"""Tells words, dates and numbers of a public address from identifiers that may be a person's. Pure.

A link in a mail may name its reader by any string: a UUID, a hash, base64, a signature. Such strings switch between
letters and digits, or between cases, or have pairs of letters that words don't have. The addresses of articles have
few characters of that kind.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote

#: Characters of unreadable parts that an address may have in all: short ids, as in ``/comments/1g7xk2/``.
MAX_OPAQUE = 6
#: Digits of a number, at most: an article's number has up to eleven.
_MAX_DIGITS = 12
#: Rounds of undoing percent escapes, at most.
_MAX_ESCAPES = 5
_PART = re.compile(r"[^\W_]+")
_ASCII_PART = re.compile(r"[A-Za-z0-9]+")
#: One run of letters and one of digits: ``covid19``, ``rcna123456``, ``2nd``, ``4k``; or digits within: ``h1n1``.
_LETTERS_AND_DIGITS = re.compile(
    r"[A-Za-z]{1,8}\d{1,11}|[A-Za-z]{1,16}\d{1,4}|\d{1,4}[A-Za-z]{1,6}|[a-z]{1,4}\d{1,3}[a-z]{1,4}"
)
#: Most of a UUID; and an escape that was escaped, which no site writes.
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}", re.IGNORECASE)
_ESCAPED_TWICE = re.compile(r"%25[0-9a-f]{2}", re.IGNORECASE)
_LETTERS = re.compile(r"[A-Za-z]+")
#: Parts of letters and digits that an address may have; a license key has more.
_MAX_MIXED = 3
#: Words in one case, or capitalized: ``news``, ``NATO``, ``Berlin``, ``McCain``, ``iPhone``, ``topStories``.
_REGULAR_CASE = re.compile(
    r"[a-z]+|[A-Z]{1,8}s?|Mac?[A-Z][a-z]+|Mc[A-Z][a-z]+|[A-Z]?[a-z]{2,}(?:[A-Z][a-z]{2,}){1,6}|[A-Z][a-z]*|[ei][A-Z][a-z]{2,}"
)
#: Letters of a word, from which its pairs of letters are compared, and at most.
_MIN_LETTERS, _MAX_LETTERS = 8, 40
#: Pairs of letters that make up 99 % of those in English, German, French, Spanish, Italian, Dutch and Portuguese: the
#: first letter, and what may follow it. The share of a word's pairs that are among them, by its length, at least.
_FOLLOWERS = (
    "a:abcdfgiklmnprstuvwxyz b:abeijlorstuy c:acehiklorstuy d:adegilmnorsuvy e:abcdefghijklmnopqrstuvwxyz "
    "f:aefilortuy g:aeghilnorstuy h:aeilmnorstuy i:abcdefgjklmnoprstuvxz j:eou k:aeilnost l:adefgiklmopstuvy "
    "m:abeimnopsuy n:acdefghijklmnoprstuvy o:abcdefgiklmnoprstuvwxy p:aehiloprstu q:u r:abcdefghiklmnoprstuvwyz "
    "s:acefhiklmnopstuwy t:abcehilmnorstuwy u:abcdefgilmnoprstv v:aeio w:aehinors x:aceipt y:ceimopst z:aeiouy"
)
_PAIRS = frozenset(f"{entry[0]}{second}" for entry in _FOLLOWERS.split() for second in entry[2:])
_MIN_SHARES = ((16, 0.8), (10, 0.7), (_MIN_LETTERS, 0.6))
#: Letters of an unusual word, such as a name, that each usual word beside it makes up for; and letters of such a word.
_ALLOWANCE, _MAX_ODD = 3, 14
_WITHOUT_VOWELS = re.compile(r"[B-DF-HJ-NP-TV-XZb-df-hj-np-tv-xz][b-df-hj-np-tv-xz]{3,}")
_FILE_ENDINGS = frozenset({"html", "shtml", "xhtml", "phtml"})
_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{8,}")


def opaque_length(text: str) -> int:
    """Characters of the text in parts that are no word, date or number; percent escapes are undone first."""
    if _ESCAPED_TWICE.search(text):
        return len(text)
    for _ in range(_MAX_ESCAPES):
        if "%" not in text:
            break
        text = unquote(text, errors="replace")
    if _UUID.search(text):
        return len(text)
    parts = _PART.findall(text)
    mixed = [len(part) for part in parts if not part.isdigit() and not part.isalpha()]
    odd = [len(part) for part in parts if _is_odd_word(part)]
    usual = sum(1 for part in parts if part.isalpha() and len(part) > 1) - len(odd)
    others: int = sum(_opaque_part(part) for part in parts if not _is_odd_word(part))
    return others + sum(mixed[_MAX_MIXED:]) + max(0, sum(odd) - _ALLOWANCE * usual)


@lru_cache(maxsize=4096)
def _is_odd_word(part: str) -> bool:
    """Is it a word by its case, but with pairs of letters that are rare, as in a name of another language?"""
    return part.isascii() and part.isalpha() and _is_regular(part) and len(part) <= _MAX_ODD and not _is_word(part)


def _is_regular(letters: str) -> bool:
    return _REGULAR_CASE.fullmatch(letters) is not None


@lru_cache(maxsize=4096)
def _opaque_part(part: str) -> int:
    if not part.isascii():  # words of other scripts; tokens are ASCII
        return sum(map(_opaque_part, _ASCII_PART.findall(part)))
    if part.isdigit():
        return 0 if len(part) <= _MAX_DIGITS else len(part)
    if part.isalpha():
        return 0 if _is_word(part) else len(part)
    is_plain = _LETTERS_AND_DIGITS.fullmatch(part) and all(map(_is_word, _LETTERS.findall(part)))
    return 0 if is_plain else len(part)


def _is_word(letters: str) -> bool:
    if not _is_regular(letters) or len(letters) > _MAX_LETTERS:
        return False
    if _WITHOUT_VOWELS.fullmatch(letters) and letters not in _FILE_ENDINGS:
        return False
    lower = letters.lower()
    if len(lower) < _MIN_LETTERS:
        return True
    share = sum(lower[at : at + 2] in _PAIRS for at in range(len(lower) - 1)) / (len(lower) - 1)
    bound = next(bound for length, bound in _MIN_SHARES if len(lower) >= length)
    return share >= bound and not _CONSONANTS.search(lower)
