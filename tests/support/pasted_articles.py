"""Articles as pasted from sites, with each line labelled: ``=`` heading, ``+`` body, ``-`` boilerplate.

They were written for this project, in the style of sixteen kinds of outlets.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "data" / "clean" / "pasted"


@dataclass(frozen=True, slots=True, kw_only=True)
class PastedArticle:
    name: str
    text: str
    title: str
    body: tuple[str, ...]
    boilerplate: tuple[str, ...]


def pasted_articles() -> tuple[PastedArticle, ...]:
    return tuple(_read(file) for file in sorted(FOLDER.glob("*.txt")))


def with_boilerplate_of(outlet: PastedArticle, article: PastedArticle) -> str:
    """The body of ``article`` with the boilerplate of ``outlet`` around it."""
    first = outlet.text.index(outlet.body[0])
    above = [line for line in outlet.boilerplate if outlet.text.index(line) < first]
    below = [line for line in outlet.boilerplate if line not in above]
    return "\n\n".join((*above, *article.body, *below))


def _read(file: Path) -> PastedArticle:
    lines = file.read_text("utf-8").splitlines()

    def labelled(prefix: str) -> tuple[str, ...]:
        return tuple(line[2:] for line in lines if line.startswith(f"{prefix} "))

    text = "\n".join(line[2:] for line in lines)
    return PastedArticle(
        name=file.stem, text=text, title=labelled("=")[0], body=labelled("+"), boilerplate=labelled("-")
    )
