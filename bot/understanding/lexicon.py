"""Lexicons: phrases in groups, each group with a label and a weight, read from the seeds.

It reads and checks the files and finds their phrases in a text. What the finds add up to is
decided by the rooms beside it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import yaml

from bot.understanding.phrases import Gaps, Phrases, Spelled, spell_out
from bot.understanding.reading import Emotion, Intent, Signal
from handoff.errors import SeedError, SeedErrors

_GAPS = {"zh": Gaps(2, 8), "en": Gaps(9, 28), "any": Gaps(2, 12)}


class Mark(StrEnum):
    """What a phrase does to others; marks never reach the reading by themselves."""

    MASK = "mask"  # a product or a set phrase: what it covers means nothing
    NEGATION = "negation"
    PRAISE = "praise"
    AMBIVALENT = "ambivalent"  # violent words that praise when praise is near
    INTENSE = "intense"
    CONTRAST = "contrast"
    QUESTION = "question"
    REPORTED = "reported"  # somebody else is quoted
    SUPPOSED = "supposed"  # asked or imagined, not happened
    UNRESOLVED = "unresolved"
    BOT_LOST = "bot_lost"  # the bot says that it did not understand
    BOT_ASKS = "bot_asks"  # the bot asks for a slot
    GIVING_UP = "giving_up"  # "算了", "forget it": takes back only when nothing else is wanted
    CAME = "came"  # "just arrived": takes back unless a fault of it is told next
    CALM = "calm"  # "no hurry", "only curious"
    GOODS = "goods"  # names of things shops sell
    ADDRESSED = "addressed"  # asks us, not about goods: "do you …", "你会 …"
    TOPIC = "topic"  # a subject the words belong to: the model weighs which stand together


_BOTS_OWN = frozenset({Mark.BOT_ASKS, Mark.BOT_LOST})
Label = Intent | Emotion | Signal | Mark
_KINDS: Mapping[str, type[Intent] | type[Emotion] | type[Signal] | type[Mark]] = {
    "intent": Intent,
    "emotion": Emotion,
    "signal": Signal,
    "mark": Mark,
}


@dataclass(frozen=True, slots=True)
class Group:
    """Phrases that mean the same."""

    id: str
    label: Label
    weight: float
    grave: bool = False
    """A subject on which a milder suspicion calls a person."""


class Hit(NamedTuple):
    """A phrase of a group, standing in a text."""

    group: Group
    start: int
    end: int
    label: Label  # the group's, at hand: it is asked for again and again


_Found = tuple[Group, Sequence[Spelled]]


class Lexicon:
    """All groups of all files, and the typos to mend before looking."""

    def __init__(
        self, groups: Iterable[tuple[Group, Sequence[Spelled]]], typos: Mapping[str, str]
    ) -> None:
        self._own: list[_Found] = []
        self._groups: list[Group] = []
        self._phrases = Phrases(self._noted(groups))
        self._typos = list(typos.values())
        self._misspelt = Phrases(Spelled([[typo]], [0]) for typo in typos)

    def _noted(self, groups: Iterable[_Found]) -> Iterator[Spelled]:
        """Yields the phrases, noting whose they are. As they were spelled only those of the bot are
        asked for once more: all of them take 6 MB.
        """
        for group, phrases in groups:
            if group.label in _BOTS_OWN:
                self._own.append((group, phrases))
            for phrase in phrases:
                self._groups.append(group)
                yield phrase

    @property
    def groups(self) -> frozenset[Group]:
        """Returns the groups that hold phrases."""
        return frozenset(self._groups)

    def of_the_bot(self) -> "Lexicon":
        """Returns the marks of the bot's own lines as a lexicon, without typos to mend."""
        return Lexicon(self._own, {})

    def find(self, text: str) -> list[Hit]:
        """Returns every phrase in a normalised text, ordered by where it begins."""
        groups = self._groups
        found = []
        for number, start, end in self._phrases.find(text):
            group = groups[number]
            found.append(Hit(group, start, end, group.label))
        return found

    def mend(self, text: str) -> str:
        """Returns the text with well-known typos and homophones mended."""
        pieces, last = [], 0
        for number, start, end in self._misspelt.find(text):
            if start >= last:
                pieces += [text[last:start], self._typos[number]]
                last = end
        return "".join([*pieces, text[last:]]) if pieces else text


def load_lexicon(folder: Path) -> Lexicon:
    """Reads every lexicon in the folder; raises SeedErrors with all mistakes at once."""
    typos: dict[str, str] = {}
    return Lexicon(_groups_in(folder, typos), typos)


def read_lexicons(folder: Path) -> tuple[list[_Found], dict[str, str]]:
    """Reads groups with their phrases, and typos; raises SeedErrors with all mistakes at once."""
    typos: dict[str, str] = {}
    return list(_groups_in(folder, typos)), typos


def _groups_in(folder: Path, typos: dict[str, str]) -> Iterator[_Found]:
    """Yields groups one by one and notes the typos; raises SeedErrors, when all are read, with
    every mistake.
    """
    errors: list[SeedError] = []
    seen: dict[str, str] = {}
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        errors.append(SeedError(str(folder), "-", "no lexicon here"))
    for path in paths:
        for place, problem, found in _read(path, typos):
            if found is None:
                errors.append(SeedError(str(path), place, problem))
            elif found[0].id in seen:
                where = seen[found[0].id]
                errors.append(SeedError(str(path), place, f"this id is also in {where}"))
            else:
                seen[found[0].id] = path.name
                yield found
    if errors:
        raise SeedErrors(errors)


def _read(path: Path, typos: dict[str, str]) -> Iterator[tuple[str, str, _Found | None]]:
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_loader())
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        yield "file", f"cannot be read: {problem}", None
        return
    if not isinstance(data, dict) or data.get("language") not in _GAPS:
        yield "language", f"must be one of {', '.join(_GAPS)}", None
        return
    mended = data.get("typos") or {}
    if not isinstance(mended, dict):
        yield "typos", "must map a wrong spelling to the right one", None
    else:
        typos.update({str(wrong): str(right) for wrong, right in mended.items()})
    for index, raw in enumerate(data.get("groups") or []):
        yield from _group(raw, f"groups[{index}]", _GAPS[data["language"]])


def _group(raw: object, place: str, gaps: Gaps) -> Iterator[tuple[str, str, _Found | None]]:
    if not isinstance(raw, dict):
        yield place, "must be a mapping", None
        return
    name = str(raw.get("id") or "")
    place = f"{place} {name}".strip()
    label, problem = _label(raw)
    if not name:
        yield place, "needs an id", None
    elif label is None:
        yield place, problem, None
    elif not isinstance(raw.get("weight", 1), int | float):
        yield place, "weight must be a number", None
    elif (grave := raw.get("grave", False)) not in (False, label is Mark.TOPIC):
        yield place, "grave must be true, and stands at a topic only", None
    else:
        spelled, wrong = _spelled(raw.get("phrases"), gaps)
        for text in wrong:
            yield place, text, None
        if not wrong:
            yield place, "", (Group(name, label, float(raw.get("weight", 1)), grave), spelled)


def _label(raw: Mapping[str, object]) -> tuple[Label | None, str]:
    kinds = [kind for kind in _KINDS if kind in raw]
    if len(kinds) != 1:
        return None, f"needs exactly one of {', '.join(_KINDS)}"
    known = _KINDS[kinds[0]]
    try:
        return known(str(raw[kinds[0]])), ""
    except ValueError:
        return None, f"{kinds[0]} must be one of {', '.join(known)}"


def _spelled(raw: object, gaps: Gaps) -> tuple[list[Spelled], list[str]]:
    text = raw if isinstance(raw, str) else ""
    spelled, wrong = [], []
    for line in text.replace(";", "\n").splitlines():
        try:
            if line.strip():
                spelled.append(spell_out(line.strip(), gaps))
        except ValueError as problem:
            wrong.append(f"phrase {line.strip()!r}: {problem}")
    return spelled, wrong if spelled or wrong else ["has no phrases"]


def _loader() -> type[yaml.SafeLoader]:
    # The C loader reads the lexicons ten times faster; some builds of PyYAML lack it.
    loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return loader
