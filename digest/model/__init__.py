"""Values of the pipeline, all frozen.

Source → Entry → Article → Story → Ranked → Brief → Digest → Edition → Delivery

Each stage has its own type: no value is half filled, and ``None`` never means "not done yet". Every ``datetime`` is
aware; inside the program it is UTC. The glossary is in ``digest/README.md``.
"""

from __future__ import annotations

from digest.model.articles import Article, BodyFormat, Entry, FetchedImage, Image
from digest.model.editions import Delivery, Edition, Outcome, Subscriber
from digest.model.newsletters import Brand, FullText, Images, Newsletter, Source
from digest.model.stories import Brief, Digest, Failure, LeftOut, Ranked, Reason, Sentence, Slot, Story, Window

__all__ = [
    "Article",
    "BodyFormat",
    "Brand",
    "Brief",
    "Delivery",
    "Digest",
    "Edition",
    "Entry",
    "Failure",
    "FetchedImage",
    "FullText",
    "Image",
    "Images",
    "LeftOut",
    "Newsletter",
    "Outcome",
    "Ranked",
    "Reason",
    "Sentence",
    "Slot",
    "Source",
    "Story",
    "Subscriber",
    "Window",
]
