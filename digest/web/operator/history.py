"""``/operator/newsletters/ID``: a newsletter's subscribers and deliveries over the days."""

from __future__ import annotations

from collections.abc import Sequence

from digest.model.editions import Outcome
from digest.pipeline.history import NewsletterDay, read_newsletter_days
from digest.web.operator import access, view
from digest.web.operator.access import Operator
from digest.web.pages import PageRequest, PageResponse, Site
from digest.web.plots import Plot, Series, bar_plot, line_plot

#: Days that a page can show: a month, a quarter.
DAYS = (30, 90)


def newsletter(site: Site, request: PageRequest, operator: Operator) -> PageResponse:
    """One newsletter."""
    settings = {newsletter.id: newsletter for newsletter in site.app.settings.newsletters}
    shown = settings.get(request.parts["id"])
    if shown is None:
        return access.not_found(site)
    days = chosen_days(request)
    with site.app.store.read() as conn:
        history = read_newsletter_days(conn, shown.id, now=site.clock(), days=days)
    return view.render(
        site,
        operator,
        "newsletter",
        section="subscribers",
        newsletter=shown,
        plots=newsletter_plots(history),
        days=days,
        spans=DAYS,
    )


def chosen_days(request: PageRequest) -> int:
    """How many days the address asks for; a month for anything but a known number."""
    return next((days for days in DAYS if request.query.get("days") == str(days)), DAYS[0])


def newsletter_plots(history: Sequence[NewsletterDay]) -> tuple[Plot, ...]:
    """Plots of a newsletter: subscribers and their changes, mails by outcome."""
    days = [day.day for day in history]

    def outcomes(name: str, *counted: Outcome) -> Series:
        return Series(name=name, values=tuple(sum(day.deliveries.get(each, 0) for each in counted) for day in history))

    changes = [
        Series(name="joined", values=tuple(day.joined for day in history)),
        Series(name="left", values=tuple(day.left for day in history)),
        Series(name="suppressed", values=tuple(day.suppressed for day in history)),
    ]
    unsent = [
        outcomes("refused", Outcome.FAILED),
        outcomes("bounced", Outcome.BOUNCED),
        outcomes("put off or in doubt", Outcome.RETRY, Outcome.UNKNOWN),
    ]
    total = Series(name="subscribers", values=tuple(day.subscribers for day in history))
    return (
        line_plot("Subscribers", days, total),
        bar_plot("Joined, left and suppressed a day", days, changes),
        bar_plot("Mails sent a day", days, [outcomes("sent", Outcome.SENT)]),
        bar_plot("Mails that did not arrive at once", days, unsent),
    )
