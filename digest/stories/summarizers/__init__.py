"""Summarizers by name: our default, the opening sentences, and sumy's methods.

Importing this imports neither numpy nor sumy. sumy, which brings all of NLTK, is imported when one of its methods is
chosen.
"""

from __future__ import annotations

from digest.model.errors import UsageError
from digest.model.protocols import Summarizer
from digest.settings.plugins import BUILT_IN, SUMY_METHODS, PluginPoint

#: Every name of ours.
NAMES = BUILT_IN[PluginPoint.SUMMARIZER]


def summarizer(name: str) -> Summarizer:
    """The summarizer of that name; raises ``UsageError`` if there is none."""
    if name == "default":
        from digest.stories.summarizers.default import default

        return default
    if name == "lead":
        from digest.stories.summarizers.opening import lead

        return lead
    if name in SUMY_METHODS:
        from digest.stories.summarizers.sumy_adapter import SumyMethod

        return SumyMethod(name)
    raise UsageError(f"no summarizer {name!r}", hint=f"choose one of {', '.join(NAMES)}")
