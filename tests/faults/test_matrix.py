"""The fault matrix names tests that exist, each row once."""

from __future__ import annotations

import re
from pathlib import Path

from tests.faults.injector import HARMS
from tests.faults.mutants import MUTANTS, SERVER_MUTANTS
from tests.faults.points import crash_points

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+) \| [^|]+ \| ([^|]+) \|$", PAGE, re.MULTILINE)


def test_the_matrix_has_all_its_rows_and_each_says_something() -> None:
    assert [int(number) for number, _ in ROWS] == list(range(1, 56))
    assert [number for number, told in ROWS if not told.strip()] == []


def test_every_test_the_page_names_exists() -> None:
    written = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text(), re.MULTILINE)
    }

    assert sorted(set(re.findall(r"`(test_\w+)`", PAGE)) - written) == []


def test_every_fault_crash_point_and_mutant_the_page_names_exists() -> None:
    assert set(re.findall(r"kinds\[(\w+\.\w+)\]", PAGE)) - set(HARMS) == set()
    assert set(re.findall(r"crash\[(\w+\.\w+:\w+)\]", PAGE)) - set(crash_points()) == set()
    assert MUTANTS.keys() | SERVER_MUTANTS == set(
        re.findall(r"^\| `(\w+)` \| ", PAGE, re.MULTILINE)
    )
