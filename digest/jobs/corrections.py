"""Correction watch as a job: started by one of all processes."""

from __future__ import annotations

from digest.jobs.context import JobContext
from digest.jobs.runs import record_run, start_if_due
from digest.jobs.types import WatchCorrections


def watch_corrections(context: JobContext) -> None:
    """Compare the articles whose visit is due, and log what was found."""
    from digest.pipeline.correction_watch import visit_due_articles  # imports aiohttp

    app, log = context.app, context.log
    run_id = start_if_due(app.store, WatchCorrections.kind, WatchCorrections.every, now=context.clock())
    if run_id is None:
        return
    with record_run(app.store, run_id, clock=context.clock) as counts:
        result = visit_due_articles(app, now=context.clock(), stop=context.stop)
        counts |= {"compared": result.compared, "found": result.found, "held": sum(result.held.values())}
    for source_id, held in result.held.items():
        log("corrections_held", source=source_id, corrections=held)
    for source_id, exception in result.exceptions:
        log("corrections_crashed", source=source_id, error=repr(exception), trace=exception)
    log("corrections_checked", **counts)
