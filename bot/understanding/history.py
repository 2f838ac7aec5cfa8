"""What the turns before tell: values to carry over, the wish that goes on, answers that missed.

It judges only what was said; it knows neither the store nor the stage of the conversation.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import re2

from bot.understanding.entities import Tables, find_entities
from bot.understanding.intents import add_facts, scored
from bot.understanding.lexicon import Lexicon, Mark
from bot.understanding.reading import Entities, Intent, Role, Signal, Utterance
from bot.understanding.scene import Scene, scene_of
from handoff.text import has_han, normalise

_LAST_TURNS = 12
_NOT_WORDS = re2.compile(r"[\W\d_a-z]*\d[\W\d_]*|[\s。，,.!！?？]+")
_TALK = frozenset({Intent.GREETING_THANKS, Intent.HUMAN_REQUEST, Intent.OUT_OF_SCOPE})
_GOES_ON = 1.0


@dataclass(frozen=True, slots=True)
class History:
    """What earlier turns leave behind."""

    carried: Entities
    intent: Intent | None
    misses: int
    asked_slot: bool
    signals: frozenset[Signal]
    same_questions: int


NO_HISTORY = History(Entities(), None, 0, asked_slot=False, signals=frozenset(), same_questions=0)


def history_of(context: Sequence[Utterance], lexicon: Lexicon, tables: Tables) -> History:
    """Returns what the turns before a message leave behind, the latest counting most."""
    recent = [turn for turn in context[-_LAST_TURNS:] if turn.text.strip()]
    if not recent:
        return NO_HISTORY
    scenes = [_scene(turn, lexicon) for turn in recent]
    theirs = [
        (turn, scene) for turn, scene in zip(recent, scenes, strict=True) if turn.role is Role.USER
    ]
    found = [find_entities(t.text, s.text, tables, chinese=has_han(t.text)) for t, s in theirs]
    wishes = [_wish(scene, entities) for (_, scene), entities in zip(theirs, found, strict=True)]
    return History(
        carried=_merged(found),
        intent=next((wish for wish in reversed(wishes) if wish is not None), None),
        misses=_misses(recent, scenes),
        asked_slot=_asked_slot(recent, scenes),
        signals=frozenset(
            hit.label
            for _, scene in theirs
            for hit in scene.signals
            if isinstance(hit.label, Signal)
        ),
        same_questions=_same(scene.text for _, scene in theirs),
    )


def _scene(turn: Utterance, lexicon: Lexicon) -> Scene:
    normal = lexicon.mend(normalise(turn.text))
    return scene_of(normal, lexicon.find(normal))


def _wish(scene: Scene, entities: Entities) -> Intent | None:
    scores = scored(scene.intents)
    add_facts(scores, entities)
    topics = {intent: score for intent, score in scores.items() if intent not in _TALK}
    best = max(topics, key=lambda intent: topics[intent], default=None)
    return best if best is not None and topics[best] >= _GOES_ON else None


def _merged(found: Sequence[Entities]) -> Entities:
    """The latest values come first."""
    merged = {}
    for field in fields(Entities):
        values = [value for entities in reversed(found) for value in getattr(entities, field.name)]
        merged[field.name] = tuple(dict.fromkeys(values))
    return Entities(**merged)


def _misses(turns: Sequence[Utterance], scenes: Sequence[Scene]) -> int:
    """Counts answers of the bot that were lost, said again, or followed by "that is not it"."""
    skeletons = {
        index: _NOT_WORDS.sub("", scenes[index].text)
        for index, turn in enumerate(turns)
        if turn.role is Role.BOT
    }
    said = Counter(skeletons.values())
    missed = 0
    for index, skeleton in skeletons.items():
        following = scenes[index + 1] if index + 1 < len(scenes) else None
        lost = scenes[index].marked(Mark.BOT_LOST) or said[skeleton] > 1
        missed += lost or (following is not None and _says_missed(following))
    return missed


def _asked_slot(turns: Sequence[Utterance], scenes: Sequence[Scene]) -> bool:
    return turns[-1].role is Role.BOT and scenes[-1].marked(Mark.BOT_ASKS)


def _says_missed(scene: Scene) -> bool:
    return any(hit.label is Signal.BOT_MISREAD for hit in scene.signals)


def _same(texts: Iterable[str]) -> int:
    """Counts questions the customer asked again in the same words."""
    said = Counter(_NOT_WORDS.sub("", text) for text in texts)
    return sum(count - 1 for count in said.values())
