"""What the turns before tell: values to carry over, the wish that goes on, answers that missed.

It judges only what was said; it knows neither the store nor the stage of the conversation.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec

from bot.understanding.entities import Tables, find_entities
from bot.understanding.intents import add_facts, scored
from bot.understanding.lexicon import Lexicon, Mark
from bot.understanding.reading import Entities, Intent, Role, Signal, Utterance
from bot.understanding.scene import Scene, scene_of
from bot.understanding.talk import Spoken, signs_of_talk, words_of
from handoff.text import has_digits, has_han, normalise

_LAST_TURNS = 12
_LINES_KEPT = 4_000
_LINE_CHARACTERS = 300  # longer lines do not come back whole
# Tried only where a word begins, and never twice: linear, as all patterns here are.
_NUMBER = re.compile(r"(?<![a-z_-])[a-z_-]*+[0-9][0-9a-z_-]*")
_STOPS = str.maketrans(dict.fromkeys(" \t\n\f\r。，,.!！?？"))
_TALK = frozenset({Intent.GREETING_THANKS, Intent.HUMAN_REQUEST, Intent.OUT_OF_SCOPE})
_GOES_ON = 1.0
_AN_ANSWER = 5  # shorter ones, "是的哦", rightly come again
_KINDS = Entities.__struct_fields__


class History(msgspec.Struct, frozen=True):
    """What earlier turns leave behind."""

    carried: Entities
    intent: Intent | None
    misses: int
    asked_slot: bool
    signals: frozenset[Signal]
    same_questions: int
    talk: tuple[str, ...] = ()
    """The signs of how the lines hang together."""


NO_HISTORY = History(Entities(), None, 0, asked_slot=False, signals=frozenset(), same_questions=0)


@dataclass(frozen=True)
class Line:
    """A line as it was read; what it tells is worked out when somebody asks. Values are looked for
    in the customer's lines only.
    """

    scene: Scene
    entities: Entities

    @cached_property
    def states(self) -> bool:
        """Whether any entity was found."""
        return self.entities != NO_HISTORY.carried

    @cached_property
    def values(self) -> frozenset[object]:
        """What it names: numbers, codes, sums."""
        return frozenset(value for kind in _KINDS for value in getattr(self.entities, kind))

    @cached_property
    def wish(self) -> Intent | None:
        """What the line asked for."""
        return _wish(self.scene, self.entities)

    @cached_property
    def skeleton(self) -> str:
        """The words without numbers and stops: the same question about another order is the
        same.
        """
        normal = self.scene.text
        words = _NUMBER.sub("", normal) if has_digits(normal) else normal
        return words.translate(_STOPS)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words that two lines on one subject would share."""
        return words_of(self.scene.text[:_LINE_CHARACTERS])


class Lines:
    """The latest lines as they were read, whoever said them: they come again with every turn."""

    def __init__(self, lexicon: Lexicon, tables: Tables) -> None:
        self._lexicon = lexicon
        self._tables = tables
        self._own_marks = lexicon.of_the_bot()
        self._theirs: dict[str, Line] = {}
        self._ours: dict[str, Line] = {}

    def hear(self, role: Role, text: str) -> Line:
        """Returns what an earlier line holds."""
        known = self._ours if role is Role.BOT else self._theirs
        line = known.pop(text, None)
        if line is None:
            line = self._read_ours(text) if role is Role.BOT else self._read_theirs(text)
        _keep(known, text, line)
        return line

    def _read_theirs(self, text: str) -> Line:
        normal = self._lexicon.mend(normalise(text))
        scene = scene_of(normal, self._lexicon.find(normal))
        return Line(scene, find_entities(text, normal, self._tables, chinese=has_han(text)))

    def _read_ours(self, text: str) -> Line:
        """Of the bot's own lines only its marks count: whether it asked, whether it was lost."""
        normal = normalise(text)
        return Line(scene_of(normal, self._own_marks.find(normal)), NO_HISTORY.carried)

    def note(self, text: str, line: Line) -> None:
        """Keep what was just read: with the next turn it is an earlier line."""
        if len(text) <= _LINE_CHARACTERS:
            _keep(self._theirs, text, line)


def _keep(known: dict[str, Line], text: str, line: Line) -> None:
    known[text] = line
    if len(known) > _LINES_KEPT:
        del known[next(iter(known))]


def history_of(context: Sequence[Utterance], lines: Lines, now: Line) -> History:
    """Returns what the turns before the message at hand leave behind, the latest counting most."""
    recent = [turn for turn in context[-_LAST_TURNS:] if turn.text.strip()]
    if not recent:
        return NO_HISTORY
    turns = [(turn.role, lines.hear(turn.role, turn.text)) for turn in recent]
    theirs = [line for role, line in turns if role is Role.USER]
    return History(
        carried=_merged([line.entities for line in theirs if line.states]),
        intent=next((line.wish for line in reversed(theirs) if line.wish is not None), None),
        misses=_misses(turns, now.scene),
        asked_slot=_asked_slot(*turns[-1]),
        signals=frozenset(
            hit.label
            for line in theirs
            for hit in line.scene.signals
            if isinstance(hit.label, Signal)
        ),
        same_questions=_said_again(theirs),
        talk=signs_of_talk(_since_something_new(turns, now), now.words),
    )


def _since_something_new(turns: Sequence[tuple[Role, Line]], now: Line) -> list[Spoken]:
    """The lines from where the customer last named something new: who asks for another order in the
    same words, and gets the same words back, is not misunderstood.
    """
    begins, named = 0, set[object]()
    for place, line in enumerate([*(line for _, line in turns), now]):
        if line.states and not line.values <= named:
            begins = place if named else begins
            named |= line.values
    return [Spoken(role is Role.BOT, line.words) for role, line in turns[begins:]]


def _wish(scene: Scene, entities: Entities) -> Intent | None:
    scores = scored(scene.intents)
    add_facts(scores, entities)
    topics = {intent: score for intent, score in scores.items() if intent not in _TALK}
    best = max(topics, key=lambda intent: topics[intent], default=None)
    return best if best is not None and topics[best] >= _GOES_ON else None


def _merged(found: Sequence[Entities]) -> Entities:
    """The latest values come first."""
    latest = list(dict.fromkeys(reversed(found)))
    if len(latest) < 2:
        return latest[0] if latest else NO_HISTORY.carried
    merged = {}
    for name in _KINDS:
        values = [value for entities in latest for value in getattr(entities, name)]
        merged[name] = tuple(dict.fromkeys(values))
    return Entities(**merged)


def _said_again(lines: Sequence[Line]) -> int:
    """How many lines say what an earlier one said."""
    return len(lines) - len({line.skeleton for line in lines}) if len(lines) > 1 else 0


def _misses(turns: Sequence[tuple[Role, Line]], now: Scene) -> int:
    """Counts answers of the bot that were lost, said again, or followed by "that is not it"; the
    last is followed by the message at hand.
    """
    ours = [line for role, line in turns if role is Role.BOT]
    said = [line.skeleton for line in ours]
    missed = 0
    for index, (role, line) in enumerate(turns):
        if role is not Role.BOT:
            continue
        following = turns[index + 1][1].scene if index + 1 < len(turns) else now
        again = len(line.skeleton) >= _AN_ANSWER and said.count(line.skeleton) > 1
        lost = again or line.scene.marked(Mark.BOT_LOST)
        missed += lost or _says_missed(following)
    return missed


def _asked_slot(role: Role, line: Line) -> bool:
    return role is Role.BOT and line.scene.marked(Mark.BOT_ASKS)


def _says_missed(scene: Scene) -> bool:
    return any(hit.label is Signal.BOT_MISREAD for hit in scene.signals)
