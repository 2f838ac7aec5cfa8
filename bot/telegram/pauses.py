"""How long to wait whether the customer goes on writing.

A message that looks complete is answered at once, a fragment ("hi", "one more thing") waits for
its other half. It judges form only, never meaning.
"""

from __future__ import annotations

from dataclasses import dataclass

import re2

from bot.questions import asks_in_chinese, asks_in_english

NOTHING_MS = 0
SHORT_MS = 700
FRAGMENT_MS = 1_500
CAP_MS = 3_000
ALBUM_MS = 1_000

_LONG_HAN, _LONG_WORDS = 12, 7
_MIDDLE_HAN, _MIDDLE_WORDS = 7, 4
_QUESTION_WORDS = 3
_JUDGED = 200
"""Characters; whoever wrote more has said something whole."""

_END = re2.compile(r"[.!?。！？～~]['\"”’」』）)\s]*$")
_SURE_ENDS = ("?", "!", "？", "！", "。")
"""A text that ends so is whole, whatever else stands in it: nothing more need be looked for."""
_GOES_ON = re2.compile(r"(?:\.\.|…|[,，、:：;；—-])\s*$")
_CODE = re2.compile(r"[0-9０-９]{4}|[A-Z]{2,}_[A-Z]|\b[A-Za-z]+[0-9]+\b|\b[0-9]+[A-Za-z]+\b")
_HAN = re2.compile(r"[㐀-䶿一-鿿豈-﫿]")
_PERSON = re2.compile(
    r"(?i)^\W*(?:转|轉|找)?(?:人工|真人)(?:客服|服务|服務)?\W*$"
    r"|^\W*(?:human|agent|operator|real person)\W*$"
)


@dataclass(frozen=True, slots=True)
class Pause:
    """Due `wait_ms` after the message, at most `cap_ms` after the first unread one."""

    wait_ms: int = NOTHING_MS
    cap_ms: int = NOTHING_MS


NOW = Pause()
ALBUM = Pause(ALBUM_MS, CAP_MS)
FRAGMENT = Pause(FRAGMENT_MS, CAP_MS)
SHORT = Pause(SHORT_MS, CAP_MS)


def pause_of(text: str) -> Pause:
    """How long to wait after this text."""
    if len(text) > _JUDGED or text.startswith("/") or text.endswith(_SURE_ENDS):
        return NOW
    if _CODE.search(text) or _PERSON.search(text):
        return NOW
    if _GOES_ON.search(text):
        return FRAGMENT
    if _END.search(text) or _asks(text):
        return NOW
    return _by_length(text)


def _asks(text: str) -> bool:
    whole = len(text.split()) >= _QUESTION_WORDS
    return asks_in_chinese(text) or (whole and asks_in_english(text))


def _by_length(text: str) -> Pause:
    han, words = len(_HAN.findall(text)), len(text.split())
    if han >= _LONG_HAN or words >= _LONG_WORDS:
        return NOW
    return SHORT if han >= _MIDDLE_HAN or words >= _MIDDLE_WORDS else FRAGMENT
