"""The words and icons of the phone page's shell, in both languages."""

from __future__ import annotations

from markupsafe import Markup

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Warmline sandbox: the customer's phone",
        "customers": "Customers",
        "note": "Pick one, and you hold their phone. Each has a different matter.",
        "phone": "The customer's phone",
        "other": "中文",
        "other_code": "zh",
        "back": "Back to the customers",
        "more": "More",
        "no_bot": "The bot is not connected yet. Messages wait for it.",
        "messages": "Messages",
        "newest": "To the newest message",
        "try": "Things to try",
        "commands": "Commands",
        "message": "Message",
        "keyboard": "Keyboard",
        "attach": "Attach",
        "send": "Send",
        "noscript": "The phone needs JavaScript.",
    },
    "zh": {
        "title": "Warmline 沙盒：顾客的手机",
        "customers": "顾客",
        "note": "选一位，您就拿着这位顾客的手机。每位的事情都不一样。",
        "phone": "顾客的手机",
        "other": "English",
        "other_code": "en",
        "back": "返回顾客列表",
        "more": "更多",
        "no_bot": "机器人还没有连接，消息会先为它留着。",
        "messages": "消息",
        "newest": "回到最新消息",
        "try": "可以试试",
        "commands": "命令",
        "message": "输入消息",
        "keyboard": "键盘",
        "attach": "附件",
        "send": "发送",
        "noscript": "这部手机需要 JavaScript。",
    },
}

_PATHS = {
    "back": "M15 5l-7 7 7 7",
    "more": "M12 5.5v.01M12 12v.01M12 18.5v.01",
    "down": "M6 9.5l6 6 6-6",
    "slash": "M15.5 4.5l-7 15",
    "keys": "M4 6h16v12H4zM8 10h.01M12 10h.01M16 10h.01M8 14h8",
    "clip": (
        "M19 11.5l-7.3 7.3a4.6 4.6 0 0 1-6.5-6.5l7.6-7.6a3 3 0 0 1 4.3 4.3"
        "l-7.4 7.4a1.5 1.5 0 0 1-2.1-2.1l6.7-6.8"
    ),
    "send": "M4 12l16-7.5L15.5 20l-4-6.5L4 12zM11.5 13.5l4-4.5",
}


def icon(name: str) -> Markup:
    """One stroke icon, drawn in the colour of its text."""
    return Markup(
        '<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="{}"/></svg>'
    ).format(_PATHS[name])
