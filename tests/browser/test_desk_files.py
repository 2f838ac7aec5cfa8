"""Pictures at the desk, in a real browser: on their way, shown, opened, and sent along."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from handoff.conversation import Attachment, Author, Message, MessageKind
from handoff.desk.passwords import hash_password
from handoff.files import Fetch, FetchState
from handoff.store.memory import open_memory_store
from handoff.store.records import decode_body
from tests.browser.desk_page import DeskPage
from tests.handoff.desk.scenes import PASSWORD, SEEDS, Customers, DeskUnderTest, desk_running

pytestmark = pytest.mark.browser
PHOTO = (SEEDS / "demo" / "pictures" / "1-parcel.jpg").read_bytes()
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>document.title='owned'</script></svg>"


@pytest.fixture
async def desk() -> AsyncIterator[DeskUnderTest]:
    async with desk_running(open_memory_store(), await hash_password(PASSWORD)) as running:
        yield running


@pytest.fixture
async def sam(desk: DeskUnderTest, browser: Browser) -> DeskPage:
    await desk.hire("sam")
    page = await DeskPage.open(browser, desk.base)
    await page.log_in("sam", PASSWORD)
    return page


async def customer_sends(desk: DeskUnderTest, *refs: str) -> None:
    customers = Customers(desk.desk.store)
    await customers.opens(1, "Hello", case_id="CASE0001")
    files = tuple(Attachment(MessageKind.PHOTO, ref=ref) for ref in refs)
    row = Message(Author.CONTACT, "Look", kind=MessageKind.PHOTO, attachments=files)
    await customers.hears(1, "", rows=(row,))


async def bot_brings(desk: DeskUnderTest, data: bytes) -> None:
    (wish,) = await desk.desk.store.wishes.take(1)
    file = desk.desk.files.put(data, conversation=wish.conversation)
    await desk.desk.store.wishes.tell(wish, Fetch(FetchState.FOUND, file=file.id))


async def test_pictures_fill_in_by_themselves_and_open_in_a_tab(
    desk: DeskUnderTest, sam: DeskPage
) -> None:
    await customer_sends(desk, "one", "two")

    await sam.look_at("CASE0001")
    await expect(sam.transcript.locator(".is-waiting")).to_have_count(2)
    await bot_brings(desk, PHOTO)
    await bot_brings(desk, SVG)
    await expect(sam.transcript.locator("img")).to_have_count(1)
    await expect(sam.transcript.locator("a[download]")).to_have_count(1)
    async with sam.page.expect_popup() as opening:
        await sam.transcript.locator("a.picture").click()
    tab = await opening.value

    await expect(tab.locator("img")).to_have_js_property("naturalWidth", 1280)
    shown = sam.transcript.locator("img")
    await expect(shown).to_have_js_property("naturalWidth", 1280)
    box = await shown.bounding_box()
    assert box is not None
    assert box["width"] <= 260
    assert sam.complaints == []


async def test_chosen_picture_goes_along_and_leaves_the_composer(
    desk: DeskUnderTest, sam: DeskPage
) -> None:
    await customer_sends(desk, "one")
    await sam.look_at("CASE0001")
    await sam.take()

    chosen = sam.page.locator("[data-carried]")
    picture = {"name": "label.jpg", "mimeType": "image/jpeg", "buffer": PHOTO}
    await sam.page.set_input_files("[data-attach]", files=[{**picture, "buffer": bytes(11 << 20)}])
    await expect(chosen).to_contain_text("10 MB")
    await sam.page.set_input_files("[data-attach]", files=[picture])
    await expect(chosen).to_have_text("label.jpg×")
    await expect(sam.page.locator("[data-attachment]")).not_to_have_value("")
    await sam.composer().press("Control+Enter")

    await expect(sam.newest.locator("img")).to_have_count(1)
    await expect(chosen).to_be_hidden()
    await expect(sam.page.locator("[data-attachment]")).to_have_value("")
    (said,) = await Customers(desk.desk.store).delivers()
    assert decode_body(said.encode()).attachment
    assert sam.complaints == []
