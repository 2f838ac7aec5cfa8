"""The whole product in one process: sandbox over HTTP, bot over a real server, a desk's service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import SecretStr

from bot.deciding import Mind
from bot.run import Making, Parts, RoleName, at_work, build
from bot.sandbox.client import SandboxClient, Seen
from bot.sandbox.exchange import Exchange
from bot.sandbox.server import open_ephemeral_exchange, sandbox_running
from bot.settings import BotSettings
from bot.shop.demo import DemoShop, load_demo_shop
from bot.state import State
from bot.telegram.api import BotApi
from handoff.agents import Agent, AgentId, Role
from handoff.case import Case
from handoff.conversation import Conversation, ConversationId
from handoff.desk.texts import load_texts
from handoff.errors import ConversationNotFound
from handoff.files import Files
from handoff.ports import Store
from handoff.service import Service
from handoff.signing import Signer
from handoff.state import encode_state
from handoff.store.redis import open_store
from handoff.words import Limits
from tests.flows.seeds import SEEDS

TOKEN = "4242:flow"
LIN = Agent(
    AgentId("lin"), "林晓 / Lin Xiao", Role.SUPERVISOR, "", title="客服主管 / Customer care lead"
)
SAM = Agent(AgentId("sam"), "Sam Lee", Role.AGENT, "", title="Customer care")
ALL = frozenset(RoleName)


@dataclass(slots=True)
class Product:
    """What a story may touch."""

    phone: SandboxClient
    exchange: Exchange
    store: Store
    desk: Service
    shop: DemoShop
    parts: Parts
    files: Files

    async def ask(self, customer: int, text: str) -> Seen:
        """Write, and wait for the first reply."""
        said = await self.phone.say(customer, text)
        return await self.phone.wait_for_reply(customer, after=said.message_id)

    async def heard(self, customer: int) -> list[str]:
        """All the bot's and agents' bubbles so far."""
        return [seen.text for seen in await self.phone.history(customer) if seen.from_bot]

    async def conversation(self, customer: int) -> Conversation:
        """The conversation as the store has it."""
        return await self.store.conversations.conversation(self.id_of(customer))

    async def all_read(self, customer: int, *, seconds: float = 10) -> None:
        """Wait until a turn has read everything this customer wrote."""
        async with asyncio.timeout(seconds):
            while True:
                bots = self.exchange.world.bots.values()
                fetched = not any(bot.updates.count() for bot in bots)
                seen = await self.store.conversations.explain(self.id_of(customer))
                if fetched and seen["turn_due_ms"] is None and not seen["mail"]:
                    return
                await self.store.house.wait_for("nothing", 0.05)

    async def case_of(self, customer: int) -> Case:
        """The customer's open case."""
        conversation = await self.conversation(customer)
        return next(c for c in await self.store.cases.waiting() if c.id == conversation.case_id)

    async def remembered(self, customer: int) -> State:
        """What the bot remembers of this customer."""
        conversation = await self.conversation(customer)
        return State.decode(encode_state(conversation.state))

    async def asked_known(self, customer: int) -> int:
        """How often this customer was asked for what was known."""
        try:
            return (await self.remembered(customer)).asked_known
        except ConversationNotFound:
            return 0

    @staticmethod
    def id_of(customer: int) -> ConversationId:
        """The conversation of a customer."""
        return ConversationId(f"tg-4242-{customer}")


@asynccontextmanager
async def running_product(
    server_url: str, shop_name: str, mind: Mind, signer: Signer, files: Files, **settings: object
) -> AsyncIterator[Product]:
    """Everything running, with the send limits raised and none kept by the sandbox.

    `settings` are more of the bot's own, such as its mode.
    """
    exchange = open_ephemeral_exchange(SEEDS)
    exchange.limits.enabled = False
    shop = load_demo_shop(SEEDS, lambda: datetime.now(UTC), mind.answerer.seeds.hours.zone)
    async with (
        sandbox_running(exchange, seeds_dir=SEEDS) as (url, phone),
        open_store(server_url, shop_name) as store,
        BotApi(SecretStr(TOKEN), url) as api,
    ):
        limits = Limits(total_per_second=1000, chat_per_second=100)
        parts = build(store, api, Making("flow", ALL, limits, signer, mind, shop, files))
        bot_settings = BotSettings(token=SecretStr(TOKEN), api_url=url, **settings)
        service = Service(store, introductions=load_texts(SEEDS).introductions)
        async with at_work(parts, ALL, bot_settings):
            yield Product(phone, exchange, store, service, shop, parts, files)
