"""Short words for what happens in a shop, so that a contract reads like a story."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from msgspec.structs import replace

from handoff.agenda import (
    Committed,
    Mail,
    MailKind,
    Outcome,
    Sending,
    SendResult,
    Settlement,
    Turn,
)
from handoff.agents import AgentId
from handoff.case import Case, CaseId, Claim, NewCase, Resolution
from handoff.conversation import Author, ConversationId, Delivery, DeliveryState
from handoff.packet import Packet, encode_packet
from handoff.ports import Accepted, Store
from handoff.words import ANSWER_LIFE_MS, NOTICE_LIFE_MS, Body, Limits, Word, WordKind
from tests.clock import FakeClock

ANNA = ConversationId("tg-1-100")
BEN = ConversationId("tg-1-200")
GROUP = ConversationId("tg-1--300")
MEI, TOM = AgentId("mei"), AgentId("tom")
K1, K2 = CaseId("KAAAAAA2"), CaseId("KBBBBBB2")
WIDE = Limits(total_per_second=1000, chat_per_second=1000, chat_burst=1000, group_per_minute=1000)
TRUE = Limits()
SENT = Settlement(SendResult.SENT, message_id=77)
UNKNOWN = Settlement(SendResult.UNKNOWN, park_ms=2_000)
BLOCKED = Settlement(SendResult.FAILED, reason="403", unreachable=True)


def later(park_ms: int) -> Settlement:
    return Settlement(SendResult.LATER, park_ms=park_ms)


def answer(text: str = "It is on its way.") -> Word:
    return Word(WordKind.ANSWER, Author.BOT, Body(text), life_ms=ANSWER_LIFE_MS)


def notice(text: str = "A colleague takes over.") -> Word:
    return Word(WordKind.NOTICE, Author.BOT, Body(text), life_ms=NOTICE_LIFE_MS)


def spoken(text: str = "Hello, this is Mei.") -> Word:
    return Word(WordKind.PERSON, Author.AGENT, Body(text))


def new_case(case_id: CaseId = K1, *, head_start_ms: int = 0, priority: str = "normal") -> NewCase:
    packet = encode_packet(Packet(wants="a refund"))
    return NewCase(
        case_id, "emotion", priority, "general", "upset", head_start_ms, packet, "Anna", "en"
    )


@dataclass
class Story:
    """What customers, turns, deliveries and agents do, one call each."""

    store: Store
    clock: FakeClock
    counter: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def op(self) -> str:
        return f"op-{next(self.counter)}"

    def mail(self, text: str = "Where is my parcel?", chat: ConversationId = ANNA) -> Mail:
        return Mail(next(self.counter), chat, MailKind.MESSAGE, text.encode())

    async def arrives(self, *mail: Mail, room: int = 0) -> Accepted:
        return await self.store.turns.accept("bot", mail, owner="bot-1", room=room)

    async def hears(self, text: str = "Where is my parcel?", chat: ConversationId = ANNA) -> Turn:
        (turn,) = (await self.arrives(self.mail(text, chat), room=1)).turns
        return turn

    async def takes(self, most: int = 10, owner: str = "bot-1") -> tuple[Turn, ...]:
        return (await self.store.turns.take(owner, most)).turns

    async def commits(
        self, turn: Turn, *words: Word, owner: str = "", limits: Limits = WIDE, **more: object
    ) -> Committed:
        outcome = replace(Outcome(b"", words), **more)
        return await self.store.turns.commit(turn, outcome, owner=owner, limits=limits)

    async def answers(
        self, *words: Word, chat: ConversationId = ANNA, limits: Limits = WIDE
    ) -> Sending:
        """The lane was idle: its first word is begun."""
        committed = await self.commits(
            await self.hears(chat=chat), *words, owner="bot-1", limits=limits
        )
        assert committed.sending
        return committed.sending

    async def queues(self, *words: Word, chat: ConversationId = ANNA) -> None:
        """The words wait in their lane; nobody has begun one."""
        await self.commits(await self.hears(chat=chat), *words)

    async def begins(
        self, most: int = 10, limits: Limits = WIDE, owner: str = "bot-1"
    ) -> tuple[Sending, ...]:
        return (await self.store.sends.take(owner, most, limits)).sendings

    async def settles(
        self, sending: Sending, what: Settlement = SENT, limits: Limits = WIDE
    ) -> Sending | None:
        return await self.store.sends.settle(sending, what, limits)

    async def opens(
        self,
        case_id: CaseId = K1,
        chat: ConversationId = ANNA,
        *,
        words: tuple[Word, ...] = (),
        head_start_ms: int = 0,
        priority: str = "normal",
    ) -> Case:
        case = new_case(case_id, head_start_ms=head_start_ms, priority=priority)
        await self.commits(await self.hears(chat=chat), *words, open_case=case)
        return await self.store.cases.case(case_id)

    async def claims(
        self, case_id: CaseId | None = K1, agent: AgentId = MEI, op: str = ""
    ) -> Claim:
        claim = await self.store.cases.claim(case_id, agent, op=op or self.op())
        assert claim
        return claim

    async def says(
        self, *words: Word, case_id: CaseId = K1, agent: AgentId = MEI
    ) -> tuple[int, ...]:
        return await self.store.cases.say(case_id, agent, words, op=self.op())

    async def resolves(
        self, case_id: CaseId = K1, agent: AgentId = MEI, how: Resolution = Resolution.SOLVED
    ) -> Case:
        await self.store.cases.resolve(case_id, agent, how, op=self.op())
        return await self.store.cases.case(case_id)

    async def puts_back(
        self, agent: AgentId | None = MEI, *, case_id: CaseId = K1, op: str = "", note: str = ""
    ) -> Case:
        await self.store.cases.requeue(case_id, agent, op=op or self.op(), note=note)
        return await self.store.cases.case(case_id)

    async def ledger(self, chat: ConversationId = ANNA) -> dict[int, DeliveryState]:
        rows = (await self.store.conversations.conversation(chat)).deliveries
        return {number: row.state for number, row in rows.items()}

    async def delivery(self, number: int, chat: ConversationId = ANNA) -> Delivery:
        return (await self.store.conversations.conversation(chat)).deliveries[number]


def texts(turn: Turn) -> list[str]:
    return [one.raw.decode() for one in turn.mail]
