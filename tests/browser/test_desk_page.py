"""The desk in a real browser, over the memory store."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.async_api import expect

from handoff.agenda import SendResult
from handoff.agents import Role
from handoff.conversation import Attachment, Author, Message, MessageKind
from handoff.desk.passwords import hash_password
from handoff.packet import Fact, Packet
from handoff.store.memory import open_memory_store
from tests.browser.desk_page import DeskPage
from tests.handoff.desk.scenes import PASSWORD, Customers, DeskUnderTest, desk_running

pytestmark = pytest.mark.browser
HOSTILE = (
    "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    "\"'><svg/onload=alert(1)> javascript:alert(1) {{7*7}} https://example.com/a?b=<b>"
)


@pytest.fixture
async def desk() -> AsyncIterator[DeskUnderTest]:
    async with desk_running(open_memory_store(), await hash_password(PASSWORD)) as running:
        await running.hire("lin", Role.SUPERVISOR, name="林晓 / Lin Xiao")
        await running.hire("sam", name="李山 / Sam Lee")
        yield running


@pytest.fixture
def customers(desk: DeskUnderTest) -> Customers:
    return Customers(desk.desk.store)


async def seated(browser: Any, desk: DeskUnderTest, agent: str, **context: Any) -> DeskPage:
    page = await DeskPage.open(browser, desk.base, **context)
    await page.log_in(agent, PASSWORD)
    return page


async def serving(
    browser: Any, desk: DeskUnderTest, customers: Customers, words: str = "I want a person"
) -> DeskPage:
    """Sam, who has just taken a case and may write."""
    sam = await seated(browser, desk, "sam")
    case = await customers.opens(1, words, case_id="CASE0001")
    await sam.look_at(case)
    await sam.take()
    await expect(sam.composer()).to_be_enabled()
    return sam


async def test_one_agent_serves_a_case_and_the_other_sees_who(
    desk: DeskUnderTest, customers: Customers, browser: Any
) -> None:
    lin, sam = await seated(browser, desk, "lin"), await seated(browser, desk, "sam")
    case = await customers.opens(1, "I want a person", case_id="CASE0001")
    await expect(lin.row(case)).to_be_visible()
    await lin.look_at(case)
    await sam.look_at(case)

    await sam.take()
    await expect(sam.composer()).to_be_enabled()
    await sam.reply("Hello Emma, let me have a look.")

    await expect(sam.newest).to_contain_text("This is Sam Lee, Customer care.")
    await expect(sam.newest).to_contain_text("Queued")
    await expect(sam.composer()).to_have_value("")
    await expect(lin.page.locator("#standing")).to_have_text("Sam Lee has this case")
    await customers.delivers()
    await expect(sam.newest.locator(".delivery")).to_have_text("Sent")
    await sam.resolve()
    await expect(sam.page.locator("#standing")).to_contain_text("Solved")
    assert (lin.complaints, sam.complaints) == ([], [])


async def test_composer_hints_at_better_words_and_sends_all_the_same(
    desk: DeskUnderTest, customers: Customers, browser: Any
) -> None:
    sam = await serving(browser, desk, customers)
    advice = sam.page.locator("[data-advice]")
    await expect(advice).to_be_hidden()

    await sam.write("You should have read <b>the page.")
    await expect(advice).to_contain_text("“You should have” sounds like blame.")
    await sam.reply("You should have read <b>the page.")

    await expect(sam.newest).to_contain_text("You should have read")
    await expect(advice).to_be_hidden()
    assert sam.complaints == []


async def test_words_held_back_because_the_customer_wrote_stay_in_the_composer(
    desk: DeskUnderTest, customers: Customers, browser: Any
) -> None:
    sam = await serving(browser, desk, customers)
    # The page is slow to hear of the new line, so that the agent has not seen it.
    await sam.page.route(re.compile("/conversation$"), lambda route: route.abort())
    await customers.hears(1, "Never mind, it arrived!")

    await sam.reply("I will look for it")
    await expect(sam.page.locator("#composer .gate")).to_contain_text("has just written")
    await expect(sam.newest).to_contain_text("Never mind, it arrived!")
    await expect(sam.composer()).to_have_value("I will look for it")
    await sam.reply("Glad to hear it!")

    await expect(sam.newest).to_contain_text("Glad to hear it!")
    await expect(sam.composer()).to_have_value("")


async def test_what_is_typed_while_words_are_on_their_way_is_the_next_message(
    desk: DeskUnderTest, customers: Customers, browser: Any
) -> None:
    sam = await serving(browser, desk, customers)
    slow = asyncio.Event()

    async def later(route: Any) -> None:
        await slow.wait()
        await route.continue_()

    await sam.page.route(re.compile("/say$"), later)
    await sam.reply("Let me look.")
    await sam.composer().press_sequentially(" Found it.")
    slow.set()

    await expect(sam.newest).to_contain_text("Let me look.")
    await expect(sam.composer()).to_have_value("Found it.")


async def test_dead_line_is_told_and_the_words_stay(
    desk: DeskUnderTest, customers: Customers, browser: Any
) -> None:
    sam = await serving(browser, desk, customers)
    await sam.page.route(re.compile("/say$"), lambda route: route.abort())

    await sam.reply("Let me look.")
    await expect(sam.notice).to_contain_text("The desk does not answer.")
    await expect(sam.composer()).to_have_value("Let me look.")
    await sam.page.unroute_all()
    await sam.composer().press("Control+Enter")

    await expect(sam.newest).to_contain_text("Let me look.")


async def test_escape_closes_a_menu_and_leaves_the_focus_at_its_button(
    desk: DeskUnderTest, customers: Customers, browser: Any
) -> None:
    sam = await serving(browser, desk, customers)
    button = sam.page.locator("#resolve-menu summary")
    await button.press("Enter")

    await sam.page.locator("#resolve textarea").press("Escape")

    await expect(sam.page.locator("#resolve")).to_be_hidden()
    await expect(button).to_be_focused()


async def test_loser_of_a_race_is_told_who_was_faster(
    desk: DeskUnderTest, customers: Customers, browser: Any
) -> None:
    sam = await seated(browser, desk, "sam")
    lin = await desk.seat("lin", Role.SUPERVISOR, name="林晓 / Lin Xiao")
    case = await customers.opens(1, "I want a person", case_id="CASE0001")
    await sam.look_at(case)
    # The page is slow to hear of the other claim, so that its own comes second.
    await sam.page.route(re.compile("/(conversation|packet)$"), lambda route: route.abort())

    await lin.act(case, "claim")
    await sam.take()

    await expect(sam.notice).to_contain_text("Lin Xiao was faster")


async def test_case_somebody_else_took_leaves_the_pane_with_their_name(
    desk: DeskUnderTest, customers: Customers, browser: Any
) -> None:
    sam = await seated(browser, desk, "sam")
    lin = await desk.seat("lin", Role.SUPERVISOR, name="林晓 / Lin Xiao")
    case = await customers.opens(1, "I want a person", case_id="CASE0001")
    await sam.look_at(case)

    await lin.act(case, "claim")

    await expect(sam.page.locator("#case")).to_contain_text("Lin Xiao has this case now")
    await expect(sam.page.locator("#claim")).to_have_count(0)
    assert sam.complaints == []


async def test_what_an_agent_types_survives_news_and_a_new_page(
    desk: DeskUnderTest, customers: Customers, browser: Any
) -> None:
    sam = await serving(browser, desk, customers, "Where is my parcel?")
    await sam.write("I have found your parcel and")

    await customers.hears(1, "Are you there?")
    await expect(sam.transcript).to_contain_text("Are you there?")
    typed_meanwhile = await sam.composer().input_value()
    focused = await sam.composer().evaluate("field => field === document.activeElement")
    await sam.page.reload()

    await expect(sam.composer()).to_have_value("I have found your parcel and")
    assert typed_meanwhile == "I have found your parcel and"
    assert focused
    assert sam.complaints == []


async def test_failed_words_are_shown_and_said_again(
    desk: DeskUnderTest, customers: Customers, browser: Any
) -> None:
    sam = await serving(browser, desk, customers, "Hello?")
    await sam.reply("Good morning")
    await expect(sam.newest).to_contain_text("Queued")
    await customers.delivers(SendResult.FAILED, reason="unreachable")
    await expect(sam.newest).to_contain_text("the customer has blocked the bot")

    await sam.resolve()
    await expect(sam.notice).to_contain_text("did not arrive")
    await sam.page.get_by_role("button", name="Send again").click()
    await expect(sam.newest).to_contain_text("Queued")
    await customers.delivers()
    await expect(sam.newest).to_contain_text("Sent")
    await sam.resolve()

    await expect(sam.page.locator("#standing")).to_contain_text("Solved")
    assert sam.complaints == []


async def test_hostile_texts_stay_texts(
    desk: DeskUnderTest, customers: Customers, browser: Any
) -> None:
    sam = await seated(browser, desk, "sam")
    packet = Packet(
        wants=HOSTILE,
        language="en",
        emotion="anger",
        emotion_words=(HOSTILE,),
        facts=(Fact(HOSTILE, HOSTILE),),
        tried=(HOSTILE,),
        evidence=HOSTILE,
    )
    case = await customers.opens(
        1, HOSTILE, case_id="CASE0001", name=HOSTILE, packet=packet, why=HOSTILE, reason=HOSTILE
    )
    file = Attachment(MessageKind.DOCUMENT, "x", HOSTILE, 12, HOSTILE)
    row = Message(Author.CONTACT, "", kind=MessageKind.DOCUMENT, attachments=(file,))
    await customers.hears(1, "", name=HOSTILE, rows=(row,))

    await sam.look_at(case)
    await sam.take()
    await sam.note(HOSTILE)
    await expect(sam.newest).to_contain_text("document.title='owned'")
    await sam.reply(HOSTILE)
    await expect(sam.newest).to_contain_text("Queued")

    assert await sam.page.title() != "owned"
    assert (
        await sam.page.locator("main img, main script, main [onerror], main [onload]").count() == 0
    )
    links = await sam.page.locator("#transcript a").evaluate_all("all => all.map(a => a.href)")
    assert set(links) == {"https://example.com/a?b="}
    assert sam.complaints == []


async def test_small_window_shows_one_step_at_a_time(
    desk: DeskUnderTest, customers: Customers, browser: Any
) -> None:
    phone = {"viewport": {"width": 390, "height": 844}}
    sam = await seated(browser, desk, "sam", **phone)
    case = await customers.opens(1, "Hello?", case_id="CASE0001")

    await sam.look_at(case)
    await expect(sam.row(case)).to_be_hidden()
    await sam.page.click("[data-show-step=packet]")
    await expect(sam.packet).to_be_visible()
    await expect(sam.transcript).to_be_hidden()
    await sam.page.click(".back")

    await expect(sam.row(case)).to_be_visible()
    wide = await sam.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    assert sam.complaints == []


async def test_disabled_agent_loses_the_page(desk: DeskUnderTest, browser: Any) -> None:
    sam = await seated(browser, desk, "sam")
    account = await desk.hire("sam", name="李山 / Sam Lee")

    await desk.desk.store.accounts.save_agent(replace(account, disabled=True))

    await expect(sam.page.locator("#password")).to_be_visible(timeout=15_000)
