"""Choose the sentences that tell a story: sumy's methods by name, the opening lines, and our own default.

Importing this imports no sumy: that brings all of NLTK, and is paid when a summarizer is made.
"""

from __future__ import annotations

from digest.model.errors import UsageError
from digest.model.protocols import Summarizer

#: sumy's methods, by the names they are known under.
METHODS = ("lex-rank", "text-rank", "lsa", "luhn", "kl", "sum-basic", "reduction", "edmundson")
#: Every name that ``summarizer`` knows.
NAMES = ("default", "lead", *METHODS)


def summarizer(name: str) -> Summarizer:
    """The summarizer of that name; raises ``UsageError`` for any other."""
    if name == "default":
        from digest.stories.summarizers.default import Default

        return Default()
    if name == "lead":
        from digest.stories.summarizers.lead import lead

        return lead
    if name in METHODS:
        from digest.stories.summarizers.sumy import Named

        return Named(name)
    raise UsageError(f"no summarizer {name!r}", hint=f"choose one of {', '.join(NAMES)}")
