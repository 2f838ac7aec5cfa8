"""What can be sent and where it may be cut: Telegram counts UTF-16 units, people see graphemes.

It decides borders only; what is sent, and when, is not its business.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

MESSAGE_LIMIT = 4096  # Telegram's limit for one message, in UTF-16 units
_SENTENCE_ENDS = frozenset("。！？!?…；;")
_PHRASE_ENDS = frozenset("，、,：:）)」』”")
_WORD, _SENTENCE, _LINE, _PARAGRAPH = 1, 2, 3, 4


def clean_text(raw: str) -> str:
    """Returns the text without what cannot be stored or encoded: lone surrogates and NUL."""
    if "\x00" in raw or not _encodes(raw):
        joined = raw.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return joined.replace("\x00", "\ufffd")
    return raw


def _encodes(raw: str) -> bool:
    """Tells whether no surrogate is in the text; a look costs a fifth of the way there and back."""
    try:
        raw.encode()
    except UnicodeEncodeError:
        return False
    return True


def utf16_units(text: str) -> int:
    """Returns the length of the text as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split_message(text: str, limit: int = MESSAGE_LIMIT) -> list[str]:
    """Returns parts of at most `limit` UTF-16 units that join to the text, cut at good borders."""
    if limit < 2:
        raise ValueError("limit must be at least 2: one emoji is two units")
    if utf16_units(text) <= limit:
        return [text] if text else []
    pieces = _Pieces.of(text, limit)
    parts, start = [], 0
    while start < len(pieces.texts):
        end = pieces.cut(start, limit)
        parts.append("".join(pieces.texts[start:end]))
        start = end
    return parts


@dataclass(frozen=True, slots=True)
class _Pieces:
    """The text in graphemes: where each ends, how good a border it leaves, the next visible one."""

    texts: Sequence[str]
    ends: Sequence[int]
    borders: Sequence[int]
    next_visible: Sequence[int]

    @classmethod
    def of(cls, text: str, limit: int) -> "_Pieces":
        texts: list[str] = []
        import regex  # 3 MB that only a long message to split should cost

        for grapheme in regex.findall(r"\X", text):
            # A grapheme longer than a whole message can only be cut inside.
            texts.extend(grapheme if utf16_units(grapheme) > limit else [grapheme])
        ends = list(accumulate(utf16_units(piece) for piece in texts))
        borders = [_border(texts, index) for index in range(len(texts))]
        following = [len(texts)] * (len(texts) + 1)
        for index in range(len(texts) - 1, -1, -1):
            following[index] = following[index + 1] if texts[index].isspace() else index
        return cls(texts, ends, borders, following)

    def cut(self, start: int, limit: int) -> int:
        """Returns the index after the last piece of the part that begins at `start`."""
        used = self.ends[start - 1] if start else 0
        end = start
        while end < len(self.texts) and self.ends[end] - used <= limit:
            end += 1
        if end == len(self.texts):
            return end
        return self._not_blank_after(start, self._best(start, end), limit)

    def _best(self, start: int, end: int) -> int:
        half = (start + end) // 2
        best, quality = end, 0
        for index in range(end - 1, half, -1):
            if self.borders[index] > quality:
                best, quality = index + 1, self.borders[index]
            if quality == _PARAGRAPH:
                break
        return best

    def _not_blank_after(self, start: int, end: int, limit: int) -> int:
        """Moves the cut before the last visible piece when the next part would be only space."""
        visible = self.next_visible[end]
        if visible < len(self.texts) and self.ends[visible] - self.ends[end - 1] <= limit:
            return end
        last = end - 1
        while last > start and self.texts[last].isspace():
            last -= 1
        kept = self.next_visible[start] < last
        return last if kept else end


def _border(texts: Sequence[str], index: int) -> int:
    """Returns how good a place to cut lies after the piece at `index`."""
    piece = texts[index]
    following = texts[index + 1] if index + 1 < len(texts) else ""
    if following.isspace():
        return 0  # the space stays with what it follows
    if piece.isspace():
        return _space_border(texts, index)
    if piece in _SENTENCE_ENDS and following not in _SENTENCE_ENDS:
        return _SENTENCE
    return _WORD if piece in _PHRASE_ENDS else 0


def _space_border(texts: Sequence[str], index: int) -> int:
    lines = 0
    while index >= 0 and texts[index].isspace():
        lines += texts[index] in {"\n", "\r\n", "\u2028", "\u2029"}
        index -= 1
        if lines > 1:
            return _PARAGRAPH
    if lines:
        return _LINE
    return (
        _SENTENCE
        if index >= 0 and (texts[index] == "." or texts[index] in _SENTENCE_ENDS)
        else _WORD
    )
