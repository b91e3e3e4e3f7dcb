"""A feed that grows by an article a day, each with its own words."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime

NEWS = [
    ("Ferry", "The island ferry stayed in harbour because of strong wind. Bread and milk came by helicopter at noon."),
    ("Library", "The new library opened its doors after two years. Three hundred readers queued to the market."),
    ("Glacier", "Surveyors measured the glacier again and found it forty metres shorter. A path was closed."),
    ("Theatre", "The municipal theatre plays without a roof until autumn. Tickets cost half as much when it rains."),
    ("Orchard", "Farmers picked the last apples under snow this year. The juice press ran through the night."),
]


def feed(articles: list[tuple[int, datetime]]) -> bytes:
    """The feed with these articles: their numbers and publication times."""
    items = "".join(
        f"<item><guid>n{number}</guid><title>{NEWS[number % 5][0]} {number}</title><link>http://news.example/{number}"
        f"</link><pubDate>{format_datetime(at)}</pubDate><description>{NEWS[number % 5][1]} Number {number}."
        "</description></item>"
        for number, at in articles
    )
    return f"<rss version='2.0'><channel><title>News</title>{items}</channel></rss>".encode()
