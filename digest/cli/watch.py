"""``digest preview --watch``: shown again whenever a file that it is made of changes."""

from __future__ import annotations

import threading
import webbrowser
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from digest.cli.outcome import say
from digest.cli.showing import Showing
from digest.errors import DigestError
from digest.preview import Request, watched

_RELOAD = "<script>new EventSource('changes').onmessage = () => location.reload()</script>"


def watch(request: Request, showing: Showing, *, environ: Mapping[str, str]) -> None:
    """Show it, and again on each change, until Ctrl-C; a mistake is told and waited out."""
    from watchfiles import watch as changes

    page = _Page() if showing.browser and showing.output is None else None
    _again(request, showing, page)
    if page:
        page.open()
    say("watching; Ctrl-C ends it")
    for _ in changes(*watched(request, environ), raise_interrupt=True):
        _again(request, showing, page)


def _again(request: Request, showing: Showing, page: _Page | None) -> None:
    try:
        if page:
            page.turn(showing.data(request))
        else:
            showing.show(request)
    except DigestError as error:
        say(str(error), error.hint)


class _Page:
    """The preview as a page of this machine's own that loads itself anew when it changes."""

    def __init__(self) -> None:
        self._html = "<p>There is no preview yet: the terminal says why."
        self._changed = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/"

    def open(self) -> None:
        """Show it in the browser."""
        if not webbrowser.open(self.url):
            say("no browser found", f"the preview is at {self.url}")

    def turn(self, html: str) -> None:
        """Show ``html`` from now on."""
        with self._changed:
            self._html = html
            self._changed.notify_all()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        page = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/changes":
                    self._announce()
                else:
                    self._answer("text/html; charset=utf-8", page._html + _RELOAD)

            def _announce(self) -> None:
                with page._changed:
                    page._changed.wait()
                self._answer("text/event-stream", "data: changed\n\n")

            def _answer(self, kind: str, body: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(body.encode("utf-8", "replace"))

            def log_message(self, *_: object) -> None:
                """The person watches the preview, not our requests."""

        return Handler
