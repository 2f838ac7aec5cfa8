"""What no page of ours asks is refused in words; only what breaks here is our failure."""

import pytest

from handoff.agents import Role
from tests.handoff.desk.scenes import Browser, Customers, DeskUnderTest

FORM = "application/x-www-form-urlencoded"
DIGITS = "9" * 5000
FILES = "/desk/cases/CASE0001/files"


@pytest.fixture
def store_kind() -> str:
    return "redis"


@pytest.fixture
async def sam(desk: DeskUnderTest, customers: Customers) -> Browser:
    await customers.opens(1, "Hello", case_id="CASE0001")
    sam = await desk.seat("sam", Role.SUPERVISOR)
    await sam.act("CASE0001", "claim")
    return sam


@pytest.mark.parametrize("minutes", ["--5", "-", "٣", "99999"])
async def test_cookie_that_is_no_time_zone_is_left_aside(sam: Browser, minutes: str) -> None:
    status, _ = await sam.get("/desk/cases/CASE0001", cookies={"tz": minutes})

    assert status == 200


@pytest.mark.parametrize("path", [f"{FILES}/{DIGITS}/0", f"{FILES}/1/{DIGITS}", f"{FILES}/٣/0"])
async def test_place_of_a_file_that_is_none_is_not_found(sam: Browser, path: str) -> None:
    status, _ = await sam.get(path)
    asked, _ = await sam.post(path)

    assert (status, asked) == (404, 404)


@pytest.mark.parametrize("after", [f"{DIGITS}-0", "99999999999999999999-0", "٣-١", "1-1-1"])
async def test_stream_from_an_id_nobody_gave_out_starts_over(sam: Browser, after: str) -> None:
    stream = await sam.listen(after="", **{"Last-Event-ID": after})

    (first, *_) = await stream.hear("reset", "queue", "end")
    assert first[0] == "reset"


@pytest.mark.parametrize(
    ("kind", "packed", "body"),
    [
        (f"{FORM}; charset=nonsense", "", b"op=aaaaaaaa"),
        (FORM, "", b"op=\xff\xfe"),
        ("application/json", "gzip", b"{}"),
    ],
    ids=["unknown alphabet", "other alphabet", "not packed"],
)
@pytest.mark.parametrize("path", ["/login", "/desk/next"])
async def test_body_that_cannot_be_read_is_refused(
    sam: Browser, path: str, kind: str, packed: str, body: bytes
) -> None:
    how = {"Content-Type": kind} | ({"Content-Encoding": packed} if packed else {})

    async with sam.session.post(sam.base + path, data=body, headers=sam.own(how)) as answer:
        assert answer.status == 422


async def test_number_too_large_for_any_page_is_refused(sam: Browser) -> None:
    status, body = await sam.post("/desk/cases/CASE0001/acknowledge", {"version": 2**63 - 1})

    assert (status, body["fields"]) == (422, "version")


async def test_one_id_for_two_acts_does_both(sam: Browser, customers: Customers) -> None:
    await customers.opens(2, "Hello too", case_id="CASE0002")
    await sam.act("CASE0002", "claim")
    same = {"op": sam.op(), "text": "I am looking into it."}

    said = [await sam.post(f"/desk/cases/CASE000{n}/say", same) for n in (1, 2, 2)]
    noted = await sam.post("/desk/cases/CASE0001/note", same)

    assert [status for status, _ in [*said, noted]] == [200, 200, 200, 200]
    assert len([text for text in await customers.delivers() if "looking into it" in text]) == 2
