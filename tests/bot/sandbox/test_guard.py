from typing import Any

import aiohttp
import pytest

LIN = 10001
JSON = {"Content-Type": "application/json"}


async def post(wire: Any, headers: dict[str, str], path: str = "/sandbox/chats/10001/say") -> int:
    root = wire.base.rpartition("/")[0]
    async with wire.session.post(
        root + path, data=b'{"text":"hi"}', headers=headers, skip_auto_headers=["Content-Type"]
    ) as response:
        return int(response.status)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "text/plain; charset=application/json"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        JSON | {"Origin": "https://elsewhere.example"},
        JSON | {"Origin": "null"},
        JSON | {"Origin": "http://127.0.0.1:1"},
        JSON | {"Sec-Fetch-Site": "cross-site"},
        JSON | {"Sec-Fetch-Site": "same-site"},
        JSON | {"Host": "rebound.example"},
    ],
)
async def test_a_page_from_elsewhere_can_do_nothing(
    wire: Any, phone: Any, headers: dict[str, str]
) -> None:
    assert await post(wire, headers) in {403, 415}
    assert await phone.history(LIN) == []


async def test_the_own_page_and_programs_can(wire: Any, phone: Any) -> None:
    root = wire.base.rpartition("/")[0]

    assert await post(wire, JSON) == 200
    assert await post(wire, JSON | {"Origin": root, "Sec-Fetch-Site": "same-origin"}) == 200
    assert len(await phone.history(LIN)) == 2


async def test_nothing_is_read_under_a_foreign_host_name(wire: Any) -> None:
    root = wire.base.rpartition("/")[0]

    for path in ("/", "/sandbox/state", "/sandbox/events", "/static/phone.js"):
        async with wire.session.get(root + path, headers={"Host": "rebound.example"}) as response:
            assert response.status == 403


async def test_the_page_allows_nothing_that_is_not_its_own(wire: Any) -> None:
    root = wire.base.rpartition("/")[0]

    async with wire.session.get(root) as response:
        page = await response.text()
        policy = response.headers["Content-Security-Policy"]

    assert response.status == 200
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<script>" not in page
    assert " style=" not in page
    assert "//" not in page.replace("<!doctype html>", "")


async def test_the_page_speaks_the_readers_language(wire: Any) -> None:
    root = wire.base.rpartition("/")[0]
    pages = {}
    for wanted in ("zh-CN,zh;q=0.9", "en-GB"):
        async with wire.session.get(root, headers={"Accept-Language": wanted}) as response:
            pages[wanted[:2]] = await response.text()

    assert "<h1>顾客</h1>" in pages["zh"]
    assert "<h1>Customers</h1>" in pages["en"]


async def test_a_customers_file_is_never_run_by_the_browser(wire: Any, phone: Any) -> None:
    root = wire.base.rpartition("/")[0]
    for name in ("page.html", "drawing.svg"):
        upload = await phone.upload(b"<script>alert(1)</script>", name=name)
        async with wire.session.get(f"{root}/sandbox/files/{upload['file_id']}") as response:
            assert response.headers["Content-Disposition"] == "attachment"
            assert response.headers["Content-Type"] == "application/octet-stream"
            assert "sandbox" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path", ["chats/10001/history?after=x", "chats/10001/reply?timeout=soon", "state?bot=none"]
)
async def test_odd_values_are_refused_in_words(wire: Any, path: str) -> None:
    async with wire.session.get(f"{wire.base.rpartition('/')[0]}/sandbox/{path}") as response:
        assert response.status == 422
        assert (await response.json())["error"]


async def test_a_reader_who_comes_back_gets_what_was_missed(wire: Any, phone: Any) -> None:
    root = wire.base.rpartition("/")[0]
    cursor = await phone.cursor()
    await phone.say(LIN, "one")
    await phone.say(LIN, "two")
    first = (await phone.get("/sandbox/events", cursor=cursor))["events"]

    blocks = await read_blocks(wire.session, root, {"Last-Event-ID": cursor}, 2)
    resumed = await read_blocks(wire.session, root, {"Last-Event-ID": blocks[0]["id"]}, 1)
    lost = await read_blocks(wire.session, root, {"Last-Event-ID": "another-7"}, 1)

    assert [event["message"]["text"] for event in first] == ["one", "two"]
    assert [block["event"] for block in blocks] == ["message", "message"]
    assert '"two"' in resumed[0]["data"]
    assert lost[0]["event"] == "reset"


async def read_blocks(
    session: aiohttp.ClientSession, root: str, headers: dict[str, str], count: int
) -> list[dict[str, str]]:
    blocks: list[dict[str, str]] = []
    wanted = {"Accept": "text/event-stream", **headers}
    async with session.get(f"{root}/sandbox/events", headers=wanted) as response:
        block: dict[str, str] = {}
        async for line in response.content:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name:
                block[name] = value
            elif "data" in block:
                blocks.append(block)
                block = {}
            if len(blocks) == count:
                break
    return blocks
