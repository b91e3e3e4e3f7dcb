"""Articles as people paste them, each line marked: ``=`` a heading, ``+`` body, ``-`` what the site says around it.

Written for this project in the manner of sixteen kinds of outlets.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "data" / "clean" / "pasted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasted:
    name: str
    text: str
    title: str
    body: tuple[str, ...]
    noise: tuple[str, ...]


def pasted() -> tuple[Pasted, ...]:
    return tuple(_read(file) for file in sorted(FOLDER.glob("*.txt")))


def dressed(article: Pasted, outlet: Pasted) -> str:
    """The article's body with what stands around the other one's."""
    first = outlet.text.index(outlet.body[0])
    above = [line for line in outlet.noise if outlet.text.index(line) < first]
    below = [line for line in outlet.noise if line not in above]
    return "\n\n".join((*above, *article.body, *below))


def _read(file: Path) -> Pasted:
    lines = file.read_text("utf-8").splitlines()

    def marked(mark: str) -> tuple[str, ...]:
        return tuple(line[2:] for line in lines if line.startswith(f"{mark} "))

    text = "\n".join(line[2:] for line in lines)
    return Pasted(name=file.stem, text=text, title=marked("=")[0], body=marked("+"), noise=marked("-"))
