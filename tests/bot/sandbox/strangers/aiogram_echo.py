import asyncio
import sys

from aiogram import Bot, Dispatcher, F, html
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
)

dp = Dispatcher()


@dp.message(CommandStart(deep_link=True))
async def started(message: Message) -> None:
    key = KeyboardButton(text="My number", request_contact=True)
    await message.answer("welcome", reply_markup=ReplyKeyboardMarkup(keyboard=[[key]]))


@dp.message(F.contact)
async def contact(message: Message) -> None:
    own = message.contact.user_id == message.from_user.id
    await message.answer(f"contact {message.contact.phone_number} own={own}")


@dp.message(F.photo)
async def photo(message: Message, bot: Bot) -> None:
    content = (await bot.download(message.photo[-1])).read()
    back = InputMediaPhoto(media=BufferedInputFile(content, "back.jpg"), caption="back")
    await message.answer_media_group([back, InputMediaPhoto(media=message.photo[-1].file_id)])


@dp.callback_query()
async def pressed(query: CallbackQuery) -> None:
    await query.answer("noted")
    await query.message.edit_text(f"pressed {query.data}")


@dp.message(F.text)
async def echo(message: Message) -> None:
    button = InlineKeyboardButton(text="Press", callback_data="p:1")
    markup = InlineKeyboardMarkup(inline_keyboard=[[button]])
    await message.reply(html.bold(html.quote(message.text)), parse_mode="HTML", reply_markup=markup)


async def main() -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(sys.argv[1]))
    bot = Bot("4242:AAE-stranger", session=session)
    await dp.start_polling(bot)


asyncio.run(main())
