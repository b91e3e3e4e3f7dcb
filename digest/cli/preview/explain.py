"""Why a story stands where it does, in words."""

from __future__ import annotations

from digest.model import Digest, Ranked


def why(ranked: Ranked) -> str:
    """The score and what it is the sum of: ``score 1.50 = coverage +1.00 (2 outlets), freshness +0.50 (24 h old)``."""
    parts = (
        f"{reason.name} {reason.points:+.2f}" + (f" ({reason.detail})" if reason.detail else "")
        for reason in ranked.reasons
    )
    sums = ", ".join(parts)
    return f"score {ranked.score:.2f} = {sums}" if sums else f"score {ranked.score:.2f}"


def in_order(digest: Digest) -> str:
    """A paragraph for each story of the digest, to stand below its text; empty where there is none."""
    if not digest.briefs:
        return ""
    told = (f"{brief.story.lead.title}\n  {why(brief.ranked)}" for brief in digest.briefs)
    numbered = "\n".join(f"{place}. {line}" for place, line in enumerate(told, start=1))
    return f"\nWhy in this order:\n{numbered}\n"
