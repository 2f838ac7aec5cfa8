"""Which pieces of a text the model looks at: words and pairs of words in latin letters, short runs
of characters inside a word, and the names of the signs found.

Training and reading both look through this module. It weighs nothing.
"""

import re
from collections.abc import Iterable
from itertools import pairwise

MOST_CHARACTERS = 600
"""So much of a message tells what it is about; what is longer is a story or pasted."""
_ASCII_RUNS, _OTHER_RUNS = (3, 4), (2, 3)
"""Shorter and longer runs tell nothing more (`docs/understanding.md`), but each costs time."""
_WORD = re.compile(r"[a-z0-9']+")
_DIGIT = re.compile(r"[0-9]")


def padded(normal: str) -> str:
    """Returns a normalised text as the model sees it: digits alike, one space around each word."""
    short = " ".join(normal[:MOST_CHARACTERS].split())
    return f" {_DIGIT.sub('0', short)} "


def words_of(text: str) -> list[str]:
    """Returns the words in latin letters of a padded text, and each with the word after it."""
    words = _WORD.findall(text)
    return words + [f"{one} {two}" for one, two in pairwise(words)]


def pieces_of(text: str) -> list[str]:
    """Returns the runs of characters of a padded text; none reaches over a space, and a single
    character is one only where it is a word by itself, as in Chinese.
    """
    pieces = [char for char in text if not char.isascii()]
    for word in text.split():
        spaced = f" {word} "
        runs = _runs(spaced, _ASCII_RUNS)
        if spaced.isascii():
            pieces += runs
            continue
        pieces += [run for run in runs if run.isascii()]
        pieces += [run for run in _runs(spaced, _OTHER_RUNS) if not run.isascii()]
    return pieces


def _runs(word: str, sizes: Iterable[int]) -> list[str]:
    return [word[at : at + size] for size in sizes for at in range(len(word) - size + 1)]
