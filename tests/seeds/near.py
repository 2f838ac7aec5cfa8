"""Find texts that are nearly the same: character 4-grams, numbers masked, compared by Jaccard.

An index over the rarest 4-grams of each text finds the few pairs worth comparing, so that
thousands of texts take a second. It decides nothing about what to do with a pair. No tests here.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

SIZE = 4
_NUMBER = re.compile(r"[0-9]+")


def grams(text: str) -> frozenset[str]:
    """Returns the 4-grams of a text with its numbers masked; a shorter text is one gram."""
    plain = unicodedata.normalize("NFKC", text).lower()
    masked = _NUMBER.sub("0", " ".join(plain.split()))
    return frozenset(masked[at : at + SIZE] for at in range(max(1, len(masked) - SIZE + 1)))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Returns the Jaccard index of two sets of grams."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def near_pairs(texts: Sequence[str], above: float) -> Iterator[tuple[int, int]]:
    """Yields the places of texts that are more alike than `above`, the earlier one first."""
    sets = [grams(text) for text in texts]
    common = Counter(gram for some in sets for gram in some)
    index: dict[str, list[int]] = defaultdict(list)
    for place, some in enumerate(sets):
        # Texts more alike than this share one of so many rarest grams: the rest cannot make up.
        rarest = sorted(some, key=lambda gram: (common[gram], gram))
        prefix = rarest[: len(some) - int(above * len(some)) + 1]
        rivals = {rival for gram in prefix for rival in index[gram]}
        for rival in sorted(rivals):
            if likeness(sets[rival], some) > above:
                yield rival, place
        for gram in prefix:
            index[gram].append(place)
