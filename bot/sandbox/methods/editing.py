"""Change what was said: edit, delete, mark, and answer a pressed button."""

from __future__ import annotations

from bot.sandbox.chats import Bubble, Chat
from bot.sandbox.errors import ApiError, Json, bad_request
from bot.sandbox.methods.call import Call
from bot.sandbox.methods.sending import CAPTION_UNITS, TEXT_UNITS

DELETE_SECONDS = 48 * 3600
CALLBACK_TEXT_LENGTH = 200


def edit_message_text(call: Call) -> Json:
    """Say it differently."""
    chat, bubble = _own(call)
    text, entities = call.formatted("text", TEXT_UNITS)
    if not text:
        raise bad_request("message text is empty")
    if "text" not in bubble.message:
        raise bad_request("there is no text in the message to edit")
    return _edited(call, chat, bubble, {"text": text, "entities": entities})


def edit_message_caption(call: Call) -> Json:
    """Say it differently under a picture."""
    chat, bubble = _own(call)
    caption, entities = call.formatted("caption", CAPTION_UNITS)
    if "text" in bubble.message:
        raise bad_request("there is no caption in the message to edit")
    return _edited(call, chat, bubble, {"caption": caption, "caption_entities": entities})


def edit_message_reply_markup(call: Call) -> Json:
    """Change or take away the buttons under a message."""
    chat, bubble = _own(call)
    return _edited(call, chat, bubble, {})


def delete_message(call: Call) -> bool:
    """Take a message away on both sides, within 48 hours."""
    chat = call.chat()
    bubble = call.bubble(chat, "delete")
    if call.now - bubble.message["date"] > DELETE_SECONDS:
        raise bad_request("message can't be deleted for everyone")
    call.exchange.world.remove(chat, bubble.id)
    return True


def delete_messages(call: Call) -> bool:
    """Take several away; unknown ones are skipped."""
    chat = call.chat()
    for message_id in call.params.json("message_ids") or []:
        if message_id in chat.bubbles:
            call.exchange.world.remove(chat, message_id)
    return True


def set_message_reaction(call: Call) -> bool:
    """Put a reaction on a message, or take it away."""
    chat = call.chat()
    bubble = call.bubble(chat, "react")
    given = call.params.json("reaction") or []
    bubble.reaction = "".join(str(one.get("emoji", "")) for one in given)
    call.exchange.world.change(chat, bubble)
    return True


def answer_callback_query(call: Call) -> bool:
    """Stop the spinner of a pressed button, with a line to show or without."""
    text = call.params.text("text")
    if len(text) > CALLBACK_TEXT_LENGTH:
        raise bad_request("MESSAGE_TOO_LONG")
    callback_id = call.params.text("callback_query_id")
    found = call.bot.callback(callback_id, call.now)
    if found is None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    answer = {
        "callback_id": callback_id,
        "message_id": found.message_id,
        "text": text,
        "show_alert": call.params.flag("show_alert"),
        "url": call.params.text("url"),
    }
    call.exchange.feed.publish(call.now, "answered", found.chat_id, answer)
    return True


def _own(call: Call) -> tuple[Chat, Bubble]:
    if call.params.has("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    chat = call.writable_chat()
    bubble = call.bubble(chat, "edit")
    if not bubble.from_bot or bubble.keyboard is not None:  # it changed the phone's keyboard
        raise bad_request("message can't be edited")
    return chat, bubble


def _edited(call: Call, chat: Chat, bubble: Bubble, changes: Json) -> Json:
    inline, keyboard = call.markup()
    if keyboard is not None:
        raise bad_request("inline keyboard expected")
    wanted = {**bubble.message, **changes}
    wanted.pop("reply_markup", None)
    if inline is not None and inline["inline_keyboard"]:
        wanted["reply_markup"] = inline
    wanted = {key: value for key, value in wanted.items() if value != []}
    if wanted == bubble.message:
        raise ApiError(
            400,
            "Bad Request: message is not modified: specified new message content and reply "
            "markup are exactly the same as a current content and reply markup of the message",
        )
    call.spend(chat)
    # Clients hide that buttons alone were changed.
    bubble.message = {**wanted, "edit_date": int(call.now)} if changes else wanted
    call.exchange.world.change(chat, bubble)
    if changes:  # buttons alone say nothing
        call.exchange.log_delivery(call.bot, chat, bubble, call.method)
    return bubble.message
