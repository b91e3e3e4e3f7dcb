"""The distribution: its name, and what hints and documents tell people to install."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
DOCUMENTS = sorted(
    file
    for folder in ("digest", "config", "templates", "tests/README.md", "README.md", "CHANGELOG.md")
    for file in ([ROOT / folder] if (ROOT / folder).is_file() else (ROOT / folder).rglob("*"))
    if file.suffix in {".py", ".md", ".toml", ".service"} or file.name == "Containerfile"
)
_WORD = r"(?:-\S+|'[^']+'|\"[^\"]+\"|[\w.\[\],{}$/-]+)"
_INSTALL = re.compile(rf"(?:pip install|pipx install|uv add|uv tool install)((?: +{_WORD})+)")


def _declared() -> set[str]:
    extras = PROJECT["optional-dependencies"].values()
    requirements = [*PROJECT["dependencies"], *(name for extra in extras for name in extra)]
    return {re.split(r"[\[<>=!~;, ]", requirement)[0] for requirement in requirements}


def _named(text: str) -> set[str]:
    """The packages that the text tells people to install."""
    words = [word.strip("'\"") for command in _INSTALL.findall(text) for word in command.split()]
    return {re.split(r"[\[<>=]", word)[0] for word in words if not word.startswith(("-", "{", "/", "./", "$"))}


def test_the_distribution_has_a_name_of_its_own() -> None:
    """``digest`` on PyPI is a checksum tool of others: who installs it gets their code."""
    assert PROJECT["name"] == "newsletter-digest"
    assert PROJECT["scripts"] == {"digest": "digest.__main__:main"}


def test_hints_name_no_package_of_others_as_ours() -> None:
    """Until the distribution is registered, only our dependencies, uv and a checkout may be installed."""
    allowed = _declared() | {"uv", "", "."}
    named = {str(file.relative_to(ROOT)): _named(file.read_text("utf-8")) - allowed for file in DOCUMENTS}

    assert {name: packages for name, packages in named.items() if packages} == {}


def test_an_install_hint_is_recognised() -> None:
    assert _named("hint: pip install 'digest[postgres]'") == {"digest"}
    assert _named("`pip install -q uv rjieba>=0.2`") == {"uv", "rjieba"}


def test_every_import_is_declared_and_every_dependency_is_used() -> None:
    deptry = Path(sys.executable).with_name("deptry")
    result = subprocess.run([deptry, "."], cwd=ROOT, capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stderr


def test_the_table_of_dependencies_names_each_declared_library() -> None:
    documented = (ROOT / "digest" / "README.md").read_text("utf-8").partition("## Dependencies")[2]
    rows = re.findall(r"(?m)^\| (.+?) \| .+? \| .+ \|$", documented.partition("Installed along")[0])
    names = {name for row in rows[1:] for name in re.sub(r" \([^)]*\)", "", row).split(", ")}

    assert names - {"---"} == _declared()


def test_copyleft_licences_are_named() -> None:
    """Every library that comes along under the LGPL, GPL or MPL stands in the table with its licence's name."""
    documented = (ROOT / "digest" / "README.md").read_text("utf-8")
    copyleft = {name: licence for name, licence in _licences().items() if re.search(r"GPL|MPL|Mozilla", licence)}

    assert {"cssutils", "shtab", "psycopg"} <= {*copyleft}
    line_of = {name: re.search(rf"(?m)^\|.*\b{re.escape(name)}\b.*", documented) for name in copyleft}
    assert [name for name, line in line_of.items() if not line or not re.search("GPL|MPL", line[0])] == []


def _licences() -> dict[str, str]:
    """What each installed library that the program needs says of its licence."""
    names, licences = [*_declared()], {}
    while names:
        name = canonicalize_name(names.pop())
        if name in licences:
            continue
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:  # of an extra, or of another system
            continue
        classifiers = [line for line in distribution.metadata.get_all("Classifier", []) if line.startswith("License")]
        stated = (
            distribution.metadata.get("License-Expression")
            or distribution.metadata.get("License", "").partition("\n")[0]
        )
        licences[name] = " ".join([stated, *classifiers])
        required = [Requirement(line) for line in distribution.requires or []]
        names += [each.name for each in required if not each.marker or each.marker.evaluate({"extra": ""})]
    return licences


def test_the_package_says_that_it_is_typed() -> None:
    assert "Typing :: Typed" in PROJECT["classifiers"]
    assert (ROOT / "digest" / "py.typed").is_file()


@pytest.mark.parametrize("file", ["hatch_build.py", "pyproject.toml", "README.md", "LICENSE"])
def test_who_builds_the_program_elsewhere_copies_what_the_build_needs(file: str) -> None:
    """A missing file fails only on the other machine."""
    copies = re.findall(r"(?m)^COPY (.+) \./$", (ROOT / "config" / "deploy" / "Containerfile").read_text("utf-8"))

    assert file in " ".join(copies).split()
