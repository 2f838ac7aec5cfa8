"""What agents are typing, in a dictionary: the twin of `redis_drafts.py`."""

from __future__ import annotations

from handoff.case import Case, CaseId


class MemoryDrafts:
    """`handoff.drafts.Drafts` over a dictionary."""

    def __init__(self) -> None:
        self._texts: dict[tuple[CaseId, int], str] = {}

    async def keep(self, case: Case, text: str) -> None:
        if text:
            self._texts[case.id, case.epoch] = text
        else:
            self._texts.pop((case.id, case.epoch), None)

    async def of(self, case: Case) -> str:
        return self._texts.get((case.id, case.epoch), "")
