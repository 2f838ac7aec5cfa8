"""Marks: texts nobody else in a run writes, and how they are found again. No tests here.

A customer's mark is an order number where the product can name it in its answer, else a word of
letters that means nothing to a reader. Words and notes of agents have marks of their own kinds, so
that a note which leaves the house is known for what it is.
"""

from __future__ import annotations

import re
from itertools import count
from threading import Lock

_SHAPE = re.compile(r"W2\d{6}|SF29\d{11}|[qsvn]x[b-z]{6}")
_TOKEN = re.compile(rf"(?<![A-Za-z0-9])(?:{_SHAPE.pattern})(?![A-Za-z0-9])")
_LETTERS = "bcdfghjklmnpqrstvwxz"
ORDERS = 1_000_000
"""So many order numbers there are in one run."""


class Marks:
    """Hands out marks, each once; threads may share it."""

    def __init__(self, first: int = 0) -> None:
        self._next = count(first)
        self._lock = Lock()

    def order(self) -> str:
        """The number of an order that exists, or of one that does not."""
        return order_mark(self._number())

    def waybill(self) -> str:
        """The number of a parcel of which anybody may know whose it is and where to look."""
        return f"SF29{self._number():011d}"

    def word(self) -> str:
        """A customer's word that no answer will repeat."""
        return f"qx{_letters(self._number())}"

    def said(self) -> str:
        """A word in what an agent says."""
        return f"vx{_letters(self._number())}"

    def noted(self) -> str:
        """A word in an agent's note."""
        return f"nx{_letters(self._number())}"

    def _number(self) -> int:
        with self._lock:
            return next(self._next)


def order_mark(number: int) -> str:
    """The order number with this number."""
    return f"W2{number % ORDERS:06d}"


def secret_of(order: str) -> str:
    """The secret of an order: what the generated shop has sold under it."""
    return f"sx{_letters(int(order[2:]))}"


def is_note_mark(mark: str) -> bool:
    """Whether a mark stands in a note."""
    return mark.startswith("nx")


def marks_in(text: str) -> tuple[str, ...]:
    """The marks of a text, in order, each once."""
    return tuple(dict.fromkeys(_TOKEN.findall(text)))


def _letters(number: int) -> str:
    letters = ""
    for _ in range(6):
        number, place = divmod(number, len(_LETTERS))
        letters += _LETTERS[place]
    return letters
