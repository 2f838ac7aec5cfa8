from typing import Any

import pytest

from bot.telegram.backlog import Backlog
from bot.telegram.errors import OutcomeUnknown, TokenRevoked
from handoff.ports import Store
from handoff.store.memory import open_memory_store
from tests.clock import FakeClock


class Api:
    """Answers getWebhookInfo with what lies first, or raises it."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)

    async def call(self, method: str, payload: Any, timeout_seconds: float = 10) -> Any:
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return {"pending_update_count": answer}


@pytest.fixture
def store() -> Store:
    return open_memory_store(FakeClock())


async def looked(store: Store, *answers: Any) -> tuple[Backlog, set[str]]:
    backlog = Backlog(Api(*answers), store.house)  # type: ignore[arg-type]
    for _ in answers:
        await backlog.look()
    return backlog, set(await store.house.alerts())


async def test_many_waiting_updates_are_told_until_few_are_left(store: Store) -> None:
    _, many = await looked(store, 51)

    _, few = await looked(store, 50)

    assert (many, few) == ({"telegram_backlog"}, set())


async def test_telegram_that_does_not_answer_is_told_at_the_second_look(store: Store) -> None:
    _, once = await looked(store, OutcomeUnknown(""))

    backlog, twice = await looked(store, OutcomeUnknown(""), OutcomeUnknown(""))

    assert (once, twice) == (set(), {"telegram_unreachable"})
    assert backlog.pending == -1


async def test_revoked_token_is_told_at_once(store: Store) -> None:
    assert (await looked(store, TokenRevoked()))[1] == {"telegram_token"}
