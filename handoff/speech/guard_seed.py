"""How the guard's rules are written down in `seeds/guard`, and what can be wrong in them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import re2
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from handoff.errors import SeedErrors
from handoff.knowledge.articles import TONGUES, Tongue
from handoff.knowledge.seedfiles import Faults, read_yaml
from handoff.speech.guard import Fault, Guard, GuardRule, Severity

FOLDER = "guard"


def _linear(pattern: str) -> str:
    try:
        re2.compile(pattern)
    except re2.error as error:
        raise ValueError(f"no pattern of RE2: {pattern}") from error
    return pattern


Pattern = Annotated[str, StringConstraints(min_length=1), AfterValidator(_linear)]


class _Seed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GuardRuleSeed(_Seed):
    """One rule; `say` and `unless` are patterns, any of which counts."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z]+(?:-[a-z]+)*$")]
    fault: Fault
    severity: Severity
    say: list[Pattern] = Field(min_length=1)
    unless: list[Pattern] = Field(default=[])
    instead: str = ""

    def value(self, *, words: bool) -> GuardRule:
        """The domain value; `words` keeps patterns to whole words."""
        say, unless = "|".join(self.say), "|".join(self.unless)
        pattern = rf"\b(?:{say})\b" if words else f"(?:{say})"
        return GuardRule(
            id=self.id,
            fault=self.fault,
            severity=self.severity,
            pattern=pattern,
            unless=f"(?:{unless})" if unless else "",
            instead=self.instead,
        )


class GuardSeed(_Seed):
    """The rules of one language, and what counts as naming a time."""

    times: list[Pattern] = Field(min_length=1)
    rules: list[GuardRuleSeed] = Field(min_length=1)


def load_guard(seeds_dir: Path) -> Guard:
    """The guard of both languages; raises SeedErrors with every mistake."""
    faults = Faults(seeds_dir)
    rules: dict[Tongue, list[GuardRule]] = {}
    times: dict[Tongue, str] = {}
    for tongue in TONGUES:
        seed = read_yaml(seeds_dir / FOLDER / f"{tongue}.yaml", GuardSeed, faults)
        if seed is not None:
            rules[tongue] = [rule.value(words=tongue == "en") for rule in seed.rules]
            times[tongue] = f"(?:{'|'.join(seed.times)})"
    if faults.found:
        raise SeedErrors(faults.found)
    return Guard(dict(rules), times)
