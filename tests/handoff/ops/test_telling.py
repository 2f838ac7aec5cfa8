import asyncio

import pytest

from bot.telegram.alerting import ChatSink
from handoff.agenda import SendResult, Settlement
from handoff.errors import StoreDown
from handoff.ops.outage import AWAY_SECONDS, Outage
from handoff.ops.telling import SinkFailed, Telling, Told
from handoff.ports import Store
from handoff.store.memory import open_memory_store
from tests.clock import FakeClock
from tests.contracts.story import Story


class Sink:
    """Keeps what it is told; fails while `broken`."""

    name = "chat"

    def __init__(self) -> None:
        self.heard: list[tuple[str, bool]] = []
        self.broken = False

    async def tell(self, told: Told) -> None:
        if self.broken:
            raise SinkFailed
        self.heard.append((told.name, told.is_open))


@pytest.fixture
def store(clock: FakeClock) -> Store:
    return open_memory_store(clock)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


async def test_opening_and_end_are_told_once_each_whoever_tells(story: Story) -> None:
    store, sink = story.store, Sink()
    await store.house.alert("turns_late", "31 s")
    await Telling(store, "bot-1", sink).tell_on()
    await store.house.alert("turns_late", "36 s")
    await Telling(store, "bot-2", sink).tell_on()
    await store.house.clear_alert("turns_late")

    await Telling(store, "bot-3", sink).tell_on()
    await Telling(store, "bot-3", sink).tell_on()

    assert sink.heard == [("turns_late", True), ("turns_late", False)]


async def test_alert_that_nobody_renewed_is_told_to_be_over(story: Story) -> None:
    sink = Sink()
    telling = Telling(story.store, "bot-1", sink)
    await story.store.house.alert("track_stuck:chores", "40 s")
    await telling.tell_on()
    story.clock.advance(31_000)

    await telling.tell_on()

    assert sink.heard[-1] == ("track_stuck:chores", False)


async def test_sink_that_fails_is_told_later_and_its_failure_is_an_alert(story: Story) -> None:
    sink = Sink()
    telling = Telling(story.store, "bot-1", sink)
    sink.broken = True
    await story.store.house.alert("nobody_there", "3 wait")
    await telling.tell_on()
    raised = await story.store.house.alerts()

    sink.broken = False
    await telling.tell_on()
    await telling.tell_on()

    assert "alerts_untold:chat" in raised
    assert sink.heard == [("nobody_there", True)]


async def test_chat_hears_an_alert_as_one_notice_with_cause_and_remedy(story: Story) -> None:
    sink = ChatSink(story.store.upkeep, bot_id=1, chat_id=-900)
    told = Told("track_stuck:chores", "a job has waited for 40 s", "2026-01-01", is_open=True)

    await sink.tell(told)
    await sink.tell(told)

    (sending,) = await story.begins()
    assert sending.conversation == "tg-1--900"
    for part in ("track_stuck:chores (a job has waited for 40 s)", "python -m workers"):
        assert part in sending.word.decode()
    assert await story.settles(sending, Settlement(SendResult.SENT, message_id=1)) is None


class Events:
    """A store that answers or does not."""

    def __init__(self) -> None:
        self.down = False

    async def last_id(self) -> str:
        if self.down:
            raise StoreDown
        return "0-0"


async def test_store_that_is_away_is_told_once_and_once_more_when_it_is_back() -> None:
    events, sink, now = Events(), Sink(), [0.0]
    outage = Outage(events, [sink], clock=lambda: now[0])  # type: ignore[arg-type]
    events.down = True
    for now[0] in (1.0, AWAY_SECONDS - 1, AWAY_SECONDS, AWAY_SECONDS + 60):
        await outage.look()
    told = list(sink.heard)

    events.down = False
    await outage.look()
    await outage.look()

    assert told == [("store_down", True)]
    assert sink.heard[1:] == [("store_down", False)]


async def test_blink_of_the_store_is_not_told() -> None:
    events, sink, now = Events(), Sink(), [0.0]
    outage = Outage(events, [sink], clock=lambda: now[0])  # type: ignore[arg-type]
    for events.down, now[0] in ((True, 1.0), (False, 5.0), (True, 14.0)):
        await outage.look()

    assert sink.heard == []


async def test_round_that_breaks_is_not_the_last(story: Story) -> None:
    sink, slept = Sink(), []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            raise asyncio.CancelledError

    class Odd(Sink):
        async def tell(self, told: Told) -> None:
            if not slept:
                raise ValueError("odd")
            await sink.tell(told)

    await story.store.house.alert("turns_late", "31 s")

    with pytest.raises(asyncio.CancelledError):
        await Telling(story.store, "bot-1", Odd(), sleep=sleep).run()

    assert sink.heard == [("turns_late", True)]
