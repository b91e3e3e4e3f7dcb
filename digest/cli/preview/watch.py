"""``digest preview --watch``: show the preview again whenever a file that it depends on changes."""

from __future__ import annotations

import html
import threading
import webbrowser
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from digest.cli.errors import print_stderr
from digest.cli.preview.output import PreviewOutput
from digest.model.errors import DigestError
from digest.pipeline.preview import PreviewRequest, watched_paths

_RELOAD = "<script>new EventSource('changes?%d').onmessage = () => location.reload()</script>"


def watch(request: PreviewRequest, output: PreviewOutput, *, environ: Mapping[str, str]) -> None:
    """Show the preview now and on each change, until Ctrl-C; an error is printed, and a change may mend it."""
    from watchfiles import watch as watch_files

    page = _Page() if output.browser and output.output is None else None
    _show(request, output, page)
    if page:
        page.open()
    print_stderr("watching; Ctrl-C ends it")
    for _ in watch_files(*watched_paths(request, environ), raise_interrupt=True):
        _show(request, output, page)


def _show(request: PreviewRequest, output: PreviewOutput, page: _Page | None) -> None:
    try:
        if page:
            page.update(output.data(request))
        else:
            output.show(request)
    except DigestError as error:
        print_stderr(str(error), error.hint)
        if page:
            page.update(f"<pre>{html.escape(str(error))}</pre><p>{html.escape(error.hint)}</p>")


class _Page:
    """The preview as a web page on this machine that reloads when it changes."""

    def __init__(self) -> None:
        self._html = ""
        #: Counts the changes, so that one during the page's loading is not missed.
        self._version = 0
        self._changed = threading.Condition()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def open(self) -> None:
        """Open the page in the browser."""
        url = f"http://127.0.0.1:{self._server.server_port}/"
        if not webbrowser.open(url):
            print_stderr("no browser found", f"the preview is at {url}")

    def update(self, content: str) -> None:
        """Replace the page's content."""
        with self._changed:
            self._html = content
            self._version += 1
            self._changed.notify_all()

    def content(self) -> str:
        with self._changed:
            return self._html + _RELOAD % self._version

    def wait_for_change(self, version: int) -> None:
        """Wait until the page is newer than that version."""
        with self._changed:
            self._changed.wait_for(lambda: self._version > version)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        page = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path, _, version = self.path.partition("?")
                if path == "/changes":
                    page.wait_for_change(int(version) if version.isdecimal() else 0)
                    self._answer("text/event-stream", "data: changed\n\n")
                else:
                    self._answer("text/html; charset=utf-8", page.content())

            def _answer(self, content_type: str, body: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", content_type)
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(body.encode("utf-8", "replace"))

            def log_message(self, *_: object) -> None:
                """Print no requests."""

        return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Ignore a browser that has closed its connection."""
