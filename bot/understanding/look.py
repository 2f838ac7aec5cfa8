"""A look at a message: what stands in it, before it is weighed.

Training and reading look alike, so that the model learns from what it will see.
"""

import re
from collections.abc import Sequence

import msgspec

from bot.understanding.emotion import Feeling, feeling_of
from bot.understanding.entities import Tables, find_entities
from bot.understanding.history import NO_HISTORY, History, Line, Lines, history_of
from bot.understanding.intents import scored
from bot.understanding.lexicon import Hit, Lexicon, Mark
from bot.understanding.reading import Emotion, Entities, Intent, Role, Signal, Utterance
from bot.understanding.scene import Scene, scene_of
from bot.understanding.symbols import symbols_of
from handoff.text import clean_text, has_han, normalise

_READ_CHARACTERS = 8_000  # two full messages; what stands behind is pasted, not said
_MOST_OF = 0.5  # a word that is so much of a message is the message
_ALONE = 0.5  # groups of this weight mean a person only when hardly anything else is said
_PLAIN_WISH = 2
_SHORT_ANSWER = 24
_CODE_CUE = "错误码 "  # put before an answer, it makes "51" the code it is
_WHICH_CODE = re.compile(
    r"(?i)错误码|代码|应答码|返回码|提示码|报错|\bcode\b|error|提示什么|显示什么"
)
_WISHES = frozenset(Intent) - {Intent.GREETING_THANKS, Intent.OUT_OF_SCOPE}


class Look(msgspec.Struct, frozen=True):
    """What stands in a message, before it is weighed. `raw` is as much of it as is read."""

    clean: str
    raw: str
    scene: Scene
    entities: Entities
    history: History
    feeling: Feeling
    signals: frozenset[Signal]

    @property
    def symbols(self) -> list[str]:
        """Returns the names of the signs, as the model weighs them."""
        return symbols_of(self.scene, self.feeling, self.signals, self.entities, self.history)


class Looker:
    """Lexicons and tables, ready to look at messages."""

    def __init__(self, lexicon: Lexicon, tables: Tables) -> None:
        self._lexicon = lexicon
        self._tables = tables
        self._lines = Lines(lexicon, tables)

    def look(self, text: str, context: Sequence[Utterance] = ()) -> Look:
        """Returns what stands in a message and in the turns before it."""
        clean = clean_text(text)
        raw = clean[:_READ_CHARACTERS]
        normal = self._lexicon.mend(normalise(raw))
        scene = scene_of(normal, self._lexicon.find(normal))
        said = f"{_CODE_CUE}{raw}" if context and _asked_code(context[-1], raw) else raw
        entities = find_entities(said, normal, self._tables, chinese=has_han(raw))
        line = Line(scene, entities)
        history = history_of(context, self._lines, line) if context else NO_HISTORY
        self._lines.note(raw, line)
        feeling = feeling_of(raw, scene)
        return Look(clean, raw, scene, entities, history, feeling, _signals(scene, feeling))


def _asked_code(before: Utterance, raw: str) -> bool:
    """Tells whether a short message answers the question which code was shown."""
    if before.role is not Role.BOT or len(raw) > _SHORT_ANSWER:
        return False
    return _WHICH_CODE.search(before.text) is not None


def _signals(scene: Scene, feeling: Feeling) -> frozenset[Signal]:
    if not scene.signals and not scene.marks and not feeling.sarcastic:
        return frozenset()
    signals = {
        hit.label
        for hit in scene.signals
        if isinstance(hit.label, Signal) and _stands(hit, scene.text)
    }
    if feeling.sarcastic:
        signals.add(Signal.SARCASM)
    if _came_well(scene):
        signals.add(Signal.TAKES_BACK)
    given_up = scene.marked(Mark.GIVING_UP) and Signal.ASKS_PERSON not in signals
    if given_up and feeling.emotion is not Emotion.ANGRY and not _wished(scene):
        signals.add(Signal.TAKES_BACK)
    if Signal.TAKES_BACK in signals:
        signals.discard(Signal.ASKS_PERSON)
    return frozenset(signals)


def _stands(hit: Hit, text: str) -> bool:
    """Tells whether a sign counts here: a lone "manager" asks, one in a sentence may not."""
    if hit.label is Signal.SARCASM:
        return hit.group.weight > _ALONE
    if hit.label is Signal.ASKS_PERSON:
        return hit.group.weight > _ALONE or hit.end - hit.start >= _MOST_OF * len(text)
    return True


def _came_well(scene: Scene) -> bool:
    """Tells whether it says that the thing came, and no fault of it behind that."""
    came = [hit.end for hit in scene.marks if hit.label is Mark.CAME]
    faults = (hit.start for hit in scene.signals if hit.label is Signal.PROBLEM)
    return bool(came) and not any(fault >= came[-1] for fault in faults)


def _wished(scene: Scene) -> bool:
    scores = scored(scene.intents)
    return any(scores.get(intent, 0.0) >= _PLAIN_WISH for intent in _WISHES)
