"""``/operator/sources``: the state of each source; one source with its days and newest titles."""

from __future__ import annotations

from collections.abc import Sequence

from digest.pipeline.history import read_source_days
from digest.pipeline.source_states import newest_titles, source_states
from digest.store.source_history import SourceDay
from digest.web.operator import access, view
from digest.web.operator.access import Operator
from digest.web.operator.history import DAYS, chosen_days
from digest.web.pages import PageRequest, PageResponse, Site
from digest.web.plots import Plot, Series, bar_plot, seconds, spark

_ORDER = {"broken": 0, "quiet": 1, "new": 2, "fine": 3}
#: Sources on a page, and days of their small plots.
_LISTED, _SPARK_DAYS = 100, 14


def source_list(site: Site, request: PageRequest, operator: Operator) -> PageResponse:
    """The sources of the settings; those that need a look come first."""
    with site.app.store.read() as conn:
        states = source_states(conn, site.app.settings, now=site.clock())
        ordered = sorted(states, key=lambda state: _ORDER[state.name])
        last_page = max((len(ordered) - 1) // _LISTED, 0) + 1
        page = min(max(view.record_id(request.query.get("page", "")), 1), last_page)
        listed = ordered[(page - 1) * _LISTED : page * _LISTED]
        ids = [state.source.id for state in listed]
        histories = read_source_days(conn, ids, now=site.clock(), days=_SPARK_DAYS)
    return view.render(
        site,
        operator,
        "sources",
        section="sources",
        states=listed,
        total=len(ordered),
        sparks={id_: spark([day.entries for day in days], _described(days)) for id_, days in histories.items()},
        page=page,
        last_page=last_page,
    )


def source(site: Site, request: PageRequest, operator: Operator) -> PageResponse:
    """One source."""
    id_, days = request.parts["id"], chosen_days(request)
    with site.app.store.read() as conn:
        states = source_states(conn, site.app.settings, now=site.clock())
        state = next((state for state in states if state.source.id == id_), None)
        titles = newest_titles(conn, id_) if state else ()
        history = read_source_days(conn, [id_], now=site.clock(), days=days)[id_]
    if state is None:
        return access.not_found(site)
    return view.render(
        site,
        operator,
        "source",
        section="sources",
        state=state,
        titles=titles,
        plots=source_plots(history),
        days=days,
        spans=DAYS,
    )


def source_plots(history: Sequence[SourceDay]) -> tuple[Plot, ...]:
    """Plots of a source: entries, failures and the time to fetch."""
    days = [day.day for day in history]
    entries = Series(name="entries", values=tuple(day.entries for day in history))
    succeeded = Series(name="succeeded", values=tuple(day.fetches - day.failures for day in history))
    failed = Series(name="failed", values=tuple(day.failures for day in history))
    time = Series(name="a fetch", values=tuple(day.mean_fetch_s for day in history))
    return (
        bar_plot("New entries a day", days, [entries]),
        bar_plot("Fetches a day", days, [succeeded, failed]),
        bar_plot("Time to fetch", days, [time], format=seconds),
    )


def _described(days: Sequence[SourceDay]) -> str:
    entries = sum(day.entries for day in days)
    return f"{view.count(entries, 'new entry', 'new entries')} in {len(days)} days"
