"""What a bot is and shows of itself: name, texts, commands, menu; and who it talks to."""

from __future__ import annotations

import re

import orjson

from bot.sandbox.errors import Json, bad_request
from bot.sandbox.methods.call import Call

COMMANDS_AT_MOST = 100
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_TEXT_LENGTHS = {"description": 512, "short_description": 120, "name": 64}


def get_me(call: Call) -> Json:
    """Who the bot is."""
    return {
        **call.bot.user,
        "can_join_groups": True,
        "can_read_all_group_messages": True,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def set_my_name(call: Call) -> bool:
    """Take another name."""
    _keep_text(call, "name")
    call.bot.first_name = call.params.text("name") or call.bot.first_name
    return True


def set_my_description(call: Call) -> bool:
    """What an empty chat shows."""
    return _keep_text(call, "description")


def set_my_short_description(call: Call) -> bool:
    """What the profile shows."""
    return _keep_text(call, "short_description")


def get_my_name(call: Call) -> Json:
    """The name."""
    return {"name": call.bot.first_name}


def get_my_description(call: Call) -> Json:
    """The description in the language asked for, else the general one."""
    return {"description": _text(call, "description")}


def get_my_short_description(call: Call) -> Json:
    """The short description in the language asked for, else the general one."""
    return {"short_description": _text(call, "short_description")}


def set_my_commands(call: Call) -> bool:
    """Set the command list for a scope and a language."""
    commands = call.params.json("commands") or []
    if not isinstance(commands, list) or len(commands) > COMMANDS_AT_MOST:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not _COMMAND.fullmatch(str(command.get("command", "")).removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    call.bot.commands[_scope(call)] = commands
    _changed(call)
    return True


def get_my_commands(call: Call) -> list[Json]:
    """The command list of exactly this scope and language."""
    return call.bot.commands.get(_scope(call), [])


def delete_my_commands(call: Call) -> bool:
    """Drop the command list of this scope and language."""
    call.bot.commands.pop(_scope(call), None)
    _changed(call)
    return True


def set_chat_menu_button(call: Call) -> bool:
    """Set the button beside the composer, for one chat or for all."""
    call.bot.menu_buttons[call.params.text("chat_id")] = call.params.json("menu_button") or {
        "type": "default"
    }
    _changed(call)
    return True


def get_chat_menu_button(call: Call) -> Json:
    """The button beside the composer."""
    buttons = call.bot.menu_buttons
    chosen = buttons.get(call.params.text("chat_id")) or buttons.get("")
    return chosen or {"type": "default"}


def get_chat(call: Call) -> Json:
    """The chat at length."""
    chat = call.chat()
    extra: Json = {"accent_color_id": 0, "max_reaction_count": 11}
    customer = call.exchange.world.customers.get(chat.id)
    if customer is not None and customer.username:
        extra["active_usernames"] = [customer.username]
    accepted = {
        "unlimited_gifts": False,
        "limited_gifts": False,
        "unique_gifts": False,
        "premium_subscription": False,
        "gifts_from_channels": False,
    }
    return {**chat.info, **extra, "accepted_gift_types": accepted}


def get_chat_member(call: Call) -> Json:
    """What somebody is in a chat."""
    chat = call.chat()
    user_id = call.params.integer("user_id")
    if user_id == call.bot.id:
        return {"status": "member", "user": call.bot.user}
    customer = call.exchange.world.customers.get(user_id)
    members = call.exchange.world.groups.get(chat.id, {}).get("members", [chat.id])
    if customer is None:
        raise bad_request("user not found")
    if user_id not in members:
        return {"status": "left", "user": customer.user}
    return {"status": "member", "user": customer.user}


def get_user_profile_photos(call: Call) -> Json:
    """Nobody in the sandbox has a profile photo."""
    return {"total_count": 0, "photos": []}


def agree(call: Call) -> bool:
    """`logOut` and `close`: nothing to do here, and no harm done."""
    return True


def commands_for(commands: dict[str, list[Json]], chat_id: int, language: str) -> list[Json]:
    """The list a phone shows: the nearest scope first, then the language, then no language."""
    language = language.partition("-")[0]
    chat = {"chat_id": chat_id, "type": "chat"}
    for scope in (chat, {"type": "all_private_chats"}, {"type": "default"}):
        for code in (language, ""):
            found = commands.get(_key(scope, code))
            if found:
                return found
    return []


def _scope(call: Call) -> str:
    scope = call.params.json("scope") or {"type": "default"}
    return _key(scope, call.params.text("language_code"))


def _key(scope: Json, language: str) -> str:
    return orjson.dumps(scope, option=orjson.OPT_SORT_KEYS).decode() + language


def _keep_text(call: Call, name: str) -> bool:
    text = call.params.text(name)
    if len(text) > _TEXT_LENGTHS[name]:
        raise bad_request(f"{name} is too long")
    call.bot.texts[f"{name}/{call.params.text('language_code')}"] = text
    _changed(call)
    return True


def _text(call: Call, name: str) -> str:
    texts = call.bot.texts
    return texts.get(f"{name}/{call.params.text('language_code')}") or texts.get(f"{name}/", "")


def _changed(call: Call) -> None:
    call.exchange.world.save_bot(call.bot)
    call.exchange.world.tell_of_bot(call.bot)
