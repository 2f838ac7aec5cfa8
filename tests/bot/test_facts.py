import asyncio
import time
from dataclasses import replace

import pytest

from bot.facts import Proof, Wanted, gather
from tests.chat import Chat

LIN = "+8613900001001"


@pytest.fixture
def chat() -> Chat:
    return Chat()


async def test_nothing_is_asked_when_nothing_is_wanted(chat):
    facts = await gather(Wanted(proven=("W1000001",)), chat.sources())

    assert (facts.orders, chat.queue.asked) == ({}, [])


async def test_orders_of_a_proved_phone_are_shown_with_their_parcels(chat):
    facts = await gather(Wanted(phone=LIN, mine=True, track=True), chat.sources())

    assert set(facts.shown) == {"W1000001", "W1000011", "W1000012"}
    assert set(facts.parcels) == {"SF1234567890123"}


async def test_a_foreign_order_is_weighed_but_never_shown_or_tracked(chat):
    wanted = Wanted(phone=LIN, orders=("W1000006",), track=True)

    facts = await gather(wanted, chat.sources())

    assert set(facts.orders) == {"W1000006"}
    assert (facts.shown, facts.parcels) == ({}, {})


async def test_digits_prove_an_order_and_wrong_ones_are_counted_once_per_turn(chat):
    right = Wanted("c", orders=("W1000001",), proofs=(Proof("W1000001", "1001", "op-1"),))
    wrong = Wanted("c", orders=("W1000001",), proofs=(Proof("W1000001", "9999", "op-2"),))

    proved = await gather(right, chat.sources())
    refused = await gather(wrong, chat.sources())
    repeated = await gather(wrong, chat.sources())

    assert proved.proofs["W1000001"].holds
    assert "W1000001" in proved.shown
    assert not refused.proofs["W1000001"].holds
    assert not repeated.shown
    assert chat.gate.by_contact == {"c": 1}


@pytest.mark.parametrize("counter", ["by_contact", "by_order"])
async def test_after_five_failures_even_the_right_digits_are_not_compared(chat, counter):
    setattr(chat.gate, counter, {"c": 5, "W1000001": 5})
    wanted = Wanted("c", orders=("W1000001",), proofs=(Proof("W1000001", "1001", "op"),))

    proved = (await gather(wanted, chat.sources())).proofs["W1000001"]

    assert (proved.holds, proved.locked) == (False, True)


async def test_guesses_of_one_turn_count_like_guesses_one_by_one(chat):
    wrong = tuple(Proof(f"W200000{i}", "9999", f"op-{i}") for i in range(5))
    wanted = Wanted("c", orders=("W1000001",), proofs=(*wrong, Proof("W1000001", "1001", "op")))

    facts = await gather(wanted, chat.sources())

    assert (facts.proofs["W1000001"].holds, facts.proofs["W1000001"].locked) == (False, True)
    assert not facts.shown
    assert chat.gate.by_contact == {"c": 5}


@pytest.mark.parametrize("number", ["W1000001", "W9999999"])
async def test_unknown_and_foreign_orders_cost_the_same_questions(chat, number):
    asked: list[str] = []

    class Listening:
        async def find(self, order_no):
            asked.append("find")
            return await chat.shop.find(order_no)

        async def failures(self, contact, order_no):
            asked.append("failures")
            return await chat.gate.failures(contact, order_no)

        async def failed(self, contact, order_no, *, op):
            asked.append("failed")
            return await chat.gate.failed(contact, order_no, op=op)

    listening = Listening()
    wanted = Wanted("c", orders=(number,), proofs=(Proof(number, "9999", "op"),), track=True)

    await gather(wanted, replace(chat.sources(), orders=listening, gate=listening))

    assert sorted(asked) == ["failed", "failures", "find"]


async def test_a_shop_that_is_down_is_a_missing_fact(chat):
    chat.shop.down = True

    facts = await gather(Wanted(phone=LIN, mine=True, orders=("W1000001",)), chat.sources())

    assert facts.missing == {"orders"}
    assert facts.mine is None


async def test_a_slow_shop_ends_with_the_deadline_and_the_queue_is_still_known(chat):
    chat.shop.delay_seconds = 5
    started = time.monotonic()

    facts = await gather(Wanted(orders=("W1000001",), rank=1.0), chat.sources(), 0.05)

    assert time.monotonic() - started < chat.shop.delay_seconds
    assert facts.missing == {"orders"}
    assert facts.snapshot is not None
    assert facts.snapshot.ahead == 2


async def test_a_silent_gate_shows_nothing(chat):
    chat.gate.down = True
    wanted = Wanted("c", orders=("W1000001",), proofs=(Proof("W1000001", "1001", "op"),))

    facts = await gather(wanted, chat.sources())

    assert facts.missing == {"gate"}
    assert (facts.shown, facts.proofs) == ({}, {})


async def test_a_cancelled_turn_is_not_swallowed(chat):
    chat.shop.delay_seconds = 5
    gathering = asyncio.ensure_future(gather(Wanted(orders=("W1000001",)), chat.sources()))
    await asyncio.sleep(0)

    gathering.cancel()

    with pytest.raises(asyncio.CancelledError):
        await gathering
