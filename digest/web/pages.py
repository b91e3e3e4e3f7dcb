"""Pages: plain functions from a request to a response, run in threads, since the store blocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Event
from urllib.parse import urlsplit

from digest.jobs.types import Log
from digest.pipeline.app import App
from digest.render.page_templates import PageTemplates
from digest.web.measurements import Measurements
from digest.web.operator.state import OperatorState
from digest.web.spent_solutions import SpentSolutions

HTML = "text/html; charset=utf-8"
#: Of pages with a token in their address: nobody else may store or list them.
PRIVATE_HEADERS: Mapping[str, str] = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """One request, read completely."""

    #: ``GET`` or ``POST``; ``HEAD`` counts as ``GET``.
    method: str
    #: Variable parts of the address: ``token``.
    parts: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    #: Fields of a form, each with all its values.
    form: Mapping[str, Sequence[str]] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    #: The client's network (``192.0.2.0/24``), for limits.
    network: str = ""
    if_none_match: str = ""
    authorization: str = field(default="", repr=False)
    #: Of the page, chosen by Accept-Language or the newsletter in the address; ``Site.render`` uses it by itself.
    language: str = "en"
    #: The path of the address, as it was sent.
    path: str = ""
    #: ``Origin`` and ``Sec-Fetch-Site``: where a form was sent from.
    origin: str = ""
    fetch_site: str = ""
    #: The operator whom a listed proxy names; empty if none does.
    proxy_user: str = ""

    def field(self, name: str) -> str:
        """The first value of a field of the form; empty without one."""
        return next(iter(self.form.get(name, ())), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageResponse:
    """A response; the security headers are added to it."""

    body: str | bytes
    status: int = 200
    content_type: str = HTML
    headers: Mapping[str, str] = field(default_factory=dict)
    #: The same for everybody: kept in memory and sent again until an edition is published.
    is_shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Everything that pages work with."""

    app: App
    clock: Callable[[], datetime]
    log: Log
    templates: PageTemplates
    #: Set when a request to subscribe came in: its mail is sent at once.
    has_new_requests: Event = field(default_factory=Event)
    #: Seconds that it waits nevertheless: if a mail were made while the page is, a slow answer would tell of it.
    mail_delay_s: float = 1.0
    #: Of its pages' own texts.
    language: str = "en"
    #: Of the form to subscribe, where it asks for a proof of work.
    spent_solutions: SpentSolutions = field(default_factory=SpentSolutions)
    measurements: Measurements = field(default_factory=Measurements)
    #: What the operator's pages remember between requests.
    operator: OperatorState = field(default_factory=OperatorState)

    @property
    def url(self) -> str:
        """The public address, without a final slash."""
        return self.app.settings.web.url.rstrip("/")

    @property
    def path(self) -> str:
        """The path of the public address, before those of the pages; empty for most sites."""
        return urlsplit(self.url).path

    def newsletter_title(self, newsletter_id: str) -> str:
        """The newsletter's title; its id if the settings don't have it any more."""
        titles = {newsletter.id: newsletter.title for newsletter in self.app.settings.newsletters}
        return titles.get(newsletter_id, newsletter_id)

    def language_of(self, *newsletter_ids: str) -> str:
        """The language that the settings give to these newsletters, or to all; empty if none, or several."""
        newsletters = self.app.settings.newsletters
        of = {item.language for item in newsletters if item.id in newsletter_ids or not newsletter_ids}
        language = of.pop() if len(of) == 1 else ""
        return language if language in self.templates.languages else ""

    def for_newsletters(self, *newsletter_ids: str) -> Site:
        """The site with its pages in the language of these newsletters, if the settings say one."""
        return self.in_language(self.language_of(*newsletter_ids) or self.language)

    def in_language(self, language: str) -> Site:
        """The site with its pages in this language."""
        return self if language == self.language else replace(self, language=language)

    def translate(self, text: str, **values: object) -> str:
        """A text of a page that stands in no template, in the page's language: ``"Saved."``."""
        return self.templates.translate(text, self.language, **values)

    def join(self, titles: Sequence[str]) -> str:
        """``Harbour News, Weekly and Sport``, in the page's language."""
        return self.templates.join(titles, self.language)

    def render(self, template: str, *, status: int = 200, private: bool = False, **values: object) -> PageResponse:
        """The page of ``templates/web/``; ``private`` if its address has a token."""
        body = self.templates.render(template, self.language, **values)
        return PageResponse(body=body, status=status, headers=PRIVATE_HEADERS if private else {})


#: Raises ``StoreError`` if the store is away.
Page = Callable[[Site, PageRequest], PageResponse]
