import importlib
from enum import Enum

import msgspec
import pytest

MADE_IN_EVERY_TURN = (
    "handoff.agenda",
    "handoff.conversation",
    "handoff.words",
    "bot.heard",
    "bot.state",
)


@pytest.mark.parametrize("name", MADE_IN_EVERY_TURN)
def test_what_every_turn_makes_is_a_frozen_struct(name: str) -> None:
    module = importlib.import_module(name)
    kinds = [
        kind
        for kind in vars(module).values()
        if isinstance(kind, type) and kind.__module__ == name and not issubclass(kind, Enum)
    ]

    assert kinds
    for kind in kinds:
        assert issubclass(kind, msgspec.Struct), kind
        assert kind.__struct_config__.frozen, kind
