"""``/operator/sources``: the state of each source, and one source with its newest titles."""

from __future__ import annotations

from digest.pipeline.source_states import newest_titles, source_states
from digest.web.operator import access, view
from digest.web.operator.access import Operator
from digest.web.pages import PageRequest, PageResponse, Site

_ORDER = {"broken": 0, "quiet": 1, "new": 2, "fine": 3}


def source_list(site: Site, _: PageRequest, operator: Operator) -> PageResponse:
    """All sources of the settings; those that need a look come first."""
    with site.app.store.read() as conn:
        states = source_states(conn, site.app.settings, now=site.clock())
    ordered = sorted(states, key=lambda state: _ORDER[state.name])
    return view.render(site, operator, "sources", section="sources", states=ordered)


def source(site: Site, request: PageRequest, operator: Operator) -> PageResponse:
    """One source."""
    with site.app.store.read() as conn:
        states = source_states(conn, site.app.settings, now=site.clock())
        state = next((state for state in states if state.source.id == request.parts["id"]), None)
        titles = newest_titles(conn, state.source.id) if state else ()
    if state is None:
        return access.not_found(site)
    return view.render(site, operator, "source", section="sources", state=state, titles=titles)
