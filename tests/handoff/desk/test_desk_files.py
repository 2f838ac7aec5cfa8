"""Files at the desk: what a customer sent is fetched and shown, what an agent sends goes along."""

import os
from io import BytesIO
from typing import Any

import pytest
from msgspec.structs import replace

from handoff.agents import Role
from handoff.case import CaseId
from handoff.conversation import Attachment, Author, ConversationId, Message, MessageKind
from handoff.desk.sweeper import Sweeper
from handoff.files import MOST_BYTES, PHOTO_BYTES, Fetch, FetchState, StoredFile
from handoff.store.records import decode_body
from tests.handoff.desk.scenes import SEEDS, Browser, Customers, DeskUnderTest

PHOTO = (SEEDS / "demo" / "pictures" / "1-parcel.jpg").read_bytes()
CHAT = 1
LANE = ConversationId(f"tg-1-{CHAT}")
SENT = Attachment(MessageKind.PHOTO, ref="AgAC-1", size_bytes=len(PHOTO))
INVOICE = Attachment(MessageKind.DOCUMENT, ref="BQAC-2", name="发票.pdf", size_bytes=12_000)
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


async def sends(customers: Customers, *attachments: Attachment, chat: int = CHAT) -> CaseId:
    """A customer with an open case sends files; returns the case."""
    case = await customers.opens(chat, "Hello", case_id=f"CASE000{chat}")
    row = Message(Author.CONTACT, "Look", attachments=attachments, kind=attachments[0].kind)
    await customers.hears(chat, "", rows=(row,))
    return case


async def bot_brings(desk: DeskUnderTest, data: bytes, name: str = "") -> StoredFile:
    """The bot fetches the file that is wanted longest."""
    (wish,) = await desk.desk.store.wishes.take(1)
    file = desk.desk.files.put(data, name or wish.name, conversation=wish.conversation)
    assert await desk.desk.store.wishes.tell(wish, Fetch(FetchState.FOUND, file=file.id))
    return file


async def fetch(browser: Browser, path: str, **headers: str) -> tuple[int, Any, bytes]:
    async with browser.session.get(browser.base + path, headers=headers) as answer:
        return answer.status, answer.headers, await answer.read()


async def upload(
    browser: Browser, case: CaseId, data: Any, name: str = "label.jpg"
) -> tuple[int, dict[str, Any]]:
    async with browser.session.post(
        f"{browser.base}/desk/cases/{case}/files",
        params={"name": name},
        data=data,
        headers=browser.own({"Content-Type": "application/octet-stream"}),
    ) as answer:
        return answer.status, await answer.json()


async def test_photo_is_wished_for_when_an_agent_sees_it_and_shown_when_it_came(
    desk: DeskUnderTest, customers: Customers
) -> None:
    case = await sends(customers, SENT)
    sam = await desk.seat("sam")

    _, before = await sam.get(f"/desk/cases/{case}/conversation")
    await sam.get(f"/desk/cases/{case}/conversation")
    await bot_brings(desk, PHOTO)
    _, after = await sam.get(f"/desk/cases/{case}/conversation")

    assert "is-waiting" in before
    assert "is-waiting" not in after
    assert f'<img src="/desk/cases/{case}/files/2/0" width="260" height="195"' in after
    assert await desk.desk.store.wishes.take(9) == ()


async def test_bytes_of_a_photo_are_given_out_unchanged_and_can_do_nothing(
    desk: DeskUnderTest, customers: Customers
) -> None:
    case = await sends(customers, SENT)
    sam = await desk.seat("sam")
    await sam.get(f"/desk/cases/{case}/conversation")
    await bot_brings(desk, PHOTO)

    status, headers, data = await fetch(sam, f"/desk/cases/{case}/files/2/0")
    again, _, nothing = await fetch(
        sam, f"/desk/cases/{case}/files/2/0", **{"If-None-Match": headers["ETag"]}
    )

    assert (status, data) == (200, PHOTO)
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["Content-Disposition"].startswith("inline")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"].startswith("private")
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("sandbox;")
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert (again, nothing) == (304, b"")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(SVG, id="svg with a script"),
        pytest.param(b"<!doctype html><script>alert(1)</script>", id="html"),
        pytest.param(b"GIF89a/*<script>alert(1)</script>*/", id="polyglot"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xff\xff\0\0\xff\xff", id="pixel bomb"),
        pytest.param(b"%PDF-1.7 /JavaScript", id="pdf"),
        pytest.param("纯文本".encode(), id="text"),
    ],
)
async def test_what_is_no_bounded_picture_is_only_saved(
    desk: DeskUnderTest, customers: Customers, data: bytes
) -> None:
    case = await sends(customers, SENT)
    sam = await desk.seat("sam")
    await sam.get(f"/desk/cases/{case}/conversation")
    await bot_brings(desk, data, 'x"\r\n订单.svg')

    status, headers, given = await fetch(sam, f"/desk/cases/{case}/files/2/0")
    _, page = await sam.get(f"/desk/cases/{case}/conversation")

    assert (status, given) == (200, data)
    assert headers["Content-Type"] == "application/octet-stream"
    disposition = "attachment; filename*=UTF-8''x_%E8%AE%A2%E5%8D%95.svg"
    assert headers["Content-Disposition"] == disposition
    assert "sandbox" in headers["Content-Security-Policy"]
    assert "<img" not in page
    assert f'href="/desk/cases/{case}/files/2/0" download' in page


async def test_album_shows_each_of_its_pictures(desk: DeskUnderTest, customers: Customers) -> None:
    case = await sends(customers, *(replace(SENT, ref=f"AgAC-{n}") for n in range(4)))
    sam = await desk.seat("sam")
    await sam.get(f"/desk/cases/{case}/conversation")
    contents = [PHOTO + bytes([n]) for n in range(4)]
    for content in contents:
        await bot_brings(desk, content)

    given = [(await fetch(sam, f"/desk/cases/{case}/files/2/{n}"))[2] for n in range(4)]
    _, page = await sam.get(f"/desk/cases/{case}/conversation")

    assert sorted(given) == contents
    assert page.count("<img") == 4
    assert "album" in page


async def test_failure_is_said_and_another_try_asks_once_more(
    desk: DeskUnderTest, customers: Customers
) -> None:
    case = await sends(customers, INVOICE)
    sam = await desk.seat("sam")
    await sam.get(f"/desk/cases/{case}/conversation")
    (wish,) = await desk.desk.store.wishes.take(1)
    await desk.desk.store.wishes.tell(wish, Fetch(FetchState.FAILED, reason="gone"))

    _, failed = await sam.get(f"/desk/cases/{case}/conversation")
    silent = await desk.desk.store.wishes.take(1)
    status, _ = await sam.post(f"/desk/cases/{case}/files/2/0")
    _, waiting = await sam.get(f"/desk/cases/{case}/conversation")

    assert "Telegram does not hand this file out any more." in failed
    assert (silent, status) == ((), 200)
    assert "Fetching it from Telegram" in waiting
    assert await desk.desk.store.wishes.take(1) == (wish,)


async def test_file_lost_on_our_side_can_be_fetched_again(
    desk: DeskUnderTest, customers: Customers
) -> None:
    case = await sends(customers, INVOICE)
    sam = await desk.seat("sam")
    await sam.get(f"/desk/cases/{case}/conversation")
    desk.desk.files.drop(await bot_brings(desk, b"%PDF-"))

    _, page = await sam.get(f"/desk/cases/{case}/conversation")
    status, body = await sam.post(f"/desk/cases/{case}/files/2/0")

    assert "not in our store any more" in page
    assert (await fetch(sam, f"/desk/cases/{case}/files/2/0", Accept="text/html"))[0] == 404
    assert (status, body) == (200, {})
    assert len(await desk.desk.store.wishes.take(1)) == 1


async def test_what_telegram_gives_no_bot_is_said_without_asking(
    desk: DeskUnderTest, customers: Customers
) -> None:
    case = await sends(customers, replace(INVOICE, size_bytes=MOST_BYTES + 1))
    sam = await desk.seat("sam")

    _, page = await sam.get(f"/desk/cases/{case}/conversation")

    assert "up to 20 MB" in page
    assert "Try again" not in page
    assert await desk.desk.store.wishes.take(1) == ()
    assert (await sam.post(f"/desk/cases/{case}/files/2/0"))[0] == 404


@pytest.mark.parametrize("place", ["2/1", "1/0", "99/0", "2/-1", "x/0", "2/٣", "2/9999999999999"])
async def test_address_of_no_attachment_leads_nowhere(
    desk: DeskUnderTest, customers: Customers, place: str
) -> None:
    case = await sends(customers, SENT)
    sam = await desk.seat("sam")

    assert (await sam.get(f"/desk/cases/{case}/files/{place}"))[0] == 404


MAY_SEE = {
    Role.AGENT: {"own": 200, "foreign": 403, "waiting": 200},
    Role.SUPERVISOR: {"own": 200, "foreign": 200, "waiting": 200},
    Role.OPS: {"foreign": 403, "waiting": 403},
}


@pytest.mark.parametrize("role", list(Role))
async def test_files_are_given_only_to_whom_the_case_concerns(
    desk: DeskUnderTest, customers: Customers, role: Role
) -> None:
    reader, other = await desk.seat("reader", role), await desk.seat("other")
    viewer = await desk.seat("viewer", Role.SUPERVISOR)
    cases = {
        kind: await sends(customers, replace(SENT, ref=kind), chat=chat)
        for chat, kind in enumerate(("own", "foreign", "waiting"), start=1)
    }
    for case in cases.values():
        await viewer.get(f"/desk/cases/{case}/conversation")
        await bot_brings(desk, PHOTO)
    await reader.act(cases["own"], "claim")
    await other.act(cases["foreign"], "claim")

    addresses = {kind: f"/desk/cases/{cases[kind]}/files/2/0" for kind in MAY_SEE[role]}
    seen = {kind: (await fetch(reader, address))[0] for kind, address in addresses.items()}
    asked = {kind: (await reader.post(address))[0] for kind, address in addresses.items()}
    put = {kind: (await upload(reader, cases[kind], PHOTO))[0] for kind in MAY_SEE[role]}

    assert seen == asked == MAY_SEE[role]
    assert {kind for kind, status in put.items() if status == 200} <= {"own"}
    assert (await desk.open_browser().get("/desk/cases/CASE0001/files/2/0"))[0] == 303


async def test_picture_of_an_agent_goes_along_with_the_words(
    desk: DeskUnderTest, customers: Customers
) -> None:
    case = await sends(customers, SENT)
    sam = await desk.seat("sam")
    await sam.act(case, "claim")
    _, kept = await upload(sam, case, PHOTO)

    status, _ = await sam.act(case, "say", text="The label.", attachment=kept["file"])
    _, page = await sam.get(f"/desk/cases/{case}/conversation")
    (word,) = [decode_body(text.encode()) for text in await customers.delivers()]

    assert status == 200
    assert (word.attachment, word.text.endswith("The label.")) == (kept["file"], True)
    conversation = await desk.desk.store.conversations.conversation(LANE)
    line = conversation.transcript[-1]
    assert (line.kind, line.attachments[0].name) == (MessageKind.PHOTO, "label.jpg")
    assert f'<img src="/desk/cases/{case}/files/{line.seq}/0"' in page
    assert (await fetch(sam, f"/desk/cases/{case}/files/{line.seq}/0"))[2] == PHOTO


async def test_picture_needs_no_words_and_long_words_go_out_before_it(
    desk: DeskUnderTest, customers: Customers
) -> None:
    case = await sends(customers, SENT)
    sam = await desk.seat("sam", title="", name="Sam")
    await sam.act(case, "claim")
    _, kept = await upload(sam, case, b"%PDF-1.7", "manual.pdf")
    await sam.act(case, "say", text="Hello")
    await customers.delivers()

    await sam.act(case, "say", attachment=kept["file"])
    await sam.act(case, "say", text="x" * 1025, attachment=kept["file"])

    said = [decode_body(text.encode()) for text in await customers.delivers()]
    assert [(len(body.text), bool(body.attachment)) for body in said] == [
        (0, True),
        (1025, False),
        (0, True),
    ]


async def test_failed_picture_is_sent_again_with_its_words(
    desk: DeskUnderTest, customers: Customers
) -> None:
    case = await sends(customers, SENT)
    sam = await desk.seat("sam")
    await sam.act(case, "claim")
    _, kept = await upload(sam, case, PHOTO)
    _, said = await sam.act(case, "say", text="The label.", attachment=kept["file"])
    await customers.delivers(result="failed", message_id=0, reason="refused")

    status, _ = await sam.post(f"/desk/cases/{case}/again", {"number": said["numbers"][0]})

    (word,) = [decode_body(text.encode()) for text in await customers.delivers()]
    assert status == 200
    assert word.attachment == kept["file"]
    assert word.text.endswith("The label.")


async def test_nothing_goes_along_that_was_not_uploaded_here(
    desk: DeskUnderTest, customers: Customers
) -> None:
    case, other = await sends(customers, SENT), await sends(customers, SENT, chat=2)
    sam = await desk.seat("sam")
    await sam.act(case, "claim")
    await sam.act(other, "claim")
    _, elsewhere = await upload(sam, other, PHOTO)

    refused = [
        await sam.act(case, "say", text="hi", attachment=file_id)
        for file_id in (elsewhere["file"], "0" * 32, "../../secret.key")
    ]

    assert [(status, body["fields"]) for status, body in refused] == [(422, "attachment")] * 3
    assert (await sam.act(case, "say"))[0] == 422
    assert await customers.delivers() == []


async def test_upload_that_goes_along_with_no_words_is_deleted_after_a_day(
    desk: DeskUnderTest, customers: Customers
) -> None:
    case = await sends(customers, SENT)
    sam = await desk.seat("sam")
    await sam.act(case, "claim")
    (_, kept), (_, left), (_, late) = [await upload(sam, case, PHOTO) for _ in range(3)]
    await sam.get(f"/desk/cases/{case}")
    brought = await bot_brings(desk, PHOTO)
    await sam.act(case, "say", text="Here it is", attachment=kept["file"])
    files = desk.desk.files
    aged = desk.desk.now().timestamp() - 90_000
    for path in files._folder.glob("??/*"):
        there = late["file"] in path.name
        os.utime(path, (aged + 86_000, aged + 86_000) if there else (aged, aged))
    seconds = iter((0.0, 0.0, 10.0, 4_000.0, 4_000.0))
    sweeper = Sweeper(desk.desk, "here", clock=lambda: next(seconds))

    await sweeper.tidy()
    early = files.get(left["file"])
    await sweeper.tidy()

    assert early is not None
    assert files.get(left["file"]) is None
    found = [files.get(one) for one in (kept["file"], late["file"], brought.id)]
    assert [files.read(file) for file in found if file] == [PHOTO] * 3


@pytest.mark.parametrize("told", [True, False], ids=["length told", "length not told"])
async def test_upload_of_more_than_ten_megabytes_is_refused(
    desk: DeskUnderTest, customers: Customers, told: bool
) -> None:
    case = await sends(customers, SENT)
    sam = await desk.seat("sam")
    await sam.act(case, "claim")

    async def parts() -> Any:
        for _ in range(11):
            yield bytes(1024 * 1024)

    data: Any = BytesIO(bytes(PHOTO_BYTES + 1)) if told else parts()
    status, body = await upload(sam, case, data)

    assert (status, body["error"]) == (413, "file_too_big")
    assert desk.desk.files.forget(LANE) == 0


async def test_large_file_is_given_out_whole(desk: DeskUnderTest, customers: Customers) -> None:
    case = await sends(customers, INVOICE)
    sam = await desk.seat("sam")
    await sam.get(f"/desk/cases/{case}/conversation")
    await bot_brings(desk, b"%PDF-" + bytes(MOST_BYTES - 5))

    _, _, data = await fetch(sam, f"/desk/cases/{case}/files/2/0")

    assert len(data) == MOST_BYTES


async def test_empty_upload_is_refused(desk: DeskUnderTest, customers: Customers) -> None:
    case = await sends(customers, SENT)
    sam = await desk.seat("sam")
    await sam.act(case, "claim")

    assert (await upload(sam, case, b""))[0] == 422
