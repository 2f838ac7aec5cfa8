"""The whole product as people live through it: real processes, real clicks, nothing stood in."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.desk_page import DeskPage
from tests.browser.phone_page import PhonePage
from tests.browser.whole_product import WholeProduct, whole_product

pytestmark = pytest.mark.browser
LIN_YUE, EMMA, NOAH = 10001, 10002, 10005
INTRODUCED = {"lin": "我是客服主管林晓", "sam": "我是售后客服李山"}
NAMES = {"lin": "Lin Xiao", "sam": "Sam Lee"}
HANDED_OVER_ZH, HANDED_OVER = "已经为您转给人工同事", "I have passed you to my colleagues"
BACK_AGAIN = "现在由我（自动助手）继续陪您"
POCKET = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
async def product(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[WholeProduct]:
    async with whole_product(tmp_path_factory.mktemp("up")) as running:
        yield running


@dataclass(frozen=True, slots=True)
class Seat:
    """An agent at the desk."""

    agent: str
    desk: DeskPage

    @property
    def name(self) -> str:
        return NAMES[self.agent]


@pytest.mark.timeout(240)
async def test_two_customers_and_two_agents_live_through_the_product(
    browser: Browser, product: WholeProduct
) -> None:
    yue = await PhonePage.open(browser, product.phone, LIN_YUE, locale="zh-CN")
    emma = await PhonePage.open(browser, product.phone, EMMA)
    seats = [await seated(browser, product, agent) for agent in ("lin", "sam")]
    ops = (await seated(browser, product, "lin")).desk
    await ops.page.click("a[href='/ops']")

    await asks_until_handed_over(yue)
    await gets_angry(emma)
    await expect(ops.page.locator("#depth")).to_have_text("2")
    case = await sees_the_angry_one_first(seats[0].desk)
    winner, loser = await both_take(seats, case)
    await expect(ops.page.locator("#depth")).to_have_text("1")
    await helps(winner, yue)
    await gives_back(winner, yue)
    await loses_a_customer_who_blocks(loser, emma)

    await expect(ops.page.locator("#depth")).to_have_text("0")
    await expect(yue.said(HANDED_OVER_ZH)).to_have_count(1)
    await expect(emma.said(HANDED_OVER)).to_have_count(1)
    complained = [page.complaints for page in (yue, emma, ops, winner.desk, loser.desk)]
    assert complained == [[]] * 5
    assert [line for line in product.log if "[error" in line or "Traceback" in line] == []
    assert [line for line in product.log if "furious" in line or "承运商" in line] == []


async def seated(browser: Browser, product: WholeProduct, agent: str, **context: Any) -> Seat:
    wide = {"viewport": {"width": 1400, "height": 900}}
    desk = await DeskPage.open(browser, product.desk, **(wide | context))
    await desk.log_in(agent, product.passwords[agent])
    return Seat(agent, desk)


async def asks_until_handed_over(yue: PhonePage) -> None:
    await yue.start()
    await expect(await yue.ask("我的订单 W1000001 到哪了？")).to_contain_text("后四位")
    await expect(await yue.ask("1001")).to_contain_text("SF1234567890123")
    # Once proved, the order is opened again without a word about digits.
    await expect(await yue.press("查物流")).to_contain_text("SF1234567890123")
    await expect(await yue.press("转人工")).to_contain_text(HANDED_OVER_ZH)


async def gets_angry(emma: PhonePage) -> None:
    await emma.start()
    answer = await emma.ask(
        "This is absolutely unacceptable! Order W1000002 should have been here yesterday and "
        "nobody answers me. I am furious!"
    )
    await expect(answer).to_contain_text(HANDED_OVER)


async def sees_the_angry_one_first(desk: DeskPage) -> str:
    waiting = desk.page.locator("#group-waiting li")
    await expect(waiting.locator(".name")).to_have_text(["Emma Clark", "林悦"])
    return (await waiting.last.get_attribute("id") or "").removeprefix("q-")


async def both_take(seats: list[Seat], case: str) -> tuple[Seat, Seat]:
    """Both press before either press reaches the desk: who is faster is the desk's to say."""
    pressed = asyncio.Barrier(2)

    async def hold(route: Any) -> None:
        await pressed.wait()
        await route.continue_()

    for seat in seats:
        await seat.desk.look_at(case)
        # What the customer has given is there before anybody takes the case.
        await expect(seat.desk.packet).to_contain_text("Version 2")
        await seat.desk.page.route("**/claim", hold)
    await asyncio.gather(*(seat.desk.take() for seat in seats))

    await expect(seats[0].desk.page.locator("#composer, #notices .notice").first).to_be_visible()
    winner, loser = seats if await seats[0].desk.composer().count() else reversed(seats)
    await expect(winner.desk.composer()).to_be_enabled()
    await expect(winner.desk.notice).to_have_count(0)
    await expect(loser.desk.notice).to_have_text(re.compile(f"{winner.name} was faster"))
    await expect(loser.desk.page.locator("#case")).to_contain_text(f"{winner.name} has this case")
    await expect(loser.desk.composer()).to_have_count(0)
    return winner, loser


async def helps(winner: Seat, yue: PhonePage) -> None:
    desk, phone_rows = winner.desk, yue.heard
    await desk.page.evaluate("window.neverLeft = true")
    for given in ("W1000001", "SF1234567890123"):
        await expect(desk.packet).to_contain_text(given)
    assert await raw_keys(desk) == []
    # Taking with the packet in view is having read it.
    await expect(desk.page.locator("#acknowledge")).to_have_count(0)

    await desk.reply("我已经联系承运商，今天内给您答复。")
    await expect(desk.newest.locator(".delivery")).to_have_text("Sent")
    await expect(yue.said("我已经联系承运商，今天内给您答复。")).to_have_count(1)
    await expect(phone_rows.last).to_contain_text(INTRODUCED[winner.agent])

    before = await phone_rows.count()
    await yue.page.fill("#text", "谢谢，订单 W1000001 明天能到吗？")
    await yue.page.click("#send")
    await expect(desk.newest).to_contain_text("谢谢，订单 W1000001 明天能到吗？")
    await desk.note("客户着急，下午再看一次")
    await expect(desk.newest).to_contain_text("客户着急")
    await desk.reply("明天下午到，请放心。")
    await expect(desk.newest.locator(".delivery")).to_have_text("Sent")

    # The next thing on the phone is the person's: neither the bot's words nor the note.
    await expect(phone_rows).to_have_count(before + 1)
    await expect(phone_rows.last).to_contain_text("明天下午到，请放心。")
    await expect(yue.said(INTRODUCED[winner.agent])).to_have_count(1)
    await expect(yue.page.locator("#bubbles")).not_to_contain_text("客户着急")
    assert await desk.page.evaluate("window.neverLeft")


async def raw_keys(desk: DeskPage) -> list[str]:
    """Names only the code knows, where an agent should read words."""
    shown = desk.page.locator("#queue .tags span, #packet :is(h3, dt, b, .tag)")
    return [text for text in await shown.all_inner_texts() if re.search(r"^[a-z]+_[a-z_]+$", text)]


async def gives_back(winner: Seat, yue: PhonePage) -> None:
    await winner.desk.resolve()
    await expect(winner.desk.page.locator("#standing")).to_contain_text("Solved")
    await expect(yue.heard.last).to_contain_text(BACK_AGAIN)

    await expect(await yue.ask("怎么开发票？")).to_contain_text("申请发票")
    await expect(yue.said(BACK_AGAIN)).to_have_count(1)


async def loses_a_customer_who_blocks(agent: Seat, emma: PhonePage) -> None:
    desk, rows = agent.desk, await emma.heard.count()
    await desk.take_next()
    await expect(desk.page.locator(".case-who h1")).to_have_text("Emma Clark")
    await expect(desk.packet).to_contain_text("W1000002")
    assert await raw_keys(desk) == []
    await desk.page.click("#acknowledge button")
    await expect(desk.page.locator("#acknowledge")).to_have_count(0)

    await emma.block_bot()
    await desk.reply("Hello Emma, I am sorry about this.")
    await expect(desk.newest).to_contain_text("Not delivered: the customer has blocked the bot")
    await desk.resolve("solved")
    await expect(desk.notice).to_contain_text("1 of your messages did not arrive")
    await expect(desk.newest.get_by_role("button", name="Send again")).to_be_visible()
    await desk.resolve("unreachable")

    standing = desk.page.locator("#standing")
    await expect(standing).to_contain_text("Customer not reachable")
    assert await emma.heard.count() == rows


@pytest.mark.timeout(180)
async def test_agent_helps_a_customer_from_a_small_window(
    browser: Browser, product: WholeProduct
) -> None:
    noah = await PhonePage.open(browser, product.phone, NOAH, **POCKET)
    await noah.start()
    await expect(await noah.ask("My card says do_not_honor")).to_contain_text("do_not_honor")
    await expect(await noah.press("Talk to a person")).to_contain_text(HANDED_OVER)
    sam = (await seated(browser, product, "sam", **POCKET)).desk

    await sam.page.tap("#group-waiting .row")
    await expect(sam.page.locator("#queue")).to_be_hidden()
    await sam.page.tap("[data-show-step=packet]")
    await expect(sam.packet).to_contain_text("do_not_honor")
    await sam.page.tap("[data-show-step=conversation]")
    await sam.page.tap("#claim button")
    await expect(sam.composer()).to_be_enabled()
    # The packet was out of view when the case was taken: it still asks to be read.
    await sam.page.tap("[data-show-step=packet]")
    await sam.page.tap("#acknowledge button")
    await expect(sam.page.locator("#acknowledge")).to_have_count(0)
    await sam.page.tap("[data-show-step=conversation]")
    await sam.composer().fill("Your bank can release it within the hour.")
    await sam.page.tap("#say button:not([data-drop])")
    await expect(sam.newest.locator(".delivery")).to_have_text("Sent")
    await expect(noah.heard.last).to_contain_text("Your bank can release it within the hour.")
    await expect(noah.heard.last).to_contain_text("This is Sam Lee, Customer care.")
    widths = [await width_of(one.page) for one in (noah, sam)]
    await sam.page.tap("#resolve-menu summary")
    await sam.page.tap("#resolve button")

    await expect(sam.page.locator("#standing")).to_contain_text("Solved")
    await expect(noah.heard.last).to_contain_text("I (the automated assistant) am with you again")
    await sam.page.tap(".back")
    await expect(sam.page.locator("#group-waiting")).to_contain_text("Nobody is waiting")
    assert widths == [390, 390]
    assert (noah.complaints, sam.complaints) == ([], [])


async def width_of(page: Page) -> int:
    return int(await page.evaluate("document.documentElement.scrollWidth"))
