"""Histories made up by hand or by chance, all good, to check the checker with. No tests here.

A story is told in the order of its clock; whoever wants a bad one changes a good one.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from tests.faults.history import (
    AgentNoted,
    AgentSaid,
    CaseListed,
    Claimed,
    ClaimRefused,
    Edited,
    Event,
    FaultInjected,
    History,
    Pressed,
    Released,
    RunSettled,
    RunStarted,
    ScreenSeen,
    Shown,
    ToastShown,
    Wrote,
    in_order,
)
from tests.faults.marks import Marks, secret_of

ANSWER_MS = 80.0
SETTLED_MS = 120_000.0


@dataclass
class Story:
    """Tells a run. `now` moves on with whatever happens."""

    now: float = 1_000.0
    events: list[Event] = field(default_factory=list)
    marks: Marks = field(default_factory=Marks)
    _messages: dict[int, int] = field(default_factory=dict)
    _updates: int = 0
    _heard: dict[int, list[str]] = field(default_factory=dict)

    def history(self) -> History:
        """The story with its beginning and its end."""
        began = RunStarted(at_ms=0.0, seed=1, mode="polling", facts={})
        return in_order([began, *self.events, RunSettled(at_ms=self.now + SETTLED_MS)])

    def wait(self, ms: float) -> None:
        """Let time pass."""
        self.now += ms

    def asks(self, chat: int, *, burst: str = "") -> Wrote:
        """A question about an order: the answer must name it."""
        mark = self.marks.order()
        return self._wrote(chat, mark, f"Where is my order {mark}?", proofs=(mark,), burst=burst)

    def asks_in_two(self, chat: int) -> tuple[Wrote, Wrote]:
        """A question whose answer needs two messages: what was ordered is told only after both."""
        mark, tail = self.marks.order(), self.marks.word()
        proofs, burst = (secret_of(mark),), f"burst {mark}"
        return (
            self._wrote(chat, mark, f"Where is {mark}?", proofs=proofs, burst=burst),
            self._wrote(chat, tail, f"1234 {tail}", proofs=proofs, burst=burst),
        )

    def thanks(self, chat: int, *, burst: str = "") -> Wrote:
        """Small talk: no answer can prove that it was read."""
        mark = self.marks.word()
        return self._wrote(chat, mark, f"thanks {mark}", burst=burst)

    def is_angry(self, chat: int) -> Wrote:
        """A message that must call a person."""
        mark = self.marks.word()
        return self._wrote(chat, mark, f"A human now! {mark}", hands_over=True)

    def edits(self, wrote: Wrote) -> Edited:
        """The same message with another order in it."""
        self.wait(5)
        mark = self.marks.order()
        edited = Edited(
            at_ms=self.now,
            chat=wrote.chat,
            message_id=wrote.message_id,
            update_id=self._update(),
            mark=mark,
            text=f"Where is {mark}?",
            proofs=(mark,),
        )
        self._note(edited)
        self._heard.setdefault(wrote.chat, []).append(mark)
        return edited

    def presses(self, chat: int) -> Pressed:
        """A button, with its toast."""
        self.wait(5)
        update_id = self._update()
        pressed = Pressed(
            at_ms=self.now,
            chat=chat,
            message_id=1,
            update_id=update_id,
            callback_id=f"cb{update_id}",
            label="Menu",
        )
        self._note(pressed)
        self.wait(5)
        self._note(ToastShown(at_ms=self.now, chat=chat, callback_id=pressed.callback_id))
        return pressed

    def shows(self, chat: int, text: str, after_ms: float = ANSWER_MS) -> Shown:
        """A text in a chat."""
        self.wait(after_ms)
        shown = Shown(
            at_ms=self.now + 2,
            began_ms=self.now,
            chat=chat,
            message_id=self._message(chat),
            text=text,
        )
        self.wait(2)
        self._note(shown)
        return shown

    def answers(self, *questions: Wrote | Edited, after_ms: float = ANSWER_MS) -> Shown:
        """One text that answers these."""
        named = [proof for one in questions for proof in (one.mark, *one.proofs)]
        told = " ".join(dict.fromkeys(name for name in named if name[0] in "Ws"))
        return self.shows(
            questions[0].chat, f"{told}: on its way." if told else "Gladly!", after_ms
        )

    def lists(self, case: str, chat: int, *, status: str = "waiting", agent: str = "lin") -> None:
        """A desk shows a case in its list."""
        self.wait(5)
        self._note(CaseListed(at_ms=self.now, agent=agent, case=case, chat=chat, status=status))

    def claims(self, agent: str, case: str, chat: int, *, in_flight: bool = False) -> Claimed:
        """An agent gets a case."""
        self.wait(10)
        claimed = Claimed(
            at_ms=self.now,
            began_ms=self.now - 5,
            agent=agent,
            case=case,
            chat=chat,
            op=f"claim {len(self.events)}",
            in_flight=in_flight,
        )
        self._note(claimed)
        return claimed

    def is_refused(self, agent: str, case: str, holder: str) -> None:
        """An agent was too late."""
        self._note(
            ClaimRefused(
                at_ms=self.now,
                agent=agent,
                case=case,
                op=f"claim {len(self.events)}",
                code="already_claimed",
                holder=holder,
            )
        )

    def looks(self, agent: str, case: str, chat: int, *, whole: bool = True) -> ScreenSeen:
        """An agent's page shows all that was heard in a chat."""
        self.wait(20)
        marks = tuple(self._heard.get(chat, ()))
        seen = ScreenSeen(
            at_ms=self.now, agent=agent, case=case, chat=chat, marks=marks, whole=whole
        )
        self._note(seen)
        return seen

    def says(self, agent: str, case: str, chat: int) -> tuple[AgentSaid, Shown]:
        """An agent's words, accepted and shown."""
        said = self.accepts(agent, case, chat)
        return said, self.shows(chat, said.text)

    def accepts(self, agent: str, case: str, chat: int) -> AgentSaid:
        """An agent's words, accepted."""
        self.wait(10)
        mark = self.marks.said()
        said = AgentSaid(
            at_ms=self.now,
            began_ms=self.now - 5,
            agent=agent,
            case=case,
            chat=chat,
            op=f"say {mark}",
            mark=mark,
            text=f"I am looking at it. {mark}",
        )
        self._note(said)
        return said

    def notes(self, agent: str, case: str, chat: int) -> AgentNoted:
        """A remark for colleagues."""
        self.wait(10)
        mark = self.marks.noted()
        noted = AgentNoted(
            at_ms=self.now,
            agent=agent,
            case=case,
            chat=chat,
            op=f"note {mark}",
            mark=mark,
            text=f"A nuisance. {mark}",
        )
        self._note(noted)
        return noted

    def releases(self, agent: str, case: str, chat: int, how: str = "resolved") -> Released:
        """A case leaves its agent's hands."""
        self.wait(10)
        released = Released(
            at_ms=self.now,
            began_ms=self.now - 5,
            agent=agent,
            case=case,
            chat=chat,
            op=f"release {len(self.events)}",
            how=how,
        )
        self._note(released)
        return released

    def fails(self, kind: str = "bot.kill", in_flight: int = 1, lasts_ms: float = 0.0) -> None:
        """A fault strikes now."""
        self._note(
            FaultInjected(
                at_ms=self.now,
                kind=kind,
                target=kind.partition(".")[0],
                until_ms=self.now + lasts_ms,
                in_flight=in_flight,
            )
        )

    def _wrote(
        self,
        chat: int,
        mark: str,
        text: str,
        *,
        proofs: tuple[str, ...] = (),
        burst: str = "",
        hands_over: bool = False,
    ) -> Wrote:
        self.wait(5)
        wrote = Wrote(
            at_ms=self.now,
            chat=chat,
            message_id=self._message(chat),
            update_id=self._update(),
            mark=mark,
            text=text,
            proofs=proofs,
            burst=burst,
            hands_over=hands_over,
        )
        self._note(wrote)
        self._heard.setdefault(chat, []).append(mark)
        return wrote

    def _note(self, event: Event) -> None:
        self.events.append(event)

    def _message(self, chat: int) -> int:
        self._messages[chat] = self._messages.get(chat, 0) + 1
        return self._messages[chat]

    def _update(self) -> int:
        self._updates += 1
        return self._updates


def help_of_a_person(story: Story, chat: int, agent: str, case: str) -> None:
    """One case from anger to the return to the bot."""
    angry = story.is_angry(chat)
    story.shows(angry.chat, "A colleague will be with you in 10 minutes.")
    story.lists(case, chat)
    pending = story.asks(chat)  # its answer is withdrawn by the claim
    story.claims(agent, case, chat)
    story.is_refused("max", case, agent)
    story.lists(case, chat, status="assigned")
    story.looks(agent, case, chat)
    assert pending.proofs
    story.notes(agent, case, chat)
    story.says(agent, case, chat)
    story.thanks(chat)
    story.looks(agent, case, chat)
    story.says(agent, case, chat)
    story.releases(agent, case, chat)
    story.shows(chat, "I am back.")


def good_day() -> Story:
    """Two customers, every turn of events once, and one fault with one repeat."""
    story = Story()
    for chat in (11, 12):
        story.answers(story.asks(chat))
        story.answers(story.thanks(chat))
        together = [story.asks(chat, burst=f"b{chat}") for _ in range(3)]
        story.answers(*together)
        greeting = story.thanks(chat, burst=f"c{chat}")
        story.answers(story.asks(chat, burst=f"c{chat}"), greeting)
        story.answers(*story.asks_in_two(chat))
        story.answers(story.edits(story.asks(chat)))
        first = story.asks(chat)
        story.answers(first)
        story.answers(story.edits(first))
        story.presses(chat)
        help_of_a_person(story, chat, f"agent{chat}", f"case{chat}")
    twice = story.answers(story.asks(11))
    story.fails("bot.kill", in_flight=2)
    story.shows(11, twice.text, after_ms=3_000)
    story.fails("redis.down", in_flight=1, lasts_ms=2_000)
    story.answers(story.asks(12), after_ms=4_000)
    return story


def good_day_by_chance(seed: int) -> History:
    """Some customers and agents do whatever they may do; everything goes well."""
    chance, story = random.Random(seed), Story(marks=Marks(seed * 1_000))
    chats = [100 + n for n in range(chance.randint(1, 4))]
    acts = ["ask", "burst", "split", "thanks", "edit", "press", "help", "fault", "wait"]
    for number in range(chance.randint(3, 14)):
        chat, act = chance.choice(chats), chance.choice(acts)
        if act == "ask":
            story.answers(story.asks(chat), after_ms=chance.uniform(5, 2_500))
        elif act == "burst":
            burst = f"burst {number}"
            asked = [story.asks(chat, burst=burst) for _ in range(chance.randint(1, 4))]
            story.answers(*asked, story.thanks(chat, burst=burst))
        elif act == "split":
            story.answers(*story.asks_in_two(chat))
        elif act == "thanks":
            story.answers(story.thanks(chat))
        elif act == "edit":
            story.answers(story.edits(story.asks(chat)))
        elif act == "press":
            story.thanks(chat)
            story.shows(chat, "Gladly!")
            story.presses(chat)
        elif act == "help":
            help_of_a_person(story, chat, chance.choice(["sam", "lin"]), f"case {number}")
        elif act == "fault":
            _fault_by_chance(story, chat, chance)
        else:
            story.wait(chance.uniform(0, 20_000))
    story.answers(story.asks(chats[0]))
    return story.history()


def _fault_by_chance(story: Story, chat: int, chance: random.Random) -> None:
    lasts_ms = chance.choice([0.0, 3_000.0])
    asked = [story.asks(chat) for _ in range(chance.randint(1, 3))]
    story.fails(chance.choice(["bot.kill", "redis.down"]), len(asked), lasts_ms)
    story.fails("bot.stop", in_flight=1)
    answer = story.answers(*asked, after_ms=lasts_ms + chance.uniform(5, 5_000))
    if chance.random() < 0.5 and lasts_ms == 0.0:
        story.fails("bot.kill", in_flight=1)
        story.shows(chat, answer.text, after_ms=3_000)
