"""Put questions that ask nearly the same together, so that what is asked most stands out.

Two questions are near when they share most of what they say, synonyms counted as one. It reads no
store and judges no answer.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from handoff.gaps import Gap
from handoff.knowledge.articles import tongue_of
from handoff.knowledge.wording import ELSEWHERE, Synonyms, Wording, normal

NEAR = 0.5
"""So much of what two questions say together must be said by both."""
_WEAK, _SINGLE = 0.4, 0.2


@dataclass(slots=True)
class Group:
    """Questions that ask nearly the same, in one language, oldest first."""

    language: str
    gaps: list[Gap] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The wording that was used most, of those the latest."""
        used = Counter(normal(gap.text) for gap in self.gaps)
        return max(reversed(self.gaps), key=lambda gap: used[normal(gap.text)]).text

    @property
    def others(self) -> list[str]:
        """The other wordings, each once, the latest first."""
        texts = dict.fromkeys(gap.text for gap in reversed(self.gaps))
        return [text for text in texts if normal(text) != normal(self.text)]


def grouped(gaps: Sequence[Gap], synonyms: Synonyms) -> list[Group]:
    """Returns the questions in groups, the most asked first, of those the latest."""
    groups: list[Group] = []
    for language in ("zh", "en"):
        wording = synonyms.of(tongue_of(language))
        groups += _of_one_language(
            [gap for gap in gaps if gap.language == language], language, wording
        )
    return sorted(groups, key=lambda group: (-len(group.gaps), -group.gaps[-1].at.timestamp()))


def _of_one_language(gaps: Iterable[Gap], language: str, wording: Wording) -> list[Group]:
    """Each question joins the group whose first one is nearest, or begins one."""
    groups: list[Group] = []
    firsts: list[dict[str, float]] = []
    holding: dict[str, list[int]] = defaultdict(list)
    for gap in gaps:
        said = _weights(gap.text, wording)
        shared: Counter[int] = Counter()
        for token, weight in said.items():
            for number in holding[token]:
                shared[number] += weight  # type: ignore[assignment]
        near = {number: _likeness(both, said, firsts[number]) for number, both in shared.items()}
        best = max(near, key=lambda number: near[number], default=-1)
        if best < 0 or near[best] < NEAR:
            best = len(groups)
            groups.append(Group(language))
            firsts.append(said)
            for token in said:
                holding[token].append(best)
        groups[best].gaps.append(gap)
    return groups


def _likeness(both: float, one: dict[str, float], other: dict[str, float]) -> float:
    return 2 * both / ((sum(one.values()) + sum(other.values())) or 1.0)


def _weights(text: str, wording: Wording) -> dict[str, float]:
    """What a question says; words that say little, and single characters, weigh less."""
    weights = {}
    for token in wording.tokens(text):
        if token == ELSEWHERE:
            continue
        single = len(token) == 1 and not token.isascii()
        weights[token] = _WEAK if token in wording.weak else _SINGLE if single else 1.0
    return weights
