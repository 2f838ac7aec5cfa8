"""Read seed files and remember on which line everything stood, so that a mistake can be named with
its place.

It knows YAML, CSV and pydantic; it does not know what the seeds are about.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from handoff.errors import SeedError

Model = TypeVar("Model", bound=BaseModel)
Place = tuple[str | int, ...]


class BothWords(BaseModel):
    """Words of both languages, as seeds name them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: tuple[str, ...] = Field(min_length=1)
    en: tuple[str, ...] = Field(min_length=1)

    @property
    def words(self) -> tuple[str, ...]:
        """All of them, Chinese first."""
        return (*self.zh, *self.en)


@dataclass(slots=True)
class Faults:
    """The mistakes found so far. Paths are told relative to the seeds."""

    root: Path
    found: list[SeedError] = field(default_factory=list)

    def add(self, path: Path, place: str, problem: str) -> None:
        """Notes one mistake."""
        self.found.append(SeedError(str(path.relative_to(self.root)), place, problem))

    def add_all(self, path: Path, error: ValidationError, lines: Mapping[Place, int]) -> None:
        """Notes every mistake pydantic found, each with its line and field."""
        for fault in error.errors(include_url=False, include_context=False):
            place = fault["loc"]
            self.add(path, _place(place, lines), fault["msg"].removeprefix("Value error, "))


def _place(place: Place, lines: Mapping[Place, int]) -> str:
    """Names the field and the line of it, or of the nearest thing around it that has one."""
    sizes = range(len(place), -1, -1)
    line = next((lines[place[:size]] for size in sizes if place[:size] in lines), 1)
    name = ".".join(str(part + 1) if isinstance(part, int) else part for part in place)
    return f"line {line}, {name}" if name else f"line {line}"


class _Walk:
    """Turns YAML nodes into plain values, refusing what would be silently lost or endless."""

    def __init__(self) -> None:
        self.lines: dict[Place, int] = {}
        self.problems: list[tuple[int, str]] = []
        self._seen: set[int] = set()
        self._scalars = yaml.constructor.SafeConstructor()

    def value(self, node: yaml.Node, place: Place) -> Any:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if not isinstance(node, yaml.ScalarNode):
            if id(node) in self._seen:
                self.problems.append((node.start_mark.line + 1, "aliases are not used in seeds"))
                return None
            self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, at)) for at, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            line = key_node.start_mark.line + 1
            if key in values:
                self.problems.append((line, f"{key} stands here twice"))
            self.lines[(*place, key)] = line
            values[key] = self.value(value_node, (*place, key))
        return values

    def _scalar(self, node: yaml.Node) -> Any:
        try:
            return self._scalars.construct_object(node)
        except (ValueError, yaml.YAMLError):
            self.problems.append((node.start_mark.line + 1, "this value cannot be read"))
            return None


def _read_text(path: Path, faults: Faults) -> str | None:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        faults.add(path, "file", "is missing")
    except (OSError, UnicodeDecodeError) as error:
        faults.add(path, "file", f"cannot be read as UTF-8 text ({type(error).__name__})")
    return None


def read_yaml(path: Path, model: type[Model], faults: Faults) -> Model | None:
    """Returns the file as a `model`, or None with its mistakes noted."""
    text = _read_text(path, faults)
    if text is None:
        return None
    before = len(faults.found)
    walk = _Walk()
    try:
        node = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        faults.add(path, f"line {mark.line + 1 if mark else 1}", f"not YAML: {error.problem}")
        return None
    except yaml.YAMLError:
        faults.add(path, "line 1", "not YAML: a character that YAML does not allow")
        return None
    value = walk.value(node, ()) if node is not None else None
    for line, problem in walk.problems:
        faults.add(path, f"line {line}", problem)
    made = _validated(path, model, value, walk.lines, faults)
    return made if len(faults.found) == before else None


def _validated(
    path: Path, model: type[Model], value: Any, lines: Mapping[Place, int], faults: Faults
) -> Model | None:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        faults.add_all(path, error, lines)
    return None


def read_rows(path: Path, model: type[Model], faults: Faults) -> Iterator[tuple[int, Model]]:
    """Yields the rows of a CSV with their lines as `model`; what does not fit is noted and left
    out.
    """
    text = _read_text(path, faults)
    if text is None:
        return
    reader = csv.DictReader(text.splitlines(keepends=True), strict=True)
    try:
        columns = reader.fieldnames or ()
        if not _columns_fit(path, columns, model, faults):
            return
        for row in reader:
            made = _row(path, model, row, reader.line_num, faults)
            if made is not None:
                yield reader.line_num, made
    except csv.Error as error:
        faults.add(path, f"line {reader.line_num}", f"not CSV: {error}")


def _columns_fit(
    path: Path, columns: Sequence[str], model: type[BaseModel], faults: Faults
) -> bool:
    missing = [name for name in model.model_fields if name not in columns]
    unknown = [name for name in columns if name not in model.model_fields]
    for name in missing:
        faults.add(path, "line 1", f"column {name} is missing")
    for name in unknown:
        faults.add(path, "line 1", f"column {name} is not known")
    return not missing and not unknown


def _row(
    path: Path, model: type[Model], row: dict[str | None, Any], line: int, faults: Faults
) -> Model | None:
    if None in row or None in row.values():
        faults.add(path, f"line {line}", "has more or fewer cells than the header")
        return None
    return _validated(path, model, row, {(): line}, faults)
