"""What a customer can do with a phone: write, send, press, edit, block; and what the bot hears.

Every act leaves a bubble in the chat and an update in the bot's queue.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from bot.sandbox.bots import Bot, Callback
from bot.sandbox.chats import Bubble, Chat
from bot.sandbox.customers import Customer
from bot.sandbox.entities import automatic_entities
from bot.sandbox.errors import ControlError, Json
from bot.sandbox.exchange import Exchange
from bot.sandbox.files import StoredFile, picture_size
from bot.sandbox.keyboards import find_inline, find_reply
from bot.sandbox.methods.media import media_object
from bot.sandbox.updates import CALLBACK_SECONDS, MESSAGE_SECONDS

HERE = {"latitude": 22.3193, "longitude": 114.1694}
"""Where a demo customer is when nothing else is said."""


@dataclass(frozen=True, slots=True)
class Act:
    """What came of an act: the bubble's number and the update the bot will see."""

    message_id: int
    update_id: int | None
    at: float

    def view(self) -> Json:
        """The act as JSON."""
        return {"message_id": self.message_id, "update_id": self.update_id, "at": self.at}


@dataclass(frozen=True, slots=True)
class Phone:
    """One customer's hands on one chat: in private, or in a group they belong to."""

    exchange: Exchange
    bot: Bot
    chat: Chat
    customer: Customer

    def say(self, text: str, *, reply_to: int | None = None) -> Act:
        """Write a text."""
        if not text.strip():
            raise ControlError(422, "Write something first.")
        content: Json = {"text": text}
        if text[0] == "/" or "/" in text or "@" in text or "." in text or "#" in text:
            entities = automatic_entities(text)
            if entities:
                content["entities"] = entities
        if reply_to is not None:
            content["reply_to_message"] = self._bubble(reply_to).message
        return self.send(content)

    def send(self, content: Json) -> Act:
        """Send a message with this content, whatever it is."""
        if self.chat.blocked:
            raise ControlError(409, "This customer has blocked the bot: unblock it first.")
        world = self.exchange.world
        now = world.clock.now()
        message: Json = {
            "message_id": world.next_message_id(self.chat),
            "from": self.customer.user,
            "chat": self.chat.info,
            "date": int(now),
            **content,
        }
        self._use_up_keyboard()
        world.append(self.chat, Bubble(message, from_bot=False))
        update_id = self._tell("message", message, now + MESSAGE_SECONDS, message["message_id"])
        return Act(message["message_id"], update_id, now)

    def send_file(self, kind: str, stored: StoredFile, extra: Json) -> Act:
        """Send a file as a photo, document, voice, sticker, video or audio."""
        size = picture_size(self.exchange.files.read(stored))
        media: Any = media_object(kind, stored, size)
        if kind == "sticker":
            media["emoji"] = extra.pop("emoji", "🙂")
        return self.send({kind: media, **extra})

    def send_album(self, pictures: list[StoredFile], caption: str) -> list[Act]:
        """Send several photos that belong together; each is an update of its own."""
        group = str(secrets.randbelow(10**17))
        acts = []
        for place, stored in enumerate(pictures):
            extra: Json = {"media_group_id": group}
            if place == 0 and caption:
                extra["caption"] = caption
            acts.append(self.send_file("photo", stored, extra))
        return acts

    def share_contact(self, other: Json | None = None) -> Act:
        """Share the own phone number, or a card of somebody else."""
        if other is None:
            # Telegram's apps leave out the plus of the own number.
            card: Json = {
                "phone_number": self.customer.phone.lstrip("+"),
                "first_name": self.customer.first_name,
                "user_id": self.customer.id,
            }
            if self.customer.last_name:
                card["last_name"] = self.customer.last_name
            return self.send({"contact": card})
        return self.send({"contact": other})

    def share_location(self, place: Json | None = None) -> Act:
        """Share a place."""
        return self.send({"location": place or HERE})

    def send_poll(self, question: str, options: list[str]) -> Act:
        """Send a poll."""
        poll = {
            "id": str(secrets.randbelow(10**18)),
            "question": question,
            "options": [
                {"persistent_id": str(place), "text": text, "voter_count": 0}
                for place, text in enumerate(options)
            ],
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": True,
            "type": "regular",
            "allows_multiple_answers": False,
            "allows_revoting": False,
            "members_only": False,
        }
        return self.send({"poll": poll})

    def forward(self, text: str, sender: str) -> Act:
        """Pass on what somebody else wrote."""
        origin = {
            "type": "hidden_user",
            "date": int(self.exchange.clock.now()),
            "sender_user_name": sender,
        }
        return self.send({"text": text, "forward_origin": origin})

    def edit(self, message_id: int, text: str) -> Act:
        """Change an own text."""
        bubble = self._bubble(message_id)
        message = bubble.message
        if bubble.from_bot or "text" not in message or "forward_origin" in message:
            raise ControlError(409, "Only an own text can be edited.")
        now = self.exchange.clock.now()
        bubble.message = {**bubble.message, "text": text, "edit_date": int(now)}
        bubble.message.pop("entities", None)
        if entities := automatic_entities(text):
            bubble.message["entities"] = entities
        self.exchange.world.change(self.chat, bubble)
        expires_at = bubble.message["date"] + MESSAGE_SECONDS
        update_id = self._tell("edited_message", bubble.message, expires_at, message_id)
        return Act(message_id, update_id, now)

    def press(self, message_id: int, *, data: str | None, text: str | None) -> Json:
        """Press a button under a message, found by its data or else by its label."""
        bubble = self._bubble(message_id)
        button = find_inline(bubble.message.get("reply_markup"), data=data, text=text)
        if button is None:
            raise ControlError(404, "There is no such button under this message.")
        if "url" in button:
            return {"url": button["url"]}
        if "copy_text" in button:
            return {"copied": button["copy_text"]["text"]}
        return self.press_unseen(message_id, str(button.get("callback_data", "")))

    def press_unseen(self, message_id: int, data: str) -> Json:
        """Press with any data, as an old or forged client could."""
        now = self.exchange.clock.now()
        callback_id = str(secrets.randbelow(9 * 10**17) + 10**17)
        self.bot.callbacks[callback_id] = Callback(self.chat.id, message_id, now)
        query = {
            "id": callback_id,
            "from": self.customer.user,
            "message": self._bubble(message_id).message,
            "chat_instance": str(self.chat.id * 7919 + self.bot.id),
            "data": data,
        }
        update_id = self._tell("callback_query", query, now + CALLBACK_SECONDS, 0)
        return {"callback_id": callback_id, "update_id": update_id, "at": now}

    def press_key(self, text: str) -> Act:
        """Press a key of the phone's own keyboard, as the bot laid it out."""
        button = find_reply(self.chat.keyboard, text)
        if button is None:
            raise ControlError(404, "There is no such key on the keyboard.")
        if button.get("request_contact"):
            return self.share_contact()
        if button.get("request_location"):
            return self.share_location()
        return self.say(text)

    def react(self, message_id: int, emoji: str) -> Act:
        """Put a reaction on a message."""
        bubble = self._bubble(message_id)
        now = self.exchange.clock.now()
        reaction = {
            "chat": self.chat.info,
            "message_id": bubble.id,
            "user": self.customer.user,
            "date": int(now),
            "old_reaction": [],
            "new_reaction": [{"type": "emoji", "emoji": emoji}],
        }
        bubble.reaction = emoji
        self.exchange.world.change(self.chat, bubble)
        update_id = self._tell("message_reaction", reaction, now + MESSAGE_SECONDS, 0)
        return Act(message_id, update_id, now)

    def block(self, wanted: bool) -> Act:
        """Block the bot, or let it write again."""
        now = self.exchange.clock.now()
        if wanted == self.chat.blocked:
            return Act(0, None, now)
        self.chat.blocked = wanted
        member, kicked = {"status": "member"}, {"status": "kicked", "until_date": 0}
        old, new = (member, kicked) if wanted else (kicked, member)
        change = {
            "chat": self.chat.info,
            "from": self.customer.user,
            "date": int(now),
            "old_chat_member": {"user": self.bot.user, **old},
            "new_chat_member": {"user": self.bot.user, **new},
        }
        update_id = self._tell("my_chat_member", change, now + MESSAGE_SECONDS, 0)
        self.exchange.world.save_chat(self.chat)
        return Act(0, update_id, now)

    def read(self, message_id: int) -> None:
        """Note how far the customer has read; Telegram does not tell bots."""
        if message_id > self.chat.read_id:
            self.chat.read_id = message_id
            self.exchange.journal.put(self.chat.name, self.chat)

    def _use_up_keyboard(self) -> None:
        keyboard = self.chat.keyboard
        if keyboard and (keyboard.get("one_time_keyboard") or keyboard.get("force_reply")):
            self.chat.keyboard = None

    def _bubble(self, message_id: int) -> Bubble:
        found = self.chat.bubbles.get(message_id)
        if found is None:
            raise ControlError(404, "There is no such message in this chat.")
        return found

    def _tell(self, kind: str, payload: Json, expires_at: float, message_id: int) -> int | None:
        return self.exchange.arrive(
            self.bot, kind, payload, expires_at=expires_at, origin=(self.chat.id, message_id)
        )
