"""Open who writes, where LLM_URL names an endpoint; elsewhere there is nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from handoff.knowledge import KnowledgeBase
from handoff.llm.checking import load_fact_check
from handoff.llm.client import Endpoint
from handoff.llm.scribe import Scribe
from handoff.llm.settings import LlmSettings
from handoff.llm.writer import Counts, Writer
from handoff.speech.guard_seed import load_guard


@asynccontextmanager
async def open_writer(
    settings: LlmSettings, seeds_dir: Path, counts: Counts, titles: Iterable[str] = ()
) -> AsyncIterator[Writer]:
    """A writer until the block ends; raises SeedErrors."""
    guard, check = load_guard(seeds_dir), load_fact_check(seeds_dir, titles)
    async with Endpoint(settings) as endpoint:
        yield Writer(endpoint, counts, guard=guard, check=check)


@asynccontextmanager
async def open_scribe(
    settings: LlmSettings, seeds_dir: Path, counts: Counts
) -> AsyncIterator[tuple[Scribe, Writer]]:
    """Who writes for agents, until the block ends; raises SeedErrors."""
    base = await asyncio.to_thread(KnowledgeBase, seeds_dir)
    titles = [text.title for each in base.current.articles for text in (each.zh, each.en)]
    async with open_writer(settings, seeds_dir, counts, titles) as writer:
        yield Scribe(writer, base), writer
