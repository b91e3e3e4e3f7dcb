"""``/`` and ``/subscribe``: the form, and the same answer to any address. ``/confirm/TOKEN``: its owner's button."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from digest.model.audiences import ReadingPreferences
from digest.model.link_token import LinkToken, Purpose, read_token
from digest.model.mailbox import AddressError, Mailbox
from digest.pipeline.newsletter import SubscribeMail, subscribe_mail
from digest.pipeline.reader_links import sign_link
from digest.pipeline.signing import accepted_keys
from digest.pipeline.subscribe import confirm, find_confirmation, open_newsletters
from digest.store import subscription_requests
from digest.store.subscription_requests import NewRequest
from digest.text.mail_header import clean_header
from digest.web.altcha import PAGE_HEADERS, challenge_for, is_solved
from digest.web.newest import read_newest
from digest.web.pages import PageRequest, PageResponse, Site
from digest.web.preference_fields import PreferenceFields, frequency_choices, read_fields, read_zone, to_preferences
from digest.web.zones import regions

#: A form that comes back sooner was filled in by a program; later, it may have been copied.
_MIN_AGE, _MAX_AGE = timedelta(seconds=3), timedelta(days=1)
#: Field that people don't see, and programs fill in.
_HONEYPOT = "website"
_MAX_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """The form as it is shown, with what was entered."""

    email: str = ""
    name: str = ""
    #: Ids of the chosen newsletters.
    chosen: tuple[str, ...] = ()
    #: Problems beside their fields, in plain words.
    email_problem: str = ""
    newsletter_problem: str = ""
    #: Further choices, of all chosen newsletters.
    fields: PreferenceFields = field(default_factory=PreferenceFields)
    zone: str = ""
    zone_problem: str = ""
    #: It needs one more press of the button, and why.
    notice: str = ""

    @property
    def has_problems(self) -> bool:
        return bool(self.email_problem or self.newsletter_problem or self.zone_problem or self.fields.problems)

    @property
    def preferences(self) -> ReadingPreferences:
        """The wishes, in fields without problems."""
        return to_preferences(self.fields, timezone=self.zone, sources=())


def front_page(site: Site, request: PageRequest) -> PageResponse:
    """``/``: the form and the newest editions. Other than ``/subscribe``, search engines may list it."""
    page = subscribe(site, request)
    return replace(page, headers={name: value for name, value in page.headers.items() if name != "X-Robots-Tag"})


def subscribe(site: Site, request: PageRequest) -> PageResponse:
    """Show the form, or take it."""
    ids = tuple(newsletter.id for newsletter in open_newsletters(site.app.settings))
    if request.method != "POST":
        wanted = request.query.get("newsletter", "")
        return _show(site, _Form(chosen=(wanted,) if wanted in ids else ids[:1]))
    form = _read(site, request, ids)
    shown_at = _shown_at(site, request.field("form"))
    if shown_at is None or site.clock() - shown_at > _MAX_AGE:  # a form elsewhere, or an old one
        return _show(site, replace(form, notice=site.translate("Please check it, and press the button once more.")))
    if form.has_problems:
        return _show(site, form)
    if site.clock() - shown_at < _MIN_AGE:
        notice = site.translate("That was quick. Please press the button once more.")
        return _show(site, replace(form, notice=notice), shown_at)
    if not is_solved(site, request.field("altcha"), request.field("form")):
        return _show(site, replace(form, notice=site.translate("Please press the button once more.")))
    if not request.field(_HONEYPOT):
        new = NewRequest(
            address=form.email,
            newsletter_ids=form.chosen,
            name=form.name,
            network=request.network,
            language=site.language,
            preferences=form.preferences,
        )
        with site.app.store.begin() as conn:
            subscription_requests.record(conn, new, at=site.clock())
        site.has_new_requests.set()
    return site.render("check_mail", private=True, email=form.email)


def confirm_page(site: Site, request: PageRequest) -> PageResponse:
    """Ask, or subscribe."""
    store, web, token = site.app.store, site.app.settings.web, request.parts["token"]
    if request.method == "POST":
        with store.begin() as conn:
            confirmation = confirm(conn, token, web, now=site.clock(), newsletters=site.app.settings.newsletters)
    else:
        with store.read() as conn:
            confirmation = find_confirmation(conn, token, web, now=site.clock())
    if confirmation is None or (confirmation.request.confirmed and not confirmation.is_subscribed):
        return site.render("unknown_confirmation", private=True)
    site = site.for_newsletters(*confirmation.request.newsletter_ids)
    titles = site.join(list(map(site.newsletter_title, confirmation.request.newsletter_ids)))
    is_done = confirmation.is_subscribed
    return site.render("subscribed" if is_done else "confirm", private=True, newsletter=titles, token=token)


def _read(site: Site, request: PageRequest, ids: tuple[str, ...]) -> _Form:
    """The form's content, with its problems."""
    email = request.field("email").strip()[:400]
    zone, zone_problem = read_zone(site, request, "")
    chosen = tuple(id_ for id_ in ids if id_ in request.form.get("newsletter", ()))
    form = _Form(
        email=email,
        name=clean_header(request.field("name"))[:_MAX_NAME],
        chosen=chosen or (ids if len(ids) == 1 else ()),
        fields=read_fields(site, request, PreferenceFields()),
        zone=zone,
        zone_problem=zone_problem,
    )
    if not form.chosen:
        form = replace(form, newsletter_problem=site.translate("Please choose a newsletter."))
    try:
        return replace(form, email=Mailbox.at(email).address)
    except AddressError:
        wrong = site.translate("Please enter a mail address, such as ann@example.org.")
        missing = site.translate("Please enter your mail address.")
        return replace(form, email_problem=wrong if email else missing)


def _show(site: Site, form: _Form, shown_at: datetime | None = None) -> PageResponse:
    token = LinkToken(purpose=Purpose.FORM, issued=shown_at or site.clock())
    with site.app.store.read() as conn:
        form_token = sign_link(conn, token, site.app.settings.web)
    challenge = challenge_for(site, form_token)
    page = site.render(
        "subscribe",
        private=True,
        form=form,
        newsletters=open_newsletters(site.app.settings),
        form_token=form_token,
        honeypot=_HONEYPOT,
        frequencies=partial(frequency_choices, site),
        regions=regions(),
        challenge=challenge,
        mails=_mails(site),
        newest=read_newest(site, form.chosen),
        url=site.url,
    )
    return replace(page, headers={**page.headers, **PAGE_HEADERS}) if challenge else page


def _mails(site: Site) -> list[tuple[str, SubscribeMail]]:
    """The titles of newsletters that can be subscribed to by mail, each with its mail."""
    settings = site.app.settings
    mails = ((newsletter.title, subscribe_mail(newsletter, settings)) for newsletter in open_newsletters(settings))
    return [(title, mail) for title, mail in mails if mail]


def _shown_at(site: Site, form_token: str) -> datetime | None:
    """When the form was shown; None if it isn't one of ours."""
    with site.app.store.read() as conn:
        token = read_token(form_token, Purpose.FORM, accepted_keys(conn, site.app.settings.web))
    return token.issued if token else None
