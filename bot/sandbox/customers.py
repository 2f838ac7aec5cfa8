"""Who may write to the bot: the demo customers of the seeds, and as many more as a test needs.

It reads and checks `customers.yaml`; every mistake in the file is reported at once, with its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot.sandbox.errors import Json
from handoff.errors import HandoffError

LANGUAGES = ("zh", "en")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_PHONE = re.compile(r"\+[1-9][0-9]{7,14}")


class CustomersError(HandoffError):
    """The customers file is wrong; `problems` names every place."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        super().__init__("\n".join(f"{path}: {problem}" for problem in problems))
        self.path = path
        self.problems = problems


@dataclass(slots=True)
class Customer:
    """Somebody with a phone. `user` and `chat` are the two objects Telegram shows of them."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = "en"
    phone: str = ""
    colour: str = "#5b7f95"
    about: dict[str, str] = field(default_factory=dict)
    tries: dict[str, list[str]] = field(default_factory=dict)
    demo: bool = False
    user: Json = field(init=False, repr=False)
    chat: Json = field(init=False, repr=False)

    def __post_init__(self) -> None:
        names = {"first_name": self.first_name}
        if self.last_name:
            names["last_name"] = self.last_name
        if self.username:
            names["username"] = self.username
        self.user = {"id": self.id, "is_bot": False, **names, "language_code": self.language_code}
        self.chat = {"id": self.id, **names, "type": "private"}

    @property
    def family_name_first(self) -> bool:
        """Whether the family name comes first, as Chinese writes it."""
        return bool(re.match(r"[\u4e00-\u9fff]", self.last_name))

    @property
    def name(self) -> str:
        """The name as people read it."""
        if self.family_name_first:
            return f"{self.last_name}{self.first_name}"
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def initials(self) -> str:
        """What stands in the avatar."""
        if self.family_name_first:
            return self.last_name
        return (self.first_name[:1] + self.last_name[:1]).upper()

    def record(self) -> Json:
        """What the journal keeps."""
        return {
            "id": self.id,
            "first_name": self.first_name,
            "last_name": self.last_name,
            "username": self.username,
            "language_code": self.language_code,
            "phone": self.phone,
            "colour": self.colour,
            "about": self.about,
            "tries": self.tries,
        }

    def card(self) -> Json:
        """What the phone page shows."""
        return {**self.record(), "name": self.name, "initials": self.initials, "demo": self.demo}


def read_customers(path: Path) -> list[Customer]:
    """The demo customers in file order; raise CustomersError naming every mistake."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CustomersError(path, ["the file is missing"]) from None
    except yaml.YAMLError as error:
        raise CustomersError(path, [f"not readable as YAML: {error}"]) from error
    rows = content.get("customers") if isinstance(content, dict) else None
    if not isinstance(rows, list) or not rows:
        raise CustomersError(path, ["'customers' must be a list with at least one customer"])
    problems = [problem for place, row in enumerate(rows, 1) for problem in _problems(place, row)]
    problems += _repeated(rows)
    if problems:
        raise CustomersError(path, problems)
    return [Customer(**row, demo=True) for row in rows]


def _problems(place: int, row: Any) -> Iterator[str]:
    if not isinstance(row, dict):
        yield f"customer {place}: must be a mapping"
        return
    where = f"customer {place} ({row.get('id', '?')})"
    known = {"id", "first_name", "last_name", "username", "language_code", "phone", "colour"}
    for unknown in sorted(row.keys() - known - {"about", "tries"}):
        yield f"{where}: unknown field '{unknown}'"
    if not isinstance(row.get("id"), int) or row["id"] <= 0:
        yield f"{where}: id must be a positive number"
    if not row.get("first_name"):
        yield f"{where}: first_name is missing"
    if not _COLOUR.fullmatch(str(row.get("colour", ""))):
        yield f"{where}: colour must look like #3f8fd2"
    if not _PHONE.fullmatch(str(row.get("phone", ""))):
        yield f'{where}: phone must be E.164, in quotes, like "+12025550102"'
    yield from _language_problems(where, row)


def _language_problems(where: str, row: Json) -> Iterator[str]:
    about, tries = row.get("about"), row.get("tries")
    if not isinstance(about, dict) or set(about) != set(LANGUAGES):
        yield f"{where}: about needs one line in each of zh and en"
    if not isinstance(tries, dict) or set(tries) != set(LANGUAGES):
        yield f"{where}: tries needs a list in each of zh and en"
    elif not all(isinstance(chip, str) and chip for chips in tries.values() for chip in chips):
        yield f"{where}: every chip of tries must be a text"


def _repeated(rows: list[Any]) -> list[str]:
    ids: list[Any] = [row["id"] for row in rows if isinstance(row, dict) and "id" in row]
    twice = sorted({value for value in ids if ids.count(value) > 1}, key=str)
    return [f"id {value} is used twice" for value in twice]
