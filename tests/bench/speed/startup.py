"""Startup time of commands, beside a bare interpreter and beside the imports."""

from __future__ import annotations

import ast
import sys
import tempfile
from pathlib import Path
from statistics import median

from tests.bench.quality.table import Row
from tests.bench.speed.paired_timing import PairedTimes, time_pair

ROOT = Path(__file__).resolve().parents[3]
DIGEST = [sys.executable, "-m", "digest"]


def measure() -> list[Row]:
    """``--help`` against a bare interpreter; the sample preview against importing all dependencies."""
    help_times = time_pair([*DIGEST, "--help"], [sys.executable, "-c", "pass"], runs=21)
    with tempfile.TemporaryDirectory() as folder:
        page = str(Path(folder) / "digest.html")
        imports = "; ".join(runtime_imports())
        sample_times = time_pair([*DIGEST, "preview", "-o", page], [sys.executable, "-c", imports], runs=9)
    return [
        *_rows("`digest --help`", help_times, "`python -c pass`"),
        *_rows(
            "`digest preview -o digest.html`, the sample", sample_times, "importing every runtime dependency at once"
        ),
    ]


def runtime_imports() -> list[str]:
    """All import statements for third-party packages, as written: "from a import b" may load a module b."""
    statements: set[str] = set()
    for file in (ROOT / "digest").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom) and _is_third_party(node):
                statements.add(ast.unparse(node))
    return sorted(statements)


def _is_third_party(node: ast.Import | ast.ImportFrom) -> bool:
    not_installed = {"digest", *sys.stdlib_module_names}
    extras = {"psycopg", "pythainlp", "rjieba", "tinysegmenter"}
    name = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
    return str(name).partition(".")[0] not in not_installed | extras | {"_typeshed"}


def _rows(task: str, times: PairedTimes, baseline: str) -> list[Row]:
    return [
        Row(task=task, system="digest", figure=_ms(times.command), note=f"{times.ratio:.2f} times the baseline"),
        Row(task=task, system=baseline, figure=_ms(times.baseline)),
    ]


def _ms(seconds: tuple[float, ...]) -> str:
    return f"{median(seconds) * 1000:,.0f} ms"
