"""Templates of the subscribers' pages, and of the mails that belong to them: ``templates/web/``.

A folder of that name in ``templates/`` beside the settings replaces single files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

from digest.render import inline, placeholders
from digest.render.environment import to_placeholder
from digest.render.locale import direction, labels_for, long_date
from digest.render.page_texts import ENGLISH, PageTexts
from digest.render.sandbox import limited
from digest.render.tokens import css_values, tokens_for
from digest.settings import Settings, shipped_files

_FOLDER = "web"
_TEXT = ".txt.j2"
_LANGUAGE = "page_language"


class PageTemplates:
    """Renders pages in a language; values are escaped."""

    def __init__(self, settings: Settings) -> None:
        own = [settings.file.parent / "templates"] if settings.file else []
        folders = [folder / _FOLDER for folder in (*own, shipped_files.templates())]
        self._texts = PageTexts(folders)
        self._environment = SandboxedEnvironment(
            loader=FileSystemLoader(folders),
            autoescape=lambda name: not (name or "").endswith(_TEXT),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        self._environment.policies["ext.i18n.trimmed"] = True
        self._environment.install_gettext_callables(  # type: ignore[attr-defined]  # the extension's
            self._translate, self._translate_number, newstyle=True
        )
        self._environment.filters["long_date"] = _long_date
        self._tokens = tokens_for(settings.brand)
        self._environment.globals["tokens"] = self._tokens
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
        self._mail_environment = self._environment.overlay(finalize=to_placeholder)

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages that pages can be rendered in."""
        return self._texts.languages

    def render(self, name: str, page_language: str = ENGLISH, /, **values: object) -> str:
        """The HTML of a page or a mail."""
        return self._render(f"{name}.html.j2", page_language, values)

    def render_mail(self, name: str, page_language: str = ENGLISH, /, **values: object) -> str:
        """The HTML of a mail with a style sheet, inlined as an edition's is: values from outside are inserted last."""
        printed = placeholders.Values(own_markup=set(css_values(self._tokens)))
        token = placeholders.current_values.set(printed)
        try:
            with limited():
                html = self._render(f"{name}.html.j2", page_language, values, self._mail_environment)
        finally:
            placeholders.current_values.reset(token)
        skeleton = placeholders.make_skeleton(html, printed)
        return placeholders.fill(inline.inline_css(skeleton.html), skeleton, printed)

    def render_text(self, name: str, page_language: str = ENGLISH, /, **values: object) -> str:
        """The text of a mail."""
        return self._render(f"{name}{_TEXT}", page_language, values)

    def translate(self, text: str, page_language: str = ENGLISH, /, **values: object) -> str:
        """A text that stands in no template, such as a mail's subject, with its values; not escaped."""
        return self._texts.catalog(page_language).singular(text) % values

    def join(self, titles: Sequence[str], page_language: str = ENGLISH, /) -> str:
        """``Harbour News, Weekly and Sport``."""
        if len(titles) < 2:
            return "".join(titles)
        names = {"first": ", ".join(titles[:-1]), "last": titles[-1]}
        return self.translate("%(first)s and %(last)s", page_language, **names)

    def _render(
        self, file: str, page_language: str, values: dict[str, object], environment: Environment | None = None
    ) -> str:
        names = {_LANGUAGE: page_language, "page_direction": direction(page_language)}
        return (environment or self._environment).get_template(file).render(names | values)

    @pass_context
    def _translate(self, context: Context, text: str) -> str:
        return self._texts.catalog(context[_LANGUAGE]).singular(text)

    @pass_context
    def _translate_number(self, context: Context, singular: str, plural: str, number: int) -> str:
        return self._texts.catalog(context[_LANGUAGE]).for_number(singular, plural, number)


@pass_context
def _long_date(context: Context, moment: datetime) -> str:
    """``Sunday, 29 March 2026``, in the page's language."""
    return long_date(moment, labels_for(context[_LANGUAGE]))


def _only_title(settings: Settings) -> str:
    return settings.newsletters[0].title if len(settings.newsletters) == 1 else ""
