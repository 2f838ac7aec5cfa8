"""Scripted customers: a seed says who writes what and when; what they did goes into the history. No
tests here.

They hold the sandbox's phones over HTTP and know nothing of the product but its words. What
somebody does and says is the same in every run of a seed, whoever is faster: each has a chance and
marks of their own. When they do it, and what is read together, is the clock's choice. Each
question carries a mark that the answer has to name; what cannot carry one (thanks, a press) is a
small part.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from bot.sandbox.client import SandboxClient
from bot.sandbox.seen import Said, SandboxError
from tests.faults.history import Blocked, Edited, Pressed, Recorder, Wrote, now_ms
from tests.faults.marks import Marks, secret_of
from tests.flows.seeds import SEEDS

FIRST_ID = 2_000_001
BURST_PAUSES = (0.03, 0.3)
EDIT_PAUSES = (0.1, 1.2)
ARRIVALS_AT_ONCE = 20
ARRIVAL_SECONDS = 30.0
FIRST_MARK, MARKS_EACH = 100_000, 1_000
"""Far from the numbers of orders."""


@dataclass(slots=True)
class Person:
    """A customer with a phone, a language and some orders nobody has asked for yet."""

    chat: int
    phone: str
    tongue: str
    orders: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """The orders they asked for; a photo may be taken to concern any of them: of what was asked
    under an agent the bot has heard nothing.
    """
    busy: bool = False
    marks: Marks = field(default_factory=Marks)
    """What nobody else has in their words."""

    @property
    def tail(self) -> str:
        """The last four digits of the phone."""
        return self.phone[-4:]


WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "order": ("Where is my order {}?", "Has order {} been shipped?", "Status of {} please"),
        "parcel": ("Track {}", "Where is parcel {}?"),
        "code": ("My card says do_not_honor, what can I do? {}",),
        "thanks": ("thanks {}", "ok, thank you {}", "great {}"),
        "hello": ("Hi {}", "Hello there {}"),
        "anger": ("I want to talk to a human now! {}", "This is outrageous, a human please! {}"),
        "tail": ("the last four digits are {tail} {}",),
    },
    "zh": {
        "order": ("我的订单到哪了 {}", "订单 {} 发货了吗？", "帮我查一下 {}"),
        "parcel": ("快递 {} 到哪了？", "查一下运单 {}"),
        "code": ("付款提示 do_not_honor 怎么办 {}",),
        "thanks": ("谢谢 {}", "好的，谢谢您 {}"),
        "hello": ("你好 {}", "您好 {}"),
        "anger": ("转人工！ {}", "太过分了，我要找真人客服 {}"),
        "tail": ("手机尾号 {tail} {}",),
    },
}
MENU = ("Menu", "菜单")
USUAL_MIX = {
    "order": 20,
    "parcel": 40,
    "burst": 15,
    "small_talk": 8,
    "code": 4,
    "edit": 5,
    "press": 4,
    "anger": 2,
    "album": 2,
}


def make_people(count: int, orders_each: int = 4, *, first_id: int = FIRST_ID) -> list[Person]:
    """So many customers of a generated shop, every second one Chinese."""
    made = []
    for number in range(count):
        first = number * orders_each
        made.append(
            Person(
                chat=first_id + number,
                phone=f"+86139{number:08d}",
                tongue="zh" if number % 2 else "en",
                orders=[f"W2{first + n:06d}" for n in range(orders_each)],
                marks=Marks(FIRST_MARK + number * MARKS_EACH),
            )
        )
    return made


def first_free_mark(people: Sequence[Person]) -> int:
    """From here on order numbers belong to nobody."""
    return sum(len(person.orders) for person in people)


def write_shop(folder: Path, people: Sequence[Person]) -> Path:
    """Seeds like ours with these customers in the demo shop; what was ordered is a secret."""
    seeds = folder / "seeds"
    (seeds / "demo").mkdir(parents=True)
    for path in SEEDS.iterdir():
        if path.name != "demo":
            os.symlink(path, seeds / path.name)
    os.symlink(SEEDS / "demo" / "pictures", seeds / "demo" / "pictures")
    customers = [_customer_seed(person) for person in people]
    orders = [_order_seed(person, no) for person in people for no in person.orders]
    # JSON is YAML, and much faster to write.
    (seeds / "demo" / "customers.yaml").write_bytes(orjson.dumps({"customers": customers}))
    (seeds / "demo" / "shop.yaml").write_bytes(orjson.dumps({"orders": orders}))
    return seeds


def _customer_seed(person: Person) -> dict[str, object]:
    both = {"zh": [person.orders[0]], "en": [person.orders[0]]}
    return {
        "id": person.chat,
        "first_name": _name_of(person),
        "language_code": _language_of(person),
        "phone": person.phone,
        "colour": "#3f8fd2",
        "about": {"zh": "跑测试的顾客", "en": "A customer of a test run"},
        "tries": both,
    }


def _order_seed(person: Person, no: str) -> dict[str, object]:
    return {
        "no": no,
        "customer": person.chat,
        "status": "shipped",
        "placed": {"days": 3},
        "total": {"currency": "CNY", "minor_units": 8800},
        "items": [{"name": secret_of(no)}],
    }


def _name_of(person: Person) -> str:
    # A desk shows names only, so a name tells which chat it is.
    return f"{'小林' if person.tongue == 'zh' else 'Alex'} {person.chat}"


def _language_of(person: Person) -> str:
    return "zh-hans" if person.tongue == "zh" else "en"


class Crowd:
    """Customers who write as a seed says."""

    def __init__(
        self,
        phone: SandboxClient,
        recorder: Recorder,
        people: Sequence[Person],
        *,
        seed: int = 1,
        mix: Mapping[str, int] = USUAL_MIX,
    ) -> None:
        self.people = list(people)
        self.marks = Marks(first_free_mark(people))
        self.said = 0
        self._phone = phone
        self._recorder = recorder
        self._seed = seed
        self._chance = random.Random(seed)
        self._chances: dict[int, random.Random] = {}
        self._mix = mix
        self.pause: Callable[[float], Awaitable[None]] = asyncio.sleep
        """How time passes between the words of one act."""
        self._bursts = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._acts: dict[str, Callable[[Person], Awaitable[None]]] = {
            "order": self.asks_for_an_order,
            "in_two": self.asks_in_two,
            "parcel": self.asks_for_a_parcel,
            "burst": self.writes_in_a_burst,
            "small_talk": self.says_thanks,
            "code": self.asks_about_a_code,
            "edit": self.edits_a_question,
            "press": self.presses_menu,
            "anger": self.wants_a_person,
            "album": self.sends_an_album,
        }

    async def arrive(self, people: Sequence[Person] = ()) -> None:
        """Everybody (or these) shares their number, so that their orders are theirs; returns when
        all have been welcomed.
        """
        places = asyncio.Semaphore(ARRIVALS_AT_ONCE)
        coming = people or self.people
        await asyncio.gather(*(self._arrive(person, places) for person in coming))

    async def talk(self, *, rate: float, seconds: float) -> None:
        """So many acts a second, whoever waits for what; returns when the last was done."""
        loop = asyncio.get_running_loop()
        began, done = loop.time(), 0
        while done < rate * seconds:
            await asyncio.sleep(max(0.0, began + done / rate - loop.time()))
            done += 1
            idle = [person for person in self.people if not person.busy]
            if idle:
                self._start(self._chance.choice(idle))
        await asyncio.gather(*self._tasks)

    async def act(self, person: Person, name: str = "") -> None:
        """One act of one person: this one, or what chance says."""
        chance = self.chance_of(person)
        chosen = name or chance.choices([*self._mix], [*self._mix.values()])[0]
        person.busy = True
        try:
            await self._acts[chosen](person)
        finally:
            person.busy = False

    async def asks_for_an_order(self, person: Person) -> None:
        """An own order, each once; then parcels."""
        await (self._order(person) if person.orders else self._parcel(person))

    async def asks_for_a_parcel(self, person: Person) -> None:
        """A waybill that anybody may ask for."""
        await self._parcel(person)

    async def asks_in_two(self, person: Person) -> None:
        """An order and, apart from it, the digits that prove it: what was ordered is told only to
        who sent both. For people who have not shared their number. Without orders left a parcel.
        """
        if not person.orders:
            await self._parcel(person)
            return
        order = person.orders.pop()
        person.told.append(order)
        tail = person.marks.word()
        proofs, burst = (secret_of(order),), self._burst()
        await self.write(person, "order", order, proofs=proofs, burst=burst)
        await self.write(person, "tail", tail, proofs=proofs, burst=burst)

    async def writes_in_a_burst(self, person: Person) -> None:
        """Hello and two or three questions, one right after the other."""
        burst, chance = self._burst(), self.chance_of(person)
        await self._say(person, "hello", burst=burst)
        for _ in range(chance.randint(2, 3)):
            await self.pause(chance.uniform(*BURST_PAUSES))
            if person.orders and chance.random() < 0.5:
                await self._order(person, burst)
            else:
                await self._parcel(person, burst)

    async def says_thanks(self, person: Person) -> None:
        """What needs no answer and gets one."""
        await self._say(person, "thanks")

    async def asks_about_a_code(self, person: Person) -> None:
        """A question whose answer names nobody's mark."""
        await self._say(person, "code")

    async def wants_a_person(self, person: Person) -> None:
        """Whoever reads it calls a person."""
        await self.write(person, "anger", person.marks.word(), hands_over=True)

    async def edits_a_question(self, person: Person) -> None:
        """A parcel, and soon after another one in its place."""
        said = await self._parcel(person)
        await self.pause(self.chance_of(person).uniform(*EDIT_PAUSES))
        mark = person.marks.waybill()
        text, at_ms = self._text(person, "parcel", mark), now_ms()
        edited = await self._phone.edit(person.chat, said.message_id, text)
        self._recorder.note(
            Edited(
                at_ms=at_ms,
                chat=person.chat,
                message_id=said.message_id,
                update_id=edited.update_id or 0,
                mark=mark,
                text=text,
                proofs=(mark,),
            )
        )

    async def presses_menu(self, person: Person) -> None:
        """The menu button under the newest message that has one; else thanks."""
        for bubble in reversed(await self._phone.history(person.chat)):
            label = next((label for label in bubble.buttons if label in MENU), "")
            if bubble.from_bot and label:
                await self.press(person, bubble.id, label)
                return
        await self._say(person, "thanks")

    async def press(self, person: Person, message_id: int, label: str) -> None:
        """A button under a message."""
        at_ms = now_ms()
        try:
            pressed = await self._phone.press(person.chat, message_id, text=label)
        except SandboxError:  # the message was changed meanwhile and has no such button any more
            return
        self._note_press(person, at_ms, str(pressed["callback_id"]), label, pressed["update_id"])

    async def sends_an_album(self, person: Person, pictures: int = 3) -> None:
        """So many pictures with one line under the first."""
        mark, at_ms = person.marks.word(), now_ms()
        said = await self._phone.album(person.chat, pictures, caption=f"Photo {mark}")
        self._recorder.note(
            Wrote(
                at_ms=at_ms,
                chat=person.chat,
                message_id=said.message_id - pictures + 1,
                update_id=(said.update_id or pictures) - pictures + 1,
                mark=mark,
                text=f"Photo {mark}",
                kind="album",
                carries=tuple(person.told),
            )
        )
        self.said += 1

    async def block(self, person: Person, *, blocked: bool = True) -> None:
        """Block the bot, or let it write again."""
        at_ms = now_ms()
        await self._phone.block(person.chat, blocked=blocked)
        self._recorder.note(Blocked(at_ms=at_ms, chat=person.chat, blocked=blocked))

    async def write(
        self,
        person: Person,
        kind: str,
        mark: str,
        *,
        proofs: tuple[str, ...] = (),
        burst: str = "",
        hands_over: bool = False,
    ) -> Said:
        """A text with this mark in it."""
        text, at_ms = self._text(person, kind, mark), now_ms()
        said = await self._phone.say(person.chat, text)
        self._recorder.note(
            Wrote(
                at_ms=at_ms,
                chat=person.chat,
                message_id=said.message_id,
                update_id=said.update_id or 0,
                mark=mark,
                text=text,
                proofs=proofs,
                burst=burst,
                hands_over=hands_over,
            )
        )
        self.said += 1
        return said

    async def _order(self, person: Person, burst: str = "") -> Said:
        mark = person.orders.pop()
        person.told.append(mark)
        proofs = (mark, secret_of(mark))
        return await self.write(person, "order", mark, proofs=proofs, burst=burst)

    async def _parcel(self, person: Person, burst: str = "") -> Said:
        mark = person.marks.waybill()
        return await self.write(person, "parcel", mark, proofs=(mark,), burst=burst)

    async def _say(self, person: Person, kind: str, burst: str = "") -> Said:
        return await self.write(person, kind, person.marks.word(), burst=burst)

    async def turn_up(self, person: Person) -> None:
        """Somebody opens a chat and says nothing yet."""
        await self._phone.new_customers(
            first_id=person.chat,
            phone=person.phone,
            first_name=_name_of(person),
            language_code=_language_of(person),
        )

    async def _arrive(self, person: Person, places: asyncio.Semaphore) -> None:
        async with places:
            await self.turn_up(person)
            at_ms = now_ms()
            said = await self._phone.share_contact(person.chat)
            # Not a word with a mark in it: like a press, it is answered or it is not.
            name = f"contact {person.chat}"
            self._note_press(person, at_ms, name, "share contact", said.update_id or 0)
            await self._phone.wait_for_reply(person.chat, after=said, timeout=ARRIVAL_SECONDS)

    def _note_press(
        self, person: Person, at_ms: float, name: str, label: str, update_id: int
    ) -> None:
        self._recorder.note(
            Pressed(
                at_ms=at_ms,
                chat=person.chat,
                message_id=0,
                update_id=update_id,
                callback_id=name,
                label=label,
            )
        )
        self.said += 1

    def _start(self, person: Person) -> None:
        person.busy = True
        task = asyncio.create_task(self.act(person))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _text(self, person: Person, kind: str, mark: str) -> str:
        words = self.chance_of(person).choice(WORDS[person.tongue][kind])
        return words.format(mark, tail=person.tail)

    def chance_of(self, person: Person) -> random.Random:
        """What decides for one person."""
        if person.chat not in self._chances:
            self._chances[person.chat] = random.Random(f"{self._seed} {person.chat}")
        return self._chances[person.chat]

    def _burst(self) -> str:
        self._bursts += 1
        return f"burst {self._bursts}"
