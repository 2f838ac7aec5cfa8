"""Which pieces of a text the model looks at: words and pairs of words in latin letters, runs of one
to five characters inside a word, and the names of the signs found.

Training and reading both look through this module. It weighs nothing.
"""

import re
from itertools import pairwise

MOST_CHARACTERS = 600
"""So much of a message tells what it is about; what is longer is a story or pasted."""
_LONGEST = 5
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
        for size in range(2, min(_LONGEST, len(spaced)) + 1):
            pieces += [spaced[at : at + size] for at in range(len(spaced) - size + 1)]
    return pieces
