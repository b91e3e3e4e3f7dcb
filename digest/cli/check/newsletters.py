"""Checks of newsletters: template, sender, postal address, and editions without news."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from digest.cli.check.findings import Finding, bad, from_error, note, ok
from digest.model.errors import DigestError, one_line
from digest.model.newsletters import Newsletter
from digest.pipeline.newsletter import sources_of
from digest.settings import Settings


def check_newsletters(settings: Settings) -> Iterator[Finding]:
    """Render the sample with each newsletter's template; check its sender."""
    for newsletter in settings.newsletters:
        topic = f"newsletter {newsletter.id}"
        try:
            size = _sample_size(newsletter.template)
        except DigestError as error:
            yield from_error(topic, error)
        else:
            yield ok(topic, f"template {newsletter.template!r} renders the sample: {size / 1000:.0f} kB of HTML")
        if not newsletter.sender:
            result = bad if settings.can_send else note
            yield result(topic, "no sender, so it cannot be sent", 'set from = "Name <name@example.org>"')
        yield from _check_editor(newsletter, topic)
        yield from _check_alerts(newsletter, topic, settings)


def _check_editor(newsletter: Newsletter, topic: str) -> Iterator[Finding]:
    """An editor and a hold belong together."""
    if newsletter.hold and not newsletter.editor:
        hint = f"set editor = \"Name <name@example.org>\"; 'digest editions draft -n {newsletter.id}' shows each draft"
        yield note(topic, "its drafts are mailed to nobody", hint)
    if newsletter.editor and not newsletter.hold:
        yield note(
            topic, "its editor gets no drafts", 'set hold = "45m": so long before its slot an edition is drafted'
        )


def _check_alerts(newsletter: Newsletter, topic: str, settings: Settings) -> Iterator[Finding]:
    """An alert needs several outlets; a list of feeds or a folder may have them all."""
    number, needed = len(sources_of(newsletter, settings)), newsletter.alert_outlets
    if newsletter.alert and number < needed:
        sources = "1 source" if number == 1 else f"{number} sources"
        message = f"an alert needs {needed} outlets, and it has {sources}"
        yield note(topic, message, "add sources, unless one of them is a list of feeds; or lower alert_outlets")


def _sample_size(template: str) -> int:
    """Render the sample with the template; return the bytes of its HTML."""
    from digest.pipeline.preview import PreviewRequest, preview
    from digest.render import RenderOptions, render
    from digest.settings import shipped_files

    request = PreviewRequest(addresses=(str(shipped_files.config() / "sample"),))
    sample = preview(request, environ={}, now=datetime.now(UTC))
    return len(render(sample.digest, RenderOptions(template=template)).html.encode())


def check_for_silence(settings: Settings) -> Iterator[Finding]:
    """Find newsletters that had nothing new for several editions, or whose sources all fail."""
    from digest.jobs.problems import find_alarms
    from digest.pipeline.collect_failure import find_collect_failure
    from digest.store import open_store

    hint = "'digest sources list' shows which sources are broken or quiet"
    problems: list[tuple[str, str]] = []
    try:
        with open_store(settings.store.url, read_only=True) as store, store.read() as conn:
            now = datetime.now(UTC)
            for newsletter in settings.newsletters:
                silence = [alarm for alarm in find_alarms(conn, newsletter, settings, now=now) if not alarm.topic]
                if failure := next(iter(silence), None) or find_collect_failure(conn, newsletter, settings, now=now):
                    problems.append((newsletter.id, failure.message))
    except DigestError:  # the check of the store reports it
        return
    for newsletter_id, message in problems:
        yield bad(f"newsletter {newsletter_id}", message, hint)


def check_deliveries(settings: Settings) -> Iterator[Finding]:
    """Find editions that are suspected or reached nobody, and mass suppressions of earlier versions."""
    from digest.pipeline.delivery_problem import find_delivery_problem
    from digest.pipeline.suppression_review import mass_suppressions
    from digest.store import open_store

    findings: list[Finding] = []
    try:
        with open_store(settings.store.url, read_only=True) as store, store.read() as conn:
            for newsletter in settings.newsletters:
                topic = f"newsletter {newsletter.id}"
                if problem := find_delivery_problem(conn, newsletter.id):
                    findings.append(bad(topic, problem.message, problem.hint))
                if suppressed := mass_suppressions(conn, [newsletter.id]):
                    message = f"{len(suppressed)} addresses were suppressed at once; the last: {suppressed[-1].reason}"
                    hint = "'digest bounces review' lists them; with --readmit they get mail again"
                    findings.append(note(topic, one_line(message), hint))
    except DigestError:  # the check of the store reports it
        return
    yield from findings


def check_audiences(settings: Settings) -> Iterator[Finding]:
    """Note newsletters whose subscribers have more different wishes than editions are composed for."""
    from digest.pipeline.audiences import audience_status
    from digest.store import open_store

    notes: list[Finding] = []
    try:
        with open_store(settings.store.url, read_only=True) as store, store.read() as conn:
            for newsletter in settings.newsletters:
                if problem := audience_status(conn, newsletter, now=datetime.now(UTC)).problem:
                    hint = f"raise audiences, which is {newsletter.audiences} now"
                    notes.append(note(f"newsletter {newsletter.id}", problem, hint))
    except DigestError:  # the check of the store reports it
        return
    yield from notes


def check_postal_addresses(settings: Settings) -> Iterator[Finding]:
    """Note newsletters whose footer has no postal address."""
    for newsletter in settings.newsletters:
        is_sent = newsletter.sender and settings.can_send
        if is_sent and not newsletter.brand.over(settings.brand).address:
            message = "its footer has no postal address, which the laws of many countries require"
            yield note(f"newsletter {newsletter.id}", message, 'set address = "…" in [brand]')
