"""Summarizers by name: our default, the opening sentences, and sumy's methods.

Importing this imports neither numpy nor sumy. sumy, which brings all of NLTK, is imported when one of its methods is
chosen.
"""

from __future__ import annotations

from digest.model.errors import UsageError
from digest.model.protocols import Summarizer

#: sumy's methods by their usual names.
METHODS = ("lex-rank", "text-rank", "lsa", "luhn", "kl", "sum-basic", "reduction", "edmundson")
#: Every valid name.
NAMES = ("default", "lead", *METHODS)


def summarizer(name: str) -> Summarizer:
    """The summarizer of that name; raises ``UsageError`` if there is none."""
    if name == "default":
        from digest.stories.summarizers.default import default

        return default
    if name == "lead":
        from digest.stories.summarizers.opening import lead

        return lead
    if name in METHODS:
        from digest.stories.summarizers.sumy_adapter import SumyMethod

        return SumyMethod(name)
    raise UsageError(f"no summarizer {name!r}", hint=f"choose one of {', '.join(NAMES)}")
