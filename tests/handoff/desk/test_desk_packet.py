"""What an agent reads in a packet: codes in words, times on their own clock, nothing twice."""

import re
from html import unescape

import pytest
from yarl import URL

from handoff.packet import Fact, Packet, Piece
from tests.handoff.desk.scenes import Customers, DeskUnderTest

PACKET = Packet(
    wants="我的灯到哪了",
    language="zh-Hans",
    facts=(Fact("order_no", "W1"), Fact("identity_proved", "yes", "bot")),
    order=(
        Fact("order_no", "W1", "shop"),
        Fact("status", "shipped", "shop"),
        Fact("placed_at", "", "shop", at="2026-11-19T20:00:00+00:00"),
    ),
    parcel=(
        Fact("carrier", "SF Express", "shop"),
        Fact("parcel_status", "in_transit", "carrier"),
        Fact("scan", "上海 到达", "carrier", at="2026-11-20T23:30:00+00:00"),
    ),
    history=(
        Fact("earlier_case", "lin", "shop", at="2026-11-01T08:00:00+00:00", code="solved"),
        Fact("other_order", "W2 · CNY 90", "shop", at="2026-10-01T08:00:00+00:00", code="shipped"),
    ),
    promises=("2026-11-21T04:30:00+00:00",),
)


async def read(desk: DeskUnderTest, case: str, language: str) -> str:
    """The packet as its reader sees it, eight hours east of UTC."""
    sam = await desk.seat("sam")
    sam.session.cookie_jar.update_cookies({"tz": "480"}, URL(sam.base))
    headers = {"Accept-Language": language}
    status, html = await sam.get(f"/desk/cases/{case}/packet", headers=headers)
    assert status == 200
    text = re.sub(r"</(?:dt|dd|li|h3|p)>", "\n", html)
    return unescape(re.sub(r"<[^>]+>", "", text))


@pytest.fixture
async def case(desk: DeskUnderTest, customers: Customers) -> str:
    await desk.hire("lin", name="林晓 / Lin Xiao")
    return await customers.opens(1, "我的灯到哪了", case_id="CASE0001", packet=PACKET)


async def test_codes_are_said_in_the_words_of_the_page(desk: DeskUnderTest, case: str) -> None:
    english = (await read(desk, case, "en")).split("\n")

    assert {"SF Express", "On the way"} <= set(english)
    assert "solved by Lin Xiao, 1 Nov 2026 16:00" in english
    assert english.count("W1") == 1


async def test_chinese_page_says_carriers_and_states_in_chinese(
    desk: DeskUnderTest, case: str
) -> None:
    chinese = (await read(desk, case, "zh")).split("\n")

    assert {"顺丰速运", "运输中", "林晓已解决，2026年11月1日 16:00"} <= set(chinese)
    assert not any("in_transit" in line or "SF Express" in line for line in chinese)


async def test_times_stand_on_the_clock_of_the_transcript(desk: DeskUnderTest, case: str) -> None:
    english = await read(desk, case, "en")

    assert "上海 到达, 21 Nov 2026 07:30" in english
    assert "20 Nov 2026 04:00" in english
    assert "21 Nov 2026 12:30" in english


async def test_evidence_that_is_not_fetched_yet_is_shown_with_its_time(
    desk: DeskUnderTest, customers: Customers
) -> None:
    await desk.hire("lin")
    photo = Piece("photo", ref="not-fetched", at="2026-11-20T23:30:00+00:00")
    case = await customers.opens(2, "it broke", case_id="CASE0002", packet=Packet(pieces=(photo,)))

    assert "21 Nov 2026 07:30" in await read(desk, case, "en")
