"""Read a message while it is being written down: the process would only wait for the disk.

A reading depends on the text, on what was said before and on the language. All three are known for
a conversation whose last turn ended here. The turn then asks for a reading as always; only when it
asks for exactly this one does it get it, once. Nothing is decided here and nothing is remembered of
a text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from bot.dialog import Reads, hint_of, readable
from bot.state import State
from bot.understanding.asides import Aside
from bot.understanding.reading import Reading, Utterance
from handoff.agenda import Mail
from handoff.conversation import ConversationId
from handoff.text import Language

STATES_KEPT = 4096
READINGS_KEPT = 8


class ReadsText(Protocol):
    """What looking ahead needs of `bot.telegram.updates`."""

    def plain_text(self, mail: Mail) -> str:
        """The text of a plain message that has just come; empty when it is anything else."""


class _Foreseen(NamedTuple):
    reads: Reads
    context: tuple[Utterance, ...]
    hint: Language | None
    reading: Reading


class Foresight:
    """Readings made ahead, and the states they need."""

    def __init__(self) -> None:
        self._states: dict[ConversationId, bytes] = {}
        self._foreseen: dict[str, _Foreseen] = {}

    def remember(self, conversation: ConversationId, state: bytes) -> None:
        """What a turn of this process has just committed."""
        self._states.pop(conversation, None)
        self._states[conversation] = state
        if len(self._states) > STATES_KEPT:
            del self._states[next(iter(self._states))]

    def foresee(self, mail: Mail, texts: ReadsText, reads: Reads) -> None:
        """Read a plain message ahead that is due at once, if it is known what was said before."""
        raw = self._states.get(mail.conversation)
        if raw is None or mail.pause_ms or not (whole := readable([texts.plain_text(mail)])):
            return
        try:
            state = State.decode(raw)
            hint = hint_of(state)
            reading = reads.read(whole, context=state.recent, hint=hint)
        except Exception:  # the turn meets it again, and knows what to do
            return
        self._foreseen[whole] = _Foreseen(reads, state.recent, hint, reading)
        if len(self._foreseen) > READINGS_KEPT:
            del self._foreseen[next(iter(self._foreseen))]

    def over(self, reads: Reads) -> Reads:
        """A reader that knows what was foreseen."""
        return _Ahead(self._foreseen, reads) if self._foreseen else reads


class _Ahead:
    def __init__(self, foreseen: dict[str, _Foreseen], reads: Reads) -> None:
        self._foreseen = foreseen
        self._reads = reads

    def read(
        self, text: str, *, context: Sequence[Utterance] = (), hint: Language | None = None
    ) -> Reading:
        ahead = self._foreseen.pop(text, None)
        if ahead is not None and ahead[:3] == (self._reads, tuple(context), hint):
            return ahead.reading
        return self._reads.read(text, context=context, hint=hint)

    def agrees(self, text: str, restated: str = "") -> bool | None:
        return self._reads.agrees(text, restated)

    def aside(self, text: str) -> Aside | None:
        return self._reads.aside(text)
