"""Find the answers of a form in what a customer writes: a policy, a choice, an item, an address.

The words are seeds (`forms.yaml`). It reads; what follows from it is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import re2
from ahocorasick_rs import AhoCorasick
from pydantic import BaseModel, ConfigDict

from handoff.errors import SeedErrors
from handoff.knowledge.seedfiles import BothWords, Faults, read_yaml
from handoff.shop import Item, Order
from handoff.text import has_han, normalise, one_of

FORMS_FILE = "forms.yaml"
PLACES = ("first", "second", "third")
LAST, OTHER = "last", "other"
_ADDRESS_CHARS = 8
_LATIN = re2.compile(r"[a-z0-9]+")
_WORD = re2.compile(r"[a-z]{3,}")
_PAIR_CHARS = 2
_SIZE = r"(?:\d{1,2}(?:\.5)?|x{0,3}[sml]\b)"
"""A size by its number or its letters."""
_BARE_SIZE = re2.compile(rf"(?i)\b{_SIZE}")
_LEADS = re2.compile(r"^(?:for|in|make it|the) ")
_FEW_CHARS = 24
_COLOURS = (
    *(("黑", "black"), ("白", "white"), ("红", "red"), ("绿", "green"), ("灰", "grey")),
    *(("深蓝", "navy"), ("藏青", "navy"), ("海军蓝", "navy"), ("蓝", "blue"), ("粉", "pink")),
    *(("紫", "purple"), ("黄", "yellow"), ("棕", "brown"), ("米色", "beige"), ("驼", "camel")),
)


class Finder:
    """Names by their words; of all words in a text the longest counts, then the first."""

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        self._names_of: dict[str, list[str]] = {}
        for name, words in names.items():
            for word in words:
                self._names_of.setdefault(word, []).append(name)
        self._pattern = re2.compile(one_of(self._names_of)) if self._names_of else None
        self._any = AhoCorasick(list(self._names_of))

    def find(self, normal: str) -> str:
        """The name a normalised text says; empty when it says none."""
        return next(iter(self.all(normal)), "")

    def all(self, normal: str) -> tuple[str, ...]:
        """All names a normalised text says, each once, that of the longest word first."""
        # Most texts hold none of the words, and the automaton tells it in a tenth of the time.
        if self._pattern is None or not self._any.find_matches_as_indexes(normal):
            return ()
        found = [str(hit.group(0)) for hit in self._pattern.finditer(normal)]
        found.sort(key=len, reverse=True)
        return tuple(dict.fromkeys(name for word in found for name in self._names_of[word]))


class FormWords:
    """The words of both languages."""

    def __init__(self, seed: _FormsSeed) -> None:
        self.choices = frozenset(
            (slot, name) for slot, answers in seed.choices.items() for name in answers
        )
        """Every answer that may be found, with its slot."""
        self._begins = Finder({name: both.words for name, both in seed.begins.items()})
        begins = [word for both in seed.begins.values() for word in both.words]
        self._denied = re2.compile(f"(?:{one_of(seed.denies.words)}) ?(?:{one_of(begins)})")
        self._wishes = Finder({"wish": seed.wishes.words})
        self._asks = Finder({"asks": seed.asks.words})
        self._choices = {
            slot: Finder({name: both.words for name, both in answers.items()})
            for slot, answers in (*seed.choices.items(), *seed.flags.items())
        }
        self._remedies = Finder({name: both.words for name, both in seed.remedies.items()})
        self._everything = Finder({"all": seed.everything.words})
        self._keeps = re2.compile(one_of(seed.keeps.words))
        self._takes = re2.compile(one_of(seed.takes.words))
        self._whole = Finder({"whole": seed.whole_order.words})
        self._only = Finder({"only": seed.only.words})
        self._corrects = Finder({"corrects": seed.corrects.words})
        self._beside = re2.compile(one_of(seed.beside_goods.words))
        self._places = Finder({name: both.words for name, both in seed.places.items()})
        either = one_of(seed.address.words).replace("…", ".{1,30}?")
        self._lead = re2.compile(f"(?i)(?:{either})[\\s:：,，]*")
        colours = f"(?:{one_of(seed.colours)})"
        variants = f"(?i){one_of(seed.variants.words)}".replace(r"\#", _SIZE)
        self._variants = re2.compile(variants.replace(r"\@", colours))

    def policies(self, normal: str) -> tuple[str, ...]:
        """The policies a text speaks of and does not deny, that of the longest word first."""
        return self._begins.all(str(self._denied.sub(" ", normal)))

    def wishes(self, normal: str) -> bool:
        """Whether the text wants something done, and does not only ask about it."""
        return bool(self._wishes.find(normal))

    def asks(self, normal: str) -> bool:
        """Whether the text asks about it, and no more."""
        return bool(self._asks.find(normal))

    def answer(self, slot: str, normal: str) -> str:
        """The choice, or `yes` and `no`, that a text says for a slot; empty when none."""
        return next(iter(self.answers(slot, normal)), "")

    def answers(self, slot: str, normal: str) -> tuple[str, ...]:
        """All that a text says for a slot, that of the longest word first."""
        finder = self._choices.get(slot)
        return finder.all(normal) if finder else ()

    def remedies(self, normal: str) -> tuple[str, ...]:
        """The remedies a text names, that of the longest word first."""
        return self._remedies.all(normal)

    def keeps_for_less(self, normal: str) -> bool:
        """Whether goods are to be kept for part of the money: that is for a person to offer."""
        return "refund_part" in self.remedies(normal)

    def everything(self, normal: str) -> bool:
        """Whether all items are meant."""
        return bool(self._everything.find(normal))

    def parted(self, clause: str) -> tuple[str, str]:
        """A clause in two: what of it is about goods to be given back, and what about goods to be
        kept.
        """
        keeps = self._keeps.search(clause)
        if keeps is None:
            return clause, ""
        takes = self._takes.search(clause, keeps.end()) or self._takes.search(
            clause[: keeps.start()]
        )
        if takes is None:
            return "", clause
        if takes.start() >= keeps.end():
            return clause[takes.start() :], clause[: takes.start()]
        return clause[: keeps.start()], clause[keeps.start() :]

    def whole_order(self, normal: str) -> bool:
        """Whether an order is spoken of as a whole, by the name of its goods."""
        return bool(self._whole.find(normal)) and not self._only.find(normal)

    def corrects(self, normal: str) -> bool:
        """Whether the text says that a detail was wrong."""
        return bool(self._corrects.find(normal))

    def place(self, normal: str, count: int) -> int | None:
        """The place among several that a few words mean, counted from 0; None when they mean none
        of them. The other one is not told from here.
        """
        named = self._places.find(normal)
        if named == LAST:
            return count - 1 if count > 1 else None
        place = PLACES.index(named) if named in PLACES else count
        return place if place < count else None

    def places_in(self, normal: str, count: int) -> tuple[int, ...]:
        """The places among several that a few words mean, counted from 0, in order."""
        named = (count - 1 if name == LAST else PLACES.index(name) for name in self._named(normal))
        return tuple(sorted({place for place in named if place < count}))

    def _named(self, normal: str) -> tuple[str, ...]:
        return tuple(name for name in self._places.all(normal) if name != OTHER)

    def points(self, normal: str) -> bool:
        """Whether one of several is meant by its place."""
        return bool(self._places.find(normal))

    def other(self, normal: str) -> bool:
        """Whether the one that was not spoken of last is meant."""
        return self._places.find(normal) == OTHER

    def beside_names(self, normal: str, order: Order) -> int:
        """How much a text says beside the names of an order's goods and how that order stands."""
        return _beside_names(str(self._beside.sub(" ", normal)), order)

    def variant(self, normal: str, *, bare: bool = False) -> str:
        """The size or colour a text names for an exchange, or a `bare` size in a few words; empty
        when it names none.
        """
        found = self._variants.search(normal)
        if found is None and bare and len(normal) <= _FEW_CHARS:
            found = _BARE_SIZE.search(normal)
        return str(_LEADS.sub("", found.group(0))).strip() if found else ""

    def address(self, text: str) -> str:
        """The new address in a text that leads to one; empty when it names none."""
        found = list(self._lead.finditer(text))
        address = text[found[-1].end() :].strip(" \n.。") if found else ""
        return address if len(address) >= _ADDRESS_CHARS else ""


def item_in(normal: str, items: Sequence[Item]) -> str:
    """The place of the one item a text names, counted from 0; empty when it is none or several."""
    scores = [_likeness(normal, normalise(item.name)) for item in items]
    best = max(scores, default=0)
    return str(scores.index(best)) if best and scores.count(best) == 1 else ""


def items_in(normal: str, items: Sequence[Item]) -> tuple[int, ...]:
    """The places of the items a text names by what sets each apart from the others."""
    found = [_found(normal, normalise(item.name)) for item in items]
    own = (
        bool(words - set().union(*(others for at, others in enumerate(found) if at != place)))
        for place, words in enumerate(found)
    )
    return tuple(place for place, named in enumerate(own) if named)


def order_in(normal: str, orders: Sequence[Order]) -> Order | None:
    """The one order whose goods a text names; None when it is none or several."""
    likeness = [
        max((_likeness(normal, normalise(item.name)) for item in order.items), default=0)
        for order in orders
    ]
    best = max(likeness, default=0)
    return orders[likeness.index(best)] if best and likeness.count(best) == 1 else None


def _likeness(normal: str, name: str) -> int:
    """How much of an item's name stands in a text."""
    return sum(1 if has_han(part) else len(part) for part in _found(normal, name))


def _found(normal: str, name: str) -> set[str]:
    """What of an item's name stands in a text: Latin words whole, Chinese in pairs, and as people
    shorten it, 杯子 for 保温杯.
    """
    written = set(_WORD.findall(normal)) | _colours_in(normal)
    found = {word for word in _WORD.findall(name) if not written.isdisjoint(_numbers_of(word))}
    if has_han(name):
        pairs = {name[at : at + _PAIR_CHARS] for at in range(len(name) - 1)}
        found |= {pair for pair in pairs if has_han(pair) and " " not in pair and pair in normal}
        found |= {char for char in name if has_han(char) and f"{char}子" in normal}
    return found


def _colours_in(normal: str) -> set[str]:
    """The English names of the colours a text names in Chinese, as the shop may call its goods."""
    names = [name for han, name in _COLOURS if han in normal]
    return set(names) - ({"blue"} if "navy" in names else set())


def _numbers_of(word: str) -> tuple[str, str]:
    """A word, and the same for one or for several: gloves and glove."""
    return word, word[:-1] if word.endswith("s") else f"{word}s"


def _beside_names(normal: str, order: Order) -> int:
    """How much of a text is no part of the names of an order's goods, marks and spaces aside."""
    names = " ".join(normalise(item.name) for item in order.items)
    own = set(_WORD.findall(names))
    latin = sum(len(word) for word in _LATIN.findall(normal) if word not in own)
    return latin + sum(has_han(char) and char not in names for char in normal)


def load_form_words(seeds_dir: Path) -> FormWords:
    """Read `forms.yaml`; raises SeedErrors with every mistake in it."""
    faults = Faults(seeds_dir)
    seed = read_yaml(seeds_dir / FORMS_FILE, _FormsSeed, faults)
    if seed is None:
        raise SeedErrors(faults.found)
    return FormWords(seed)


class _FormsSeed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    begins: dict[str, BothWords]
    denies: BothWords
    wishes: BothWords
    asks: BothWords
    choices: dict[str, dict[str, BothWords]]
    flags: dict[str, dict[str, BothWords]]
    remedies: dict[str, BothWords]
    everything: BothWords
    keeps: BothWords
    takes: BothWords
    whole_order: BothWords
    only: BothWords
    corrects: BothWords
    beside_goods: BothWords
    places: dict[str, BothWords]
    address: BothWords
    variants: BothWords
    colours: tuple[str, ...]
