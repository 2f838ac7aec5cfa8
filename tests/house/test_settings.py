"""`.env.example` lists each setting with its default, each is read, nothing else is there."""

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from handoff.settings import Settings

ROOT = Path(__file__).parents[2]
PACKAGES = ("handoff", "bot", "workers")
LINE = re.compile(r"^#(?P<name>[A-Z0-9_]+)=(?P<default>\S*) +# (?P<description>\S.*)$")


@dataclass(frozen=True, slots=True)
class Setting:
    name: str
    default: str
    description: str


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def classes() -> set[type[Settings]]:
    for path in sources():
        if path.name == "settings.py":
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return set(Settings.__subclasses__())


def shown(field: FieldInfo) -> str:
    assert not field.is_required(), "a setting without a default stops a fresh clone"
    value = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    return "" if value is None else str(value)


def declared() -> set[Setting]:
    return {
        Setting(
            name=(cls.model_config.get("env_prefix", "") + name).upper(),
            default=shown(field),
            description=field.description or "",
        )
        for cls in classes()
        for name, field in cls.model_fields.items()
    }


def listed() -> list[Setting]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return [Setting(**match.groupdict()) for line in lines if (match := LINE.match(line))]


def names_read(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            yield node.attr


def test_env_example_lists_exactly_the_settings_with_their_defaults() -> None:
    expected = {(s.name, s.default) for s in declared()}

    assert {(s.name, s.default) for s in listed()} == expected


def test_env_example_lists_each_setting_once_and_says_what_it_does() -> None:
    names = [s.name for s in listed()]

    assert sorted(names) == sorted(set(names))
    assert [s.name for s in declared() if not s.description] == []


def test_no_setting_lies_unread() -> None:
    read = {name for path in sources() for name in names_read(path)}

    fields = {name for cls in classes() for name in cls.model_fields}

    assert sorted(fields - read) == []


def test_settings_live_in_settings_modules_only() -> None:
    elsewhere = [
        str(path.relative_to(ROOT))
        for path in sources()
        if path.name != "settings.py" and "BaseSettings" in path.read_text()
    ]

    assert elsewhere == []
