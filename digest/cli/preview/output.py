"""How a preview is shown: on the screen, in a file, in the browser."""

from __future__ import annotations

import html
import os
import sys
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Self

from digest.cli.errors import print_stderr
from digest.cli.preview.explain import in_order
from digest.cli.progress import collect_progress
from digest.model import Digest, Edition
from digest.model.errors import DigestError, UsageError
from digest.model.mailbox import Mailbox
from digest.pipeline.newsletter import render_options
from digest.pipeline.preview import Preview, PreviewRequest, preview
from digest.pipeline.publish import embed_images
from digest.render import GREETING_PLACEHOLDER, TOKEN_PLACEHOLDER, render
from digest.render.delivery_placeholders import fill_greeting
from digest.settings import Settings
from digest.settings.atomic_write import atomic_write
from digest.text.segmentation import install_hint

Form = Literal["terminal", "html", "text", "eml", "json"]
_ENDINGS: dict[str, Form] = {
    ".html": "html",
    ".htm": "html",
    ".txt": "text",
    ".text": "text",
    ".eml": "eml",
    ".json": "json",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """In which form, and where to."""

    form: Form
    #: None for stdout.
    output: Path | None
    browser: bool
    explain: bool
    #: The address of the subscriber who would get it; None for nobody.
    reader: str | None

    @classmethod
    def of(
        cls, *, form: Form | None, output: Path | None, browser: bool, explain: bool, reader: str | None = None
    ) -> Self:
        """What was asked for; what was not said follows from where it goes."""
        target = None if output == Path("-") else output
        form = form or _form_for(target, browser=browser)
        return cls(form=form, output=target, browser=browser, explain=explain, reader=reader)

    def show(self, request: PreviewRequest) -> None:
        """Compose it and show it."""
        if self.form == "terminal" and self.output is None and not self.browser:
            shown, edition = self._composed(request)
            _on_screen(shown.digest, edition, explain=self.explain)
            return
        data = self.data(request)
        if self.browser:
            _browse(self.output or _kept_for_the_browser(), data)
        elif self.output is None:
            sys.stdout.write(data)
        else:
            write(self.output, data)

    def data(self, request: PreviewRequest) -> str:
        """Compose it; what is to be shown, where it is no terminal page. What could not be collected is said."""
        shown, edition = self._composed(request)
        for failure in shown.digest.failures:
            print_stderr(f"not collected: {failure.url}: {failure.error}")
        return self._data(shown, edition)

    def _composed(self, request: PreviewRequest) -> tuple[Preview, Edition]:
        with collect_progress() as on_done:
            shown = preview(request, environ=os.environ, now=datetime.now(UTC), on_done=on_done)
        _advise(shown.digest)
        look = render_options(shown.digest.newsletter, shown.settings)
        look = replace(look, show_left_out=self.explain, show_failures=self.explain)
        edition = self._with_photos(shown, render(shown.digest, look))
        return shown, self._greeting(shown, edition)

    def _greeting(self, shown: Preview, edition: Edition) -> Edition:
        """As the reader it is for is greeted, or one whose name isn't known."""
        name = _mailbox(self.reader, shown.settings).name if self.reader is not None else ""
        words = fill_greeting(shown.digest.newsletter.greeting, name)
        page = edition.html.replace(GREETING_PLACEHOLDER, html.escape(words))
        return replace(edition, html=page, text=edition.text.replace(GREETING_PLACEHOLDER, words))

    def _with_photos(self, shown: Preview, edition: Edition) -> Edition:
        """With its pictures in it where they would be seen and may be fetched; else linked."""
        if shown.photos is None or self.form not in {"html", "eml"}:
            return edition
        full, missing = embed_images(edition, shown.digest.newsletter, shown.photos, now=datetime.now(UTC))
        for failure in missing:
            print_stderr(f"a picture is missing: {failure.url}: {failure.error}")
        return full

    def _data(self, shown: Preview, edition: Edition) -> str:
        reader = _mailbox(self.reader, shown.settings) if self.reader is not None else None
        match self.form:
            case "html":
                return edition.html.replace(TOKEN_PLACEHOLDER, "test") if reader else edition.html
            case "json":
                from digest.cli.preview.as_json import as_json

                return as_json(shown.digest, edition)
            case "eml":
                return _mail(edition, shown, reader)
            case _:
                text = edition.text.replace(TOKEN_PLACEHOLDER, "test") if reader else edition.text
                return text + in_order(shown.digest) if self.explain else text


def _advise(digest: Digest) -> None:
    """Say what to install for languages that it holds."""
    for language in sorted({article.language for brief in digest.briefs for article in brief.story.articles}):
        if hint := install_hint(language):
            print_stderr(f"some articles are in {language!r}", hint)


def _mailbox(address: str, settings: Settings) -> Mailbox:
    """The subscriber's, by name; without settings there are no subscribers, and anyone may be meant."""
    from digest.store import open_store, subscribers

    if settings.file is None:
        return Mailbox.parse(address)
    with open_store(settings.store.url, read_only=True) as store, store.read() as conn:
        person = subscribers.find(conn, address)
    if person is None:
        raise UsageError(f"no subscriber has the address {address}", hint="'digest subscribers list' shows them")
    return Mailbox.at(person.address, person.name)


def _mail(edition: Edition, shown: Preview, reader: Mailbox | None) -> str:
    newsletter = shown.digest.newsletter
    if reader is None or not newsletter.sender:
        from digest.deliver.message.prepare import preview_message as to_nobody

        return to_nobody(edition, newsletter).decode()
    from digest.pipeline.deliver import unrecorded_message

    return unrecorded_message(edition, newsletter, reader, shown.settings, now=shown.digest.slot.due).content.decode()


def write(path: Path, data: str) -> None:
    """Write the file whole or not at all; raises ``UsageError`` if that can't be."""
    try:
        atomic_write(path, data.encode("utf-8", "replace"))
    except OSError as error:
        raise DigestError(
            f"can't write {path}: {error.strerror or error}",
            hint="choose another place with -o; nothing was changed",
        ) from error


def _form_for(output: Path | None, *, browser: bool) -> Form:
    if output is not None and (form := _ENDINGS.get(output.suffix.lower())):
        return form
    if browser:
        return "html"
    if output is None and sys.stdout.isatty():
        return "terminal"
    if output is not None and output.suffix:
        known = " ".join(_ENDINGS)
        raise UsageError(f"no format for the ending {output.suffix!r}", hint=f"use one of {known}, or say --format")
    return "text"


def _on_screen(digest: Digest, edition: Edition, *, explain: bool) -> None:
    from rich.console import Console

    from digest.cli.preview.terminal import show

    show(Console(), digest, edition, explain=explain)


def _kept_for_the_browser() -> Path:
    # Not removed at the end: the browser reads it when we are gone.
    return Path(tempfile.mkdtemp(prefix="digest-preview-")) / "digest.html"


def _browse(path: Path, data: str) -> None:
    import webbrowser

    write(path, data)
    if not webbrowser.open(path.resolve().as_uri()):
        print_stderr("no browser found", f"the preview is in {path}")
