"""A turn while the customer waits for a person: what may still be said, and what the case gains.

Questions the bot can answer in full are answered; nothing is asked, and nobody upset gets small
talk. Everything else goes to the agent's packet and rank.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec.structs import replace

from bot.answers.articles import CLEAR
from bot.card import card_timer, moved_card
from bot.cues import Cue
from bot.filling import ARRANGED
from bot.handing import (
    ACKNOWLEDGE_EVERY_MS,
    PROMISE_TIMER,
    enrich_chore,
    grow_packet,
    renew_promise,
    tell_standing,
    to_ms,
    urgent_care,
)
from bot.hearing import ActKind
from bot.replying import make_reply
from bot.slots import list_open
from bot.state import SAID_CHARS
from bot.talk import Talk
from bot.tone import Layout
from bot.understanding.reading import Intent, Role
from bot.weighing import Weight
from handoff.agenda import Chore
from handoff.packet import Packet, encode_packet, enriched
from handoff.words import Body, WordKind

_ALWAYS = frozenset(
    {
        ActKind.MENU,
        ActKind.HELP,
        ActKind.LANGUAGE,
        ActKind.PRIVACY,
        ActKind.UNKNOWN_COMMAND,
        ActKind.DUE,
    }
)
"""What is answered whoever waits for what: a press or a command never meets silence, and news that
was promised for now is told now.
"""
_SENT = frozenset({ActKind.FILE, ActKind.VOICE, ActKind.OTHER})
_NOT_SAID = ("asks", "goal", "guess", "article", "tried", "misses", "done")


@dataclass(slots=True)
class Waited:
    """What a turn in the queue came to."""

    kind: WordKind = WordKind.ANSWER
    rank: float | None = None
    reason: str = ""
    priority: str = ""
    packet: bytes = b""
    timers: dict[str, int] = field(default_factory=dict)
    chores: tuple[Chore, ...] = ()
    card: Body | None = None
    """The queue card with a better place."""

    @property
    def only_answer(self) -> bool:
        """Whether nothing but an answer would be written."""
        changes = self.rank is not None or self.packet or self.timers
        return not changes and self.kind is WordKind.ANSWER


def answer_waiting(talk: Talk, weight: Weight | None) -> Waited:
    """Answer what is fully known, keep the promise honest, and tell the agent the rest."""
    waited = Waited()
    before = talk.state.packet
    if talk.state.case is None:
        _answer(talk, waited)
        return waited
    _grow(talk, weight, waited)
    if talk.plan.has(ActKind.CARD):
        waited.timers |= card_timer(talk)
    if talk.plan.has(ActKind.PROMISE):
        _renew(talk, waited)
    elif _cares(talk):
        waited.kind = WordKind.NOTICE
    elif talk.reading is None and all(act.kind is ActKind.CARD for act in talk.plan.acts):
        waited.card = moved_card(talk)
    elif talk.plan.has(ActKind.HUMAN) or _asks_again(talk) or _asks_how_long(talk):
        waited.kind = WordKind.NOTICE
        waited.timers[PROMISE_TIMER] = tell_standing(talk)
    else:
        _answer(talk, waited)
    _pass_on(talk, before, waited)
    return waited


def _cares(talk: Talk) -> bool:
    """Say what to do at once when somebody is in danger: it is told while they wait, too, once."""
    care = urgent_care(talk)
    said = (line.text for line in talk.state.recent if line.role is Role.BOT)
    if not care or any(line[:SAID_CHARS] in care for line in said if line):
        return False
    talk.layout.parts.append(care)
    return True


def _pass_on(talk: Talk, before: Packet | None, waited: Waited) -> None:
    """Whatever the packet gained goes to the case once, as a version that is enriched anew."""
    packet, case = talk.state.packet, talk.state.case
    if packet is None or case is None or packet == before:
        return
    if before is not None and packet.version <= before.version:
        packet = enriched(packet)
        talk.state = talk.state.changed(packet=packet)
    waited.packet = encode_packet(packet)
    waited.chores = (enrich_chore(talk, case.id, packet.version),)


def _asks_again(talk: Talk) -> bool:
    return talk.reading is not None and talk.reading.asks_person and not talk.reading.takes_back


def _asks_how_long(talk: Talk) -> bool:
    """Whether they ask how long it takes and nothing of an order: the place and time are told."""
    asked = talk.reading is not None and not talk.reading.entities.as_lists()
    return asked and (talk.cue(Cue.WAITS) or talk.calls)


def _grow(talk: Talk, weight: Weight | None, waited: Waited) -> None:
    """Signals that got stronger move the case forward; what was added goes into its packet."""
    case = talk.state.case
    assert case is not None
    raised = weight if weight is not None and weight.head_start_ms > case.head_start_ms else None
    if weight is not None and raised:
        waited.rank = float(case.entered_ms - weight.head_start_ms)
        waited.reason = weight.why
        waited.priority = weight.priority
        talk.state = talk.state.changed(
            case=replace(
                case,
                head_start_ms=weight.head_start_ms,
                priority=weight.priority,
                why=weight.why,
            ),
        )
    packet = grow_packet(talk, raised)
    if packet is not None:
        talk.state = talk.state.changed(packet=packet)


def _renew(talk: Talk, waited: Waited) -> None:
    """The named time has come and nobody took over: say so honestly, with a new one."""
    case = talk.state.case
    assert case is not None
    waited.kind = WordKind.NOTICE
    if case.promise_ms > to_ms(talk.voice.now) + 1000:
        # The promise was renewed since this timer was set.
        waited.timers[PROMISE_TIMER] = case.promise_ms
        return
    due, waited.rank = renew_promise(talk)
    waited.timers[PROMISE_TIMER] = due
    waited.reason = talk.voice.say("why.promise", why=case.why)


def _answer(talk: Talk, waited: Waited) -> None:
    """A full answer is said; anything less is only acknowledged, and that rarely."""
    before = talk.state
    if _lets_go(talk):
        _acknowledge(talk)
        return
    make_reply(talk)
    due = talk.plan.has(ActKind.DUE) and talk.reading is None
    pressed = any(act.kind in _ALWAYS for act in talk.plan.acts)
    less = talk.asked or talk.missed or (talk.hand and not due) or _complains(talk)
    less = less or (not pressed and _only_adds(talk))
    talk.hand = None
    if not less and (pressed or (talk.answered and not _said_already(talk))):
        talk.layout.closers = []
        talk.keep_said()
        waited.timers |= talk.timers
        return
    talk.layout, talk.said = Layout(), []
    # What is kept back was neither asked nor told; that an order is theirs stays known.
    talk.state = talk.state.changed(**{name: getattr(before, name) for name in _NOT_SAID})
    _acknowledge(talk)


def _lets_go(talk: Talk) -> bool:
    """Whether they take the whole matter back: no article is quoted for the words of it."""
    reading = talk.reading
    return reading is not None and reading.takes_back and not reading.entities.as_lists()


def _only_adds(talk: Talk) -> bool:
    """A remark, a wish, or words too dark to be a question: "no photo" or "swap it" is told to the
    agent, and no article is quoted for it.
    """
    reading = talk.reading
    if reading is None:
        return False
    dark = reading.confidence < CLEAR and not reading.entities.as_lists()
    dark = (
        dark and not (talk.cited and talk.asks_about(reading)) and not list_open(talk.plan.before)
    )
    wish = reading.intent in ARRANGED and not talk.asks_about(reading)
    return talk.plan.remark or dark or wish


def _said_already(talk: Talk) -> bool:
    """Words that add to the matter carry its wish on; the same answer again would not help."""
    text = talk.layout.body(quiet=talk.upset).text[:SAID_CHARS]
    return any(line.role is Role.BOT and line.text == text for line in talk.state.recent)


def _complains(talk: Talk) -> bool:
    """A complaint is what the person is awaited for; the bot does not answer it meanwhile."""
    return talk.reading is not None and talk.reading.intent is Intent.COMPLAINT


def _acknowledge(talk: Talk) -> None:
    case, now_ms = talk.state.case, to_ms(talk.voice.now)
    if case is None:
        return
    if talk.reading is not None and talk.reading.takes_back:
        talk.tell("queue.taken_back")
        return
    added = talk.reading is not None or any(act.kind in _SENT for act in talk.plan.acts)
    if talk.light and talk.reading is not None:
        if not talk.upset:
            talk.tell("queue.light")
        return
    if not added:
        return
    if talk.reading is not None and talk.asks_about(talk.reading):
        talk.tell("queue.asked")
    elif now_ms - case.acknowledged_ms >= ACKNOWLEDGE_EVERY_MS:
        talk.tell("queue.added")
        talk.state = talk.state.changed(case=replace(case, acknowledged_ms=now_ms))
