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
_ANSWERED = re2.compile(
    r"(?i)^\s*(?:不?同(?:一个)?城市?的?|是的|对的?|嗯+|好的|yes|no|same city|another city)"
    r"[\s,，。.:：;；]+"
)
_ADDRESS_CHARS = 8
_RECIPIENT = re2.compile(r"(?i)收件人|收货人|收件的是|recipient|\bname is\b|addressed to")
_NUMBER = re2.compile(r"\d+")
_SHORT_CHARS = 60
_PHONE_WORDS_CHARS = 12
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
    return _with_phone(restated, reading.text) or _with_name(restated, reading.text)


def _with_phone(restated: str, text: str) -> str:
    """The address with the phone in a few words, in place of its own or behind it."""
    given, kept = _PHONE.findall(text), _PHONE.findall(restated)
    if len(given) != 1 or len(text) - len(given[0]) > _REST_CHARS:
        return ""
    if len(kept) == 1:
        return restated.replace(kept[0], given[0])
    return "" if kept else f"{restated}，{given[0]}"


def only_phone(address: str) -> str:
    """The phone, where nothing but a phone is to be changed; empty for an address."""
    found = _PHONE.findall(address)
    alone = len(found) == 1 and len(address.strip()) - len(found[0]) <= _PHONE_WORDS_CHARS
    return str(found[0]) if alone and not _STREET.search(address) else ""


def _with_name(restated: str, text: str) -> str:
    """The address with who receives it, as the text says it."""
    named = len(text) <= _SHORT_CHARS and _RECIPIENT.search(text) is not None
    return f"{restated}，{text.strip()}" if named else ""


def _address_alone(text: str) -> str:
    """The text itself, when it reads as an address: given before it was asked for."""
    street = len(text) >= _ADDRESS_CHARS and not asks_itself(text) and _STREET.search(text)
    return without_answer(text) if street else ""


def without_answer(text: str) -> str:
    """An address without the answer to another question that stands before it."""
    return str(_ANSWERED.sub("", text)).strip()


def _renumbered(restated: str, text: str) -> str:
    """The address with one number changed that stands beside the same words: 54 Oak for 45 Oak."""
    if len(text) > _SHORT_CHARS:
        return ""
    numbers = _NUMBER.findall(text)
    alike = [one for one in _NUMBER.finditer(restated) if len(one.group()) == len("".join(numbers))]
    if len(numbers) == len(alike) == 1 and len(text) <= _REST_CHARS:
        new, old = numbers[0], alike[0]
        return (
            "" if new == old.group() else f"{restated[: old.start()]}{new}{restated[old.end() :]}"
        )
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
