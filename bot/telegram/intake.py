"""Intake: write updates down, once, before Telegram may forget them; then tell the loop what is
due.

Used by the long poll and by the webhook alike. Nothing here parses a message or answers a
customer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from bot.telegram.decoding import Update
from bot.telegram.ephemeral import Ephemeral
from bot.telegram.errors import UnreadableUpdate
from bot.telegram.figures import Figures
from bot.telegram.flood import Flood
from bot.telegram.mail import mail_of, press_of, used_of
from handoff.agenda import Mail, MailKind, Turn
from handoff.errors import StoreDown
from handoff.ports import Accepted, Store

FORESEEN_MOST = 4
"""More mail than this keeps the process busy anyway."""
_PASSES = 4
"""So many passes of the loop later a call to the store has left."""
UNREADABLE_ALERT = "updates_unreadable"

log = structlog.get_logger()


async def calls_left() -> None:
    """Waits until the calls to the store that were just begun have left."""
    for _ in range(_PASSES):
        await asyncio.sleep(0)


@dataclass(frozen=True, slots=True)
class Doorway:
    """How intake hands over to the loop: `dispatch` leased turns, ask for `room`, say that more
    lanes are `pending`; `foresee` mail while it is being written down.
    """

    dispatch: Callable[[Sequence[Turn]], None]
    room: Callable[[], int]
    pending: Callable[[], None]
    foresee: Callable[[Sequence[Mail]], None] = lambda _mail: None


@dataclass(frozen=True, slots=True)
class Account:
    """Which bot we are, and which process of it."""

    bot_id: int
    owner: str

    @property
    def name(self) -> str:
        """Under which updates are written down once."""
        return f"tg-{self.bot_id}"


class Intake:
    """Writes updates down and hands over what is due."""

    def __init__(
        self,
        store: Store,
        doorway: Doorway,
        *,
        account: Account,
        ephemeral: Ephemeral,
        figures: Figures,
    ) -> None:
        self.account = account
        self._store = store
        self._doorway = doorway
        self._ephemeral = ephemeral
        self._figures = figures
        self._flood = Flood(figures)

    async def receive(self, updates: Sequence[Update]) -> None:
        """Write `updates` down; when this returns they may be confirmed. Raises StoreDown when
        they may not.
        """
        mail, unreadable = self._sorted(updates)
        if mail:
            await self._accept(mail)
        for update, reason in unreadable:
            await self._bury(update, reason)
        self._courtesies(updates, mail)

    async def close(self) -> None:
        """Leave out the courtesies that are still under way."""
        await self._ephemeral.close()

    def _sorted(self, updates: Sequence[Update]) -> tuple[list[Mail], list[tuple[Update, str]]]:
        mail: list[Mail] = []
        unreadable: list[tuple[Update, str]] = []
        for update in updates:
            try:
                routed = mail_of(update, self.account.bot_id)
            except UnreadableUpdate as error:
                unreadable.append((update, error.reason))
                continue
            except Exception as error:  # one update must never hold up those behind it
                unreadable.append((update, type(error).__name__))
                continue
            if routed is None:
                self._figures.count("updates_ignored")
            else:
                mail.append(self._flood.slowed(routed))
        return mail, unreadable

    async def _accept(self, mail: Sequence[Mail]) -> None:
        try:
            accepted = await self._written_ahead(mail)
        except StoreDown:
            raise
        except Exception as error:  # something in one of them, so each alone
            log.error("updates.refused", updates=len(mail), error=type(error).__name__)
            for one in mail:
                await self._accept_alone(one)
        else:
            self._hand_over(accepted, len(mail))

    async def _accept_alone(self, mail: Mail) -> None:
        try:
            accepted = await self._written([mail])
        except StoreDown:
            raise
        except Exception as error:
            await self._bury(Update(mail.update_id, None, mail.raw), type(error).__name__)
        else:
            self._hand_over(accepted, 1)

    async def _written_ahead(self, mail: Sequence[Mail]) -> Accepted:
        """Write mail down, and where little came look ahead while the store is at it."""
        if len(mail) > FORESEEN_MOST:
            return await self._written(mail)
        writing = asyncio.ensure_future(self._written(mail))
        try:
            await calls_left()
            self._doorway.foresee(mail)
            return await writing
        finally:
            writing.cancel()

    async def _written(self, mail: Sequence[Mail]) -> Accepted:
        return await self._store.turns.accept(
            self.account.name, mail, owner=self.account.owner, room=max(0, self._doorway.room())
        )

    def _hand_over(self, accepted: Accepted, updates: int) -> None:
        if accepted.turns:
            self._doorway.dispatch(accepted.turns)
        if accepted.pending:
            self._doorway.pending()
        self._figures.count("updates_accepted", accepted.new)
        if accepted.new < updates:
            self._figures.count("updates_repeated", updates - accepted.new)

    async def _bury(self, update: Update, reason: str) -> None:
        self._figures.count("updates_unreadable")
        log.warning("update.unreadable", update=update.update_id, reason=reason)
        await self._store.house.bury("update", reason, update.raw)
        await self._store.house.alert(
            UNREADABLE_ALERT, f"update {update.update_id}: {reason}; it lies with the dead letters"
        )

    def _courtesies(self, updates: Sequence[Update], mail: Sequence[Mail]) -> None:
        for update in updates:
            if press := press_of(update):
                self._ephemeral.answer_press(press)
        for one in mail:
            if one.pause_ms:
                self._ephemeral.typing(one.conversation)
            elif one.kind is MailKind.BUTTON:
                self._retire(one, updates)

    def _retire(self, mail: Mail, updates: Sequence[Update]) -> None:
        for update in updates:
            if update.update_id == mail.update_id and (press := used_of(update, mail)):
                self._ephemeral.retire(press)
