"""Templates of the pages: ``templates/web/``, or a folder of that name in ``templates/`` beside the settings."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from digest.render.contrast import legible
from digest.settings import Settings, shipped_files

_FOLDER = "web"
_DEFAULT_ACCENT = "#1f5f8b"
_PAPER, _NIGHT = "#ffffff", "#1b1d21"


class PageTemplates:
    """Renders the pages; values are escaped."""

    def __init__(self, settings: Settings) -> None:
        own = [settings.file.parent / "templates"] if settings.file else []
        folders = [folder / _FOLDER for folder in (*own, shipped_files.templates())]
        self._environment = SandboxedEnvironment(
            loader=FileSystemLoader(folders), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        accent = settings.brand.accent or _DEFAULT_ACCENT
        colours = {"accent": legible(accent, _PAPER), "accent_dark": legible(accent, _NIGHT)}
        #: The style sheet of all pages.
        self.style_sheet = self._environment.get_template("style.css").render(brand=colours)
        version = hashlib.sha256(self.style_sheet.encode()).hexdigest()[:12]
        path = urlsplit(settings.web.url.rstrip("/")).path
        self._environment.globals |= {
            "path": path,
            "style_sheet": f"{path}/assets/style.css?v={version}",
            "site_name": settings.brand.name or _only_title(settings) or urlsplit(settings.web.url).hostname or "",
            "postal_address": settings.brand.address,
        }

    def render(self, name: str, **values: object) -> str:
        """The HTML of the page."""
        return self._environment.get_template(f"{name}.html.j2").render(values)


def _only_title(settings: Settings) -> str:
    return settings.newsletters[0].title if len(settings.newsletters) == 1 else ""
