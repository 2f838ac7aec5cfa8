"""Read a message: text and the turns before it in, a Reading out.

It puts the rooms beside it in order: normalise, find, feel, weigh, judge. Compiled once; reading
touches no file, clock or store.
"""

import ctypes
import re
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from bot.understanding.agreement import Agreement, load_agreement
from bot.understanding.asides import Aside, Asides, load_asides
from bot.understanding.emotion import Feeling
from bot.understanding.entities import Tables
from bot.understanding.evidence import evidence_of
from bot.understanding.history import NO_HISTORY, History
from bot.understanding.intents import scored
from bot.understanding.judging import HEADS, URGENT, Judgement, judge
from bot.understanding.lexicon import Lexicon, Mark, load_lexicon
from bot.understanding.look import Look, Looker
from bot.understanding.meaning import ModelOfMeaning, packaged_space
from bot.understanding.model import Model, Weighs
from bot.understanding.reading import (
    Emotion,
    Entities,
    Intent,
    Reading,
    Signal,
    Signs,
    Utterance,
)
from bot.understanding.weightfile import MEANING, WEIGHTS, read_meaning, read_weights
from handoff.errors import SeedError, SeedErrors
from handoff.escalation import Reason
from handoff.knowledge.tables import load_tables
from handoff.text import Language, language_of

_ASKS, _HARDLY_ASKS = 0.42, 0.28
_NOT_TAKEN_BACK = 0.6
_DOUBTFUL = 0.2
_BARE_CHARS = 4
_GREETING_CHARS = 24
_MOST_UNSAID = 0.6  # how strong an emotion may be that no phrase shows
_LOOKED_UP = re.compile(r"\b(?:status|check|look up)\b|查")  # what is asked of an order
_NOT_BY_GREETINGS = (Reason.EMOTION, Reason.LEGAL_SAFETY, URGENT)
_GRAVE_SIGNS = frozenset(
    {
        *(Signal.LEGAL_STEP, Signal.LEGAL_TOLD, Signal.HARM, Signal.SELF_HARM),
        *(Signal.SECURITY, Signal.COUNTERFEIT, Signal.IP_NOTICE),
    }
)
_ANSWERING = frozenset({Intent.ORDER_STATUS, Intent.GREETING_THANKS, Intent.OUT_OF_SCOPE})


class Reader:
    """Lexicons, tables and a model, ready to read messages in both languages."""

    def __init__(
        self, lexicon: Lexicon, tables: Tables, model: Weighs, agreement: Agreement, asides: Asides
    ) -> None:
        self._looker = Looker(lexicon, tables)
        self._model = model
        self._agreement = agreement
        self._asides = asides

    @classmethod
    def from_seeds(
        cls, seeds_dir: Path, tables: Tables | None = None, *, semantic: bool = False
    ) -> "Reader":
        """Reads lexicons and weights, and tables unless given; raises SeedErrors with every
        mistake. `semantic` adds what messages mean; raises StartRefused without that extra.
        """
        # In this order each finds room in what the one before it has let go: 10 MB less at the top.
        lexicon = load_lexicon(seeds_dir / "lexicons")
        path = seeds_dir / WEIGHTS
        weights = read_weights(path)
        if weights.heads != HEADS:
            raise SeedErrors([SeedError(str(path), "heads", "not ours: run python -m bot train")])
        model: Weighs = Model(weights)
        del weights
        if semantic:
            meaning = read_meaning(seeds_dir / MEANING, HEADS)
            model = ModelOfMeaning(model, meaning, packaged_space())
        words = load_agreement(seeds_dir), load_asides(seeds_dir)
        reader = cls(lexicon, tables or load_tables(seeds_dir), model, *words)
        _give_back_memory()
        return reader

    def agrees(self, text: str, restated: str = "") -> bool | None:
        """Returns whether the text is a bare yes or a bare no, to what a policy `restated`; None
        when it is neither."""
        return self._agreement.hear(text, restated)

    def aside(self, text: str) -> Aside | None:
        """Returns what kind of aside the whole text is; None for one that says something."""
        return self._asides.hear(text)

    def read(
        self, text: str, context: Sequence[Utterance] = (), hint: Language | None = None
    ) -> Reading:
        """Returns what a message means after the turns before it; `hint` is the tongue so far."""
        look = self._looker.look(text, context)
        return told(look, language_of(look.raw, hint), self._model)


def _give_back_memory() -> None:
    """Hands back to the system what building the automata has let go, some 5 MB. The C libraries
    that know no such call need none.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def told(look: Look, language: Language, model: Weighs) -> Reading:
    """Returns what a look at a message means to a model."""
    judgement = judge(model, model.margins(look.scene.text, look.symbols))
    judgement = _heard(look, judgement)
    signals = _with_judgement(look, judgement)
    if look.scene.grave or not _GRAVE_SIGNS.isdisjoint(signals):
        signals |= {Signal.GRAVE}
    intents = _without_irony(look, judgement, _going_on(look, judgement))
    history = look.history
    return Reading(
        text=look.clean,
        normal=look.scene.text,
        language=language,
        intent=intents[0],
        intents=intents,
        confidence=judgement.confidence,
        entities=look.entities,
        carried=_carried(history, look.entities),
        emotion=judgement.emotion,
        intensity=_intensity(look.feeling, judgement),
        signals=signals,
        misses=history.misses,
        repeats=history.same_questions + (Signal.REPEATED in signals),
        likely=judgement.likely,
        evidence=Signs(lambda: evidence_of(look, judgement, signals, model)),
    )


def _heard(look: Look, judgement: Judgement) -> Judgement:
    """Returns the judgement without a feeling of which every word is quoted or denied."""
    felt = judgement.emotion
    scene = look.scene
    if _is_bare_courtesy(look, judgement):
        calm = {**judgement.likely, **dict.fromkeys(_NOT_BY_GREETINGS, 0.0)}
        return replace(judgement, emotion=Emotion.NEUTRAL, strength=0.0, likely=calm)
    waved = any(hit.label is felt for hit in scene.waved)
    if not waved or any(hit.label is felt for hit in scene.emotions):
        return judgement
    return replace(judgement, emotion=Emotion.NEUTRAL, strength=0.0)


def _is_bare_courtesy(look: Look, judgement: Judgement) -> bool:
    """Whether it is a goodbye and no more: some learnt the word from people who left in anger."""
    if look.scene.emotions or look.scene.signals:
        return False
    few = len(look.scene.text) <= _BARE_CHARS
    return _only_greets(look) or (few and judgement.intents[0] is Intent.GREETING_THANKS)


def _with_judgement(look: Look, judgement: Judgement) -> frozenset[Signal]:
    """Whether a person is asked for is settled by the words and the model together."""
    signals, likely = look.signals, judgement.likely[Reason.EXPLICIT_REQUEST]
    if Signal.TAKES_BACK in signals and max(judgement.likely.values()) >= _NOT_TAKEN_BACK:
        signals -= {Signal.TAKES_BACK}  # "the tax office has found us" takes nothing back
    if Signal.ASKS_PERSON in signals:
        return signals if likely >= _HARDLY_ASKS else signals - {Signal.ASKS_PERSON}
    declined = any(hit.label is Signal.ASKS_PERSON for hit in look.scene.waved)
    if likely >= _ASKS and not declined and Signal.TAKES_BACK not in signals:
        return signals | {Signal.ASKS_PERSON}
    return signals


def _going_on(look: Look, judgement: Judgement) -> tuple[Intent, ...]:
    """Returns the intents, taking up the earlier wish when the message only answers or goes on."""
    earlier, intents = look.history.intent, _said(look, judgement.intents)
    if earlier is None:
        return intents
    answers_slot = look.history.asked_slot and bool(look.entities.as_lists()) and not _asks(look)
    if judgement.confidence < _DOUBTFUL or (answers_slot and intents[0] in _ANSWERING):
        return (earlier, *(intent for intent in intents[1:] if intent is not earlier))
    return intents


def _without_irony(
    look: Look, judgement: Judgement, intents: tuple[Intent, ...]
) -> tuple[Intent, ...]:
    """Glad thanks complain of nothing beside, unless they name a fault: "best service ever" was
    learnt from irony too.
    """
    glad = judgement.emotion is Emotion.POSITIVE and intents[0] is Intent.GREETING_THANKS
    if not glad or Signal.PROBLEM in look.signals or look.scene.marked(Mark.CONTRAST):
        return intents
    return tuple(each for each in intents if each is not Intent.COMPLAINT)


def _asks(look: Look) -> bool:
    """Tells whether a message that gives a value asks something of its own with it."""
    spoken, text = scored(look.scene.intents), look.scene.text
    tracked = spoken.get(Intent.LOGISTICS_TRACKING, 0.0) > 0.0
    return "?" in text or tracked or _LOOKED_UP.search(text) is not None


def _said(look: Look, intents: tuple[Intent, ...]) -> tuple[Intent, ...]:
    """Returns the intents without those that only the turns before lend: after an answer a bare
    "are you there?" leans towards what was answered, and a third question of one kind towards
    another.
    """
    if look.history.intent is None:
        return intents
    if _only_greets(look) and not look.entities.as_lists():
        return (Intent.GREETING_THANKS,)
    if len(intents) == 1:
        return intents
    spoken = scored(look.scene.intents)
    return (intents[0], *(each for each in intents[1:] if spoken.get(each, 0.0) > 0.0))


def _only_greets(look: Look) -> bool:
    """Tells whether a greeting is all there is, and no answer to a question of ours."""
    text, hits = look.scene.text, look.scene.intents
    if look.history.asked_slot or len(text) > _GREETING_CHARS:
        return False
    if not hits or any(hit.label is not Intent.GREETING_THANKS for hit in hits):
        return False
    said = {at for hit in hits for at in range(hit.start, hit.end)}
    return all(at in said or not each.isalnum() for at, each in enumerate(text))


def _carried(history: History, now: Entities) -> Entities:
    """Values of earlier turns, for the kinds the message itself does not state."""
    earlier = history.carried
    if earlier is NO_HISTORY.carried:
        return earlier
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


def _intensity(feeling: Feeling, judgement: Judgement) -> float:
    """How strong the emotion is: as the words' weights say, or as sure as the model is."""
    if judgement.emotion is Emotion.NEUTRAL:
        return 0.0
    said = feeling.intensity if feeling.emotion is judgement.emotion else 0.0
    return max(said, round(judgement.strength * _MOST_UNSAID, 2))
