"""Everything the sandbox says must be readable by a client that checks every field."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    ReactionTypeEmoji,
)

from bot.sandbox.client import SandboxClient

LIN, EMMA = 10001, 10002
FILE = BufferedInputFile(b"content", "file.bin")


@pytest.fixture
async def bot(sandbox: tuple[str, SandboxClient]) -> AsyncIterator[Bot]:
    await sandbox[1].limits(enabled=False)
    await sandbox[1].say(LIN, "hi")
    server = TelegramAPIServer.from_base(sandbox[0])
    bot = Bot("4242:strict", session=AiohttpSession(api=server))
    yield bot
    await bot.session.close()


async def test_every_update_has_the_shape_of_telegrams(bot: Bot, phone: SandboxClient) -> None:
    await bot.get_updates(offset=-1, allowed_updates=["message_reaction", "callback_query"])
    said = await phone.say(LIN, "again")
    await phone.react(LIN, said.message_id, "👍")
    button = InlineKeyboardButton(text="Yes", callback_data="y")
    markup = InlineKeyboardMarkup(inline_keyboard=[[button]])
    sent = await bot.send_message(LIN, "?", reply_markup=markup)
    await phone.press(LIN, sent.message_id, data="y")
    kinds = ["message", "edited_message", "my_chat_member"]
    await bot.get_updates(offset=-2, allowed_updates=kinds)

    for kind in ("voice", "video", "audio", "sticker", "animation", "document", "photo"):
        await phone.send(LIN, kind)
    await phone.album(LIN, 2)
    await phone.poll(LIN, "?", ["a", "b"])
    await phone.forward(LIN, "passed on", "Ada")
    await phone.share_contact(LIN)
    await phone.share_contact(LIN, {"phone_number": "+12025550199", "first_name": "Alex"})
    await phone.share_location(LIN, 1.5, 2.5)
    await phone.edit(LIN, said.message_id, "changed")
    await phone.block(LIN)
    group = await phone.new_group("Staff", [EMMA])
    await phone.say_in_group(group, EMMA, "hi all")
    updates = await bot.get_updates()

    assert [update.event_type for update in updates[:2]] == ["message_reaction", "callback_query"]
    assert len(updates) == 19
    assert [update.event_type for update in updates].count("message") == 15


async def test_every_answer_has_the_shape_of_telegrams(bot: Bot) -> None:
    sent = await bot.send_message(LIN, "hi")
    where = {"chat_id": LIN, "message_id": sent.message_id}
    await bot.edit_message_text("changed", **where)
    await bot.edit_message_reply_markup(
        **where,
        reply_markup=InlineKeyboardMarkup(
            inline_keyboard=[[InlineKeyboardButton(text="Site", url="https://x.example")]]
        ),
    )
    for send in (
        bot.send_photo,
        bot.send_document,
        bot.send_voice,
        bot.send_video,
        bot.send_audio,
        bot.send_animation,
        bot.send_sticker,
    ):
        message = await send(LIN, FILE)
        assert message.message_id > sent.message_id
    await bot.send_media_group(LIN, [InputMediaDocument(media=FILE, caption="a")] * 2)
    await bot.send_location(LIN, 1, 2)
    await bot.send_contact(LIN, "+12025550199", "Alex")
    await bot.send_chat_action(LIN, "typing")
    await bot.forward_message(LIN, LIN, sent.message_id)
    await bot.copy_message(LIN, LIN, sent.message_id)
    await bot.set_message_reaction(LIN, sent.message_id, [ReactionTypeEmoji(emoji="👍")])
    await bot.set_my_commands([BotCommand(command="a", description="b")])
    await bot.set_my_commands([], scope=BotCommandScopeAllPrivateChats())

    assert (await bot.get_me()).username
    assert (await bot.get_chat(LIN)).first_name == "悦"
    assert (await bot.get_chat_member(LIN, LIN)).status == "member"
    assert [command.command for command in await bot.get_my_commands()] == ["a"]
    assert (await bot.get_my_description()).description == ""
    assert (await bot.get_chat_menu_button()).type == "default"
    assert (await bot.get_webhook_info()).url == ""
    assert await bot.delete_messages(LIN, [sent.message_id, 999])
    assert await bot.close()
