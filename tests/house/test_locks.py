"""The locks name no host, carry a hash for every package, and say what pyproject.toml says."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PINNED = re.compile(r"^(?P<name>[a-z0-9.-]+)==(?P<version>\S+)(?: ; (?P<marker>.+?))? \\$")
RUN, DEV = "requirements.lock", "requirements-dev.lock"


@dataclass(frozen=True, slots=True)
class Pin:
    version: str
    hashes: int
    wanted_by_us: bool


def pins(lock: str) -> dict[str, Pin]:
    """Pins by name; a package pinned anew for some Pythons has its marker behind the name."""
    found: dict[str, Pin] = {}
    for block in re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text()):
        if match := PINNED.match(block.partition("\n")[0]):
            name = match["name"]
            found[f"{name} ; {match['marker']}" if name in found else name] = Pin(
                version=match["version"],
                hashes=block.count("--hash=sha256:"),
                wanted_by_us="warmline (pyproject.toml)" in block,
            )
    return found


def wanted(extra: str | None = None) -> dict[str, Requirement]:
    lines = PROJECT["dependencies"] + (PROJECT["optional-dependencies"][extra] if extra else [])
    return {canonicalize_name(r.name): r for r in map(Requirement, lines)}


@pytest.mark.parametrize(("lock", "extra"), [(RUN, None), (DEV, "dev")])
def test_lock_holds_exactly_what_the_project_asks_for(lock: str, extra: str | None) -> None:
    locked, asked = pins(lock), wanted(extra)

    assert {name for name, pin in locked.items() if pin.wanted_by_us} == set(asked)
    unfit = [str(r) for name, r in asked.items() if locked[name].version not in r.specifier]
    assert unfit == []


@pytest.mark.parametrize("lock", [RUN, DEV])
def test_every_locked_package_carries_hashes_and_no_line_names_a_place(lock: str) -> None:
    lines = (ROOT / lock).read_text().splitlines()
    requirements = [line for line in lines if line and not line.startswith((" ", "#"))]

    assert len(requirements) == len(pins(lock)), "a line is not NAME==VERSION with hashes"
    assert all(pin.hashes for pin in pins(lock).values())
    assert [line for line in lines if "://" in line or "/" in line.partition("#")[0]] == []
    assert [line for line in lines if line.startswith("-")] == []


def test_development_set_contains_the_run_set_unchanged() -> None:
    run, dev = pins(RUN), pins(DEV)

    assert {name: pin.version for name, pin in run.items()} == {
        name: pin.version for name, pin in dev.items() if name in run
    }


def test_run_set_pulls_no_development_package() -> None:
    development = {
        canonicalize_name(Requirement(r).name) for r in PROJECT["optional-dependencies"]["dev"]
    }

    assert not development & set(pins(RUN))
