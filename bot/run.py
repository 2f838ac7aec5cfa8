"""Put the bot together and run its roles until it is told to stop.

`intake` writes updates down, `turns` think, `sends` speak; one process may have any of them, and
any number of processes may share the last two. On SIGTERM intake stops first, then what is under
way is finished or given back.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from bot.deciding import Mind
from bot.extras import extras
from bot.facts import Sources
from bot.glance import Glance
from bot.mind import keep_fresh, make_mind
from bot.pages import use_large_pages
from bot.settings import BotSettings
from bot.shop.demo import DemoShop, load_demo_shop
from bot.shop.guarded import GuardedShop
from bot.shop.sold import SoldGoods
from bot.telegram.addresses import conversation_of
from bot.telegram.alerting import ChatSink, DirectSink
from bot.telegram.api import BotApi
from bot.telegram.backlog import Backlog
from bot.telegram.deliveries import Deliveries, Pace
from bot.telegram.ephemeral import Ephemeral
from bot.telegram.fetching import Fetching
from bot.telegram.health import health_page
from bot.telegram.intake import Account, Doorway, Intake
from bot.telegram.polling import Poller
from bot.telegram.profile import introduce
from bot.telegram.render import sign_words
from bot.telegram.replays import Replays
from bot.telegram.speaking import speaker_over
from bot.telegram.updates import MailReader
from bot.telegram.webhook import Webhook
from bot.turn import TurnLoop, Voice
from handoff.conversation import ConversationId
from handoff.errors import StartRefused, StoreDown
from handoff.files import Files
from handoff.ops.counters import Counters, keep_reporting, leave
from handoff.ops.duty import duties, folders_of
from handoff.ports import Store
from handoff.settings import AlertSettings, StoreSettings
from handoff.signing import Signer, secret_key
from handoff.store.redis import open_store
from handoff.store.server import check_server, resolve_url
from handoff.tasks import ended, told_to_stop
from handoff.words import Limits, Word

DRAIN_SECONDS = 10.0
Work = Callable[[], Coroutine[Any, Any, None]]
Task = asyncio.Task[None]

log = structlog.get_logger()


class RoleName(StrEnum):
    """What a bot process does."""

    INTAKE = "intake"
    TURNS = "turns"
    SENDS = "sends"


@dataclass(frozen=True, slots=True)
class Parts:
    """One bot process, put together but not running."""

    owner: str
    store: Store
    api: BotApi
    turns: TurnLoop
    deliveries: Deliveries
    fetching: Fetching
    intake: Intake
    counters: Counters
    shop: GuardedShop
    sold: SoldGoods


@dataclass(frozen=True, slots=True)
class Making:
    """What one bot process is made with."""

    owner: str
    roles: frozenset[RoleName]
    limits: Limits
    signer: Signer
    mind: Mind
    shop: DemoShop
    files: Files
    alert_chat: int = 0
    counters: Counters = field(default_factory=Counters)


def build(store: Store, api: BotApi, making: Making) -> Parts:
    """The parts of one process over a store and the Bot API."""
    counters = making.counters
    deliveries = Deliveries(
        store.sends,
        speaker_over(store, api, counters, making.files),
        house=store.house,
        pace=Pace(making.owner, making.limits),
        figures=counters,
        alert_lane=conversation_of(api.bot_id, making.alert_chat) if making.alert_chat else None,
    )
    sold = SoldGoods(making.shop, lambda: making.mind.answerer.seeds.knowledge.articles)
    shop = GuardedShop(sold, making.shop)
    fetching = Fetching(api, store, files=making.files, figures=counters)
    turns = TurnLoop(
        store.turns,
        store.house,
        mind=making.mind,
        sources=Sources(shop, shop, store.gate, Glance(store.cases, store.presence)),
        voice=_voice(making, deliveries),
        mail=MailReader(making.signer),
        counts=counters,
    )
    intake = Intake(
        store,
        _doorway(making, turns),
        account=Account(api.bot_id, making.owner),
        ephemeral=Ephemeral(api),
        figures=counters,
    )
    return Parts(
        making.owner, store, api, turns, deliveries, fetching, intake, counters, shop, sold
    )


def _voice(making: Making, deliveries: Deliveries) -> Voice:
    def sign(words: Sequence[Word], conversation: ConversationId, epoch: int) -> tuple[Word, ...]:
        return sign_words(words, making.signer, conversation=conversation, epoch=epoch)

    speaks = RoleName.SENDS in making.roles
    return Voice(making.owner, speaks, making.limits, deliveries.deliver, deliveries.wake, sign)


def _doorway(making: Making, turns: TurnLoop) -> Doorway:
    """A process that does not think leaves its lanes to those that do."""
    thinks = RoleName.TURNS in making.roles
    if not thinks:
        return Doorway(turns.dispatch, lambda: 0, turns.pending)
    return Doorway(turns.dispatch, turns.room, turns.pending, turns.foresee)


async def run_bot(
    store_settings: StoreSettings, settings: BotSettings, roles: frozenset[RoleName], owner: str
) -> None:
    """Run until SIGINT or SIGTERM; raises StartRefused when it must not start."""
    if not settings.token.get_secret_value():
        raise StartRefused("BOT_TOKEN is not set. `make run` runs the whole product without one.")
    url = resolve_url(store_settings)
    if store_settings.redis_url.get_secret_value():
        await check_server(url, unsafe=store_settings.redis_unsafe)
    async with (
        open_store(url, store_settings.shop) as store,
        BotApi(settings.token, settings.api_url) as api,
    ):
        seeds_dir, counters = store_settings.seeds_dir, Counters()
        make = partial(make_mind, counts=counters, semantic=settings.semantic)
        mind = make(seeds_dir)
        zone = mind.answerer.seeds.hours.zone
        shop = load_demo_shop(seeds_dir, lambda: datetime.now(UTC), zone)
        signer, files = Signer(secret_key(store_settings)), Files(store_settings.attachments_dir)
        alerts = AlertSettings()
        chat, limits = alerts.alert_chat_id, settings.limits()
        making = Making(owner, roles, limits, signer, mind, shop, files, chat, counters)
        parts = build(store, api, making)
        _calm_collector()
        log.info("bot.laid", large_pages=use_large_pages())
        await _give_back(store, owner, roles)
        duty = _duty(parts, folders_of(store_settings), alerts)
        freshening = lambda: keep_fresh(mind, seeds_dir, store.house, make)
        async with extras(mind, store, seeds_dir, counters) as more:
            await _until_told(at_work(parts, roles, settings, freshening, *duty, *more))
        await leave(store, owner)


def _duty(parts: Parts, folders: tuple[Path, ...], alerts: AlertSettings) -> list[Work]:
    """The watch over the shop; its alerts go to a chat too, where one is named."""
    store, chat = parts.store, alerts.alert_chat_id
    return duties(
        store,
        parts.owner,
        folders=folders,
        sinks=[ChatSink(store.upkeep, parts.api.bot_id, chat)] if chat else [],
        direct=[DirectSink(parts.api, chat)] if chat else [],
    )


def _calm_collector() -> None:
    """Take what was imported out of the collector's view: aiogram alone is 186,000 objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


async def _give_back(store: Store, owner: str, roles: frozenset[RoleName]) -> None:
    """What an earlier self still held is due at once."""
    try:
        turns = await store.turns.release(owner) if RoleName.TURNS in roles else 0
        sends = await store.sends.release(owner) if RoleName.SENDS in roles else 0
    except StoreDown as error:
        raise StartRefused(
            "The store does not answer; start it first, or check REDIS_URL."
        ) from error
    log.info("bot.resumed", turns=turns, sends=sends)


async def _until_told(working: AbstractAsyncContextManager[Sequence[Task]]) -> None:
    stop = told_to_stop()
    async with working as tasks:
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait({stopping, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        log.info("bot.draining")
    _raise_broken(tasks)


@asynccontextmanager
async def at_work(
    parts: Parts, roles: frozenset[RoleName], settings: BotSettings, *freshening: Work
) -> AsyncIterator[Sequence[Task]]:
    """The bot at work until the block ends: intake stops first, then what is under way is
    finished or given back."""
    introducing = asyncio.ensure_future(introduce(parts.api, parts.store.house))
    tasks = [asyncio.ensure_future(work()) for work in (*freshening, *_works(parts, roles))]
    receives = RoleName.INTAKE in roles
    polls = receives and settings.mode == "polling"
    poller = Poller(parts.api, parts.intake, house=parts.store.house) if polls else None
    intake = _receiving(parts, poller, settings) if receives else nullcontext[list[Task]]([])
    try:
        async with health_page(settings.health_port, parts.store, poller):
            async with intake as receiving:
                log.info(
                    "bot.started",
                    owner=parts.owner,
                    roles=",".join(sorted(roles)),
                    mode=settings.mode,
                )
                yield [*receiving, *tasks]
            await _drain(parts)
    finally:
        await ended(introducing, *tasks)


def _works(parts: Parts, roles: frozenset[RoleName]) -> list[Work]:
    """What runs until the end of the process."""
    backlog = Backlog(parts.api, parts.store.house)

    async def levels() -> None:
        while True:
            parts.counters.level("pending_updates", backlog.pending)
            parts.counters.level("sends_under_way", parts.deliveries.speaking)
            await asyncio.sleep(1)

    works: list[Work] = [
        backlog.run,
        levels,
        lambda: keep_reporting(parts.counters, parts.store.house, parts.owner),
    ]
    if RoleName.INTAKE in roles:
        works.append(Replays(parts.store, parts.intake).run)
    if RoleName.SENDS in roles:
        works += [parts.deliveries.run, parts.fetching.run]
    if RoleName.TURNS in roles:
        works.append(parts.turns.run)
        works.append(lambda: parts.shop.tell(parts.counters, parts.store.house))
        works.append(lambda: parts.sold.tell(parts.store.gaps, parts.store.house))
    return works


async def _drain(parts: Parts) -> None:
    """Finish what is under way, give the rest back."""
    began = time.monotonic()
    await parts.turns.drain(DRAIN_SECONDS / 2)
    # Who is cut off while speaking is repeated by the next, so words have all the time there is.
    await parts.deliveries.drain(began + DRAIN_SECONDS - time.monotonic())
    try:
        await parts.store.turns.release(parts.owner)
        await parts.store.sends.release(parts.owner)
    except StoreDown:
        log.warning("bot.leases_left")
    log.info("bot.stopped")


@asynccontextmanager
async def _receiving(
    parts: Parts, poller: Poller | None, settings: BotSettings
) -> AsyncIterator[list[Task]]:
    """Intake until the block ends; yields what must not end before."""
    if poller is not None:
        polling = asyncio.ensure_future(poller.run())
        try:
            yield [polling]
        finally:
            poller.stop()
            await asyncio.gather(polling, return_exceptions=True)
        return
    webhook = Webhook(parts.api, parts.intake, house=parts.store.house, settings=settings)
    await webhook.start()
    try:
        yield []
    finally:
        await webhook.stop()


def _raise_broken(tasks: Sequence[Task]) -> None:
    """A task of ours that broke ends the process; whoever started it starts it again."""
    for task in tasks:
        if task.done() and not task.cancelled() and (error := task.exception()):
            raise error
