"""Take back a detail of what was restated: another phone in a new address, or all of the address.

It says nothing; a detail that is known to be wrong and cannot be mended is asked for once more.
"""

from __future__ import annotations

import re2

from bot.forms import CONFIRM, NEW_ADDRESS, Form
from bot.questions import asks_itself
from bot.talk import Talk
from bot.understanding.reading import Reading

_PHONE = re2.compile(r"\+?\d[\d ()-]{5,18}\d")
_NUMBERED = (
    (re2.compile(r"\b(\d+[A-Za-z]?) ([A-Za-z]{3,})"), 1, 2),
    (re2.compile(r"(\p{Han}{2})(\d+)"), 2, 1),
)
"""A number and the words beside it, as groups of a pattern."""
_STREET = re2.compile(
    r"(?i)\b(?:road|rd|street|st|avenue|ave|lane|drive|boulevard|blvd|apartment|apt)\b.{0,40}\d"
    r"|\d.{0,40}\b(?:road|rd|street|st|avenue|ave|lane|drive|boulevard|blvd|apartment|apt)\b"
    r"|(?:路|街|大道|巷|弄|小区|大厦|花园|广场|村|镇).{0,16}\d|\d+ ?(?:号|弄|室|栋|幢|单元)"
)
"""A street and a number, as only addresses have them."""
_ADDRESS_CHARS = 8
_SHORT_CHARS = 60
_REST_CHARS = 24
"""So much may stand beside a phone that is all there is to mend."""


def corrected_address(talk: Talk, form: Form, reading: Reading) -> str:
    """The new address after a text: one that it leads to or is, or the one restated with its phone
    changed; empty when the text says nothing of it.
    """
    if whole := talk.seeds.forms.address(reading.text):
        return whole
    restated = form.told.get(NEW_ADDRESS, "")
    if not restated:
        return _address_alone(reading.text)
    if form.asks != CONFIRM:
        return ""
    if mended := _renumbered(restated, reading.text):
        return mended
    given, kept = _PHONE.findall(reading.text), _PHONE.findall(restated)
    beside = len(reading.text) - sum(map(len, given))
    if len(given) == len(kept) == 1 and beside <= _REST_CHARS:
        return restated.replace(kept[0], given[0])
    return ""


def _address_alone(text: str) -> str:
    """The text itself, when it reads as an address: given before it was asked for."""
    street = len(text) >= _ADDRESS_CHARS and not asks_itself(text) and _STREET.search(text)
    return text.strip() if street else ""


def _renumbered(restated: str, text: str) -> str:
    """The address with one number changed that stands beside the same words: 54 Oak for 45 Oak."""
    if len(text) > _SHORT_CHARS:
        return ""
    for pattern, number, beside in _NUMBERED:
        numbers = {found.group(beside).lower(): found for found in pattern.finditer(restated)}
        for given in pattern.finditer(text):
            old, new = numbers.get(given.group(beside).lower()), given.group(number)
            if old is not None and old.group(number) != new:
                return f"{restated[: old.start(number)]}{new}{restated[old.end(number) :]}"
    return ""


def takes_back_detail(talk: Talk, form: Form, reading: Reading) -> bool:
    """Whether a text says that the address just restated is wrong, and not how it should read."""
    restated = bool(form.told.get(NEW_ADDRESS)) and form.asks == CONFIRM
    return restated and talk.seeds.forms.corrects(reading.normal)
