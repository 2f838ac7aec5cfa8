"""Ten conversations in each language, held through the sandbox over HTTP: `python -m
tests.conversations` holds them anew and writes `docs/conversations.md` exactly as they went.
"""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bot.deciding import Mind
from bot.mind import make_mind
from bot.sandbox.client import Seen
from bot.sandbox.seen import NoReply
from handoff.case import Resolution
from handoff.conversation import Holder
from handoff.files import Files
from handoff.signing import Signer
from handoff.store.server import EmbeddedServer
from handoff.store.server_binary import PACKAGED_NAME, good_binary, packaged_path
from tests.flows.product import LIN, SAM, Product, running_product
from tests.flows.seeds import SEEDS

DOCUMENT = Path(__file__).parents[1] / "docs" / "conversations.md"
HEAD = """# Twenty conversations

Held through the sandbox over HTTP with the whole bot and a real server, and written down exactly as
they went; `python -m tests.conversations` holds them again. Held on {held} (UTC). `[…]` is a
button: below a message those it has, on a customer's line the one that was pressed. ☎ is
Telegram's own button for sharing a number."""
LIN_YUE, EMMA, MEI_LING, WANG, NOAH, ZHAO = 10001, 10002, 10003, 10004, 10005, 10006
QUIET_SECONDS = 0.6


@dataclass(frozen=True, slots=True)
class Story:
    """One customer and what they do, step by step: words; `[label]` presses a button; `☎` shares
    the number; `📷 words` sends a picture; `@words` is said by an agent, `@@words` is the last.
    """

    title: str
    customer: int
    steps: tuple[str, ...]


def _story(title: str, customer: int, *steps: str) -> Story:
    return Story(title, customer, steps)


CHINESE = (
    _story("查物流，四位尾号", LIN_YUE, "你好", "我的快递到哪了", "W1000001", "1001", "好的谢谢"),
    _story("付款报错", NOAH, "付款一直失败", "do_not_honor", "换张卡还是一样的代码", "谢谢啦"),
    _story(
        "繁體：退貨",
        MEI_LING,
        "我要退 W1000003，麻煩辦理退貨",
        "0103",
        "[不喜歡或不合適]",
        "[是]",
        "[可以，請辦理]",
    ),
    _story("取消订单", LIN_YUE, "W1000011 不想要了，帮我取消", "☎", "[可以，请办理]"),
    _story("着急", ZHAO, "咖啡机怎么还没到啊，明天要用，急死了", "W1000006", "☎"),
    _story(
        "生气，转给人，再回来",
        WANG,
        "笔记本开机就蓝屏，太气人了！！",
        "订单 202611050001",
        "@王先生您好，真的很抱歉。这台我们免费换新，今天 18:00 前寄出。",
        "好吧，那就换新",
        "@@已经为您登记换新，单号今天 20:00 前发给您。",
        "那运费谁出？",
    ),
    _story("难过", LIN_YUE, "给妈妈的生日礼物收到时碎了，好难过", "订单是 W1000001"),
    _story(
        "连发几句，一次答完", LIN_YUE, "在吗\n发票怎么开\n还有退款多久到账", "电子发票能改抬头吗"
    ),
    _story("不知所云的话", EMMA, "那个蓝蓝的东西它不吱声了", "就是那样嘛", "嗯就那个那个"),
    _story("规则与优惠", ZHAO, "优惠券可以叠加吗", "生日有什么福利", "退货运费谁出", "再见"),
)
ENGLISH = (
    _story(
        "Where is it? Four digits prove it",
        EMMA,
        "Hi",
        "Where is my order W1000002?",
        "0102",
        "Thanks!",
    ),
    _story("A payment error", NOAH, "My payment keeps failing", "do_not_honor", "Thank you"),
    _story(
        "A return, step by step",
        MEI_LING,
        "I would like to return order W1000003",
        "0103",
        "[Changed my mind]",
        "[Yes]",
        "[Yes, go ahead]",
    ),
    _story(
        "A new address before dispatch",
        EMMA,
        "Please change the address of W1000002",
        "0102",
        "Emma Clark, 12 Elm Street, Springfield 12345",
        "[Yes, go ahead]",
    ),
    _story("Worried", EMMA, "Only part of my order came, I'm really worried. W1000016", "☎"),
    _story(
        "Angry, to a person and back",
        EMMA,
        "This is outrageous, the coat arrived torn!!",
        "Order W1000016",
        "@I am so sorry, Emma. A new coat leaves today by 6 pm, free of charge.",
        "OK, thank you",
        "@@It is booked; you get the tracking number by 8 pm today.",
        "Who pays for the return shipping?",
    ),
    _story("Sad", NOAH, "The present for my dad arrived broken, I'm so sad"),
    _story(
        "Three lines, one answer",
        EMMA,
        "Hello\nhow do I get an invoice\nand what does shipping cost",
        "Can I change the name on the invoice?",
    ),
    _story(
        "Hard to make out",
        NOAH,
        "it does the thing with the thing",
        "you know, the other one",
        "that one, yes",
    ),
    _story(
        "Rules and offers",
        NOAH,
        "Can I combine coupons?",
        "Who pays for the return shipping?",
        "Are you a real person?",
        "Bye",
    ),
)


@dataclass(slots=True)
class Telling:
    """One conversation while it is held."""

    product: Product
    customer: int
    lines: list[str] = field(default_factory=list)
    heard: int = 0
    said: int = 0
    agent_words: list[str] = field(default_factory=list)

    async def step(self, step: str) -> None:
        """Do one thing, and write down what comes of it."""
        if step.startswith("@"):
            await self._agent(step)
        else:
            await self._customer(step)
        await self._listen()

    async def _customer(self, step: str) -> None:
        phone, who = self.product.phone, self.customer
        if step.startswith("["):
            bubble, label = await self._last_with(step[1:-1])
            self._write("Customer", f"[{label}]")
            await phone.press(who, bubble.id, text=label)
        elif step == "☎":
            self._write("Customer", "☎")
            await phone.share_contact(who)
        else:
            for text in step.split("\n"):
                self._write("Customer", text)
                await phone.say(who, text)

    async def _last_with(self, label: str) -> tuple[Seen, str]:
        """The last button whose label begins so."""
        history = await self.product.phone.history(self.customer)
        for seen in reversed(history):
            for offered in seen.buttons:
                if seen.from_bot and offered.startswith(label):
                    return seen, offered
        raise LookupError(f"no button {label} after {self.lines[-3:]}")

    async def _agent(self, step: str) -> None:
        self.said += 1
        agent = SAM if self.customer in (EMMA, NOAH) else LIN
        desk, conversation = self.product.desk, await self.product.conversation(self.customer)
        case = conversation.case_id
        assert case is not None
        if conversation.holder is Holder.QUEUE:
            await desk.claim(case, agent.id, op=f"claim-{self.said}")
        self.agent_words.append(step.lstrip("@"))
        await desk.say(case, agent, self.agent_words[-1], op=f"say-{self.said}")
        if step.startswith("@@"):
            await self._listen()
            await desk.resolve(case, agent, Resolution.SOLVED, op=f"done-{self.said}")

    async def _listen(self) -> None:
        """Whatever is said until it is quiet."""
        wait = 6.0
        while True:
            try:
                seen = await self.product.phone.wait_for_reply(
                    self.customer, after=self.heard, timeout=wait
                )
            except NoReply:
                return
            for bubble in await self.product.phone.history(self.customer, after=self.heard):
                self.heard = max(self.heard, bubble.id)
                if bubble.from_bot:
                    self._tell(bubble)
            self.heard, wait = max(self.heard, seen.id), QUIET_SECONDS

    def _tell(self, bubble: Seen) -> None:
        by_person = any(bubble.text.endswith(words) for words in self.agent_words)
        self._write("Agent" if by_person else "Warmline", bubble.text)
        if bubble.buttons:
            self.lines += ["", " ".join(f"[{label}]" for label in bubble.buttons)]

    def _write(self, who: str, text: str) -> None:
        quoted = text.replace("\n\n", "\0").replace("\n", "  \n").replace("\0", "\n\n")
        self.lines += ["", f"**{who}:** {quoted}"]


async def held(story: Story, mind: Mind, url: str) -> list[str]:
    """One conversation from its first word to its last, with a product of its own."""
    name = f"talk-{abs(hash(story)) % 10**9}"
    signer = Signer(b"a secret for stories only, 32 by")
    with tempfile.TemporaryDirectory() as folder:
        async with running_product(url, name, mind, signer, Files(Path(folder))) as product:
            telling = Telling(product, story.customer)
            for step in story.steps:
                await telling.step(step)
            return telling.lines


async def _all_held(url: str) -> str:
    mind = make_mind(SEEDS)
    parts = [HEAD.format(held=f"{datetime.now(UTC):%Y-%m-%d at %H:%M}")]
    for title, stories in (("中文", CHINESE), ("English", ENGLISH)):
        parts.append(f"## {title}")
        for number, story in enumerate(stories, 1):
            parts.append(f"### {number}. {story.title}")
            parts.append("\n".join(await held(story, mind, url)).strip())
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Hold them all, and write them down."""
    path = packaged_path()
    assert path
    binary = good_binary(PACKAGED_NAME, path)
    assert binary
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedServer(Path(folder), binary)
        try:
            DOCUMENT.write_text(asyncio.run(_all_held(server.start())), encoding="utf-8")
        finally:
            server.stop()


if __name__ == "__main__":
    main()
