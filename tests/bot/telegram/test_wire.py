"""From a customer's phone to the loop and back, over the sandbox's real HTTP."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest
from pydantic import SecretStr

from bot.heard import Heard, HeardKind
from bot.sandbox.client import SandboxClient
from bot.sandbox.server import sandbox_running
from bot.telegram.api import BotApi
from bot.telegram.deliveries import Deliveries, Pace
from bot.telegram.ephemeral import Ephemeral
from bot.telegram.intake import Account, Doorway, Intake
from bot.telegram.polling import Poller
from bot.telegram.profile import introduce
from bot.telegram.render import sign_words
from bot.telegram.speaking import Speaker
from bot.telegram.updates import MailReader
from handoff.agenda import Outcome, Turn
from handoff.conversation import Author, ConversationId, DeliveryState
from handoff.ports import Store
from handoff.signing import Signer
from handoff.words import Body, Button, Limits, Word, WordKind
from tests.bot.telegram.scripted import TOKEN, Tally

LIN = 10001
LANE = ConversationId(f"tg-4242-{LIN}")
OWNER = "bot-1"
FREE = Limits(total_per_second=1000, chat_per_second=1000, chat_burst=1000)
SIGNER = Signer(b"k" * 32)
MENU = ((Button("Track", action="track:WL1"),),)


@dataclass
class Shop:
    """The Telegram side with a loop that repeats what it heard."""

    api: BotApi
    store: Store
    phone: SandboxClient

    def __post_init__(self) -> None:
        self.heard: list[Heard] = []
        self.tasks: set[asyncio.Task[None]] = set()
        self.reader = MailReader(SIGNER)
        tally = Tally()
        speaker = Speaker(self.api, self.store.house, figures=tally)
        pace = Pace(OWNER, FREE)
        self.deliveries = Deliveries(
            self.store.sends, speaker, house=self.store.house, pace=pace, figures=tally
        )
        intake = Intake(
            self.store,
            Doorway(self.dispatch, lambda: 64, lambda: None),
            account=Account(self.api.bot_id, OWNER),
            ephemeral=Ephemeral(self.api),
            figures=tally,
        )
        self.poller = Poller(self.api, intake, house=self.store.house)

    def dispatch(self, turns: Sequence[Turn]) -> None:
        for turn in turns:
            task = asyncio.create_task(self.turn(turn))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def turn(self, turn: Turn) -> None:
        heard, _ = await self.reader.read(turn)
        self.heard += heard
        said = " ".join(one.message.text or one.kind for one in heard if one.message)
        words = [Word(WordKind.ANSWER, Author.BOT, Body(f"heard: {said}", MENU))] if said else []
        signed = sign_words(words, SIGNER, conversation=turn.conversation, epoch=turn.epoch)
        begun = time.monotonic()
        committed = await self.store.turns.commit(
            turn, Outcome(b"", signed), owner=OWNER, limits=FREE
        )
        if committed.sending:
            await self.deliveries.deliver(committed.sending, begun)


@pytest.fixture
async def shop(store: Store) -> AsyncIterator[Shop]:
    async with (
        sandbox_running() as (url, phone),
        BotApi(SecretStr(TOKEN), url, trust_env=False) as api,
    ):
        shop = Shop(api, store, phone)
        polling = asyncio.create_task(shop.poller.run())
        yield shop
        shop.poller.stop()
        await polling
        assert await shop.deliveries.drain(5)


async def test_a_customer_is_heard_and_answered(shop: Shop) -> None:
    said = await shop.phone.say(LIN, "订单 WL20260042 到哪里了？")
    reply = await shop.phone.wait_for_reply(LIN, after=said)

    assert await shop.deliveries.drain(5)
    assert reply.text == "heard: 订单 WL20260042 到哪里了？"
    assert reply.buttons == ["Track"]
    conversation = await shop.store.conversations.conversation(LANE)
    assert conversation.deliveries[1].state is DeliveryState.SENT
    assert conversation.deliveries[1].message_id == reply.id


async def test_a_press_is_answered_and_its_action_heard(shop: Shop) -> None:
    said = await shop.phone.start(LIN, "AbC")
    reply = await shop.phone.wait_for_reply(LIN, after=said)
    cursor = await shop.phone.cursor()

    press = await shop.phone.press(LIN, reply.id, text="Track")
    await shop.phone.wait_for_answer(press["callback_id"], cursor=cursor)
    await shop.phone.wait_for_reply(LIN, after=reply.id)

    start, track = shop.heard
    assert (start.kind, start.payload) == (HeardKind.COMMAND, "")
    assert (track.kind, track.action) == (HeardKind.BUTTON, "track:WL1")


async def test_a_shared_contact_proves_a_phone(shop: Shop) -> None:
    said = await shop.phone.share_contact(LIN)
    await shop.phone.wait_for_reply(LIN, after=said)

    assert shop.heard[0].kind is HeardKind.PHONE
    assert shop.heard[0].phone.startswith("+")


async def test_who_blocks_the_bot_is_heard_as_gone(shop: Shop) -> None:
    said = await shop.phone.say(LIN, "Hello there!")
    await shop.phone.wait_for_reply(LIN, after=said)

    await shop.phone.block(LIN)
    await shop.phone.block(LIN, blocked=False)
    said = await shop.phone.say(LIN, "I am back!")
    await shop.phone.wait_for_reply(LIN, after=said)

    kinds = [one.kind for one in shop.heard]
    assert kinds[1:3] == [HeardKind.UNREACHABLE, HeardKind.REACHABLE]


async def test_the_bot_introduces_itself_in_both_languages(shop: Shop) -> None:
    me = await introduce(shop.api, shop.store.house)

    assert me is not None
    assert me.bot_id == shop.api.bot_id
    assert await shop.store.house.alerts() == {}
    for language in ("", "zh"):
        commands = await shop.api.call("getMyCommands", {"language_code": language})
        assert [one["command"] for one in commands][:2] == ["start", "help"]


async def test_a_face_that_cannot_be_set_does_not_stop_the_bot(shop: Shop) -> None:
    await shop.phone.fault(code=500, method="setMyCommands")

    me = await introduce(shop.api, shop.store.house)

    assert me is not None
    assert "telegram_profile" in await shop.store.house.alerts()
