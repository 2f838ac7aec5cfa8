"""Intake over a real memory store, and a loop that only notes what it was given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import orjson

from bot.telegram.api import BotApi
from bot.telegram.ephemeral import Ephemeral
from bot.telegram.intake import Account, Doorway, Intake
from handoff.agenda import Mail, Turn
from handoff.errors import StoreDown
from handoff.ports import Accepted, Store, Turns
from tests.bot.telegram.scripted import Tally


class UncertainTurns:
    """A store that is away at first, or chokes on one update."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self.refusals = 0
        self.poison = -1

    async def accept(
        self, account: str, mail: Sequence[Mail], *, owner: str, room: int
    ) -> Accepted:
        if self.refusals:
            self.refusals -= 1
            raise StoreDown
        if any(one.update_id == self.poison for one in mail):
            raise OverflowError
        return await self._turns.accept(account, mail, owner=owner, room=room)


@dataclass
class Hall:
    """An intake with everything around it."""

    api: BotApi
    store: Store
    owner: str = "bot-1"
    room: int = 8
    tally: Tally = field(default_factory=Tally)
    turns: list[Turn] = field(default_factory=list)
    pending: int = 0
    foreseen: list[tuple[int, int]] = field(default_factory=list)
    """Mail looked at ahead, and how many turns had come until then."""

    def __post_init__(self) -> None:
        self.uncertain = UncertainTurns(self.store.turns)
        self.ephemeral = Ephemeral(self.api)
        self.intake = Intake(
            replace(self.store, turns=self.uncertain),  # type: ignore[arg-type]
            Doorway(self.turns.extend, lambda: self.room, self._pending, self._foresee),
            account=Account(4242, self.owner),
            ephemeral=self.ephemeral,
            figures=self.tally,
        )

    def _pending(self) -> None:
        self.pending += 1

    def _foresee(self, mail: Sequence[Mail]) -> None:
        self.foreseen += [(one.update_id, len(self.turns)) for one in mail]

    @property
    def heard(self) -> list[int]:
        """The update ids of all mail in the turns given to the loop."""
        return [orjson.loads(mail.raw)["update_id"] for turn in self.turns for mail in turn.mail]


def text(update_id: int, chat: int = 10001, words: str = "Where is it?") -> dict[str, object]:
    person = {"id": chat, "is_bot": False, "first_name": "Lin"}
    return {
        "update_id": update_id,
        "message": {
            "message_id": update_id,
            "date": 1_795_000_000,
            "chat": {"id": chat, "type": "private", "first_name": "Lin"},
            "from": person,
            "text": words,
        },
    }


def press(update_id: int, rows: object = None) -> dict[str, object]:
    message = text(update_id)["message"]
    if rows:
        message = {**message, "reply_markup": {"inline_keyboard": rows}}  # type: ignore[dict-item]
    query = {"id": f"press-{update_id}", "message": message, "data": "x", "chat_instance": "1"}
    return {"update_id": update_id, "callback_query": query}
