"""One call of a Bot API method: who calls, with what, and the chat it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.sandbox.bots import Bot
from bot.sandbox.chats import Bubble, Chat
from bot.sandbox.entities import utf16_length, with_automatic
from bot.sandbox.errors import ApiError, Json, bad_request, blocked, too_many_requests
from bot.sandbox.exchange import Exchange
from bot.sandbox.html_markup import parse_html
from bot.sandbox.keyboards import checked_markup
from bot.sandbox.markdown_markup import parse_markdown
from bot.sandbox.params import Params


@dataclass(slots=True)
class Call:
    """What a method works on."""

    exchange: Exchange
    bot: Bot
    method: str
    params: Params

    @property
    def now(self) -> float:
        """The sandbox's time."""
        return self.exchange.clock.now()

    def chat(self, name: str = "chat_id") -> Chat:
        """The chat the call names; raise as Telegram does when there is none."""
        chat_id = self._chat_id(name)
        chat = self.exchange.world.chat(self.bot, chat_id) if chat_id else None
        if chat is None:
            raise bad_request("chat not found")
        return chat

    def writable_chat(self) -> Chat:
        """The chat, if this bot may write to it."""
        chat = self.chat()
        if chat.blocked:
            raise blocked()
        if chat.id > 0 and chat.last_message_id == 0:
            raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")
        return chat

    def spend(self, chat: Chat, count: int = 1) -> None:
        """Take `count` messages from the budget; raise 429 when they are not there."""
        wait = self.bot.budget.spend(self.exchange.limits, chat.id, count, self.now)
        if wait:
            raise too_many_requests(wait)

    def bubble(self, chat: Chat, purpose: str) -> Bubble:
        """The message the call names."""
        found = chat.bubbles.get(self.params.integer("message_id"))
        if found is None:
            raise bad_request(f"message to {purpose} not found")
        return found

    def formatted(self, name: str, limit: int) -> tuple[str, list[Json]]:
        """The text called `name` after parsing, trimmed, with all its entities."""
        source = self.params.text(name)
        entities: list[Json] = []
        mode = self.params.text("parse_mode").lower()
        explicit = self.params.json("caption_entities" if name == "caption" else "entities")
        if explicit:
            entities = [entity for entity in explicit if isinstance(entity, dict)]
        elif mode:
            source, entities = _parsed(source, mode)
        text = source.rstrip()
        if not text or text[0].isspace():
            text, entities = _without_leading_space(text, entities)
        if utf16_length(text) > limit:
            what = "message caption is too long" if name == "caption" else "message is too long"
            raise bad_request(what)
        return text, with_automatic(text, _inside(entities, text))

    def markup(self) -> tuple[Json | None, Json | None]:
        """The inline keyboard, and the change of the phone's keyboard."""
        return checked_markup(self.params.json("reply_markup"))

    def replied(self, chat: Chat) -> Json | None:
        """The message this one answers, without what that one answered itself."""
        given: Any = self.params.json("reply_parameters") or {}
        message_id = int(given.get("message_id") or self.params.integer("reply_to_message_id"))
        if not message_id:
            return None
        found = chat.bubbles.get(message_id)
        if found is None:
            anyway = given.get("allow_sending_without_reply")
            if anyway or self.params.flag("allow_sending_without_reply"):
                return None
            raise bad_request("message to be replied not found")
        return {key: value for key, value in found.message.items() if key != "reply_to_message"}

    def _chat_id(self, name: str) -> int:
        given = self.params.text(name)
        if not given:
            raise bad_request("chat_id is empty")
        if given.startswith("@"):
            return self.exchange.world.usernames.get(given[1:].lower(), 0)
        return self.params.integer(name)


def _parsed(source: str, mode: str) -> tuple[str, list[Json]]:
    if mode == "html":
        return parse_html(source)
    if mode in {"markdownv2", "markdown"}:
        return parse_markdown(source, old=mode == "markdown")
    raise bad_request("unsupported parse_mode")


def _without_leading_space(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    trimmed = text.lstrip()
    shift = len(text) - len(trimmed)
    moved = [
        {
            **entity,
            "offset": max(0, entity["offset"] - shift),
            "length": entity["length"] - max(0, shift - entity["offset"]),
        }
        for entity in entities
    ]
    return trimmed, moved


def _inside(entities: list[Json], text: str) -> list[Json]:
    if not entities:
        return entities
    end = utf16_length(text)
    cut = [{**e, "length": min(e["length"], end - e["offset"])} for e in entities]
    return [entity for entity in cut if entity["length"] > 0]
