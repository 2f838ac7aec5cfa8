"""The agenda in Redis: turns and sends. The verbs are the Lua files of the same names."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import orjson

from handoff.agenda import (
    SEND_LEASE_MS,
    TURN_LEASE_MS,
    CommitResult,
    Committed,
    Mail,
    Outcome,
    Sending,
    SendResult,
    Settlement,
    Taken,
    TakenSends,
    Turn,
)
from handoff.case import NewCase
from handoff.conversation import ConversationId, Holder
from handoff.errors import StoreDown, StoreUncertain
from handoff.ports import Accepted
from handoff.store.keys import Keys
from handoff.store.link import Unreplicated
from handoff.store.records import (
    KIND,
    decode_mail,
    encode_about,
    encode_limits,
    encode_message,
    encode_word,
    word_row,
)
from handoff.store.scripts import Scripts, token_seeds
from handoff.words import Limits, Word

HANDED_BACK_MS = 500
AGAIN_SECONDS = 0.25


def _turn(row: list[Any]) -> Turn:
    conversation, token, epoch, holder, state, mail, case_id, agent, takes, failures = row
    return Turn(
        conversation=ConversationId(conversation.decode()),
        token=token.decode(),
        epoch=int(epoch),
        holder=Holder(holder.decode()),
        state=state,
        mail=tuple(map(decode_mail, mail)),
        case_id=case_id.decode(),
        agent=agent.decode(),
        takes=takes,
        failures=failures,
    )


def _word_arguments(words: Sequence[Word]) -> list[bytes]:
    return [part for word in words for part in (encode_word(word), word_row(word))]


def _case_head(case: NewCase) -> dict[str, Any]:
    return {"id": case.id, "head_start": case.head_start_ms}


def _head(turn: Turn, outcome: Outcome, seed: str) -> dict[str, Any]:
    """What `commit` is told beside the texts; only what there is, for each value costs time."""
    head: dict[str, Any] = {"mail": len(turn.mail), "rows": len(outcome.rows), "lane": seed}
    if outcome.state != turn.state:
        head["state"] = True
    if outcome.may_restart:
        head["restart"] = TURN_LEASE_MS
    if outcome.timers:
        head["timers"] = dict(outcome.timers)
    if outcome.chores:
        head["chores"] = [orjson.dumps([c.op, c.job, *c.args]).decode() for c in outcome.chores]
    if outcome.open_case:
        head["case"] = _case_head(outcome.open_case)
    if outcome.patch_rank is not None:
        why, priority = outcome.patch_reason, outcome.patch_priority
        head["patch"] = {"rank": outcome.patch_rank, "why": why, "priority": priority}
    if outcome.dead_letter:
        head["dead"] = outcome.dead_letter
    return head


class RedisTurns:
    """`handoff.ports.Turns` over Lua."""

    def __init__(self, scripts: Scripts, keys: Keys) -> None:
        self._run = scripts.run
        self._keys = keys
        self._turns = keys.of("agenda:turns")
        self._clock = keys.of("agenda:clock")
        self._seeds = token_seeds()
        self._begins = RedisSends(scripts, keys)

    async def accept(
        self, account: str, mail: Sequence[Mail], *, owner: str, room: int
    ) -> Accepted:
        arguments: list[str | bytes | int] = [
            account,
            owner,
            room,
            TURN_LEASE_MS,
            next(self._seeds),
        ]
        for m in mail:
            arguments += (
                m.update_id,
                m.conversation,
                m.kind,
                m.message_id,
                m.pause_ms,
                m.cap_ms,
                m.raw,
            )
        turns, new, pending = await self._run("accept", [self._turns], *arguments)
        return Accepted(tuple(map(_turn, turns)), new, bool(pending))

    async def post(self, mail: Mail, *, op: str) -> bool:
        (posted,) = await self._run(
            "post", [self._keys.of(f"op:{op}")], mail.conversation, mail.kind, mail.raw
        )
        return bool(posted)

    async def take(self, owner: str, most: int) -> Taken:
        turns, due = await self._run(
            "take", [self._turns, self._clock], owner, most, TURN_LEASE_MS, next(self._seeds)
        )
        return Taken(tuple(map(_turn, turns)), due)

    async def renew(self, turn: Turn) -> bool:
        control = self._keys.control(turn.conversation)
        (held,) = await self._run(
            "renew", [self._turns, control], turn.conversation, turn.token, TURN_LEASE_MS
        )
        return bool(held)

    async def interim(self, turn: Turn, words: Sequence[Word]) -> bool:
        (queued,) = await self._run(
            "interim", [], turn.conversation, turn.token, turn.epoch, *_word_arguments(words)
        )
        return bool(queued)

    async def commit(
        self, turn: Turn, outcome: Outcome, *, owner: str, limits: Limits
    ) -> Committed:
        head = _head(turn, outcome, next(self._seeds))
        if owner and outcome.words:
            lease = {"owner": owner, "lease": SEND_LEASE_MS, "limits": encode_limits(limits)}
            head["send"] = lease
        packet = outcome.open_case.packet if outcome.open_case else outcome.patch_packet
        names = ("agenda:turns", "agenda:clock", "queue", "chores")
        call = partial(
            self._run,
            "commit",
            [*map(self._keys.of, names)],
            turn.conversation,
            turn.token,
            turn.epoch,
            orjson.dumps(head),
            outcome.state,
            packet,
            encode_about(outcome.open_case) if outcome.open_case else b"",
            *map(encode_message, outcome.rows),
            *_word_arguments(outcome.words),
        )
        c = turn.conversation
        committing = _heard(call) if "send" in head else call()
        reply = await self._begins.known(committing, lambda told: [_begun(c, told)])
        result = CommitResult(reply[0].decode())
        if result is CommitResult.MORE:
            return Committed(result, mail=tuple(map(decode_mail, reply[1])))
        return Committed(result, sending=_begun(c, reply))

    async def fail(self, turn: Turn, *, retry_ms: int, counts: bool = True) -> int:
        keys = [self._turns, self._keys.control(turn.conversation)]
        (failures,) = await self._run(
            "fail", keys, turn.conversation, turn.token, retry_ms, int(counts)
        )
        return int(failures)

    async def release(self, owner: str) -> int:
        (count,) = await self._run("release", [self._turns], "k", "o", owner, TURN_LEASE_MS)
        return int(count)


async def _heard(commit: Callable[[], Awaitable[Any]]) -> Any:
    """The reply of a commit that may begin a word, asked for again while the store is away: stored
    and not heard of, it would keep the word waiting for as long as its lease.
    """
    clock = asyncio.get_running_loop().time
    until = clock() + SEND_LEASE_MS / 1000
    while True:
        try:
            return await commit()
        except StoreUncertain:
            raise
        except StoreDown:
            if clock() >= until:
                raise
        await asyncio.sleep(AGAIN_SECONDS)


def _begun(conversation: ConversationId, committed: list[Any]) -> Sending | None:
    return _sending(conversation, committed[1:]) if committed[0] == b"stored" else None


def _sending(conversation: ConversationId, row: list[Any]) -> Sending | None:
    if not row:
        return None
    number, kind, body, attempt, token = row
    return Sending(conversation, token.decode(), int(number), KIND[kind.decode()], body, attempt)


def _taken(rows: Sequence[list[Any]]) -> tuple[Sending, ...]:
    return tuple(
        Sending(
            ConversationId(c.decode()),
            token.decode(),
            int(number),
            KIND[kind.decode()],
            body,
            attempt,
        )
        for c, token, number, kind, body, attempt in rows
    )


class RedisSends:
    """`handoff.ports.Sends` over Lua."""

    def __init__(self, scripts: Scripts, keys: Keys) -> None:
        self._run = scripts.run
        self._keys = keys
        self._sends = keys.of("agenda:sends")
        self._seeds = token_seeds()
        self._unheard = ""
        """The seed of a take whose reply never came; asked again, it gives the same words."""

    async def take(self, owner: str, most: int, limits: Limits) -> TakenSends:
        budgets = orjson.dumps(encode_limits(limits))
        self._unheard = seed = self._unheard or next(self._seeds)
        taking = self._run("take_sends", [self._sends], owner, most, SEND_LEASE_MS, seed, budgets)
        rows, due = await self.known(taking, lambda reply: _taken(reply[0]))
        self._unheard = ""
        return TakenSends(_taken(rows), due)

    async def known(
        self, reply: Awaitable[Any], begun: Callable[[Any], Sequence[Sending | None]]
    ) -> Any:
        """A reply that begins words. What no replica knows of is not said, and was no attempt."""
        try:
            return await reply
        except Unreplicated as uncertain:
            later = Settlement(SendResult.LATER, park_ms=HANDED_BACK_MS)
            back = (self.settle(one, later, Limits()) for one in begun(uncertain.reply) if one)
            await asyncio.gather(*back, return_exceptions=True)
            raise

    async def hold(self, sending: Sending) -> bool:
        c = sending.conversation
        keys = [self._sends, self._keys.control(c)]
        (held,) = await self._run("hold", keys, c, sending.token, SEND_LEASE_MS)
        return bool(held)

    async def settle(self, sending: Sending, what: Settlement, limits: Limits) -> Sending | None:
        c = sending.conversation
        settling = self._run(
            "settle",
            [self._sends, self._keys.ledger(c)],
            c,
            sending.token,
            sending.number,
            what.result,
            what.message_id or what.reason,
            what.park_ms,
            int(what.unreachable),
            next(self._seeds),
            SEND_LEASE_MS,
            orjson.dumps(encode_limits(limits)),
        )
        return _sending(c, await self.known(settling, lambda row: [_sending(c, row)]))

    async def release(self, owner: str) -> int:
        (count,) = await self._run("release", [self._sends], "K", "O", owner, SEND_LEASE_MS)
        return int(count)
