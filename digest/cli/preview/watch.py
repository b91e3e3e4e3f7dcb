"""``digest preview --watch``: shown again whenever a file that it is made of changes."""

from __future__ import annotations

import html
import threading
import webbrowser
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from digest.cli.errors import print_stderr
from digest.cli.preview.output import Showing
from digest.model.errors import DigestError
from digest.pipeline.preview import PreviewRequest, watched_paths

_RELOAD = "<script>new EventSource('changes?%d').onmessage = () => location.reload()</script>"


def watch(request: PreviewRequest, showing: Showing, *, environ: Mapping[str, str]) -> None:
    """Show it, and again on each change, until Ctrl-C; a mistake is told and waited out."""
    from watchfiles import watch as changes

    page = _Page() if showing.browser and showing.output is None else None
    _again(request, showing, page)
    if page:
        page.open()
    print_stderr("watching; Ctrl-C ends it")
    for _ in changes(*watched_paths(request, environ), raise_interrupt=True):
        _again(request, showing, page)


def _again(request: PreviewRequest, showing: Showing, page: _Page | None) -> None:
    try:
        if page:
            page.turn(showing.data(request))
        else:
            showing.show(request)
    except DigestError as error:
        print_stderr(str(error), error.hint)
        if page:
            page.turn(f"<pre>{html.escape(str(error))}</pre><p>{html.escape(error.hint)}</p>")


class _Page:
    """The preview as a page of this machine's own that loads itself anew when it changes."""

    def __init__(self) -> None:
        self._html = ""
        #: Counts the changes: one that came while the browser was loading is not missed.
        self._turns = 0
        self._changed = threading.Condition()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def open(self) -> None:
        """Show it in the browser."""
        url = f"http://127.0.0.1:{self._server.server_port}/"
        if not webbrowser.open(url):
            print_stderr("no browser found", f"the preview is at {url}")

    def turn(self, shown: str) -> None:
        """Show that from now on."""
        with self._changed:
            self._html = shown
            self._turns += 1
            self._changed.notify_all()

    def shown(self) -> str:
        with self._changed:
            return self._html + _RELOAD % self._turns

    def wait(self, turns: int) -> None:
        """Until it was turned more often than that."""
        with self._changed:
            self._changed.wait_for(lambda: self._turns > turns)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        page = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path, _, turns = self.path.partition("?")
                if path == "/changes":
                    page.wait(int(turns) if turns.isdecimal() else 0)
                    self._answer("text/event-stream", "data: changed\n\n")
                else:
                    self._answer("text/html; charset=utf-8", page.shown())

            def _answer(self, kind: str, body: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(body.encode("utf-8", "replace"))

            def log_message(self, *_: object) -> None:
                """The person watches the preview, not our requests."""

        return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A browser that has gone is no news."""
