"""The customer's phone as a person with a thumb uses it, for browser stories; no tests here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Self

from playwright.async_api import Browser, Locator, Page, expect


@dataclass
class PhonePage:
    """One customer's open phone. What the browser complained of is kept in `complaints`."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    @classmethod
    async def open(cls, browser: Browser, url: str, customer: int, **context: Any) -> Self:
        """A fresh window with this customer's chat."""
        window = await browser.new_context(**({"locale": "en-GB"} | context))
        phone = cls(await window.new_page())
        phone.page.on("pageerror", lambda error: phone.complaints.append(str(error)))
        phone.page.on("dialog", phone._dialog)
        phone.page.on("console", phone._console)
        await phone.page.goto(f"{url}/#{customer}")
        await expect(phone.page.locator("#wide")).to_be_visible()
        return phone

    async def _dialog(self, dialog: Any) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        await dialog.dismiss()

    def _console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    async def start(self) -> None:
        """Press START and wait for the greeting."""
        await self.page.click("#wide")
        await expect(self.heard.first).to_be_visible()

    async def ask(self, text: str) -> Locator:
        """Write a message; what comes next from the other side."""
        before = await self.heard.count()
        await self.page.fill("#text", text)
        await self.page.click("#send")
        return self.heard.nth(before)

    async def press(self, label: str) -> Locator:
        """Press the newest button with this label; what comes next from the other side."""
        before = await self.heard.count()
        await self.page.locator(".buttons button", has_text=label).last.click()
        return self.heard.nth(before)

    async def block_bot(self) -> None:
        """Block the bot, from the menu of the chat."""
        await self.page.click("#menu")
        await self.page.get_by_role("menuitem", name="Block the bot").click()
        await expect(self.page.locator("#wide")).to_have_text("UNBLOCK THE BOT")

    def said(self, text: str) -> Locator:
        """What came from the other side with this text in it."""
        return self.heard.filter(has_text=re.compile(re.escape(text)))

    @property
    def heard(self) -> Locator:
        """All that came from the other side: the bot's words and people's."""
        return self.page.locator("#bubbles .row:not(.mine)")
