"""Decide a turn: what is said, remembered, promised and handed over.

Pure: a plan and its facts in, an Outcome out. It holds the seeds, connects nothing, and signs no
buttons.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Self

from bot.dialog import Plan
from bot.facts import Facts
from bot.state import State
from handoff.agenda import Outcome, Turn
from handoff.words import Body


class Answerer:
    """The seeds, and the answers made from them."""

    @classmethod
    def load(cls, seeds_dir: Path) -> Self:
        """Read all seeds an answer needs; raises SeedErrors with every mistake at once."""
        raise NotImplementedError

    def answer(self, plan: Plan, facts: Facts, now: datetime) -> Outcome:
        """Decide the turn."""
        raise NotImplementedError

    def interim_body(self, state: State) -> Body:
        """The one line said when facts take long."""
        raise NotImplementedError

    def apology_outcome(self, turn: Turn, why: str, now: datetime) -> Outcome:
        """Give a turn whose mail cannot be read to a person, without reading it."""
        raise NotImplementedError
