"""Who writes for agents, when the llm extra is on: drafts of replies and summaries.

The desk works without. While it is off nothing of it is imported and the page shows no button.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from handoff.conversation import Conversation
from handoff.llm.settings import LlmSettings
from handoff.packet import Packet
from handoff.ports import House
from handoff.text import Language

if TYPE_CHECKING:
    from handoff.llm.writer import Counts

Work = Callable[[], Coroutine[Any, Any, None]]


class Paper(Protocol):
    """What was written, and the ids of what it rests on."""

    @property
    def text(self) -> str: ...

    @property
    def citations(self) -> tuple[str, ...]: ...


class Writes(Protocol):
    """Writes for the agent who holds a case; None when there is nothing good enough in time."""

    async def draft(self, conversation: Conversation, packet: Packet) -> Paper | None: ...

    async def sum_up(
        self, conversation: Conversation, packet: Packet, language: Language
    ) -> Paper | None: ...

    def title_of(self, article_id: str, language: Language) -> str: ...


@asynccontextmanager
async def writing(
    seeds_dir: Path, counters: Counts, house: House, *, settings: LlmSettings | None = None
) -> AsyncIterator[tuple[Writes | None, list[Work]]]:
    """Who writes, and what has to run for it, until the block ends. Raises StartRefused."""
    settings = settings or LlmSettings()
    if not settings.is_on():
        yield None, []
        return
    from handoff.llm.opening import open_scribe

    async with open_scribe(settings, seeds_dir, counters) as (scribe, writer):
        yield scribe, [lambda: writer.tell(house)]
