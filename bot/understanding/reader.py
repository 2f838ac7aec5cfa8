"""Read a message: text and the turns before it in, a Reading out.

It puts the rooms beside it in order: normalise, find, judge, feel, wish. Compiled once; reading
touches no file, clock or store.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.understanding.emotion import Feeling, feeling_of
from bot.understanding.entities import Tables, find_entities
from bot.understanding.history import NO_HISTORY, History, Lines, history_of
from bot.understanding.intents import Wish, add_facts, add_signs, fallback_of, scored, wish_of
from bot.understanding.lexicon import Hit, Lexicon, Mark, load_lexicon
from bot.understanding.reading import (
    Emotion,
    Entities,
    Evidence,
    Intent,
    IntentModel,
    Reading,
    Signal,
    Signs,
    Utterance,
)
from bot.understanding.scene import Scene, scene_of
from handoff.knowledge.tables import load_tables
from handoff.text import Language, clean_text, has_han, language_of, normalise

_READ_CHARACTERS = 8_000  # two full messages; what stands behind is pasted, not said
_MOST_OF = 0.5  # a word that is so much of a message is the message
_MOST_EVIDENCE = 12
_ASKED = 1.8  # from here on a question about goods may name police or court as a theme
_SUBSTANTIAL = frozenset(Intent) - {Intent.GREETING_THANKS, Intent.OUT_OF_SCOPE}
_ALONE = 0.5  # groups of this weight mean a person only when hardly anything else is said


@dataclass(frozen=True, slots=True)
class _Found:
    scene: Scene
    entities: Entities
    history: History
    feeling: Feeling
    signals: frozenset[Signal]
    wish: Wish


class Reader:
    """Lexicons and tables, ready to read messages in both languages."""

    def __init__(
        self, lexicon: Lexicon, tables: Tables, *, models: Sequence[IntentModel] = ()
    ) -> None:
        self._lexicon = lexicon
        self._tables = tables
        self._models = tuple(models)
        self._lines = Lines(lexicon, tables)

    @classmethod
    def from_seeds(cls, seeds_dir: Path, tables: Tables | None = None) -> "Reader":
        """Reads lexicons, and tables unless given; raises SeedErrors with every mistake."""
        return cls(load_lexicon(seeds_dir / "lexicons"), tables or load_tables(seeds_dir))

    def read(
        self, text: str, context: Sequence[Utterance] = (), hint: Language | None = None
    ) -> Reading:
        """Returns what a message means after the turns before it; `hint` is the tongue so far."""
        clean = clean_text(text)
        short = clean[:_READ_CHARACTERS]
        normal = self._lexicon.mend(normalise(short))
        language = language_of(short, hint)
        found = self._look(short, normal, context)
        carried = _carried(found.history.carried, found.entities)
        intents = _going_on(found)
        return Reading(
            text=clean,
            normal=normal,
            language=language,
            intent=intents[0],
            intents=intents,
            confidence=found.wish.confidence,
            entities=found.entities,
            carried=carried,
            emotion=found.feeling.emotion,
            intensity=found.feeling.intensity,
            signals=found.signals,
            misses=found.history.misses,
            repeats=found.history.same_questions + (Signal.REPEATED in found.signals),
            evidence=Signs(lambda: _evidence(found, short)),
        )

    def _look(self, raw: str, normal: str, context: Sequence[Utterance]) -> _Found:
        scene = scene_of(normal, self._lexicon.find(normal))
        entities = find_entities(raw, normal, self._tables, chinese=has_han(raw))
        history = history_of(context, self._lines) if context else NO_HISTORY
        self._lines.note(raw, scene, entities)
        feeling = feeling_of(raw, scene)
        scores = scored(scene.intents)
        add_facts(scores, entities)
        signals = _signals(scene, feeling, scores)
        add_signs(scores, scene, signals, feeling)
        for model in self._models:
            for intent, score in model.scores(normal, context).items():
                scores[intent] = scores.get(intent, 0.0) + score
        wish = wish_of(scores, scene.intents, fallback_of(scene))
        return _Found(scene, entities, history, feeling, signals, wish)


def _signals(scene: Scene, feeling: Feeling, scores: dict[Intent, float]) -> frozenset[Signal]:
    signals = {
        hit.label
        for hit in scene.signals
        if isinstance(hit.label, Signal) and _stands(hit, scene.text)
    }
    asked = scores.get(Intent.PRODUCT_QUESTION, 0.0)
    if asked >= _ASKED and feeling.emotion is Emotion.NEUTRAL:
        signals -= {Signal.LEGAL_STEP} if asked >= max(scores.values()) else set()
    if feeling.sarcastic:
        signals.add(Signal.SARCASM)
    wanted = any(scores.get(intent, 0.0) >= 2 for intent in _SUBSTANTIAL)
    given_up = scene.marked(Mark.GIVING_UP) and Signal.ASKS_PERSON not in signals
    if given_up and not wanted and feeling.emotion is not Emotion.ANGRY:
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


def _going_on(found: _Found) -> tuple[Intent, ...]:
    """Returns the intents, taking up the earlier wish when the message only answers or goes on."""
    earlier, wish = found.history.intent, found.wish
    if earlier is None:
        return wish.intents
    main = wish.intents[0]
    answers_slot = found.history.asked_slot and bool(found.entities.as_lists())
    weak = wish.confidence == 0.0
    plain = main is Intent.ORDER_STATUS and wish.scores[main] < 2
    if weak or (answers_slot and (plain or main is Intent.GREETING_THANKS)):
        return (earlier, *(intent for intent in wish.intents[1:] if intent is not earlier))
    return wish.intents


def _carried(earlier: Entities, now: Entities) -> Entities:
    """Values of earlier turns, for the kinds the message itself does not state."""
    return Entities(
        order_no=() if now.order_no else earlier.order_no,
        tracking_no=() if now.tracking_no else earlier.tracking_no,
        carrier=() if now.carrier else earlier.carrier,
        payment_code=() if now.payment_code else earlier.payment_code,
        amount=() if now.amount else earlier.amount,
        phone=() if now.phone else earlier.phone,
        phone_tail=() if now.phone_tail else earlier.phone_tail,
        pieces=() if now.pieces else earlier.pieces,
    )


def _evidence(found: _Found, raw: str) -> Iterable[Evidence]:
    text = found.scene.text
    same = raw if len(raw) == len(text) else text  # the customer's own spelling where it lines up
    hits: list[Hit] = [*found.feeling.shown_by]
    hits += [hit for hit in found.scene.signals if hit.label in found.signals]
    hits += found.wish.shown_by
    seen: set[tuple[str, str]] = set()
    for hit in hits:
        words = same[hit.start : hit.end].strip()
        if (hit.group.id, words) not in seen and len(seen) < _MOST_EVIDENCE:
            seen.add((hit.group.id, words))
            yield Evidence(hit.group.id, str(hit.label), words, hit.group.weight)
