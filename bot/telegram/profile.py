"""How the bot presents itself on Telegram: its command list and its short description.

Set at start. A failure here is told and changes nothing: customers are answered all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import structlog

from bot.telegram.api import BotApi
from bot.telegram.errors import TokenRevoked
from handoff.errors import ChannelError, StoreDown
from handoff.ports import House

PROFILE_ALERT = "telegram_profile"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Me:
    """Who Telegram says we are."""

    bot_id: int
    username: str


@dataclass(frozen=True, slots=True)
class _Face:
    commands: tuple[tuple[str, str], ...]
    about: str


_ZH = _Face(
    (
        ("start", "开始，看看我能帮您做什么"),
        ("help", "怎样最快得到答案"),
        ("human", "转接人工客服"),
        ("language", "选择语言"),
        ("privacy", "我们如何保护您的信息"),
    ),
    "查订单、查物流、支付报错、退换货，随时为您解答；需要时马上为您转接人工。"
    "您的信息只用于处理您的问题，详情请发送 /privacy。",
)
_EN = _Face(
    (
        ("start", "See what I can do for you"),
        ("help", "The quickest way to an answer"),
        ("human", "Talk to a person"),
        ("language", "Choose your language"),
        ("privacy", "How we look after your data"),
    ),
    "Orders, parcels, payments, returns: ask any time, and a person helps when needed. "
    "Your data: /privacy",
)
# Telegram takes two-letter codes only, so one Chinese list serves both scripts.
FACES = MappingProxyType({"": _EN, "zh": _ZH})


async def introduce(api: BotApi, house: House) -> Me | None:
    """Ask Telegram who we are and set our face; None when it did not say. Raises TokenRevoked."""
    me = await _me(api)
    failed = 0
    for language, face in FACES.items():
        failed += not await _shown(api, language, face)
    await _tell(house, failed)
    return me


async def _me(api: BotApi) -> Me | None:
    try:
        found = await api.call("getMe", {})
    except TokenRevoked:
        raise
    except ChannelError:
        return None
    if not isinstance(found, dict) or not isinstance(found.get("id"), int):
        return None
    return Me(found["id"], str(found.get("username") or ""))


async def _shown(api: BotApi, language: str, face: _Face) -> bool:
    commands = [{"command": name, "description": text} for name, text in face.commands]
    spoken = {"language_code": language} if language else {}
    try:
        await api.call("setMyCommands", {"commands": commands, **spoken})
        await api.call("setMyShortDescription", {"short_description": face.about, **spoken})
    except ChannelError as error:
        log.warning("profile.not_set", language=language, error=type(error).__name__)
        return False
    return True


async def _tell(house: House, failed: int) -> None:
    try:
        if failed:
            await house.alert(PROFILE_ALERT, f"{failed} of {len(FACES)} command lists are not set")
        else:
            await house.clear_alert(PROFILE_ALERT)
    except StoreDown:
        log.warning("alert.not_kept", alert=PROFILE_ALERT)
