from typing import Any

import aiohttp
import pytest

LIN, EMMA = 10001, 10002


@pytest.fixture
async def begun(wire: Any, phone: Any) -> Any:
    await phone.say(LIN, "hi")
    await phone.say(EMMA, "hi")
    return wire


async def test_429_on_demand_strikes_one_chat_so_many_times(begun: Any, phone: Any) -> None:
    await phone.fault(code=429, retry_after=17, chat_id=LIN, times=2)

    first = await begun.refused("sendMessage", chat_id=LIN, text="x")
    other = await begun.get("sendMessage", chat_id=EMMA, text="x")
    second = await begun.refused("sendMessage", chat_id=LIN, text="x")
    third = await begun.get("sendMessage", chat_id=LIN, text="x")

    assert first["parameters"] == second["parameters"] == {"retry_after": 17}
    assert (other["text"], third["text"]) == ("x", "x")


@pytest.mark.parametrize("code", [400, 401, 403, 409, 500])
async def test_any_refusal_can_be_had_on_demand(begun: Any, phone: Any, code: int) -> None:
    await phone.fault(code=code, method="getUpdates")

    assert (await begun.refused("getUpdates"))["error_code"] == code
    await phone.no_faults()
    assert len(await begun.get("getUpdates")) == 2


async def test_a_bad_gateway_answers_with_a_page_and_no_json(begun: Any, phone: Any) -> None:
    await phone.fault(code=502, times=1)

    async with begun.session.post(f"{begun.base}/getMe") as response:
        assert response.status == 502
        assert response.content_type == "text/html"


async def test_a_dropped_reply_leaves_the_message_said(begun: Any, phone: Any) -> None:
    await phone.fault(drop_reply=True, method="sendMessage", times=1)

    with pytest.raises(aiohttp.ClientError):
        await begun.ask("sendMessage", chat_id=LIN, text="said, but who knows")

    assert [bubble.text for bubble in await phone.history(LIN)] == ["hi", "said, but who knows"]


async def test_a_delay_comes_before_the_answer(begun: Any, phone: Any, still: Any) -> None:
    await phone.fault(delay_ms=2500, method="getMe")

    await begun.get("getMe")

    assert still.slept == [2.5]


async def test_a_late_reply_comes_after_the_message_was_said(
    begun: Any, phone: Any, still: Any
) -> None:
    await phone.fault(reply_delay_ms=9000, method="sendMessage", times=1)

    await begun.get("sendMessage", chat_id=LIN, text="said long ago")

    assert still.slept == [9.0]
    assert (await phone.history(LIN))[-1].text == "said long ago"


async def test_half_an_answer_is_no_json(begun: Any, phone: Any) -> None:
    await phone.fault(half_reply=True, method="getMe", times=1)

    async with begun.session.post(f"{begun.base}/getMe") as response:
        assert not (await response.text()).endswith("}}")


async def test_calls_are_counted_and_accepted_messages_logged(begun: Any, phone: Any) -> None:
    await begun.get("sendMessage", chat_id=LIN, text="one")
    await begun.refused("sendMessage", chat_id=LIN, text="")
    before = await phone.deliveries()
    await begun.get("sendMessage", chat_id=EMMA, text="two")

    metrics = await phone.metrics()
    news = await phone.deliveries(after=before["next"])

    assert metrics["bots"]["4242"] == {"calls": {"sendmessage": 3}, "pending": 2}
    assert [entry["chat_id"] for entry in news["deliveries"]] == [EMMA]
