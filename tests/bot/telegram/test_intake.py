from __future__ import annotations

import asyncio

import orjson
import pytest

from bot.telegram.api import BotApi
from bot.telegram.decoding import update_of
from bot.telegram.ephemeral import Ephemeral
from handoff.conversation import ConversationId
from handoff.errors import StoreDown
from handoff.ports import Store
from tests.bot.telegram.intake_hall import Hall, press, text
from tests.bot.telegram.scripted import ScriptedApi, refusal


@pytest.fixture
def hall(api: BotApi, store: Store) -> Hall:
    return Hall(api, store)


def read(*contents: object) -> list:  # type: ignore[type-arg]
    return [update_of(orjson.dumps(content)) for content in contents]


async def test_due_lanes_reach_the_loop_with_their_mail_once(hall: Hall) -> None:
    await hall.intake.receive(read(text(1, chat=1), text(2, chat=2), text(3, chat=1)))
    await hall.intake.receive(read(text(3, chat=1)))

    assert sorted(hall.heard) == [1, 2, 3]
    assert hall.tally.counts["updates_accepted"] == 3
    assert hall.tally.counts["updates_repeated"] == 1


async def test_the_loop_may_look_ahead_while_little_mail_is_written_down(hall: Hall) -> None:
    await hall.intake.receive(read(text(1)))
    await hall.intake.receive(read(*(text(number, chat=number) for number in range(2, 9))))

    assert hall.foreseen == [(1, 0)]
    assert sorted(hall.heard) == list(range(1, 9))


async def test_lanes_beyond_the_room_wait_on_the_agenda(hall: Hall, store: Store) -> None:
    hall.room = 1

    await hall.intake.receive(read(text(1, chat=1), text(2, chat=2)))

    assert hall.heard == [1]
    assert hall.pending == 1
    assert len((await store.turns.take("bot-2", 5)).turns) == 1


async def test_a_store_that_is_away_confirms_nothing(hall: Hall) -> None:
    hall.uncertain.refusals = 1

    with pytest.raises(StoreDown):
        await hall.intake.receive(read(text(1)))

    await hall.intake.receive(read(text(1)))
    assert hall.heard == [1]


async def test_an_unreadable_update_is_kept_aside_and_told(hall: Hall, store: Store) -> None:
    await hall.intake.receive(read(text(1), {"update_id": 2, "message": None}, text(3, chat=2)))

    [letter] = await store.house.dead_letters()
    assert letter["kind"] == "update"
    assert "updates_unreadable" in await store.house.alerts()
    assert sorted(hall.heard) == [1, 3]


async def test_an_update_the_store_chokes_on_does_not_take_the_others_along(
    hall: Hall, store: Store
) -> None:
    hall.uncertain.poison = 2

    await hall.intake.receive(read(text(1, chat=1), text(2, chat=2), text(3, chat=3)))

    assert hall.heard == [1, 3]
    assert await store.house.dead_letter_count() == 1


async def test_a_press_is_answered_at_once_even_when_it_cannot_be_routed(
    hall: Hall, script: ScriptedApi
) -> None:
    lost = {"update_id": 2, "callback_query": {"id": "press-2", "data": "x"}}

    await hall.intake.receive(read(press(1), lost))

    await script.until_asked("answerCallbackQuery", 2)
    ids = {call["callback_query_id"] for call in script.said("answerCallbackQuery")}
    assert ids == {"press-1", "press-2"}


async def test_used_buttons_leave_a_mark_and_those_that_copy_or_lead_elsewhere_stay(
    hall: Hall, script: ScriptedApi
) -> None:
    copies = {"text": "Copy", "copy_text": {"text": "SF1"}}
    leads = {"text": "Pay", "url": "https://shop.example"}
    track, person = (
        {"text": "Track", "callback_data": "x"},
        {"text": "Person", "callback_data": "y"},
    )
    mark = {"text": "✓ Track", "callback_data": "chosen"}

    await hall.intake.receive(read(press(1, [[copies, track], [person], [leads]]), press(2)))
    await script.until_asked("editMessageReplyMarkup", 1)
    await script.until_asked("answerCallbackQuery", 2)

    assert script.said("editMessageReplyMarkup") == [
        {
            "chat_id": 10001,
            "message_id": 1,
            "reply_markup": {"inline_keyboard": [[mark], [copies], [leads]]},
        }
    ]


async def test_a_pressed_mark_is_answered_and_nothing_comes_of_it(
    hall: Hall, script: ScriptedApi
) -> None:
    mark = {"text": "✓ Track", "callback_data": "chosen"}
    update = press(1, [[mark]])
    query = {**update["callback_query"], "data": "chosen"}  # type: ignore[dict-item]

    await hall.intake.receive(read({**update, "callback_query": query}))
    await script.until_asked("answerCallbackQuery", 1)
    await hall.ephemeral.close()

    assert script.said("editMessageReplyMarkup") == []
    assert hall.heard == []


async def test_typing_is_shown_while_we_wait_for_the_other_half(
    hall: Hall, script: ScriptedApi
) -> None:
    await hall.intake.receive(read(text(1, chat=7, words="hello"), text(2, chat=8)))
    await script.until_asked("sendChatAction", 1)
    await hall.ephemeral.close()

    assert script.said("sendChatAction") == [{"chat_id": 7, "action": "typing"}]
    assert hall.heard == [2]


async def test_typing_is_shown_at_most_every_four_seconds_and_not_when_telegram_is_busy(
    script: ScriptedApi, api: BotApi
) -> None:
    seconds = 100.0
    ephemeral = Ephemeral(api, clock=lambda: seconds)
    lane = ConversationId("tg-4242-1")
    script.script("sendChatAction", {"ok": True, "result": True}, refusal(429, retry_after=60))

    ephemeral.typing(lane)
    ephemeral.typing(lane)
    await script.until_asked("sendChatAction", 1)
    seconds = 105.0
    ephemeral.typing(lane)
    await script.until_asked("sendChatAction", 2)
    await asyncio.gather(*ephemeral._tasks)
    seconds = 110.0
    ephemeral.typing(lane)
    ephemeral.answer_press("9")
    await ephemeral.close()

    assert len(script.calls) == 2
