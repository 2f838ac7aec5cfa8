"""What a conversation remembers, as bytes: JSON, deflated with a preset dictionary.

The bot gives the values their meaning (`bot/state.py`); stores and the desk only open the envelope.
It never looks inside; the key `contact` is the customer as the desk shows them.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import orjson

from handoff.forms import FORM

# A state is small: more memory and a higher level save 4 % of it for twice the time.
_LEVEL, _MEMORY = 1, 5
# The end of a preset dictionary is cheapest to point at, so what every state holds comes last.
# Another dictionary cannot read what this one wrote: put it beside this one and try both.
_DICTIONARY = (
    b'"packet":{"version":1,"wants":"","intent":"","language":"","emotion":"neutral",'
    b'"emotion_words":[],"facts":['
    b'{"label":"","value":"","source":"customer"}],"tried":[],"evidence":"","suggestion":"",'
    b'"expectation":""'
    b'"refund_status","return_refund_policy","promo_rules","invoice","complaint","human_request",'
    b'"case":{"id":"","entered_ms":1790000000000,"head_start_ms":0,"reason":"emotion",'
    b'"priority":"normal","promise_ms":'
    b'"wallet":"","code":"","resolution":"solved","empathy":[],"read":[[0,"'
    b'"asks":"phone_tail","asks":"order_no","goal":"order_status","goal":"logistics_tracking",'
    b'"proven":["W1000001"],'
    b'"order_no":"","tracking_no":"","tail":"","misses":1,"recent":[["user",""],["bot",""],'
    b'"greeted":true,"chosen":false,"tongue":"zh-Hans","tongue":"en",'
    b'{"schema":1,"contact":{"name":"","username":"","language":"zh-hans","phone":"+86139",'
    b'"reachable":true},'
)


class StateUnreadable(ValueError):
    """The bytes are not a state: torn, or written by something else."""


def deflated(values: bytes) -> bytes:
    """Deflate values that are JSON already."""
    deflate = zlib.compressobj(_LEVEL, memLevel=_MEMORY, zdict=_DICTIONARY)
    return deflate.compress(values) + deflate.flush()


def inflated(raw: bytes) -> bytes:
    """The JSON of the values, also from plain deflate. Raises StateUnreadable."""
    try:
        return zlib.decompressobj(zdict=_DICTIONARY).decompress(raw)
    except zlib.error as error:
        raise StateUnreadable from error


def encode_state(values: Mapping[str, Any]) -> bytes:
    """Deflate the values."""
    return deflated(orjson.dumps(values))


def decode_state(raw: bytes) -> dict[str, Any]:
    """Read the values back. Raises StateUnreadable."""
    if not raw:
        return {}
    try:
        values = orjson.loads(inflated(raw))
    except orjson.JSONDecodeError as error:
        raise StateUnreadable from error
    if not isinstance(values, dict):
        raise StateUnreadable
    return values


def adopted_state(raw: bytes) -> bytes:
    """A state of a later form as one of ours: nobody reads what it has more. Others stay as they
    are.
    """
    try:
        values = decode_state(raw)
    except StateUnreadable:
        return raw
    if values.get("schema", FORM) == FORM:
        return raw
    return encode_state({name: value for name, value in values.items() if name != "schema"})
