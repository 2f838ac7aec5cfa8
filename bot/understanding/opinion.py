"""A second opinion: how likely a person is needed, from the margins of some heads together.

A head weighs words one by one; here every two margins are weighed as a pair, so that praise beside
a complaint means something else than either alone. What follows from it the rules decide.
"""

import math
from collections.abc import Sequence
from itertools import combinations_with_replacement, starmap
from operator import mul

import msgspec

_SUREST = 30.0


class Opinion(msgspec.Struct, frozen=True):
    """Weights of the margins and of their products, these in the order of `products`."""

    bias: float = 0.0
    single: tuple[float, ...] = ()
    pairs: tuple[float, ...] = ()

    def likelihood(self, margins: Sequence[float]) -> float:
        """Returns the likelihood between 0 and 1."""
        line = sum(map(mul, self.single, margins))
        total = self.bias + line + sum(map(mul, self.pairs, products(margins)))
        return 1 / (1 + math.exp(-max(-_SUREST, min(_SUREST, total))))


def products(margins: Sequence[float]) -> list[float]:
    """Returns each margin times itself and times every later one."""
    return list(starmap(mul, combinations_with_replacement(margins, 2)))
