import asyncio
from dataclasses import dataclass, field

from bot.deciding import Mind
from bot.facts import Sources
from bot.glance import Glance
from bot.heard import Heard, HeardKind
from bot.turn import TurnLoop, Voice
from handoff.agenda import Mail, MailKind, Sending, Turn
from handoff.conversation import ConversationId, Message
from handoff.ops.counters import Counters
from handoff.store.memory import open_memory_store
from handoff.store.records import wall_ms
from handoff.words import Limits
from tests.chat import Chat, answerer

OLD, SLOTS = 60, 8
OWNER = "bot-1"


def chat(number: int) -> ConversationId:
    return ConversationId(f"tg-1-{number}")


def hello(number: int) -> Mail:
    return Mail(number, chat(number), MailKind.MESSAGE, b"hello")


@dataclass
class Rush:
    """Whenever a turn reads its mail somebody new writes, for ever: intake always has mail."""

    chats: Chat = field(default_factory=Chat)
    read_in_order: list[int] = field(default_factory=list)
    newest: int = 1000
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.store = open_memory_store(wall_ms)
        self.loop = TurnLoop(
            self.store.turns,
            self.store.house,
            mind=Mind(answerer(), self.chats.reader),
            sources=Sources(
                self.chats.shop,
                self.chats.shop,
                self.store.gate,
                Glance(self.store.cases, self.store.presence),
            ),
            voice=Voice(
                OWNER, False, Limits(), _said, lambda: None, lambda words, *_: tuple(words)
            ),
            mail=self,
            counts=Counters(),
            slots=SLOTS,
        )

    async def arrives(self, number: int) -> None:
        accepted = await self.store.turns.accept(
            "bot", [hello(number)], owner=OWNER, room=self.loop.room()
        )
        self.loop.dispatch(accepted.turns)
        if accepted.pending:
            self.loop.pending()

    async def read(self, turn: Turn) -> tuple[tuple[Heard, ...], int]:
        self.read_in_order.append(int(turn.conversation.rpartition("-")[2]))
        if len(self.read_in_order) >= 3 * OLD:
            self.over.set()
        else:
            self.newest += 1
            await self.arrives(self.newest)
        return (self.chats.heard(HeardKind.COMMAND, command="menu"),), len(turn.mail)

    def glimpse(self, turn: Turn) -> tuple[Message, ...]:
        return ()

    def plain_text(self, mail: Mail) -> str:
        return ""


async def _said(sending: Sending, since: float) -> None:
    raise AssertionError("this process speaks for nobody")


async def test_whoever_waits_for_a_turn_is_not_overtaken_by_those_who_write_now() -> None:
    rush = Rush()
    for number in range(OLD):
        await rush.store.turns.accept("bot", [hello(number)], owner=OWNER, room=0)
    for _ in range(SLOTS):  # every place is filled by intake before the loop has looked once
        rush.newest += 1
        await rush.arrives(rush.newest)

    running = asyncio.create_task(rush.loop.run())
    async with asyncio.timeout(20):
        await rush.over.wait()
    await rush.loop.drain(5)
    await running

    last_old = max(rush.read_in_order.index(number) for number in range(OLD))
    assert last_old < OLD + 3 * SLOTS
