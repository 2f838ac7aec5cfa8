"""The phone of the sandbox in a real browser, with a bot that says what each test wants said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Page, expect

from bot.sandbox.client import SandboxClient
from bot.sandbox.server import sandbox_running

pytestmark = pytest.mark.browser
LIN = 10001
HOSTILE = "<img src=x onerror=\"document.title='owned'\"> <script>document.title='owned'</script>"


class Stage:
    """A sandbox, a bot's wire and a page; what the browser complained of is kept."""

    def __init__(self, url: str, phone: SandboxClient, session: aiohttp.ClientSession) -> None:
        self.url = url
        self.phone = phone
        self.session = session
        self.complaints: list[str] = []

    async def call(self, method: str, **params: Any) -> Any:
        async with self.session.post(f"{self.url}/bot4242:x/{method}", json=params) as response:
            body = await response.json()
        assert body["ok"], body
        return body["result"]

    async def open(self, browser: Any, **context: Any) -> Page:
        page: Page = await (await browser.new_context(**context)).new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        page.on("console", self._heard)
        await page.goto(self.url)
        return page

    def _heard(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with sandbox_running() as (url, phone), aiohttp.ClientSession() as session:
        yield Stage(url, phone, session)


async def test_a_conversation_with_the_thumb(stage: Stage, browser: Any) -> None:
    page = await stage.open(browser, locale="en-GB")
    await expect(page.locator("#strip")).to_be_visible()

    await page.click("#wide")
    [started] = await stage.call("getUpdates", timeout=5)
    await expect(page.locator("#strip")).to_be_hidden()
    share = [[{"text": "My number", "request_contact": True}]]
    await stage.call("sendMessage", chat_id=LIN, text="Hi", reply_markup={"keyboard": share})
    await page.click("#keyboard button")
    await page.click(".answers button:last-child")
    updates = await stage.call("getUpdates", timeout=5, offset=started["update_id"] + 1)

    assert started["message"]["text"] == "/start"
    assert updates[0]["message"]["contact"]["user_id"] == LIN

    buttons = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}
    sent = await stage.call("sendMessage", chat_id=LIN, text="Sure?", reply_markup=buttons)
    await page.click(".buttons button")
    await expect(page.locator(".busy")).to_be_visible()
    [press] = await stage.call("getUpdates", timeout=5, offset=updates[0]["update_id"] + 1)
    query = press["callback_query"]
    await stage.call("answerCallbackQuery", callback_query_id=query["id"], text="Noted")
    await expect(page.locator(".busy")).to_have_count(0)
    await expect(page.locator("#toast")).to_have_text("Noted")
    await stage.call("editMessageText", chat_id=LIN, message_id=sent["message_id"], text="Done")
    await expect(page.locator(".row").last.locator(".text")).to_contain_text("Done")
    await expect(page.locator(".row").last.locator(".meta")).to_contain_text("edited")

    await page.fill("#text", "first")
    await page.press("#text", "Enter")
    await expect(page.locator(".row.mine").last).to_contain_text("first")
    await page.press("#text", "ArrowUp")
    await page.fill("#text", "second")
    await page.press("#text", "Enter")
    await expect(page.locator(".row.mine").last).to_contain_text("second")
    assert stage.complaints == []


async def test_hostile_words_stay_words(stage: Stage, browser: Any) -> None:
    page = await stage.open(browser, locale="zh-CN")
    await stage.phone.say(LIN, HOSTILE)
    await stage.call("getUpdates")
    link = '<a href="javascript:alert(1)">link</a>'
    await stage.call("sendMessage", chat_id=LIN, text=HOSTILE)
    await stage.call("sendMessage", chat_id=LIN, text=link, parse_mode="HTML")
    markup = {"inline_keyboard": [[{"text": HOSTILE, "callback_data": "x"}]]}
    await stage.call("sendMessage", chat_id=LIN, text="?", reply_markup=markup)
    await stage.call("setMyName", name=HOSTILE[:64])

    await expect(page.locator(".row")).to_have_count(4)
    await expect(page.locator(".row").nth(1)).to_contain_text("<script>")
    assert await page.locator(".row a").get_attribute("href") == "#"
    await expect(page.locator("#bot-name")).to_contain_text("<img")
    assert await page.locator(".row img").count() == 0
    assert "owned" not in await page.title()
    assert stage.complaints == []


async def test_on_a_phone_the_list_and_the_chat_take_turns(stage: Stage, browser: Any) -> None:
    page = await stage.open(
        browser, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    await expect(page.locator(".device")).to_be_hidden()

    await page.tap('[data-person="10002"]')
    await expect(page.locator(".people")).to_be_hidden()
    await page.tap(".chip >> nth=0")
    await expect(page.locator(".row.mine")).to_have_count(1)
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    await page.tap("#back")

    await expect(page.locator(".people")).to_be_visible()
    assert wide is False
    assert stage.complaints == []


async def test_news_of_another_customer_is_counted(stage: Stage, browser: Any) -> None:
    page = await stage.open(browser)
    await stage.phone.say(10005, "hello")
    for text in ("one", "two"):
        await stage.call("sendMessage", chat_id=10005, text=text)

    await expect(page.locator('[data-person="10005"] .badge')).to_have_text("2")
    await page.click('[data-person="10005"]')
    await expect(page.locator(".row")).to_have_count(3)
    await expect(page.locator('[data-person="10005"] .badge')).to_have_count(0)


async def test_what_is_folded_opens_with_a_tap_and_short_quotes_have_nothing_to_open(
    stage: Stage, browser: Any
) -> None:
    page = await stage.open(
        browser, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    await page.tap(f'[data-person="{LIN}"]')
    await stage.phone.say(LIN, "hello")
    scans = "\n".join(f"{hour:02}:15 · Hangzhou · scanned at stop {hour}" for hour in range(9))
    for text in ("one line", scans):
        fold = {"type": "expandable_blockquote", "offset": 6, "length": len(text)}
        await stage.call("sendMessage", chat_id=LIN, text=f"State\n{text}", entities=[fold])
    short, long = page.locator(".fold").first, page.locator(".fold").last

    await expect(long.locator(".fold-handle")).to_be_visible()
    await expect(short.locator(".fold-handle")).to_be_hidden()
    folded = await long.bounding_box()
    await long.tap()
    await expect(long.locator(".fold-handle")).to_have_attribute("aria-expanded", "true")
    opened = await long.bounding_box()
    await long.locator(".fold-handle").press("Enter")

    await expect(long.locator(".fold-handle")).to_have_attribute("aria-expanded", "false")
    assert folded
    assert opened
    assert opened["height"] > folded["height"] + 40
    assert stage.complaints == []


async def test_buttons_that_are_taken_off_leave_no_mark(stage: Stage, browser: Any) -> None:
    page = await stage.open(browser)
    await stage.phone.say(LIN, "hello")
    copies, go = (
        {"text": "Copy", "copy_text": {"text": "SF1"}},
        {"text": "Go", "callback_data": "g"},
    )
    sent = await stage.call(
        "sendMessage", chat_id=LIN, text="?", reply_markup={"inline_keyboard": [[copies, go]]}
    )
    await expect(page.locator(".buttons button")).to_have_count(2)

    await stage.call(
        "editMessageReplyMarkup",
        chat_id=LIN,
        message_id=sent["message_id"],
        reply_markup={"inline_keyboard": [[copies]]},
    )

    await expect(page.locator(".buttons button")).to_have_text(["Copy"])
    await expect(page.locator(".row").last.locator(".meta")).not_to_contain_text("edited")
    assert stage.complaints == []
