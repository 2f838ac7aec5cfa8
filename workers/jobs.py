"""What is done later, around conversations: ids in, nothing out, safe to run twice.

Each job opens what it needs and closes it again. None of them speaks to a customer.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from bot.shop.demo import load_demo_shop
from handoff.calendar import load_hours
from handoff.settings import StoreSettings
from handoff.store.redis import open_store
from handoff.store.server import resolve_url
from workers.enriching import Sources, enrich


def enrich_packet(conversation_id: str, case_id: str) -> None:
    """Add to a packet what takes longer to find: parcel news, other orders, earlier cases."""
    asyncio.run(_enrich_packet(conversation_id, case_id))


async def _enrich_packet(conversation_id: str, case_id: str) -> None:
    settings = StoreSettings()
    zone = load_hours(settings.seeds_dir).zone
    shop = load_demo_shop(settings.seeds_dir, lambda: datetime.now(UTC), zone)
    async with open_store(resolve_url(settings), settings.shop) as store:
        await enrich(store, Sources(shop, shop), conversation_id, case_id)
