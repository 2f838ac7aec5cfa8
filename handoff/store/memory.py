"""The store in a dictionary: the twin of `redis.py`, for tests and for reading.

`memory_turns.py` and `memory_sends.py` are the agenda, `memory_words.py` the last check before a
word is said, `memory_cases.py` the queue; `memory_records.py` holds what they share.
"""

from __future__ import annotations

from collections.abc import Callable

from handoff.ports import Store
from handoff.store.memory_cases import MemoryCases
from handoff.store.memory_desk import (
    MemoryAccounts,
    MemoryConversations,
    MemoryEvents,
    MemoryGate,
    MemoryPresence,
)
from handoff.store.memory_drafts import MemoryDrafts
from handoff.store.memory_gaps import MemoryGaps
from handoff.store.memory_house import MemoryHouse
from handoff.store.memory_records import Memory
from handoff.store.memory_sends import MemorySends
from handoff.store.memory_shelf import MemoryShelf
from handoff.store.memory_spots import MemorySpots
from handoff.store.memory_turns import MemoryTurns
from handoff.store.memory_upkeep import MemoryUpkeep
from handoff.store.memory_wishes import MemoryWishes
from handoff.store.records import wall_ms


def open_memory_store(now: Callable[[], int] | None = None) -> Store:
    """An empty store that ends with its process; `now` (ms) moves time in tests."""
    memory = Memory(now or wall_ms)
    return Store(
        turns=MemoryTurns(memory),
        sends=MemorySends(memory),
        spots=MemorySpots(memory),
        cases=MemoryCases(memory),
        conversations=MemoryConversations(memory),
        wishes=MemoryWishes(memory),
        drafts=MemoryDrafts(),
        presence=MemoryPresence(memory),
        events=MemoryEvents(memory),
        accounts=MemoryAccounts(memory),
        gate=MemoryGate(memory),
        shelf=MemoryShelf(memory),
        upkeep=MemoryUpkeep(memory),
        gaps=MemoryGaps(memory),
        house=MemoryHouse(memory),
    )
