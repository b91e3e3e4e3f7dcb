"""Templates of the subscribers' pages, and of the mails that belong to them: ``templates/web/``.

A folder of that name in ``templates/`` beside the settings replaces single files.
"""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from digest.render.tokens import tokens_for
from digest.settings import Settings, shipped_files

_FOLDER = "web"
_TEXT = ".txt.j2"


class PageTemplates:
    """Renders pages; values are escaped."""

    def __init__(self, settings: Settings) -> None:
        own = [settings.file.parent / "templates"] if settings.file else []
        folders = [folder / _FOLDER for folder in (*own, shipped_files.templates())]
        self._environment = SandboxedEnvironment(
            loader=FileSystemLoader(folders),
            autoescape=lambda name: not (name or "").endswith(_TEXT),
            undefined=StrictUndefined,
            trim_blocks=True,
        )
        self._environment.globals["tokens"] = tokens_for(settings.brand)
        #: The style sheet of all pages.
        self.style_sheet = self._environment.get_template("style.css").render()
        version = hashlib.sha256(self.style_sheet.encode()).hexdigest()[:12]
        path = urlsplit(settings.web.url.rstrip("/")).path
        self._environment.globals |= {
            "path": path,
            "style_sheet": f"{path}/assets/style.css?v={version}",
            "site_name": settings.brand.name or _only_title(settings) or urlsplit(settings.web.url).hostname or "",
            "postal_address": settings.brand.address,
        }

    def render(self, name: str, **values: object) -> str:
        """The HTML of a page or a mail."""
        return self._environment.get_template(f"{name}.html.j2").render(values)

    def render_text(self, name: str, **values: object) -> str:
        """The text of a mail."""
        return self._environment.get_template(f"{name}{_TEXT}").render(values)


def _only_title(settings: Settings) -> str:
    return settings.newsletters[0].title if len(settings.newsletters) == 1 else ""
