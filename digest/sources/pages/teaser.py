"""Is a feed's text only a teaser, and is what its page gives the article? Pure.

A page may be a paywall, a consent form, a robot check or a list of links: each is told from the article by its own
words and by how much of the feed's own text it repeats. Where there is doubt the feed's text stays.
"""

from __future__ import annotations

import html
import re

#: A feed's text of so many words is an article in itself.
_WHOLE = 150
_ENDS_OPEN = re.compile(
    r"(?:…|\.\.\.|\[…\]|\[\.\.\.\]|→|»|\b(?:read more|continue reading|weiterlesen|lire la suite))\W*$", re.I
)
_WALLS = re.compile(
    r"""subscribe\ (?:now\ )?to\ (?:continue|read|keep)|already\ a\ subscriber|(?:log|sign)\ in\ to\ (?:continue|read)
    |to\ continue\ reading|this\ (?:article|content)\ is\ (?:only\ )?(?:for|available\ to)\ subscribers
    |unlock\ this\ article|create\ an?\ (?:free\ )?account|jetzt\ (?:abonnieren|weiterlesen)|nur\ für\ abonnenten
    |bereits\ abonnent|réservé\ aux\ abonnés|we\ (?:and\ our\ partners\ )?use\ cookies|accept\ (?:all\ )?cookies
    |cookie\ (?:policy|settings|consent)|are\ you\ a\ (?:robot|human)|verify\ (?:that\ )?you\ are\ (?:a\ )?human
    |unusual\ traffic|enable\ javascript|checking\ your\ browser|access\ denied""",
    re.IGNORECASE | re.VERBOSE,
)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_STOP = re.compile(r"[.!?…。！？।؟][\s\"'”’»)]|[.!?…。！？।؟]$")


def is_teaser(body: str) -> bool:
    """Does the feed's text leave the article to its page?"""
    text = _plain(body)
    return len(text.split()) < _WHOLE or bool(_ENDS_OPEN.search(text))


def is_article(page: str, *, title: str, teaser: str) -> bool:
    """Is this the whole text of what the feed announced?"""
    text, announced = _plain(page), _plain(teaser)
    words = text.split()
    if len(words) < max(60, 1.5 * len(announced.split())):
        return False
    # A long article may speak of cookies; a wall speaks of little else.
    if len(words) < 400 and _WALLS.search(text):
        return False
    # A list of links or headings has hardly any full stops.
    if len(_STOP.findall(text)) < len(words) / 80:
        return False
    return _shared(f"{_plain(title)} {announced}", text) >= 0.4


def _shared(announced: str, text: str) -> float:
    """How much of the announced vocabulary the text has; short words say nothing."""
    wanted = {word for word in re.findall(r"\w+", announced.lower()) if len(word) > 3}
    found = set(re.findall(r"\w+", text.lower()))
    return len(wanted & found) / len(wanted) if wanted else 1.0


def _plain(marked: str) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", marked)).split())
