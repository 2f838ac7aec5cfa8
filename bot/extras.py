"""Open what a shop has switched on beside the bot itself: today the llm extra.

While it is off nothing of it is imported and a turn is not a microsecond longer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.deciding import Mind
from handoff.llm.settings import LlmSettings
from handoff.ops.counters import Counters
from handoff.ports import Store

Work = Callable[[], Coroutine[Any, Any, None]]


@asynccontextmanager
async def extras(
    mind: Mind,
    store: Store,
    seeds_dir: Path,
    counters: Counters,
    *,
    settings: LlmSettings | None = None,
) -> AsyncIterator[list[Work]]:
    """The extras until the block ends, and what has to run for them. Raises StartRefused."""
    settings = settings or LlmSettings()
    if not settings.is_on():
        yield []
        return
    from bot.rewording import Rewording
    from handoff.llm.opening import open_writer

    articles = mind.answerer.seeds.knowledge.articles
    titles = [text.title for article in articles for text in (article.zh, article.en)]
    async with open_writer(settings, seeds_dir, counters, titles) as writer:
        mind.rewords = Rewording(writer, lambda: mind.answerer)
        try:
            yield [lambda: writer.tell(store.house)]
        finally:
            mind.rewords = None
