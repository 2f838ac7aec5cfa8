"""The desk's own words, in English and Chinese, and how an agent is introduced to a customer.

They are read from `seeds/desk.yaml` when the desk starts; every mistake is told at once. What the
shop's states and carriers are called comes from the tables the bot answers from. With them goes
the guard that advises agents.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from handoff.desk.shopwords import read_shop_words
from handoff.errors import SeedError, SeedErrors
from handoff.knowledge import Both
from handoff.service import Introduction
from handoff.speech.guard import Guard
from handoff.speech.guard_seed import load_guard
from handoff.text import Language


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Phrase(_Closed):
    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)


class _IntroductionSeed(_Closed):
    titled: str = Field(pattern=r"\{name\}")
    plain: str = Field(pattern=r"\{name\}")


class _DeskSeed(_Closed):
    introductions: dict[Language, _IntroductionSeed]
    texts: dict[str, _Phrase]


class Texts:
    """The words of the desk by key and language."""

    def __init__(self, seed: _DeskSeed, shop_words: Mapping[str, Both], guard: Guard) -> None:
        self.guard = guard
        self._phrases = dict(shop_words) | {
            key: Both(zh=phrase.zh, en=phrase.en) for key, phrase in seed.texts.items()
        }
        self.introductions: Mapping[Language, Introduction] = {
            language: Introduction(line.titled, line.plain)
            for language, line in seed.introductions.items()
        }

    def say(self, key: str, language: str, **values: object) -> str:
        """The phrase `key` with its `{slots}` filled; raises KeyError for an unknown key."""
        text = self._phrases[key].text(language)
        for slot, value in values.items():
            text = text.replace("{" + slot + "}", str(value))
        return text

    def name_of(self, group: str, code: str, language: str, **values: object) -> str:
        """What a code such as an escalation's reason is called; the readable code if it is new."""
        key = f"{group}.{code}"
        return self.say(key, language, **values) if key in self._phrases else code.replace("_", " ")


_guard = cache(load_guard)


def load_texts(seeds_dir: Path) -> Texts:
    """Read `desk.yaml` and the tables of states and carriers; raises SeedErrors with every mistake
    and its place.
    """
    path = seeds_dir / "desk.yaml"
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SeedErrors([SeedError(str(path), "file", "is missing")]) from None
    except yaml.YAMLError as error:
        raise SeedErrors([SeedError(str(path), "file", f"is not YAML: {error}")]) from error
    try:
        return Texts(_DeskSeed.model_validate(raw), read_shop_words(seeds_dir), _guard(seeds_dir))
    except ValidationError as error:
        raise SeedErrors(
            SeedError(str(path), ".".join(map(str, problem["loc"])) or "file", problem["msg"])
            for problem in error.errors()
        ) from error


def language_wanted(accept_language: str) -> str:
    """`zh` or `en`, by the first of the two a browser asks for."""
    for part in accept_language.lower().split(","):
        tag = part.split(";")[0].strip()
        if tag.startswith("zh"):
            return "zh"
        if tag.startswith("en"):
            return "en"
    return "en"
