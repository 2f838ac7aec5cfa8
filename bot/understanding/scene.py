"""Which phrases of a message count: not the masked, quoted, denied, reported or imagined ones.

It weighs nothing; it only tells what the customer says in earnest and about now.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

import msgspec
import re2

from bot.understanding.lexicon import Hit, Mark
from bot.understanding.phrases import borders, ending
from bot.understanding.reading import Emotion, Intent, Signal
from handoff.text import has_han

_QUOTES = re2.compile(r"“[^”]*”|「[^」]*」|『[^』]*』|\"[^\"]*\"|《[^》]*》|(?:^|\n)>[^\n]*")
_CLAUSE_ENDS = ending(",，。！？!?;；:：\n、…~")
_OPENING = '“「『"《>'
_MOST_QUOTED = 0.7  # a message that is nearly all quote is the customer's own
_DECLINES = (
    "不用",
    "不要",
    "不需要",
    "无需",
    "别",
    "不想",
    "不必",
    "没必要",
    "用不着",
    "先不",
    "暂时不",
    "不打算",
)
_DECLINES_EN = frozenset(
    {"not", "no", "never", "don't", "no need", "without", "didn't", "rather than"}
)
_ASKS_WHY = ("为什么", "为啥", "怎么", "干嘛", "凭什么", "why ", "how come ")
_BLAMING = frozenset({Emotion.ANGRY, Emotion.ANXIOUS, Emotion.SAD})
_IMAGINED = frozenset({Signal.HARM, Signal.COUNTERFEIT, Signal.SECURITY})
_REACH = {Signal.ASKS_PERSON: (4, 3), Signal.HARM: (1, 2), Signal.LEGAL_STEP: (2, 3)}
_ASKING = frozenset({"can't", "cannot", "couldn't", "won't"})
_NEAREST, _FARTHEST = 3, 40
_NEAR = (1, 1)  # characters in Chinese, words in English, between a negation and what it denies
_TOPICS = frozenset(Intent) - {
    *(Intent.COMPLAINT, Intent.HUMAN_REQUEST, Intent.GREETING_THANKS, Intent.OUT_OF_SCOPE)
}  # what a mask covers is still talked about
_WAVING = frozenset({Mark.NEGATION, Mark.REPORTED, Mark.SUPPOSED})
_NEVER_DENIED = frozenset(
    {Signal.TAKES_BACK, Signal.REPEATED, Signal.BOT_MISREAD, Signal.REFUSES_LESS}
)


class Scene(msgspec.Struct, frozen=True):
    """A message with the phrases that count, by kind; `waved` are those that do not."""

    text: str
    intents: tuple[Hit, ...]
    emotions: tuple[Hit, ...]
    signals: tuple[Hit, ...]
    marks: tuple[Hit, ...]
    waved: tuple[Hit, ...] = ()
    topics: frozenset[str] = frozenset()
    grave: bool = False
    """One of the topics is."""

    def marked(self, mark: Mark) -> bool:
        """Tells whether a mark stands anywhere in the message."""
        return any(hit.label is mark for hit in self.marks)


def scene_of(text: str, hits: Sequence[Hit]) -> Scene:
    """Returns the phrases of a normalised message that count."""
    intents: list[Hit] = []
    emotions: list[Hit] = []
    signals: list[Hit] = []
    marks: list[Hit] = []
    topics: set[str] = set()
    grave = False
    by_kind = {Intent: intents, Emotion: emotions, Signal: signals, Mark: marks}
    open_hits = _unmasked(hits)
    for hit in open_hits:
        if hit.label is Mark.TOPIC:
            topics.add(hit.group.id)
            grave = grave or hit.group.grave
        else:
            by_kind[type(hit.label)].append(hit)
    if signals and not has_han(text):
        signals[:] = [hit for hit in signals if not _hotline(text, hit)]
    said = [*emotions, *signals]
    if len(open_hits) < len(hits):
        said = [hit for hit in hits if type(hit.label) in (Emotion, Signal)]
    if said and _may_wave(text, marks):
        judge = _Judge(text, marks)
        emotions = [hit for hit in emotions if judge.counts(hit)]
        signals = _without_parts([hit for hit in signals if judge.counts(hit)], signals)
    if signals and marks:
        signals = _without_praise(signals, emotions, marks)
    waved = () if len(said) == len(emotions) + len(signals) else _missing(said, emotions, signals)
    if len(emotions) > 1:
        emotions = _longest(emotions)
    found = (tuple(intents), tuple(emotions), tuple(signals), tuple(marks))
    return Scene(text, *found, waved, frozenset(topics), grave)


def _may_wave(text: str, marks: Iterable[Hit]) -> bool:
    """Tells whether anything stands there by which a phrase may not count."""
    return any(mark.label in _WAVING for mark in marks) or any(mark in text for mark in _OPENING)


def _hotline(text: str, hit: Hit) -> bool:
    """Tells a Chinese hotline's number, which among English words is a post code: "Ohio 12345"."""
    return text[hit.start : hit.end].isdigit() and hit.end - hit.start < len(text)


def _missing(said: Sequence[Hit], *kept: Sequence[Hit]) -> tuple[Hit, ...]:
    known = {id(hit) for some in kept for hit in some}
    return tuple(hit for hit in said if id(hit) not in known)


def _unmasked(hits: Sequence[Hit]) -> Sequence[Hit]:
    masking = [(hit.start, hit.end) for hit in hits if hit.label is Mark.MASK]
    if not masking:
        return hits
    masks = _Spans(masking)
    return [
        hit
        for hit in hits
        if hit.label is not Mark.MASK
        and (hit.label in _TOPICS or not masks.cover(hit.start, hit.end))
    ]


class _Spans:
    """Spans to ask about in logarithmic time, however many a message holds."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._reach = list(accumulate((end for _, end in ordered), max))

    def cover(self, start: int, end: int) -> bool:
        """Tells whether a longer span reaches over all of it."""
        before = bisect_left(self._starts, start) - 1
        with_it = bisect_right(self._starts, start) - 1
        earlier = before >= 0 and self._reach[before] >= end
        return earlier or (with_it >= 0 and self._reach[with_it] > end)


def _longest(hits: Sequence[Hit]) -> list[Hit]:
    """Leaves out phrases inside longer ones, so that a word counts once and in its company."""
    kept: list[Hit] = []
    widest = (-1, -1)
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if hit.end > widest[1]:
            widest = (hit.start, hit.end)
        if (hit.start, hit.end) == widest:
            kept.append(hit)
    return kept


def _without_parts(kept: Sequence[Hit], every: Sequence[Hit]) -> list[Hit]:
    """Leaves out words inside a phrase that does not count: "human" in "no need for a human"."""
    if len(kept) == len(every):
        return list(kept)
    known = set(map(id, kept))
    dropped = [hit for hit in every if id(hit) not in known]
    spans = {
        label: _Spans((hit.start, hit.end) for hit in dropped if hit.label is label)
        for label in {hit.label for hit in dropped}
    }
    return [
        hit
        for hit in kept
        if hit.label not in spans or not spans[hit.label].cover(hit.start, hit.end)
    ]


def _without_praise(signals: list[Hit], emotions: Iterable[Hit], marks: Iterable[Hit]) -> list[Hit]:
    """Leaves out violent words that praise: "poisonous, I cannot stop eating"."""
    if not any(hit.label is Emotion.POSITIVE and hit.group.weight >= 1 for hit in emotions):
        return signals
    violent = [(mark.start, mark.end) for mark in marks if mark.label is Mark.AMBIVALENT]
    spans = _Spans((start - 1, end) for start, end in violent)
    return [
        hit
        for hit in signals
        if hit.label is not Signal.HARM or not spans.cover(hit.start, hit.end)
    ]


class _Judge:
    """Judges phrases against the quotes, negations and reports around them."""

    def __init__(self, text: str, marks: Sequence[Hit]) -> None:
        self._text = text
        quoted = any(mark in text for mark in _OPENING)
        quotes = [found.span() for found in _QUOTES.finditer(text)] if quoted else []
        nearly_all = sum(end - start for start, end in quotes) > _MOST_QUOTED * len(text)
        self._quotes = None if nearly_all or not quotes else _Spans(quotes)
        self._negations = _by_end(marks, Mark.NEGATION)
        self._reports = _by_end(marks, Mark.REPORTED)
        self._supposed = _by_end(marks, Mark.SUPPOSED)
        near = self._negations or self._supposed
        self._clauses = borders(text, _CLAUSE_ENDS) if near else []
        self._sentences = borders(text) if self._reports else []

    def counts(self, hit: Hit) -> bool:
        """Tells whether the customer means it."""
        if self._quotes is not None and self._quotes.cover(hit.start, hit.end):
            return False
        blamed = self._reports and hit.label in _BLAMING
        if blamed and self._follows(self._reports, hit, self._sentences):
            return False
        imagined = self._supposed and hit.label in _IMAGINED
        if imagined and self._follows(self._supposed, hit, self._clauses):
            return False
        return not self._negations or hit.label in _NEVER_DENIED or not self._denied(hit)

    def _follows(self, marks: Sequence[Hit], hit: Hit, ends: Sequence[int]) -> bool:
        """Tells whether the nearest mark before stands on this side of the last border."""
        place = bisect_right(marks, hit.start, key=lambda mark: mark.end) - 1
        return place >= 0 and not _parted(ends, marks[place].end, hit.start)

    def _denied(self, hit: Hit) -> bool:
        label = hit.label
        characters, words = _REACH.get(label, _NEAR) if isinstance(label, Signal) else _NEAR
        last = bisect_right(self._negations, hit.start, key=lambda mark: mark.end)
        for negation in self._negations[max(0, last - _NEAREST) : last]:
            if _parted(self._clauses, negation.end, hit.start) or not self._negates(negation, hit):
                continue
            between = self._text[negation.end : hit.start]
            if self._text[negation.start].isascii():
                near = len(between) < _FARTHEST and len(between.split()) <= words
            else:
                near = len(between) <= characters and " " not in between
            if near:
                return True
        return False

    def _negates(self, negation: Hit, hit: Hit) -> bool:
        words = self._text[negation.start : negation.end]
        before = self._text[max(0, negation.start - 12) : negation.start]
        after = self._text[negation.end : negation.end + 6]
        if before.endswith(_ASKS_WHY) or (has_han(before[-1:]) and before[-1] == after[:1]):
            return False  # "why not …" and "能不能 …" ask for it
        if words.startswith(("没", "不")) and before.endswith(("有", "能", "可", "是", "要", "会")):
            return False
        if words in _ASKING and after.startswith((" i ", " you ", " we ")):
            return False
        if hit.label is Signal.ASKS_PERSON:
            return words.startswith(_DECLINES) or words in _DECLINES_EN
        return True


def _by_end(marks: Iterable[Hit], mark: Mark) -> list[Hit]:
    return sorted((hit for hit in marks if hit.label is mark), key=lambda hit: hit.end)


def _parted(ends: Sequence[int], start: int, end: int) -> bool:
    return bisect_left(ends, start) != bisect_left(ends, end)
