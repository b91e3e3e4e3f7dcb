"""Thread that sends the mails that pages ask for: as soon as a request comes in, and what waits each minute."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from digest.model.errors import DigestError
from digest.pipeline.account_mail import send_account_mails
from digest.pipeline.confirmation_mail import send_confirmations
from digest.web.pages import Site

_EVERY_S = 60.0


@contextmanager
def confirmation_sender(site: Site) -> Iterator[None]:
    """Send in a thread of its own until the end of the context; no page waits for the mail server."""
    stop = Event()
    thread = Thread(target=_run, args=(site, stop), name="confirmation mails")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        site.has_new_requests.set()
        thread.join()


def _run(site: Site, stop: Event) -> None:
    while not stop.is_set():
        site.has_new_requests.clear()
        try:
            for reason in _send_all(site):
                site.log("confirmation_not_sent", error=reason)
        except DigestError as error:
            site.log("confirmation_not_sent", error=str(error), hint=error.hint)
        except Exception as error:  # noqa: BLE001  # the thread's edge: logged whole, and tried again
            site.log("confirmation_not_sent", error=repr(error), trace=error)
        if site.has_new_requests.wait(_EVERY_S):
            stop.wait(site.mail_delay_s)


def _send_all(site: Site) -> Iterator[str]:
    """Send everything that waits; yield why a mail wasn't accepted."""
    yield from send_confirmations(site.app, site.templates, now=site.clock())
    yield from send_account_mails(site.app, site.templates, now=site.clock())
