"""The replies we are proud of, as the running code gives them: `python -m tests.voice` writes
`docs/voice.md`, and a test keeps it true.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from handoff.words import Word
from tests.chat import NIGHT, NOON, Chat, trained_reader

DOCUMENT = Path(__file__).parents[1] / "docs" / "voice.md"
_HEAD = """# How Warmline sounds

Thirty replies in each language, across moods. Every one is what the code says: `python -m
tests.voice` writes this page from the demo shop at noon on a Friday (one is at night, at one in the
morning), and `tests/bot/test_voice_page.py` fails when it is no longer true. Buttons stand in
brackets.
"""


@dataclass(frozen=True, slots=True)
class Scene:
    """Who writes what. `mood` is ours, for the reader; the code finds its own."""

    mood: str
    says: tuple[str, ...]
    owns: tuple[str, ...] = ()
    night: bool = False


def _scene(mood: str, *says: str, owns: str = "", night: bool = False) -> Scene:
    return Scene(mood, says, tuple(owns.split()), night)


CHINESE = (
    _scene("平静", "你好"),
    _scene("平静", "我的订单 W1000001 到哪了？", owns="W1000001"),
    _scene("平静", "W1000002 发货了吗", owns="W1000002"),
    _scene("平静", "W1000014 今天能到吗", owns="W1000014"),
    _scene("平静", "退货运费谁出？"),
    _scene("平静", "怎么开发票"),
    _scene("平静", "优惠券可以叠加吗"),
    _scene("平静", "付款提示 insufficient_funds"),
    _scene("平静", "羊毛围巾能机洗吗"),
    _scene("平静", "你是机器人吗"),
    _scene("平静", "订单到哪了"),
    _scene("平静（繁體）", "退貨要多久才能退款？"),
    _scene("平静（繁體）", "我想換大一號，可以嗎？"),
    _scene("着急", "急！W1000006 怎么还没到，明天要用！", owns="W1000006"),
    _scene("着急", "付款显示失败，会不会扣了两次钱啊，好慌"),
    _scene("着急", "我被骗了怎么办，有人冒充你们客服让我转账！"),
    _scene("着急", "地址填错了，已经发货了怎么办，急死了"),
    _scene("着急", "显示签收了可是我没收到啊，怎么办", owns="W1000001"),
    _scene("生气", "东西一打开就是碎的，太让人生气了！"),
    _scene("生气", "你们怎么回事，说好昨天到的，骗人！"),
    _scene("生气", "太差劲了，我要投诉！", night=True),
    _scene("平静", "W1000018 现在什么情况", owns="W1000018"),
    _scene("难过", "给妈妈的生日礼物送到时坏了，好难过"),
    _scene("难过", "等了一个星期等来一件发错的，好失望"),
    _scene("开心", "收到啦，特别喜欢，谢谢你们！"),
    _scene("开心", "客服小姐姐太好了，给你们点赞👍"),
    _scene("平静", "拜拜"),
    _scene("平静", "我想找人工"),
    _scene("平静", "差价能退吗，刚买就降价了"),
    _scene("平静", "七天无理由怎么算的"),
)
ENGLISH = (
    _scene("calm", "Hello"),
    _scene("calm", "Where is my order W1000001?", owns="W1000001"),
    _scene("calm", "Has W1000002 shipped yet?", owns="W1000002"),
    _scene("calm", "Only part of W1000016 is on its way?", owns="W1000016"),
    _scene("calm", "Who pays for the return shipping?"),
    _scene("calm", "How do I get an invoice?"),
    _scene("calm", "Can I combine coupons?"),
    _scene("calm", "My payment says insufficient_funds"),
    _scene("calm", "Can I change the address before it ships?"),
    _scene("calm", "Can I machine wash the wool scarf?"),
    _scene("calm", "Where can I pick up W1000013?", owns="W1000013"),
    _scene("calm", "Are you a bot?"),
    _scene("calm", "Where is my parcel?"),
    _scene("calm", "How long does a refund take?"),
    _scene("calm", "Can I exchange it for a larger size?"),
    _scene("worried", "Please help, W1000006 was due and I need it tomorrow!", owns="W1000006"),
    _scene("worried", "The payment failed, I'm scared I was charged twice"),
    _scene("worried", "Somebody pretending to be you asked me to transfer money, what do I do?!"),
    _scene("worried", "I typed the wrong address and it already shipped, I'm panicking"),
    _scene("worried", "It says delivered but I never got it, I'm really worried"),
    _scene("angry", "It arrived smashed to pieces, this is outrageous!"),
    _scene("angry", "Terrible service, I want to complain!", night=True),
    _scene("calm", "What is the status of W1000018?", owns="W1000018"),
    _scene("sad", "The birthday present for my mum arrived broken, I'm so sad"),
    _scene("sad", "I waited a week and got the wrong item, so disappointed"),
    _scene("happy", "It arrived and I love it, thank you so much!"),
    _scene("happy", "You are brilliant, best service ever 👍"),
    _scene("calm", "Goodbye"),
    _scene("calm", "I'd like to talk to a person"),
    _scene("calm", "The price dropped right after I bought it. Do I get the difference?"),
)


async def _played(scene: Scene, tongue: str) -> list[str]:
    chat = Chat(now=NIGHT if scene.night else NOON, tongue=tongue)
    chat.reader = trained_reader()
    chat.remember(proven=scene.owns)
    lines = []
    for text in scene.says:
        outcome = await chat.hears(chat.message(text))
        lines += [f"> {text}", "", *(_shown(word) for word in outcome.words), ""]
    return lines


def _shown(word: Word) -> str:
    buttons = " ".join(f"[{button.text}]" for row in word.body.buttons for button in row)
    text = word.body.text.replace("\n\n", "\0").replace("\n", "  \n").replace("\0", "\n\n")
    return f"{text}\n\n{buttons}" if buttons else text


async def _page() -> str:
    parts = [_HEAD]
    for title, tongue, scenes in (("中文", "zh-Hans", CHINESE), ("English", "en", ENGLISH)):
        parts.append(f"## {title}\n")
        for number, scene in enumerate(scenes, 1):
            parts.append(f"### {number}. {scene.mood}\n")
            parts.append("\n".join(await _played(scene, tongue)))
    return "\n".join(parts).rstrip() + "\n"


def page() -> str:
    """The whole page as it should be now."""
    return asyncio.run(_page())


if __name__ == "__main__":
    DOCUMENT.write_text(page(), encoding="utf-8")
