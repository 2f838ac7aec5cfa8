import asyncio
from typing import Any

LIN, EMMA = 10001, 10002


async def test_the_same_offset_gives_the_same_updates_until_a_higher_one_confirms_them(
    wire: Any, phone: Any
) -> None:
    for text in ("one", "two", "three"):
        await phone.say(LIN, text)
    updates = await wire.get("getUpdates")
    second = updates[1]["update_id"]

    assert await wire.texts() == ["one", "two", "three"]
    assert await wire.texts(offset=second) == ["two", "three"]
    assert await wire.texts(offset=second) == ["two", "three"]
    assert await wire.texts() == ["two", "three"]
    assert [one["update_id"] for one in updates] == [second - 1, second, second + 1]


async def test_a_negative_offset_keeps_only_the_last_ones(wire: Any, phone: Any) -> None:
    for text in ("one", "two", "three"):
        await phone.say(LIN, text)

    assert await wire.texts(offset=-2) == ["two", "three"]
    assert await wire.texts() == ["two", "three"]
    assert await wire.texts(offset=-100) == ["two", "three"]


async def test_the_limit_is_held_between_1_and_100(wire: Any, phone: Any) -> None:
    await phone.inject([(LIN, f"{n}") for n in range(130)])

    assert len(await wire.texts(limit=500)) == 100
    assert await wire.texts(limit=2) == ["0", "1"]
    assert await wire.texts(limit=0) == ["0"]


async def test_a_waiting_poll_wakes_at_the_first_message(wire: Any, phone: Any) -> None:
    await phone.say(LIN, "before")
    last = (await wire.get("getUpdates"))[-1]["update_id"]
    poll = asyncio.create_task(wire.texts(offset=last + 1, timeout=30))
    await _waiting(phone)

    await phone.say(EMMA, "hello")

    assert await asyncio.wait_for(poll, 5) == ["hello"]


async def test_of_two_pollers_the_older_is_told_of_the_conflict(wire: Any, phone: Any) -> None:
    older = asyncio.create_task(wire.refused("getUpdates", timeout=30))
    await _waiting(phone)

    newer = asyncio.create_task(wire.texts(timeout=30))

    assert (await asyncio.wait_for(older, 5))["error_code"] == 409
    await phone.say(LIN, "for the newer")
    assert await asyncio.wait_for(newer, 5) == ["for the newer"]


async def test_polling_is_refused_while_a_webhook_is_set(wire: Any) -> None:
    await wire.get("setWebhook", url="http://127.0.0.1:9/hook")

    assert (await wire.refused("getUpdates"))["error_code"] == 409

    await wire.get("deleteWebhook")
    assert await wire.get("getUpdates") == []


async def test_reactions_come_only_when_asked_for_and_the_wish_is_remembered(
    wire: Any, phone: Any
) -> None:
    said = await phone.say(LIN, "hi")
    await phone.react(LIN, said.message_id, "👍")
    assert await wire.texts() == ["hi"]

    await wire.get("getUpdates", allowed_updates=["message_reaction"], offset=-1)
    await phone.say(LIN, "unwanted now")
    await phone.react(LIN, said.message_id, "❤")
    kinds = [list(update)[1] for update in await wire.get("getUpdates")]
    assert kinds == ["message", "message_reaction"]

    await wire.get("getUpdates", allowed_updates=[])
    await phone.say(LIN, "wanted again")
    assert (await wire.get("getUpdates"))[-1]["message"]["text"] == "wanted again"


async def test_an_update_dies_24_hours_after_its_message_and_a_press_after_150_seconds(
    wire: Any, phone: Any, still: Any
) -> None:
    await phone.say(LIN, "early")
    buttons = {"inline_keyboard": [[{"text": "Yes", "callback_data": "yes"}]]}
    asked = await wire.get("sendMessage", chat_id=LIN, text="?", reply_markup=buttons)
    await phone.press(LIN, asked["message_id"], data="yes")

    still.seconds += 151
    assert [list(update)[1] for update in await wire.get("getUpdates")] == ["message"]

    still.seconds += 24 * 3600 - 151
    assert await wire.get("getUpdates") == []
    assert (await wire.get("getWebhookInfo"))["pending_update_count"] == 0


async def test_an_injected_update_arrives_byte_for_byte(wire: Any, phone: Any) -> None:
    await phone.inject_update(raw='{"update_id": $update_id, "message": {"date": NaN}}')
    await phone.inject_update({"newer_than_any_library": {"x": 1}})

    async with wire.session.get(f"{wire.base}/getUpdates") as response:
        body = await response.text()

    assert '"message": {"date": NaN}}' in body
    assert '"newer_than_any_library":{"x":1}' in body


async def test_what_was_said_before_the_first_bot_came_is_waiting_for_it(
    wire: Any, phone: Any
) -> None:
    await phone.say(LIN, "anybody there?")

    assert await wire.texts() == ["anybody there?"]


async def test_json_forms_multipart_and_a_query_say_the_same(wire: Any, phone: Any) -> None:
    await phone.say(LIN, "hi")
    params = {"chat_id": str(LIN), "text": "again"}
    multipart = wire_form(params)

    for request in ({"json": params}, {"data": params}, {"data": multipart}, {"params": params}):
        async with wire.session.post(f"{wire.base}/sendMessage", **request) as response:
            assert response.status == 200
    async with wire.session.get(f"{wire.base}/SENDMESSAGE", params=params) as response:
        assert (await response.json())["result"]["text"] == "again"


async def test_tokens_and_methods_that_cannot_be_are_not_found(wire: Any) -> None:
    assert (await wire.refused("sendNothing"))["error_code"] == 404
    wire.base = wire.base.rpartition("/")[0] + "/botnonsense"
    assert (await wire.refused("getMe"))["error_code"] == 404


def wire_form(params: dict[str, str]) -> Any:
    import aiohttp

    form = aiohttp.FormData(default_to_multipart=True)
    for name, value in params.items():
        form.add_field(name, value)
    return form


async def _waiting(phone: Any) -> None:
    state = await phone.state()
    while not state["bot"]["connected"] or state["bot"]["id"] == 0:
        news = await phone.get("/sandbox/events", cursor=state["cursor"], timeout=5)
        state = {**await phone.state(), "cursor": news["cursor"]}
