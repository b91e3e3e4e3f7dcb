"""Blind pairs of briefs of the same story, for a person to judge.

    python -m tests.bench.quality.blind_pairs print pairs.txt            forty stories, ours and the lead's
    python -m tests.bench.quality.blind_pairs print pairs.txt --posts    the blogs' posts instead of days of news
    python -m tests.bench.quality.blind_pairs score pairs.txt            after the answers were written in

``print`` writes the pairs in an order that a seed decides, the two briefs of each as A and B by the same seed, and
nothing that tells which is whose. The judge writes a letter after "better:" (A, B or = for a tie), and after "useless:"
the letters of briefs that don't tell the news or can't be understood. ``score`` draws the same order again and counts.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from digest.model.stories import Brief
from tests.bench.quality.__main__ import SHARED
from tests.bench.quality.days import compose_day, compose_posts, day_folders

_ANSWER = re.compile(r"(?m)^## (\d+)\n(?:.*\n)*?better:[ \t]*([AB=]?)[ \t]*\nuseless:[ \t]*([AB ,]*)$", re.IGNORECASE)


class Compose(Protocol):
    """Briefs of a day or of posts, by a summarizer."""

    def __call__(self, *, summarizer: str) -> tuple[Brief, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One story told by two systems; ``briefs`` are labelled A and B in this order."""

    systems: tuple[str, str]
    briefs: tuple[Brief, Brief]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.quality.blind_pairs", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("action", choices=["print", "score"])
    parser.add_argument("file", type=Path)
    parser.add_argument("--stories", type=int, default=40, metavar="N", help="how many pairs (default: %(default)s)")
    parser.add_argument("--other", default="lead", metavar="NAME", help="the other summarizer (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other stories (default: %(default)s)")
    parser.add_argument("--shared", type=Path, default=SHARED, help="the folder of external data")
    parser.add_argument("--posts", action="store_true", help="pairs of the posts of blogs, not of the days of news")
    args = parser.parse_args()
    composed = _posts(args.shared) if args.posts else _days(args.shared)
    pairs = list(draw(composed, other=args.other, count=args.stories, seed=args.seed))
    if args.action == "print":
        args.file.write_text("\n".join(_printed(number, pair) for number, pair in enumerate(pairs, 1)), "utf-8")
        print(f"{len(pairs)} pairs are in {args.file}", file=sys.stderr)
    else:
        for line in score(args.file.read_text("utf-8"), pairs):
            print(line)
    return 0


def draw(collections: Iterable[Compose], *, other: str, count: int, seed: int) -> Iterator[Pair]:
    """Pairs whose briefs differ, of all collections, in an order that the seed decides."""
    pairs: list[Pair] = []
    for compose in collections:
        theirs = {_story(brief): brief for brief in compose(summarizer=other)}
        for brief in compose(summarizer="default"):
            opposite = theirs.get(_story(brief))
            if opposite is not None and _text(brief) != _text(opposite):
                pairs.append(Pair(systems=("default", other), briefs=(brief, opposite)))
    chance = random.Random(seed)
    chance.shuffle(pairs)
    for pair in pairs[:count]:
        yield Pair(systems=pair.systems[::-1], briefs=pair.briefs[::-1]) if chance.random() < 0.5 else pair


def score(answers: str, pairs: Sequence[Pair]) -> Iterator[str]:
    """Wins, ties and useless briefs of each system; raises ``SystemExit`` if no answer was written."""
    wins: Counter[str] = Counter()
    useless: Counter[str] = Counter()
    judged = 0
    for number, better, unusable in _ANSWER.findall(answers):
        pair = pairs[int(number) - 1]
        useless.update(pair.systems["AB".index(letter)] for letter in unusable.upper() if letter in "AB")
        if better:
            judged += 1
            wins["ties" if better == "=" else pair.systems["AB".index(better.upper())]] += 1
    if not judged:
        raise SystemExit("no pair has an answer after 'better:'")
    for system in pairs[0].systems if pairs[0].systems[0] == "default" else pairs[0].systems[::-1]:
        points = wins[system] + wins["ties"] / 2
        yield f"{system}: {points:g} of {judged} ({points / judged:.0%}), {useless[system]} useless"
    yield f"ties: {wins['ties']}"


def _days(shared: Path) -> list[Compose]:
    return [partial(compose_day, folder) for folder in day_folders(shared)]


def _posts(shared: Path) -> list[Compose]:
    return [partial(compose_posts, shared / "blogs")]


def _printed(number: int, pair: Pair) -> str:
    sides = "\n\n".join(f"{label}: {brief.story.lead.title}\n{_text(brief)}" for label, brief in _labelled(pair.briefs))
    return f"## {number}\n{sides}\n\nbetter: \nuseless: \n"


def _labelled(briefs: Iterable[Brief]) -> Iterator[tuple[str, Brief]]:
    return zip("AB", briefs, strict=True)


def _story(brief: Brief) -> frozenset[str]:
    return frozenset(article.id for article in brief.story.all_articles)


def _text(brief: Brief) -> str:
    return "\n".join(f"   {sentence.text} ({sentence.article.source})" for sentence in brief.sentences)


if __name__ == "__main__":
    sys.exit(main())
