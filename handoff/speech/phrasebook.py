"""The phrasebook: what the house says, in Chinese and English, with slots.

It finds words and fills slots. Which phrase fits is decided elsewhere; customers' own words never
stand here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import Annotated, Any

from pydantic import BeforeValidator, RootModel, StringConstraints

from handoff.errors import SeedErrors, SlotEmpty
from handoff.knowledge.articles import TONGUES, Tongue
from handoff.knowledge.seedfiles import Faults, read_yaml
from handoff.text import Language, to_traditional

FOLDER = "phrasebook"
Variants = tuple[str, ...]


class Phrasebook:
    """All phrases of both languages. A phrase has one wording or several that take turns."""

    def __init__(self, phrases: Mapping[Tongue, Mapping[str, Variants]]) -> None:
        self._phrases: dict[Language, dict[str, Variants]] = {
            Language.EN: dict(phrases["en"]),
            Language.ZH_HANS: dict(phrases["zh"]),
            # Filled on first use: converting all of it takes longer than a start should.
            Language.ZH_HANT: {},
        }

    def __iter__(self) -> Iterator[str]:
        return iter(self._phrases[Language.EN])

    def say(self, key: str, language: Language, /, **slots: object) -> str:
        """The phrase in its first wording; raises SlotEmpty."""
        return filled(key, self.variants(key, language)[0], slots)

    def fresh(self, key: str, language: Language, said: Collection[str]) -> tuple[str, str]:
        """A wording not said yet, with the name to remember it by; empty when all were said."""
        for number, wording in enumerate(self.variants(key, language)):
            name = f"{key}.{number}"
            if name not in said:
                return name, wording
        return "", ""

    def variants(self, key: str, language: Language) -> Variants:
        """All wordings of a phrase."""
        known = self._phrases[language]
        found = known.get(key)
        if found is None and language is Language.ZH_HANT:
            simplified = self._phrases[Language.ZH_HANS][key]
            found = known[key] = tuple(to_traditional(wording) for wording in simplified)
        if found is None:
            raise KeyError(key)
        return found


def filled(key: str, wording: str, slots: Mapping[str, object]) -> str:
    """A wording of the phrase `key` with its slots; raises SlotEmpty rather than leave a hole."""
    if "" in slots.values():
        _refuse_empty(key, wording, slots)
    try:
        return wording.format(**slots)
    except KeyError as missing:
        raise SlotEmpty(key, str(missing.args[0])) from None


def _refuse_empty(key: str, wording: str, slots: Mapping[str, object]) -> None:
    for name in sorted(slots_of(wording)):
        if slots.get(name) == "":
            raise SlotEmpty(key, name)


def slots_of(wording: str) -> frozenset[str]:
    """The names of the slots in a wording; raises ValueError when its braces do not match."""
    return frozenset(name for _text, name, _spec, _how in Formatter().parse(wording) if name)


def load_phrasebook(seeds_dir: Path) -> Phrasebook:
    """Read both languages; raises SeedErrors with every phrase that is missing or differs."""
    faults = Faults(seeds_dir)
    paths = {tongue: seeds_dir / FOLDER / f"{tongue}.yaml" for tongue in TONGUES}
    read = {tongue: read_yaml(path, _PhrasesSeed, faults) for tongue, path in paths.items()}
    phrases = {tongue: seed.root for tongue, seed in read.items() if seed is not None}
    if len(phrases) == len(TONGUES):
        _compare(phrases, paths, faults)
    if faults.found:
        raise SeedErrors(faults.found)
    return Phrasebook(phrases)


def _wordings(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Wording = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _PhrasesSeed(
    RootModel[dict[str, Annotated[tuple[Wording, ...], BeforeValidator(_wordings)]]]
):
    """A file of the phrasebook: a key, and a wording or a list of wordings."""


def _compare(
    phrases: Mapping[Tongue, Mapping[str, Variants]],
    paths: Mapping[Tongue, Path],
    faults: Faults,
) -> None:
    for tongue in TONGUES:
        for other in TONGUES:
            for key in phrases[other].keys() - phrases[tongue].keys():
                faults.add(paths[tongue], key, f"is missing; {other} has it")
    for key in sorted(phrases["zh"].keys() & phrases["en"].keys()):
        wanted = _slots(phrases["zh"][key][:1], key, paths["zh"], faults)
        for tongue in TONGUES:
            for wording in phrases[tongue][key]:
                if _slots((wording,), key, paths[tongue], faults) != wanted:
                    faults.add(paths[tongue], key, f"needs exactly the slots {sorted(wanted)}")


def _slots(wordings: Variants, key: str, path: Path, faults: Faults) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for wording in wordings:
        try:
            found |= slots_of(wording)
        except ValueError:
            faults.add(path, key, "has a brace without its partner")
            continue
        if any(name == "" for _text, name, _spec, _how in Formatter().parse(wording)):
            faults.add(path, key, "has a slot without a name")
    return found
