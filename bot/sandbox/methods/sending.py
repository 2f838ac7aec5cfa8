"""Say something: texts, forwards, copies, and what every sent message has in common."""

from __future__ import annotations

from bot.sandbox.chats import Bubble, Chat
from bot.sandbox.errors import Json, bad_request
from bot.sandbox.methods.call import Call

TEXT_UNITS = 4096
CAPTION_UNITS = 1024
ACTION_SECONDS = 5.0
ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)
_NOT_COPIED = ("message_id", "date", "from", "chat", "edit_date", "reply_markup", "forward_origin")


def send_message(call: Call) -> Json:
    """Send a text."""
    chat = call.writable_chat()
    text, entities = call.formatted("text", TEXT_UNITS)
    if not text:
        raise bad_request("message text is empty")
    content: Json = {"text": text}
    if entities:
        content["entities"] = entities
    return post(call, chat, content)


def send_location(call: Call) -> Json:
    """Send a place."""
    place = {
        "latitude": call.params.number("latitude"),
        "longitude": call.params.number("longitude"),
    }
    return post(call, call.writable_chat(), {"location": place})


def send_contact(call: Call) -> Json:
    """Send a card from an address book."""
    card = {
        name: call.params.text(name)
        for name in ("phone_number", "first_name", "last_name", "vcard")
        if call.params.has(name)
    }
    if not card.get("phone_number") or not card.get("first_name"):
        raise bad_request("contact phone number or first name is empty")
    return post(call, call.writable_chat(), {"contact": card})


def send_chat_action(call: Call) -> bool:
    """Show that the bot is at it, for five seconds or until it speaks."""
    chat = call.writable_chat()
    action = call.params.text("action")
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat.action, chat.action_until = action, call.now + ACTION_SECONDS
    call.exchange.feed.publish(
        call.now, "action", chat.id, {"action": action, "seconds": ACTION_SECONDS}
    )
    return True


def forward_message(call: Call) -> Json:
    """Send a message on, with its origin."""
    source = call.chat("from_chat_id")
    original = call.bubble(source, "forward")
    message = original.message
    origin = {
        "type": "user",
        "date": message["date"],
        "sender_user": message.get("from", {}),
    }
    content = _content_of(message)
    content["forward_origin"] = message.get("forward_origin", origin)
    return post(call, call.writable_chat(), content)


def copy_message(call: Call) -> Json:
    """Send the same content as one's own; the answer is the new id only."""
    source = call.chat("from_chat_id")
    content = _content_of(call.bubble(source, "copy").message)
    if call.params.has("caption") and "text" not in content:
        caption, entities = call.formatted("caption", CAPTION_UNITS)
        content |= {"caption": caption, "caption_entities": entities}
    return {"message_id": post(call, call.writable_chat(), content)["message_id"]}


def post(call: Call, chat: Chat, content: Json) -> Json:
    """Send one message with this content, within the limits; the message as the bot reads it."""
    inline, keyboard = call.markup()
    reply = call.replied(chat)
    call.spend(chat)
    return place(call, chat, _complete(call, content, inline, reply), keyboard)


def place(call: Call, chat: Chat, content: Json, keyboard: Json | None = None) -> Json:
    """Put a message whose budget is spent into the chat."""
    world = call.exchange.world
    message: Json = {
        "message_id": world.next_message_id(chat),
        "from": call.bot.user,
        "chat": chat.info,
        "date": int(call.now),
        **content,
    }
    silent = call.params.flag("disable_notification")
    bubble = Bubble(message, from_bot=True, keyboard=keyboard, silent=silent)
    call.exchange.accept(call.bot, chat, bubble, call.method)
    return message


def _complete(call: Call, content: Json, inline: Json | None, reply: Json | None) -> Json:
    if reply is not None:
        content["reply_to_message"] = reply
    if inline is not None:
        content["reply_markup"] = inline
    if call.params.flag("protect_content"):
        content["has_protected_content"] = True
    return content


def _content_of(message: Json) -> Json:
    if message.get("has_protected_content"):
        raise bad_request("message can't be forwarded or copied: its content is protected")
    return {
        key: value
        for key, value in message.items()
        if key not in _NOT_COPIED and key not in {"reply_to_message", "media_group_id"}
    }
