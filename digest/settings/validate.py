"""Validates raw tables: frozen settings, or all mistakes at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from digest.model.errors import Mistake, SettingsError
from digest.model.newsletters import Newsletter, Source
from digest.settings.line_numbers import KeyPath
from digest.settings.sections import LISTS, SECTIONS
from digest.settings.toml import RawSettings
from digest.settings.types import DkimSettings, InboundSettings, Settings, SmtpSettings, StoreSettings, WebSettings
from digest.settings.web_pages import DRAFTS_ID, RESERVED_IDS
from digest.text.suggest import nearest


def validate(raw: RawSettings) -> Settings:
    """Raises ``SettingsError`` with all mistakes, in the order of the file."""
    if not raw.tables and not raw.mistakes:
        return _with_absolute_paths(Settings(file=raw.file), raw.folder)
    from digest.settings.tables import read_table

    mistakes = [*raw.mistakes, *_unknown_sections(raw), *_duplicate_ids(raw), *_reserved_ids(raw)]
    mistakes += [*_unknown_sources(raw), *_repeated_domains(raw), *_alerts_past_an_editor(raw)]
    values: dict[str, Any] = {}
    for path, kind in _tables(raw):
        value, table_mistakes = read_table(raw, path, kind)
        mistakes += table_mistakes
        section = str(path[0])
        values[section] = value if len(path) == 1 else (*values.get(section, ()), value)
    if mistakes:
        raise SettingsError(raw.name, sorted(mistakes, key=lambda mistake: (mistake.line or 0, mistake.key)))
    return _with_absolute_paths(Settings(file=raw.file, **values), raw.folder)


def _tables(raw: RawSettings) -> Iterator[tuple[KeyPath, type]]:
    """The path and dataclass of every table in a known section."""
    for name, kind in SECTIONS.items():
        if name in raw.tables:
            yield (name,), kind
    for name, kind in LISTS.items():
        for number, _ in _items(raw, name):
            yield (name, number), kind


def _items(raw: RawSettings, name: str) -> Iterator[tuple[int, Any]]:
    items = raw.tables.get(name)
    return enumerate(items) if isinstance(items, list) else enumerate(())


def _unknown_sections(raw: RawSettings) -> Iterator[Mistake]:
    sections = [*SECTIONS, *LISTS]
    for name, value in raw.tables.items():
        if name not in sections:
            near = nearest(name, sections)
            message = "no such section" + ("" if near else f"; there are {', '.join(sections)}")
            yield raw.mistake((name,), message, suggestion=near)
        elif name in LISTS and not isinstance(value, list):
            yield raw.mistake((name,), f"expected [[{name}]] in double brackets, since there can be several")


def _duplicate_ids(raw: RawSettings) -> Iterator[Mistake]:
    for name in LISTS:
        seen: Counter[str] = Counter()
        for number, item in _items(raw, name):
            id_ = item.get("id") if isinstance(item, dict) else None
            if isinstance(id_, str):
                seen[id_.casefold()] += 1
                if seen[id_.casefold()] > 1:
                    yield raw.mistake((name, number, "id"), f"{id_!r} is taken: ids differ by more than case")


def _reserved_ids(raw: RawSettings) -> Iterator[Mistake]:
    """Newsletters whose archive would be at the address of a page; without pages, any id will do."""
    web = raw.tables.get("web")
    if not (isinstance(web, dict) and web.get("url")):
        return
    newsletters = [item for _, item in _items(raw, "newsletters") if isinstance(item, dict)]
    reserved = RESERVED_IDS if any("hold" in item for item in newsletters) else RESERVED_IDS - {DRAFTS_ID}
    for number, item in _items(raw, "newsletters"):
        id_ = item.get("id") if isinstance(item, dict) else None
        if isinstance(id_, str) and id_.casefold() in reserved:
            yield raw.mistake(("newsletters", number, "id"), f"{id_!r} is the address of a page: give it another id")


def _unknown_sources(raw: RawSettings) -> Iterator[Mistake]:
    source_ids = [item.get("id") for _, item in _items(raw, "sources") if isinstance(item, dict)]
    for number, newsletter in _items(raw, "newsletters"):
        listed = newsletter.get("sources") if isinstance(newsletter, dict) else None
        for id_ in listed if isinstance(listed, list) else ():
            if isinstance(id_, str) and id_ not in source_ids:
                near = nearest(id_, [source_id for source_id in source_ids if isinstance(source_id, str)])
                yield raw.mistake(("newsletters", number, "sources"), f"no source has the id {id_!r}", suggestion=near)


def _alerts_past_an_editor(raw: RawSettings) -> Iterator[Mistake]:
    """Newsletters whose editor sees every edition: an alert can't wait for that."""
    for number, item in _items(raw, "newsletters"):
        if isinstance(item, dict) and item.get("alert") and item.get("hold") not in {None, "", "0m"}:
            message = "an alert goes out at once, and nobody could hold it: set either alert or hold"
            yield raw.mistake(("newsletters", number, "alert"), message)


def _repeated_domains(raw: RawSettings) -> Iterator[Mistake]:
    """Domains of recipients with two limits."""
    seen: set[str] = set()
    for number, item in _items(raw, "recipient_domains"):
        listed = item.get("domains") if isinstance(item, dict) else None
        domains = (
            {domain.lower() for domain in listed if isinstance(domain, str)} if isinstance(listed, list) else set()
        )
        for domain in sorted(domains & seen):
            yield raw.mistake(("recipient_domains", number, "domains"), f"{domain!r} has a limit already")
        seen |= domains


# --- paths, relative to the settings' folder ---------------------------------------------------------------------


def _with_absolute_paths(settings: Settings, folder: Path) -> Settings:
    return replace(
        settings,
        store=_store(settings.store, folder),
        smtp=_smtp(settings.smtp, folder),
        dkim=_dkim(settings.dkim, folder),
        web=_web(settings.web, folder),
        sources=tuple(_source(source, folder, settings.inbound) for source in settings.sources),
        newsletters=tuple(_newsletter(newsletter, folder) for newsletter in settings.newsletters),
    )


def _store(store: StoreSettings, folder: Path) -> StoreSettings:
    scheme, separator, file = store.url.partition(":///")
    if not (scheme.startswith("sqlite") and separator) or file in {"", ":memory:"} or file.startswith("file:"):
        return store
    path, question, options = file.partition("?")
    return replace(store, url=f"{scheme}:///{_absolute(path, folder)}{question}{options}")


def _smtp(smtp: SmtpSettings, folder: Path) -> SmtpSettings:
    return replace(smtp, folder=_absolute(smtp.folder, folder)) if smtp.folder else smtp


def _dkim(dkim: DkimSettings, folder: Path) -> DkimSettings:
    return replace(dkim, key_file=_absolute(dkim.key_file, folder)) if dkim.key_file else dkim


def _web(web: WebSettings, folder: Path) -> WebSettings:
    file, altcha = web.operator_password_file, web.altcha
    return replace(
        web,
        operator_password_file=_absolute(file, folder) if file else None,
        altcha=_absolute(altcha, folder) if altcha else None,
    )


def _source(source: Source, folder: Path, inbound: InboundSettings) -> Source:
    """The source with an absolute path; of mails, with the server that is believed."""
    if source.url:
        return source
    path = _absolute(source.path, folder) if source.path else None
    return replace(source, path=path, authserv_id=source.authserv_id or inbound.authserv_id)


def _newsletter(newsletter: Newsletter, folder: Path) -> Newsletter:
    """A template is a folder where its name looks like a path."""
    if "/" not in newsletter.template:
        return newsletter
    return replace(newsletter, template=str(_absolute(newsletter.template, folder)))


def _absolute(path: str | Path, folder: Path) -> Path:
    return folder / Path(path).expanduser()
