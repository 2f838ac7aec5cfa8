"""The form of a record, and what keeps this version from guessing at a later one.

A record names its form where it is not the first. A field that may be missing, or be left out by a
process that does not know it, needs no new form; a field whose meaning changes does. Whoever meets
a form it does not know parks what it has in hand and raises an alert: nothing is written over, and
the version that knows the form takes it up by itself. A customer does not wait for that
(`bot/parked.py`). Pure.
"""

from __future__ import annotations

from typing import Any

import msgspec

from handoff.errors import HandoffError

FORM = 1
"""What this version writes, and the latest it can read."""
PARK_MS = 3_000
"""Until a parked lane is offered again, to whichever process is there."""
NEWER_ALERT = "records_newer"


class RecordNewer(HandoffError):
    """A later version wrote this: `what` it is, and in which form."""

    def __init__(self, what: str, form: object) -> None:
        super().__init__(f"{what} of form {form}")
        self.what = what


def check_form(what: str, form: Any) -> None:
    """Raise RecordNewer for a form this version cannot read."""
    if form != FORM and not (isinstance(form, int) and form < FORM):
        raise RecordNewer(what, form)


def form_of(values: bytes) -> Any:
    """The form that JSON names as its `schema`, whatever else stands in it."""
    try:
        return _READER.decode(values).schema
    except msgspec.MsgspecError:
        return FORM


class _Formed(msgspec.Struct, frozen=True):
    schema: Any = FORM


_READER = msgspec.json.Decoder(_Formed)
