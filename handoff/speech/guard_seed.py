"""How the guard's rules are written down in `seeds/guard`, and what can be wrong in them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from handoff.errors import SeedErrors
from handoff.knowledge.articles import TONGUES, Tongue
from handoff.knowledge.seedfiles import Faults, read_yaml
from handoff.patterns import linear
from handoff.speech.ear import read_ear
from handoff.speech.guard import Fault, Guard, GuardRule, Severity, compiled

FOLDER = "guard"


Pattern = Annotated[str, StringConstraints(min_length=1), AfterValidator(linear)]


class _Seed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GuardRuleSeed(_Seed):
    """One rule; `say` and `unless` are patterns, any of which counts.

    Said up to `allowed` times it does no harm. `upset_only` keeps a rule for words to somebody
    who is upset.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z]+(?:-[a-z]+)*$")]
    fault: Fault
    severity: Severity
    say: list[Pattern] = Field(min_length=1)
    unless: list[Pattern] = Field(default=[])
    instead: str = ""
    allowed: int = Field(default=0, ge=0, le=5)
    upset_only: bool = False
    signs: bool = False
    """Whether the patterns are signs such as emoji, which no word borders on."""

    def value(self, *, words: bool) -> GuardRule:
        """The domain value; `words` keeps patterns to whole words."""
        say, unless = "|".join(self.say), "|".join(self.unless)
        pattern = rf"\b(?:{say})\b" if words and not self.signs else f"(?:{say})"
        return GuardRule(
            id=self.id,
            fault=self.fault,
            severity=self.severity,
            pattern=pattern,
            unless=f"(?:{unless})" if unless else "",
            instead=self.instead,
            allowed=self.allowed,
            upset_only=self.upset_only,
        )


class GuardSeed(_Seed):
    """The rules of one language, and what counts as naming a time."""

    times: list[Pattern] = Field(min_length=1)
    rules: list[GuardRuleSeed] = Field(min_length=1)

    @property
    def time(self) -> str:
        """One pattern for any time."""
        return f"(?:{'|'.join(self.times)})"


def load_times(seeds_dir: Path) -> dict[Tongue, Any]:
    """What counts as naming a time, in both languages; raises SeedErrors with every mistake."""
    faults = Faults(seeds_dir)
    read = {tongue: _seed(seeds_dir, tongue, faults) for tongue in TONGUES}
    if faults.found:
        raise SeedErrors(faults.found)
    return {tongue: compiled(seed.time) for tongue, seed in read.items() if seed}


def _seed(seeds_dir: Path, tongue: Tongue, faults: Faults) -> GuardSeed | None:
    return read_yaml(seeds_dir / FOLDER / f"{tongue}.yaml", GuardSeed, faults)


def load_guard(seeds_dir: Path) -> Guard:
    """The guard of both languages; raises SeedErrors with every mistake."""
    faults = Faults(seeds_dir)
    rules: dict[Tongue, list[GuardRule]] = {}
    times: dict[Tongue, str] = {}
    for tongue in TONGUES:
        seed = _seed(seeds_dir, tongue, faults)
        if seed is not None:
            rules[tongue] = [rule.value(words=tongue == "en") for rule in seed.rules]
            times[tongue] = seed.time
    if faults.found:
        raise SeedErrors(faults.found)
    ready = {tongue: compiled(time) for tongue, time in times.items()}
    return Guard(dict(rules), ready, read_ear(seeds_dir / FOLDER, ready))
