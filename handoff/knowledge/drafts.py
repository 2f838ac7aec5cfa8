"""New articles on their way: a skeleton, what it still lacks, and the step among the articles.

A draft is a file beside the articles that nobody quotes from and no reload reads, so a half-written
one breaks nothing. It becomes an article only when it and all others can be read together.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from handoff.errors import SeedError, SeedErrors
from handoff.knowledge.articles import TONGUES, ArticleButton, Topic
from handoff.knowledge.loader import read_articles
from handoff.knowledge.schema import ArticleSeed
from handoff.knowledge.seedfiles import Faults, read_yaml

DRAFT = ".yaml.draft"
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_HEAD = {
    "intent": "",
    "owner": "service",
    "source": "",
    "verified": "no",
    "expires": "",
    "buttons": "human|menu",
    "products": "",
}
_LISTS = frozenset({"buttons", "products", "steps", "questions"})
_TEXT = ("title", "answer", "next_step", "steps", "example", "call_person_when", "questions")
_OPTIONAL = frozenset({"steps", "example"})
_SCENARIO = ("demand", "plan", "time", "execution", "follow_up")
FIELDS = (
    *_HEAD,
    *(f"{tongue}.{name}" for tongue in TONGUES for name in _TEXT),
    *(f"{tongue}.scenario.{name}" for tongue in TONGUES for name in _SCENARIO),
)
"""What can be given when a draft is begun; several steps, questions … are parted by bars."""
ASKED = (
    "intent",
    "source",
    *(f"{tongue}.{name}" for tongue in TONGUES for name in _TEXT if name not in _OPTIONAL),
)
"""What every article needs, in the order in which somebody writes it."""
HINTS = {
    "intent": ", ".join(Topic),
    "buttons": ", ".join(ArticleButton),
    "answer": "two sentences at most, the answer first",
    "next_step": "what the customer does now",
    "call_person_when": "when this is not enough",
    "questions": "five at least, as customers write them, parted by |",
    "source": "where the facts come from",
}


def draft_path(seeds_dir: Path, name: str) -> Path:
    """Where the draft of an article lies."""
    return seeds_dir / "articles" / f"{name}{DRAFT}"


def article_path(seeds_dir: Path, name: str) -> Path:
    """Where an article lies."""
    return seeds_dir / "articles" / f"{name}.yaml"


def hint_of(field: str) -> str:
    """What to write into a field."""
    return HINTS.get(field.rpartition(".")[2], "")


def begin(seeds_dir: Path, name: str, given: Mapping[str, str]) -> Path:
    """Writes the draft of a new article in both languages; raises SeedErrors for an id or fields
    that cannot be.
    """
    faults = [
        SeedError(name, field, f"is no field; there are {', '.join(FIELDS)}")
        for field in given
        if field not in FIELDS
    ]
    if not _ID.fullmatch(name):
        faults.append(SeedError(name, "id", "is small letters, digits and single hyphens"))
    if faults:
        raise SeedErrors(faults)
    path = draft_path(seeds_dir, name)
    path.write_text(_written(name, given), encoding="utf-8")
    return path


def missing(seeds_dir: Path, name: str) -> list[SeedError]:
    """Returns what a draft lacks before it can be an article."""
    faults = Faults(seeds_dir)
    read_yaml(draft_path(seeds_dir, name), ArticleSeed, faults)
    return faults.found


def publish(seeds_dir: Path, name: str) -> list[SeedError]:
    """Puts a draft among the articles; returns what speaks against it, and leaves it a draft then.

    What speaks against it may lie between articles: a question that another one claims.
    """
    if lacks := missing(seeds_dir, name):
        return lacks
    draft = draft_path(seeds_dir, name)
    with TemporaryDirectory() as folder:  # tried elsewhere: a running bot reads this one
        shutil.copytree(seeds_dir / "articles", Path(folder) / "articles")
        shutil.copy(draft, article_path(Path(folder), name))
        try:
            read_articles(Path(folder))
        except SeedErrors as errors:
            return list(errors.errors)
    draft.rename(article_path(seeds_dir, name))
    return []


def drafts(seeds_dir: Path) -> list[str]:
    """Returns the ids of all drafts."""
    found = (seeds_dir / "articles").glob(f"*{DRAFT}")
    return sorted(path.name.removesuffix(DRAFT) for path in found)


def _written(name: str, given: Mapping[str, str]) -> str:
    lines = [f"id: {name}"]
    for field, usual in _HEAD.items():
        lines.append(_line(field, given.get(field, usual), ""))
        if field == "owner":
            lines.append("version: 1")
    for tongue in TONGUES:
        lines.append(f"{tongue}:")
        lines += [
            _line(field, given.get(f"{tongue}.{field}", ""), "  ")
            for field in _TEXT
            if field != "example" or given.get(f"{tongue}.example")
        ]
        scenario = [given.get(f"{tongue}.scenario.{field}", "") for field in _SCENARIO]
        if any(scenario):
            lines.append("  scenario:")
            pairs = zip(_SCENARIO, scenario, strict=True)
            lines += [_line(field, text, "    ") for field, text in pairs]
    return "\n".join(lines) + "\n"


def _line(field: str, text: str, indent: str) -> str:
    if field == "expires":
        return f"expires: {text or 'null'}"
    if field not in _LISTS:
        return f"{indent}{field}: {_scalar(text)}"
    parts = [part.strip() for part in text.split("|") if part.strip()]
    if field in _HEAD or not parts:
        return f"{indent}{field}: [{', '.join(map(_scalar, parts))}]"
    return "\n".join([f"{indent}{field}:", *(f"{indent}  - {_scalar(part)}" for part in parts)])


def _scalar(text: str) -> str:
    """A text as YAML reads it back, on one line."""
    if not text:
        return '""'
    if _SAFE.fullmatch(text) and yaml.safe_load(text) == text:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


_SAFE = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`\\][^:#\[\]{},\\\"\n]*(?<!\s)")
