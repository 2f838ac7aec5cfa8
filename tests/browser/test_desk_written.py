"""Drafts and summaries by a language model in a real browser: into the page, never out of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import expect

from handoff.conversation import Conversation
from handoff.desk.passwords import hash_password
from handoff.packet import Packet
from handoff.store.memory import open_memory_store
from handoff.text import Language
from tests.browser.desk_page import DeskPage
from tests.handoff.desk.scenes import PASSWORD, Customers, DeskUnderTest, desk_running

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror=\"document.title='owned'\"> Yes, in 12 instalments."


@dataclass
class Paper:
    text: str
    citations: tuple[str, ...] = ("installments",)


@dataclass
class Clerk:
    """Writes what the test says."""

    paper: Paper | None = None

    async def draft(self, conversation: Conversation, packet: Packet) -> Paper | None:
        return self.paper

    async def sum_up(
        self, conversation: Conversation, packet: Packet, language: Language
    ) -> Paper | None:
        return self.paper

    def title_of(self, article_id: str, language: Language) -> str:
        return "Paying by instalments"


@pytest.fixture
def clerk() -> Clerk:
    return Clerk()


@pytest.fixture
async def desk(clerk: Clerk) -> AsyncIterator[DeskUnderTest]:
    hashed = await hash_password(PASSWORD)
    async with desk_running(open_memory_store(), hashed, writes=clerk) as running:
        await running.hire("sam", name="李山 / Sam Lee")
        yield running


@pytest.fixture
async def sam(desk: DeskUnderTest, browser: Any) -> DeskPage:
    customers = Customers(desk.desk.store)
    case = await customers.opens(1, "Can I pay in instalments?", case_id="CASE0001")
    page = await DeskPage.open(browser, desk.base)
    await page.log_in("sam", PASSWORD)
    await page.look_at(case)
    await page.take()
    await expect(page.composer()).to_be_enabled()
    return page


async def test_draft_goes_into_the_composer_beside_what_the_agent_wrote(
    sam: DeskPage, desk: DeskUnderTest, clerk: Clerk
) -> None:
    clerk.paper = Paper(HOSTILE)
    await sam.write("Hello Emma,")

    await sam.page.click("[data-write='draft']")

    await expect(sam.composer()).to_have_value(f"Hello Emma,\n\n{HOSTILE}")
    await expect(sam.page.locator("#written")).to_contain_text("Paying by instalments")
    assert await Customers(desk.desk.store).delivers() == []
    await sam.composer().press("Control+Enter")
    await expect(sam.composer()).to_have_value("")
    await expect(sam.page.locator("#written")).to_be_hidden()
    assert await sam.page.title() != "owned"
    assert sam.complaints == []


async def test_summary_is_shown_as_text_and_can_be_put_away(sam: DeskPage, clerk: Clerk) -> None:
    clerk.paper = Paper(f"Wants instalments.\n{HOSTILE}", ())

    await sam.page.click("[data-write='summary']")

    await expect(sam.page.locator("#written .summed")).to_contain_text("<img src=x")
    await expect(sam.composer()).to_have_value("")
    await sam.page.click("[data-unwrite]")
    await expect(sam.page.locator("#written")).to_be_hidden()
    assert sam.complaints == []


async def test_agent_reads_that_there_is_no_draft_and_keeps_their_words(sam: DeskPage) -> None:
    await sam.write("Hello Emma,")

    await sam.page.click("[data-write='draft']")

    await expect(sam.page.locator("#written")).to_contain_text("No draft is available right now")
    await expect(sam.composer()).to_have_value("Hello Emma,")
    await expect(sam.page.locator("[data-write='draft']")).to_be_enabled()
