"""Bring a world back from what its journal kept."""

from __future__ import annotations

from collections import defaultdict

from bot.sandbox.bots import Bot
from bot.sandbox.chats import Bubble, Chat
from bot.sandbox.customers import Customer
from bot.sandbox.errors import Json
from bot.sandbox.files import FileStore, StoredFile
from bot.sandbox.updates import Pending
from bot.sandbox.world import NOBODY, World


def restore(world: World, files: FileStore) -> None:
    """Customers first, then bots, their chats with the bubbles in order, and what is pending."""
    records = _by_kind(world.journal.load())
    for record in records["customer"].values():
        world.add_customer(Customer(**record))
    for key, group in records["group"].items():
        world.groups[int(key)] = group
    for record in records["file"].values():
        files.restore(StoredFile(**record))
    for key, record in records["bot"].items():
        _restore_bot(world, int(key), record)
    _restore_chats(world, records)
    _restore_updates(world, records)
    for record in records["current"].values():
        world.current = _bot(world, record["value"])


def _by_kind(loaded: dict[str, Json]) -> dict[str, dict[str, Json]]:
    kinds: dict[str, dict[str, Json]] = defaultdict(dict)
    for name, record in loaded.items():
        kind, _, key = name.partition("/")
        kinds[kind][key] = record
    return kinds


def _restore_bot(world: World, bot_id: int, record: Json) -> None:
    bot = world.add_bot(bot_id)
    bot.first_name = record["first_name"]
    bot.texts = record["texts"]
    bot.commands = record["commands"]
    bot.menu_buttons = record["menu_buttons"]
    bot.webhook = record["webhook"]
    allowed = record["allowed"]
    bot.updates.allowed = None if allowed is None else frozenset(allowed)
    if bot_id != NOBODY:
        world.bots.pop(NOBODY, None)
        world.current = bot


def _restore_chats(world: World, records: dict[str, dict[str, Json]]) -> None:
    for key, record in records["chat"].items():
        bot_id, chat_id = (int(part) for part in key.split("/"))
        _bot(world, bot_id).chats[chat_id] = Chat(bot_id, chat_id, **record)
    in_order = sorted(
        (tuple(int(part) for part in key.split("/")), key) for key in records["bubble"]
    )
    for (bot_id, chat_id, message_id), key in in_order:
        chat = _bot(world, bot_id).chats.get(chat_id)
        if chat is not None:
            chat.bubbles[message_id] = Bubble(**records["bubble"][key])


def _restore_updates(world: World, records: dict[str, dict[str, Json]]) -> None:
    waiting: dict[int, list[Pending]] = defaultdict(list)
    for key, record in records["update"].items():
        body = record["body"].encode("latin-1")
        waiting[int(key.split("/")[0])].append(Pending(**{**record, "body": body}))
    for bot_id, pending in waiting.items():
        _bot(world, bot_id).updates.restore(pending)
    for key, record in records["mark"].items():
        _bot(world, int(key)).updates.last_update_id = record["value"]


def _bot(world: World, bot_id: int) -> Bot:
    return world.bots.get(bot_id) or world.add_bot(bot_id)
