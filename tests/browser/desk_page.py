"""The desk as a person in front of a browser uses it, for browser stories; no tests here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

from playwright.async_api import Browser, Locator, Page, expect


@dataclass
class DeskPage:
    """One agent's open desk. What the browser complained of is kept in `complaints`."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    @classmethod
    async def open(cls, browser: Browser, base: str, **context: Any) -> Self:
        """A fresh window at the login page."""
        window = await browser.new_context(**({"locale": "en-GB"} | context))
        desk = cls(await window.new_page(), base)
        desk.page.on("pageerror", lambda error: desk.complaints.append(str(error)))
        desk.page.on("dialog", desk._dialog)
        desk.page.on("console", desk._console)
        desk.page.on("request", desk._request)
        await desk.page.goto(f"{base}/login")
        return desk

    async def _dialog(self, dialog: Any) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        await dialog.dismiss()

    def _console(self, message: Any) -> None:
        # A refusal is an answer of the desk; the browser notes its status as an error.
        refusal = message.text.startswith("Failed to load resource")
        if message.type in {"error", "warning"} and not refusal:
            self.complaints.append(message.text)

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.base, "data:", "about:")):
            self.complaints.append(f"foreign request: {request.url}")

    async def log_in(self, agent_id: str, password: str) -> None:
        """Log in and wait for the first page."""
        await self.page.fill("#id", agent_id)
        await self.page.fill("#password", password)
        await self.page.click("form button.primary")
        await expect(self.page.locator(".bar")).to_be_visible()

    def row(self, case_id: str) -> Locator:
        """A case in the list on the left."""
        return self.page.locator(f"#q-{case_id}")

    async def look_at(self, case_id: str) -> None:
        """Open a case from the list."""
        await self.row(case_id).locator("a").click()
        await expect(self.page.locator(f"#conversation[data-case='{case_id}']")).to_be_visible()

    async def take(self) -> None:
        """Press the button that takes the open case."""
        await self.page.click("#claim button")

    async def take_next(self) -> None:
        """Press the button that takes the best of the queue."""
        await self.page.click("#take-next button")

    async def write(self, text: str, *, as_note: bool = False) -> None:
        """Type into the composer."""
        await self.page.click("label:has(#mode-note)" if as_note else "label:has(#mode-say)")
        await self.composer(as_note=as_note).fill(text)

    async def reply(self, text: str) -> None:
        """Write to the customer and send with the keyboard."""
        await self.write(text)
        await self.composer().press("Control+Enter")

    async def note(self, text: str) -> None:
        """Leave a note for colleagues."""
        await self.write(text, as_note=True)
        await self.composer(as_note=True).press("Control+Enter")

    async def resolve(self, outcome: str = "solved", last_words: str = "") -> None:
        """End the open case; a menu still open from a refusal is used as it stands."""
        if not await self.page.locator("#resolve-menu[open]").count():
            await self.page.click("#resolve-menu summary")
        await self.page.select_option("#resolve select", outcome)
        await self.page.fill("#resolve textarea", last_words)
        await self.page.click("#resolve button")

    def composer(self, *, as_note: bool = False) -> Locator:
        """The field to write in."""
        return self.page.locator("#note textarea" if as_note else "#say textarea")

    @property
    def transcript(self) -> Locator:
        """All that was said."""
        return self.page.locator("#transcript")

    @property
    def newest(self) -> Locator:
        """The last message."""
        return self.page.locator("#transcript .line").last

    @property
    def packet(self) -> Locator:
        """What the agent reads first."""
        return self.page.locator("#packet")

    @property
    def notice(self) -> Locator:
        """What the desk says when something was not possible."""
        return self.page.locator("#notices .notice")
