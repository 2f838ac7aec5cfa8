"""What the customer feels, how strongly, and which words show it.

Words decide, never the topic. Praise beside a plain failure is sarcasm; violent words beside real
praise are praise.
"""

from collections import defaultdict
from collections.abc import Iterable

import msgspec
import re2

from bot.understanding.lexicon import Hit, Mark
from bot.understanding.reading import Emotion, Signal
from bot.understanding.scene import Scene

_ENOUGH = {Emotion.ANGRY: 0.75, Emotion.SAD: 0.7, Emotion.ANXIOUS: 0.6, Emotion.POSITIVE: 0.7}
_FULL = 2.4  # the score at which a feeling is as strong as we tell
_AGAIN = 0.3  # what a second phrase of the same group adds
_SHOUT_WORDS = re2.compile(r"\b[A-Z]{3,}\b")
_WORDS = re2.compile(r"[A-Za-z]{3,}")
_EXCLAIMED = re2.compile(r"[!！]{2,}|[?？][!！]|[!！][?？]|[?？]{2,}")
_MORE = 0.6
_SARCASM, _MOCKED = 0.95, 0.9
_PLAINLY = 0.7
_AT_STAKE, _DUE = 0.65, 0.3
_INTENSE_STEP, _INTENSE_MOST = 0.1, 0.3


class Feeling(msgspec.Struct, frozen=True):
    """An emotion with its strength (0 to 1), and the phrases that show it."""

    emotion: Emotion
    intensity: float
    shown_by: tuple[Hit, ...]
    sarcastic: bool


_ASKING = ("吗", "么", "嘛", "不?", "不？", "?", "？", "没")
_CALM = Feeling(Emotion.NEUTRAL, 0.0, (), sarcastic=False)


def feeling_of(raw: str, scene: Scene) -> Feeling:
    """Returns what the message shows; `raw` keeps the capitals the normalised text has lost."""
    if not scene.emotions and not scene.signals:
        return _CALM
    hits = [hit for hit in _without_violent_praise(scene) if not _asked(scene.text, hit)]
    scores: dict[Emotion, float] = defaultdict(float)
    for emotion in {hit.label for hit in hits if isinstance(hit.label, Emotion)}:
        scores[emotion] = _sum(hit for hit in hits if hit.label is emotion)
    sarcasm = _sarcasm(scene, scores)
    scores[Emotion.ANGRY] += sarcasm
    if sarcasm or _troubled(scene):
        scores[Emotion.POSITIVE] -= 1.0
    scores[Emotion.ANXIOUS] += _pressed(scene)
    if scores[Emotion.ANGRY]:
        plain = scores[Emotion.ANGRY] >= _PLAINLY
        scores[Emotion.ANGRY] += _loudness(raw, scene, angry=plain)
    if scene.marked(Mark.CALM):
        for emotion in (Emotion.ANGRY, Emotion.ANXIOUS):
            scores[emotion] -= 0.4
    return _strongest(scores, hits, sarcastic=sarcasm > 0)


def _sum(hits: Iterable[Hit]) -> float:
    first: dict[str, float] = {}
    more = 0.0
    for hit in hits:
        if hit.group.id in first:
            more += _AGAIN * hit.group.weight
        first.setdefault(hit.group.id, hit.group.weight)
    strongest = max(first.values(), default=0.0)
    return sum(first.values()) + min(more, _MORE if strongest >= _PLAINLY else _MORE / 2)


def _without_violent_praise(scene: Scene) -> list[Hit]:
    praised = any(hit.label is Emotion.POSITIVE and hit.group.weight >= 1 for hit in scene.emotions)
    if not praised or _troubled(scene):
        return list(scene.emotions)
    violent = [hit for hit in scene.marks if hit.label is Mark.AMBIVALENT]
    places = {place for mark in violent for place in range(mark.start, mark.end)}
    return [
        hit
        for hit in scene.emotions
        if hit.label is Emotion.POSITIVE or places.isdisjoint(range(hit.start, hit.end))
    ]


def _asked(text: str, hit: Hit) -> bool:
    """Tells "is it good?" from "it is good"."""
    return hit.label is Emotion.POSITIVE and text.startswith(_ASKING, hit.end)


def _troubled(scene: Scene) -> bool:
    return any(hit.label in {Signal.PROBLEM, Signal.HARM} for hit in scene.signals)


def _sarcasm(scene: Scene, scores: dict[Emotion, float]) -> float:
    mocking = [hit.group.weight for hit in scene.signals if hit.label is Signal.SARCASM]
    if mocking and max(mocking) >= 1:
        return _SARCASM
    if mocking and (_troubled(scene) or scene.marked(Mark.UNRESOLVED)):
        return _SARCASM
    if scene.marked(Mark.CONTRAST) or scene.marked(Mark.QUESTION) or scores[Emotion.SAD] >= 0.7:
        return 0.0
    praise = [hit.start for hit in scene.marks if hit.label is Mark.PRAISE]
    trouble = [hit.start for hit in scene.signals if hit.label is Signal.PROBLEM]
    return _MOCKED if praise and trouble else 0.0


def _pressed(scene: Scene) -> float:
    """What is at stake speaks for itself when something went wrong, even in calm words."""
    signs = {hit.label for hit in scene.signals if hit.group.weight >= 1}
    trouble = Signal.PROBLEM in signs or scene.marked(Mark.UNRESOLVED)
    if Signal.STAKE in signs and (trouble or Signal.DEADLINE in signs):
        return _AT_STAKE
    return _DUE if Signal.DEADLINE in signs and Signal.PROBLEM in signs else 0.0


def _loudness(raw: str, scene: Scene, *, angry: bool) -> float:
    """Anger said loudly is more of it; "still" and "again" alone are none."""
    words = len(_WORDS.findall(raw))
    shouted = len(_SHOUT_WORDS.findall(raw))
    loud = 0.4 if shouted >= 3 and shouted > 0.5 * words else 0.0
    loud += 0.2 if _EXCLAIMED.search(raw) else 0.0
    intense = sum(hit.label is Mark.INTENSE for hit in scene.marks)
    return loud + (min(_INTENSE_MOST, _INTENSE_STEP * intense) if angry else 0.0)


def _strongest(scores: dict[Emotion, float], hits: list[Hit], *, sarcastic: bool) -> Feeling:
    felt = max(_ENOUGH, key=lambda emotion: scores[emotion] / _ENOUGH[emotion])
    if scores[felt] < _ENOUGH[felt]:
        return _CALM
    shown = tuple(hit for hit in hits if hit.label is felt)
    return Feeling(felt, round(min(1.0, scores[felt] / _FULL), 2), shown, sarcastic)
