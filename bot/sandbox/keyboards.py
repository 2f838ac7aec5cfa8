"""Check the keyboards a bot sends, and find the button a customer presses."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.errors import Json, bad_request

CALLBACK_BYTES = 64
_ACTIONS = (
    "callback_data",
    "url",
    "copy_text",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "pay",
)


def checked_markup(markup: Any) -> tuple[Json | None, Json | None]:
    """Split `reply_markup` into what stays on the message and what changes the phone's keyboard."""
    if markup is None:
        return None, None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        return {"inline_keyboard": _checked_inline(markup["inline_keyboard"])}, None
    if "keyboard" in markup:
        return None, {**markup, "keyboard": _checked_reply(markup["keyboard"])}
    if markup.get("remove_keyboard") or markup.get("force_reply"):
        return None, markup
    if markup:
        raise bad_request("can't parse reply markup: unknown type")
    return None, None


def _rows(rows: Any) -> list[list[Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request("can't parse keyboard: an array of arrays of buttons expected")
    return [row for row in rows if row]


def _checked_inline(rows: Any) -> list[list[Json]]:
    checked = _rows(rows)
    for row in checked:
        for button in row:
            _check_button(button)
    return checked


def _check_button(button: Any) -> None:
    where = "can't parse inline keyboard button"
    if not isinstance(button, dict) or not str(button.get("text", "")).strip():
        raise bad_request(f"{where}: text is empty")
    if not any(action in button for action in _ACTIONS):
        raise bad_request(f"{where}: Text buttons are unallowed in the inline keyboard")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(str(data).encode()) <= CALLBACK_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    url = button.get("url")
    if url is not None and not _is_address(str(url)):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    copied = button.get("copy_text")
    if copied is not None and not 1 <= len(str(copied.get("text", ""))) <= 256:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")


def _is_address(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "tg" or (parts.scheme in {"http", "https"} and bool(parts.hostname))


def _checked_reply(rows: Any) -> list[list[Json]]:
    checked = [
        [{"text": button} if isinstance(button, str) else button for button in row]
        for row in _rows(rows)
    ]
    for row in checked:
        for button in row:
            if not isinstance(button, dict) or not str(button.get("text", "")).strip():
                raise bad_request("can't parse keyboard button: text is empty")
    return checked


def find_inline(markup: Json | None, *, data: str | None, text: str | None) -> Json | None:
    """The button of an inline keyboard with this data, or failing that with this label."""
    for row in (markup or {}).get("inline_keyboard", []):
        for button in row:
            if data is not None and button.get("callback_data") == data:
                return dict(button)
            if data is None and button["text"] == text:
                return dict(button)
    return None


def find_reply(keyboard: Json | None, text: str) -> Json | None:
    """The button of the phone's keyboard with this label."""
    for row in (keyboard or {}).get("keyboard", []):
        for button in row:
            if button["text"] == text:
                return dict(button)
    return None
