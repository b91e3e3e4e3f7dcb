"""Output of a preview: compose it, then print it, write it to a file, or open it in the browser."""

from __future__ import annotations

import html
import os
import sys
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from digest.cli.errors import print_stderr
from digest.cli.preview.formats import Format, as_markdown, choose_format, format_edition
from digest.cli.progress import collect_progress
from digest.model.digests import Digest
from digest.model.editions import Edition
from digest.model.errors import DigestError, UsageError
from digest.model.mailbox import Mailbox
from digest.pipeline.images import embed_images
from digest.pipeline.newsletter import render_options
from digest.pipeline.preview import Preview, PreviewRequest, preview
from digest.pipeline.subscriber_edition import SubscriberEdition
from digest.render import GREETING_PLACEHOLDER, RenderOptions, render
from digest.render.delivery_placeholders import fill_greeting
from digest.settings.atomic_write import atomic_write
from digest.text.segmentation import install_hint
from digest.text.time_format import local_time


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewOutput:
    """Format and destination of a preview."""

    format: Format
    #: A file; None for stdout.
    output: Path | None
    browser: bool
    explain: bool
    #: The address of the subscriber who would get it; None for nobody.
    recipient: str | None

    @classmethod
    def choose(
        cls, *, format_: Format | None, output: Path | None, browser: bool, explain: bool, recipient: str | None = None
    ) -> Self:
        """Choose the format by the destination, unless it is given; ``-`` is stdout."""
        file = None if output == Path("-") else output
        format_ = format_ or choose_format(file, browser=browser)
        if format_ == "epub" and (browser or (file is None and sys.stdout.isatty())):
            where = "a browser" if browser else "a terminal"
            raise UsageError(f"{where} can't show an EPUB", hint="write it to a file: -o digest.epub")
        return cls(format=format_, output=file, browser=browser, explain=explain, recipient=recipient)

    def show(self, request: PreviewRequest) -> None:
        """Compose the preview and write it to its destination; of an alert only if there is one."""
        composed = _compose(request)
        if request.alert:
            for message in describe_alert(composed, explain=self.explain):
                print_stderr(message)
            if not composed.digest.briefs and self.format != "json":
                return
        self._show(composed)

    def _show(self, composed: Preview) -> None:
        if self.format == "terminal" and self.output is None and not self.browser:
            _print_on_terminal(composed.digest, self._edition(composed), explain=self.explain)
            return
        if self.format == "epub":
            self._write_epub(composed)
            return
        data = self._data(composed)
        if self.browser:
            _open_in_browser(self.output or _temporary_file(), data)
        elif self.output is None:
            sys.stdout.write(data)
        else:
            _write(self.output, data.encode("utf-8", "replace"))

    def _write_epub(self, composed: Preview) -> None:
        """Write the digest as an EPUB to the file, or to stdout."""
        from digest.render.epub import digest_epub

        _print_failures(composed.digest)
        epub = digest_epub(composed.digest, self._edition(composed), self._options(composed))
        if self.output is None:
            sys.stdout.buffer.write(epub.data)
        else:
            _write(self.output, epub.data)

    def data(self, request: PreviewRequest) -> str:
        """Compose the preview and return it as text in its format; sources that failed are printed on stderr."""
        return self._data(_compose(request))

    def _data(self, composed: Preview) -> str:
        _print_failures(composed.digest)
        if self.format == "markdown":
            return as_markdown(composed.digest, self._options(composed), explain=self.explain)
        recipient = self._mailbox(composed)
        edition = self._edition(composed)
        return format_edition(composed, edition, self.format, recipient=recipient, explain=self.explain)

    def _options(self, composed: Preview) -> RenderOptions:
        options = render_options(composed.digest.newsletter, composed.settings)
        return replace(options, show_left_out=self.explain, show_failures=self.explain)

    def _edition(self, composed: Preview) -> Edition:
        edition = self._embed_images(composed, render(composed.digest, self._options(composed)))
        return self._fill_greeting(composed, edition)

    def _fill_greeting(self, composed: Preview, edition: Edition) -> Edition:
        """Greet the recipient by name, or a subscriber without a name."""
        recipient = self._mailbox(composed)
        text = fill_greeting(composed.digest.newsletter.greeting, recipient.name if recipient else "")
        filled_html = edition.html.replace(GREETING_PLACEHOLDER, html.escape(text))
        return replace(edition, html=filled_html, text=edition.text.replace(GREETING_PLACEHOLDER, text))

    def _embed_images(self, composed: Preview, edition: Edition) -> Edition:
        """Embed the images in HTML, mails and EPUBs, if the newsletter embeds them and they may be fetched."""
        if composed.fetch_images is None or self.format not in {"html", "eml", "epub"}:
            return edition
        full, missing = embed_images(
            edition, composed.digest, composed.settings, composed.fetch_images, now=datetime.now(UTC)
        )
        for failure in missing:
            print_stderr(f"image missing: {failure.url}: {failure.error}")
        return full

    def _mailbox(self, composed: Preview) -> Mailbox | None:
        """The recipient; without a settings file any address will do."""
        if self.recipient is None:
            return None
        if composed.recipient is None:
            return Mailbox.parse(self.recipient)
        return Mailbox.at(composed.recipient.subscriber.address, composed.recipient.subscriber.name)


def describe_alert(composed: Preview, *, explain: bool) -> list[str]:
    """Whether an alert would be sent, and with ``explain`` why others would not."""
    digest, lines = composed.digest, list[str]()
    if not digest.briefs:
        lines.append("no alert: no story is reported by enough outlets at once")
    elif composed.wait:
        lines.append(f"this alert would wait: {composed.wait}")
    if explain and not digest.briefs:
        lines += [f"  {item.article.title}: {item.explanation}" for item in digest.left_out]
    return lines


def _compose(request: PreviewRequest) -> Preview:
    with collect_progress() as on_done:
        composed = preview(request, environ=os.environ, now=datetime.now(UTC), on_done=on_done)
    _print_language_hints(composed.digest)
    for problem in composed.digest.problems:
        print_stderr(str(problem))
    if composed.recipient:
        print_stderr(*_describe_delivery(composed.recipient))
    return composed


def _print_failures(digest: Digest) -> None:
    for failure in digest.failures:
        print_stderr(f"not collected: {failure.url}: {failure.error}")


def _describe_delivery(upcoming: SubscriberEdition) -> tuple[str, str]:
    """When the subscriber gets the edition, and a pause before it."""
    newsletter, address = upcoming.newsletter, upcoming.subscriber.address
    due = f"{address} gets this on {local_time(upcoming.slot.due, newsletter.timezone)} ({newsletter.timezone})"
    if upcoming.paused_until is None:
        return due, ""
    return due, f"paused until {upcoming.paused_until.astimezone(newsletter.timezone):%Y-%m-%d}"


def _print_language_hints(digest: Digest) -> None:
    """Name the packages that would segment the articles' languages better."""
    for language in sorted({article.language for brief in digest.briefs for article in brief.story.articles}):
        if hint := install_hint(language):
            print_stderr(f"some articles are in {language!r}", hint)


def _write(path: Path, data: bytes) -> None:
    try:
        atomic_write(path, data)
    except OSError as error:
        raise DigestError(
            f"can't write {path}: {error.strerror or error}",
            hint="choose another file with -o; nothing was changed",
        ) from error


def _print_on_terminal(digest: Digest, edition: Edition, *, explain: bool) -> None:
    from rich.console import Console

    from digest.cli.preview.terminal import print_digest

    print_digest(Console(), digest, edition, explain=explain)


def _temporary_file() -> Path:
    # Never removed: the browser may read it after this program has ended.
    return Path(tempfile.mkdtemp(prefix="digest-preview-")) / "digest.html"


def _open_in_browser(path: Path, data: str) -> None:
    import webbrowser

    _write(path, data.encode("utf-8", "replace"))
    if not webbrowser.open(path.resolve().as_uri()):
        print_stderr("no browser found", f"the preview is in {path}")
