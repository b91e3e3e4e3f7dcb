"""How long a person waits for the first answer, in bare interpreters and in imports."""

from __future__ import annotations

import ast
import sys
import tempfile
from pathlib import Path
from statistics import median

from tests.bench.quality.table import Row
from tests.bench.speed.runs import Paired, paired

ROOT = Path(__file__).resolve().parents[3]
DIGEST = [sys.executable, "-m", "digest"]


def measure() -> list[Row]:
    """``--help`` against a bare interpreter; the sample preview against importing what it could need."""
    bare = paired([*DIGEST, "--help"], [sys.executable, "-c", "pass"], runs=21)
    with tempfile.TemporaryDirectory() as folder:
        page = str(Path(folder) / "digest.html")
        everything = "; ".join(runtime_imports())
        sample = paired([*DIGEST, "preview", "-o", page], [sys.executable, "-c", everything], runs=9)
    return [
        *_rows("`digest --help`", bare, "`python -c pass`"),
        *_rows("`digest preview -o digest.html`, the sample", sample, "importing every runtime dependency at once"),
    ]


def runtime_imports() -> list[str]:
    """What the program imports of others anywhere, as it imports it: "from a import b" may load a module b."""
    found: set[str] = set()
    for file in (ROOT / "digest").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom) and _is_of_others(node):
                found.add(ast.unparse(node))
    return sorted(found)


def _is_of_others(node: ast.Import | ast.ImportFrom) -> bool:
    own = {"digest", *sys.stdlib_module_names}
    extras = {"psycopg", "pythainlp", "rjieba", "tinysegmenter"}
    name = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
    return str(name).partition(".")[0] not in own | extras | {"_typeshed"}


def _rows(task: str, timed: Paired, baseline: str) -> list[Row]:
    return [
        Row(task=task, system="digest", figure=_ms(timed.one), note=f"{timed.ratio:.2f} times the baseline"),
        Row(task=task, system=baseline, figure=_ms(timed.other)),
    ]


def _ms(seconds: tuple[float, ...]) -> str:
    return f"{median(seconds) * 1000:,.0f} ms"
