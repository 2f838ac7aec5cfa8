"""A conversation on paper: what a customer does, turn by turn, over the pure core and fakes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import re2
from msgspec.structs import replace

from bot.answering import Answerer
from bot.dialog import plan_turn
from bot.facts import Facts, Sources, gather, with_place
from bot.heard import Heard, HeardKind
from bot.shop.demo import DemoShop, load_demo_shop
from bot.state import State
from bot.understanding.agreement import load_agreement
from bot.understanding.asides import Aside, load_asides
from bot.understanding.reader import Reader
from bot.understanding.reading import Entities, Intent, Reading, Utterance
from handoff.agenda import Outcome, Turn
from handoff.conversation import (
    Attachment,
    Author,
    Contact,
    ConversationId,
    Holder,
    Message,
    MessageKind,
)
from handoff.errors import StoreDown
from handoff.text import Language, language_of, normalise

SEEDS = Path(__file__).parents[1] / "seeds"
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
"""A Friday at noon in the shop's zone: people are there."""
NIGHT = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
"""One in the morning there: nobody is."""

_ORDER = re2.compile(r"\b(W\d{7}|\d{12})\b")
_WAYBILL = re2.compile(r"\b((?:SF|YT)\d{13})\b")


AGREEMENT = load_agreement(SEEDS)
ASIDES = load_asides(SEEDS)


@lru_cache(maxsize=1)
def answerer() -> Answerer:
    return Answerer.load(SEEDS)


@lru_cache(maxsize=1)
def trained_reader() -> Reader:
    return Reader.from_seeds(SEEDS)


@dataclass(slots=True)
class ScriptedReader:
    """Reads what the test says a text means; numbers it finds itself."""

    meanings: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def agrees(self, text: str, restated: str = "") -> bool | None:
        return AGREEMENT.hear(text, restated)

    def aside(self, text: str) -> Aside | None:
        return ASIDES.hear(text)

    def means(self, text: str, intent: Intent, **more: Any) -> None:
        self.meanings[text] = {"intent": intent, "intents": (intent,), **more}

    def read(
        self, text: str, *, context: Sequence[Utterance] = (), hint: Language | None = None
    ) -> Reading:
        entities = Entities(
            order_no=tuple(_ORDER.findall(text)), tracking_no=tuple(_WAYBILL.findall(text))
        )
        meaning: dict[str, Any] = {
            "intent": Intent.OUT_OF_SCOPE,
            "intents": (Intent.OUT_OF_SCOPE,),
            "confidence": 0.9,
            "entities": entities,
        }
        meaning |= self.meanings.get(text, {})
        language = language_of(text, hint)
        return Reading(text=text, normal=normalise(text), language=language, **meaning)


@dataclass(slots=True)
class FakeGate:
    by_contact: dict[str, int] = field(default_factory=dict)
    by_order: dict[str, int] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    down: bool = False

    async def failures(self, contact: str, order_no: str) -> tuple[int, int]:
        if self.down:
            raise ConnectionError
        return self.by_contact.get(contact, 0), self.by_order.get(order_no, 0)

    async def failed(self, contact: str, order_no: str, *, op: str) -> tuple[int, int]:
        if op not in self.seen:
            self.seen.add(op)
            self.by_contact[contact] = self.by_contact.get(contact, 0) + 1
            self.by_order[order_no] = self.by_order.get(order_no, 0) + 1
        return await self.failures(contact, order_no)


@dataclass(slots=True)
class FakeQueue:
    """The store's figures: cases before every rank, agents there, claims of the last hour."""

    before: int = 2
    agents: tuple[str, ...] = ("an",)
    claims: tuple[tuple[float, float], ...] = ()
    asked: list[float] = field(default_factory=list)
    down: bool = False

    async def ahead(self, rank: float) -> int:
        if self.down:
            raise StoreDown
        self.asked.append(rank)
        return self.before

    async def claimed_within(self, seconds: int) -> tuple[tuple[float, float], ...]:
        return self.claims

    async def present(self) -> tuple[str, ...]:
        return self.agents


class Chat:
    """One customer and the bot."""

    def __init__(
        self, *, now: datetime = NOON, tongue: str = "", shop: DemoShop | None = None
    ) -> None:
        self.now = now
        self.reader = ScriptedReader()
        self.shop: DemoShop = shop or load_demo_shop(
            SEEDS, lambda: now, answerer().seeds.hours.zone
        )
        self.carriers: Any = self.shop
        self.gate = FakeGate()
        self.queue = FakeQueue()
        self.holder = Holder.BOT
        self.raw = State(tongue=tongue, greeted=True).encode() if tongue else b""
        self.number = 0
        self.contact = Contact(name="林悦", language="zh-hans")
        self.facts = Facts()
        self.may_break = False
        self.said: list[str] = []
        self.deadline_seconds = 3.0

    @property
    def state(self) -> State:
        return State.decode(self.raw)

    def remember(self, **changes: Any) -> None:
        self.raw = replace(self.state, **changes).encode()

    async def says(self, *texts: str, **meaning: Any) -> Outcome:
        for text in texts:
            if meaning:
                self.reader.means(text, **meaning)
        if len(texts) > 1 and meaning:
            self.reader.means("\n".join(texts), **meaning)
        return await self.hears(*(self.message(text) for text in texts))

    def message(self, text: str, kind: MessageKind = MessageKind.TEXT, **more: Any) -> Heard:
        self.number += 1
        files = more.pop("files", ("file-id",))
        attachments = tuple(Attachment(kind, ref) for ref in files)
        attachments = () if kind is MessageKind.TEXT else attachments
        line = Message(
            Author.CONTACT,
            text,
            kind,
            at=self.now,
            message_id=self.number,
            attachments=attachments,
            **more,
        )
        return self.heard(
            HeardKind.EDIT if more.get("revises") else HeardKind.MESSAGE, message=line
        )

    def heard(self, kind: HeardKind, **more: Any) -> Heard:
        self.number += 1
        return Heard(kind, self.now, update_id=self.number, contact=self.contact, **more)

    async def presses(self, action: str) -> Outcome:
        return await self.hears(self.heard_button(action))

    def heard_button(self, action: str) -> Heard:
        return self.heard(HeardKind.BUTTON, action=action)

    async def commands(self, command: str, payload: str = "") -> Outcome:
        heard = self.heard(HeardKind.COMMAND, command=command, payload=payload)
        return await self.hears(heard)

    async def shares(self, phone: str) -> Outcome:
        return await self.hears(self.heard(HeardKind.PHONE, phone=phone))

    async def hears(self, *heard: Heard) -> Outcome:
        turn = self.turn()
        plan = plan_turn(State.decode(self.raw), turn, heard, self.reader, self.now)
        self.facts = await gather(plan.wanted, self.sources(), self.deadline_seconds)
        outcome = answerer().answer(plan, self.facts, self.now)
        if outcome.open_case and self.facts.snapshot is None:
            rank = self.now.timestamp() * 1000 - outcome.open_case.head_start_ms
            self.facts = await with_place(self.facts, rank, self.sources())
            outcome = answerer().answer(plan, self.facts, self.now)
        # Else what must not be said would be missing from the apology, and the test pass.
        assert self.may_break or not outcome.dead_letter, outcome.dead_letter
        self.keep(outcome)
        return outcome

    def keep(self, outcome: Outcome) -> None:
        self.raw = outcome.state
        self.said += [word.body.text for word in outcome.words]
        if outcome.open_case is not None:
            self.holder = Holder.QUEUE

    def turn(self) -> Turn:
        self.number += 1
        return Turn(
            conversation=ConversationId("tg-1-10001"),
            token=f"token-{self.number}",
            epoch=1,
            holder=self.holder,
            state=self.raw,
            mail=(),
        )

    def sources(self) -> Sources:
        return Sources(self.shop, self.carriers, self.gate, self.queue)

    def later(self, **delta: float) -> None:
        self.now += timedelta(**delta)


def chat_in(tongue: str = "", *proven: str) -> Chat:
    """A chat whose words are read as in the shop; the orders are proven, the first is in view."""
    chat = Chat(tongue=tongue)
    chat.reader = trained_reader()
    if proven:
        chat.remember(proven=proven, order_no=proven[0])
    return chat


def text_of(outcome: Outcome) -> str:
    return "\n".join(word.body.text for word in outcome.words)


def actions_of(outcome: Outcome) -> list[str]:
    return [
        button.action
        for word in outcome.words
        for row in word.body.buttons
        for button in row
        if button.action
    ]
