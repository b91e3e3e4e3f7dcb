"""Content of the demo: the sample's articles as feeds of their outlets, in which one after another appears. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from urllib.parse import urlsplit
from xml.sax.saxutils import escape, quoteattr

from digest.cli.demo.bulletins import NAME, OUTLET, bulletin
from digest.model.articles import Article, Image

#: Articles that are there from the start, and the time after which each further one appears.
_AT_START = 9
_INTERVAL = timedelta(seconds=40)
#: Those there from the start came out so long ago, all in all.
_HEAD_START = timedelta(minutes=30)
#: Bulletins in their feed.
_BULLETINS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlets:
    """The outlets of the sample on this machine: ``http://NAME.localhost:PORT``."""

    articles: tuple[Article, ...]
    started: datetime
    port: int

    @classmethod
    def of_sample(cls, articles: Sequence[Article], *, started: datetime, port: int) -> Outlets:
        """The articles in the order of their dates, with addresses on this machine and the dates of the demo."""
        ordered = sorted(articles, key=lambda article: (article.published, article.url))
        local = (
            replace(
                article,
                url=f"http://{outlet_name(article.url)}.localhost:{port}{urlsplit(article.url).path}",
                image=_local_image(article.image, port),
                published=_appears(number, started),
            )
            for number, article in enumerate(ordered)
        )
        return cls(articles=tuple(local), started=started, port=port)

    @property
    def names(self) -> Mapping[str, str]:
        """Names of the outlets for people, by those in addresses."""
        return {outlet_name(article.url): article.source for article in self.articles} | {OUTLET: NAME}

    def published(self, now: datetime, *, outlet: str = "") -> tuple[Article, ...]:
        """The articles that have appeared, the newest first: an outlet's, or all."""
        articles = (*reversed([*self._bulletins(now)]), *reversed(self.articles))
        return tuple(
            article for article in articles if article.published <= now and outlet in {"", outlet_name(article.url)}
        )

    def _bulletins(self, now: datetime) -> Iterator[Article]:
        """The latest bulletins: they follow when all articles have appeared."""
        first = self.articles[-1].published + _INTERVAL
        number = (now - first) // _INTERVAL
        for recent in range(max(0, number - _BULLETINS), number + 1):
            yield bulletin(recent, published=first + _INTERVAL * recent, port=self.port)

    def find(self, outlet: str, path: str, now: datetime) -> Article | None:
        """The article at an address of an outlet."""
        articles = self.published(now, outlet=outlet)
        return next((article for article in articles if urlsplit(article.url).path == path), None)

    def feed(self, outlet: str, now: datetime) -> str:
        """An outlet's feed: RSS 2.0 with the articles' whole text."""
        address = f"http://{outlet}.localhost:{self.port}/"
        return "".join(_rss(self.names[outlet], address, self.published(now, outlet=outlet)))


def outlet_name(url: str) -> str:
    """``harbour-post`` of ``https://harbour-post.example/city/tram``."""
    return (urlsplit(url).hostname or "").partition(".")[0]


def _appears(number: int, started: datetime) -> datetime:
    if number < _AT_START:
        return started - _HEAD_START * (_AT_START - number) / _AT_START
    return started + _INTERVAL * (number - _AT_START + 1)


def _local_image(image: Image | None, port: int) -> Image | None:
    if image is None:
        return None
    name = urlsplit(image.url).path.rpartition("/")[2]
    return replace(image, url=f"http://127.0.0.1:{port}/pictures/{name}")


def _rss(title: str, address: str, articles: Sequence[Article]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    yield ' xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/">\n<channel>'
    yield f"<title>{escape(title)}</title><link>{escape(address)}</link><description>{escape(title)}</description>\n"
    for article in articles:
        paragraphs = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in article.paragraphs)
        yield f"<item><title>{escape(article.title)}</title><link>{escape(article.url)}</link>"
        yield f"<guid>{escape(article.url)}</guid><pubDate>{format_datetime(article.published)}</pubDate>"
        yield f"<dc:creator>{escape(article.author)}</dc:creator><dc:language>{article.language}</dc:language>"
        if article.image:
            size = f' width="{article.image.width}" height="{article.image.height}"' if article.image.width else ""
            yield f'<media:content medium="image" url={quoteattr(article.image.url)}{size}/>'
        yield f"<content:encoded>{escape(paragraphs)}</content:encoded></item>\n"
    yield "</channel></rss>\n"
