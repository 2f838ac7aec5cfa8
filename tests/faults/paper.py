"""Phones on paper: what scripted customers do goes through the bot's pure core instead of the real
processes, and into a history like theirs. No tests here.

A run of the real processes speaks some hundred words in minutes; this plays thousands in seconds,
so an answer that the checker would refuse is found without waiting for chance to bring it there.
What is read together is chance's choice, as it is the clock's in a real run.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from msgspec.structs import replace

from bot.heard import Heard, HeardKind
from bot.sandbox.client import SandboxClient
from bot.sandbox.seen import Said, SandboxError, Seen
from bot.shop.demo import DemoShop, load_demo_shop
from bot.understanding.reader import Reader
from handoff.agenda import Outcome
from handoff.conversation import Author, Contact, Holder, MessageKind
from tests.chat import NOON, SEEDS, Chat, answerer
from tests.faults.customers import USUAL_MIX, Crowd, Person, write_shop
from tests.faults.history import (
    CaseListed,
    Claimed,
    Event,
    History,
    Recorder,
    Released,
    RunSettled,
    ScreenSeen,
    Shown,
    ToastShown,
    in_order,
    now_ms,
)
from tests.faults.marks import ORDERS, Marks, marks_in

AGENT = "ann"
ACTS = (2, 6)
BETWEEN_SECONDS = (0.5, 600.0)
READ_BETWEEN, READ_AFTER, HELPED = 0.5, 0.85, 0.3
"""How likely a turn is between the words of an act and after it, and help before the next act."""
STRANGERS = 0.2
"""So many have not shared their number."""
MARKS_OF_A_RUN = 2_000
"""Half of the talks have marks as small as those of a real run: a reader sees their letters."""
MIX = {
    **USUAL_MIX,
    "order": 30,
    "parcel": 15,
    "burst": 30,
    "small_talk": 15,
    "anger": 5,
    "album": 5,
}
STRANGERS_MIX = {**MIX, "order": 0, "burst": 0, "in_two": 30}


@lru_cache(maxsize=1)
def reader() -> Reader:
    return Reader.from_seeds(SEEDS)


class Notes:
    """A recorder without a file."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def note(self, *events: Event) -> None:
        self.events += events


@dataclass
class Talk:
    """One chat: what was written and not yet read, what was shown, and who has the case."""

    id: int
    core: Chat
    notes: Notes
    mail: list[Heard] = field(default_factory=list)
    bubbles: list[Seen] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    case: str = ""
    cases: int = 0

    def hear(self, heard: Heard) -> Said:
        """Anything that becomes mail."""
        self.mail.append(heard)
        number = heard.message.message_id if heard.message else heard.update_id
        return Said(number, heard.update_id, now_ms())

    def edit(self, number: int, text: str) -> Said:
        """New words for a message: in its place while nobody has read it."""
        new = self.core.message(text, revises=number)
        for place, old in enumerate(self.mail):
            if old.message is not None and old.message.message_id == number:
                self.mail[place] = replace(old, message=replace(old.message, text=text))
                return Said(number, new.update_id, now_ms())
        return self.hear(new)

    async def read(self) -> None:
        """A turn, when there is anything to read."""
        if not self.mail:
            return
        mail, self.mail, began_ms = self.mail, [], now_ms()
        outcome = await self.core.hears(*mail)
        theirs = [row.text for row in outcome.rows if row.author is Author.CONTACT]
        self.marks += [mark for text in theirs for mark in marks_in(text)]
        self._show(outcome, began_ms)
        if outcome.open_case is not None:
            self.cases += 1
            self.case = f"case-{self.id}-{self.cases}"
            self._note(CaseListed, status="waiting")

    async def is_helped(self) -> None:
        """Somebody takes the case, looks at it, and gives the conversation back."""
        self.core.holder = Holder.AGENT
        self._note(Claimed, began_ms=now_ms(), op=f"claim {self.case}")
        await self.read()
        self._note(ScreenSeen, marks=tuple(self.marks), whole=True)
        self._note(Released, began_ms=now_ms(), op=f"end {self.case}", how="resolved")
        self.core.holder, self.case = Holder.BOT, ""
        self.hear(self.core.heard(HeardKind.RESOLVED, payload="solved"))
        await self.read()

    def _show(self, outcome: Outcome, began_ms: float) -> None:
        for word in outcome.words:
            self.core.number += 1
            number, text = self.core.number, word.body.text
            keys = [[{"text": b.text, "data": b.action} for b in row] for row in word.body.buttons]
            bubble = {"message_id": number, "text": text, "reply_markup": {"inline_keyboard": keys}}
            self.bubbles.append(Seen(bubble, from_bot=True))
            at_ms = now_ms()
            shown = Shown(
                at_ms=at_ms, began_ms=began_ms, chat=self.id, message_id=number, text=text
            )
            self.notes.note(shown)

    def _note(self, kind: type[Event], **values: Any) -> None:
        self.notes.note(kind(at_ms=now_ms(), case=self.case, chat=self.id, agent=AGENT, **values))


class PaperPhone:
    """Stands where the sandbox's phones stand."""

    def __init__(self, shop: DemoShop, chance: random.Random) -> None:
        self.notes = Notes()
        self.talks: dict[int, Talk] = {}
        self._phones: dict[int, str] = {}
        self._shop = shop
        self._chance = chance

    async def new_customers(
        self, *, first_id: int, phone: str, first_name: str, language_code: str
    ) -> None:
        core = Chat(shop=self._shop)
        core.reader = cast(Any, reader())
        core.contact = Contact(name=first_name, language=language_code)
        self.talks[first_id] = Talk(first_id, core, self.notes)
        self._phones[first_id] = phone

    async def share_contact(self, chat: int) -> Said:
        talk = self.talks[chat]
        return talk.hear(talk.core.heard(HeardKind.PHONE, phone=self._phones[chat]))

    async def wait_for_reply(self, chat: int, *, after: Said, timeout: float) -> None:
        await self.talks[chat].read()

    async def say(self, chat: int, text: str) -> Said:
        talk = self.talks[chat]
        return talk.hear(talk.core.message(text))

    async def if_they_said(self, chat: int, text: str) -> str:
        """What the answer would be; nothing of it is remembered."""
        core = self.talks[chat].core
        before, said = core.raw, list(core.said)
        outcome = await core.hears(core.message(text))
        core.raw, core.said = before, said
        return "\n".join(word.body.text for word in outcome.words)

    async def edit(self, chat: int, number: int, text: str) -> Said:
        return self.talks[chat].edit(number, text)

    async def album(self, chat: int, pictures: int, *, caption: str) -> Said:
        talk = self.talks[chat]
        files = tuple(f"file-{place}" for place in range(pictures))
        said = talk.hear(talk.core.message(caption, MessageKind.PHOTO, files=files))
        # The phone tells the number of the last picture.
        talk.core.number += pictures
        return Said(said.message_id + pictures - 1, said.update_id, said.at)

    async def history(self, chat: int) -> list[Seen]:
        return list(self.talks[chat].bubbles)

    async def press(self, chat: int, number: int, *, text: str) -> dict[str, Any]:
        talk = self.talks[chat]
        for bubble in talk.bubbles:
            for row in bubble.message["reply_markup"]["inline_keyboard"]:
                for key in row:
                    if bubble.id == number and key["text"] == text:
                        said = talk.hear(talk.core.heard_button(key["data"]))
                        name = f"press {chat} {said.update_id}"
                        self.notes.note(ToastShown(at_ms=now_ms(), chat=chat, callback_id=name))
                        return {"callback_id": name, "update_id": said.update_id}
        raise SandboxError(404, "no such button")

    async def pass_time(self, seconds: float) -> None:
        """What was written is read in a pause, or it is not."""
        for talk in self.talks.values():
            talk.core.later(seconds=seconds)
            if self._chance.random() < READ_BETWEEN:
                await talk.read()


def open_shop(folder: Path, people: Sequence[Person]) -> DemoShop:
    """A shop with what these people have ordered."""
    return load_demo_shop(write_shop(folder, people), lambda: NOON, answerer().seeds.hours.zone)


def orders_of(person: Person, shop: DemoShop) -> DemoShop:
    """A shop that is quick to look through: only these are asked for."""
    return DemoShop([shop.orders[number] for number in person.orders], ())


def crowd_on_paper(
    person: Person, shop: DemoShop, seed: int, mix: Mapping[str, int] = MIX
) -> tuple[Crowd, PaperPhone]:
    """A crowd of one, and the phone."""
    chance = random.Random(seed)
    phone = PaperPhone(orders_of(person, shop), chance)
    recorder = cast(Recorder, phone.notes)
    crowd = Crowd(cast(SandboxClient, phone), recorder, [person], seed=seed, mix=mix)
    crowd.pause = phone.pass_time
    return crowd, phone


async def stranger_or_not(person: Person, shop: DemoShop, seed: int) -> History:
    """A conversation from the first word to the last, everything of it this seed's choice."""
    chance = random.Random(-seed)
    person.marks = Marks(chance.randrange(chance.choice((MARKS_OF_A_RUN, ORDERS))))
    known = chance.random() >= STRANGERS
    crowd, phone = crowd_on_paper(person, shop, seed, MIX if known else STRANGERS_MIX)
    await (crowd.arrive() if known else crowd.turn_up(person))
    # Digits prove one order at a time, so strangers wait for their answer.
    likely = READ_AFTER if known else 1.0
    return await _talked(crowd, phone, chance.randint(*ACTS), (chance, likely))


async def as_in_a_run(person: Person, shop: DemoShop, seed: int, acts: int) -> History:
    """What somebody says first in a real run of this seed."""
    crowd, phone = crowd_on_paper(person, shop, seed, USUAL_MIX)
    await crowd.arrive()
    return await _talked(crowd, phone, acts, (random.Random(-seed - person.chat), READ_AFTER))


async def _talked(
    crowd: Crowd, phone: PaperPhone, acts: int, read: tuple[random.Random, float]
) -> History:
    (person,), (chance, likely) = crowd.people, read
    talk = phone.talks[person.chat]
    for _ in range(acts):
        await crowd.act(person)
        talk.core.later(seconds=chance.uniform(*BETWEEN_SECONDS))
        if chance.random() < likely:
            await talk.read()
        if talk.case and chance.random() < HELPED:
            await talk.is_helped()
    await talk.read()
    if talk.case:
        await talk.is_helped()
    phone.notes.note(RunSettled(at_ms=now_ms()))
    return in_order(phone.notes.events)
