"""The way of a case over HTTP, on both stores: take, say, note, resolve, return."""

import asyncio

import pytest

from tests.handoff.desk.scenes import Customers, DeskUnderTest


@pytest.fixture(params=["memory", "redis"])
def store_kind(request: pytest.FixtureRequest) -> str:
    return request.param


async def test_second_of_two_agents_learns_who_was_faster(
    desk: DeskUnderTest, customers: Customers
) -> None:
    case = await customers.opens(1, "I want a person", case_id="CASE0001")
    lin = await desk.seat("lin", name="Lin Xiao")
    sam = await desk.seat("sam", name="Sam Lee")

    answers = await asyncio.gather(lin.act(case, "claim"), sam.act(case, "claim"))

    statuses = sorted(status for status, _ in answers)
    assert statuses == [200, 409]
    winner = "Lin Xiao" if answers[0][0] == 200 else "Sam Lee"
    loser = next(body for status, body in answers if status == 409)
    assert loser["error"] == "already_claimed"
    assert loser["name"] == winner
