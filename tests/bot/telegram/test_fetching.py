from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import RawTestServer
from pydantic import SecretStr

from bot.telegram.api import BotApi
from bot.telegram.errors import ChannelRefused, NotWritten, OutcomeUnknown
from bot.telegram.fetching import Fetching
from handoff.conversation import ConversationId
from handoff.files import MOST_BYTES, Fetch, FetchState, Files, Wish
from handoff.ports import Store
from tests.bot.telegram.scripted import DROP, TOKEN, ScriptedApi, Tally, refusal

LANE = ConversationId("tg-4242-10001")
PHOTO = Wish(LANE, "AgAC-photo")
JPEG = b"\xff\xd8\xff\xe0 as good as a photo"


def told(path: str = "photos/file_1.jpg", size: int = len(JPEG)) -> dict[str, Any]:
    return {"ok": True, "result": {"file_id": "AgAC", "file_path": path, "file_size": size}}


def api_at(server: RawTestServer) -> BotApi:
    return BotApi(SecretStr(TOKEN), str(server.make_url("/")), trust_env=False)


def kept_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


@pytest.fixture
def fetching(api: BotApi, store: Store, files: Files, tally: Tally) -> Fetching:
    return Fetching(api, store, files=files, figures=tally, pauses_seconds=(0, 0))


async def test_what_a_customer_sent_is_kept_under_our_own_id(
    script: ScriptedApi, fetching: Fetching, store: Store, files: Files
) -> None:
    script.script("getFile", told())
    script.script("file_1.jpg", JPEG)
    await store.wishes.want(Wish(LANE, "AgAC-photo", "../box.jpg"))

    assert await fetching.serve_next()
    assert not await fetching.serve_next()

    (fetch,) = (await store.wishes.fetches(LANE)).values()
    file = files.get(fetch.file)
    assert file is not None
    assert (file.name, file.mime, file.conversation) == ("box.jpg", "image/jpeg", LANE)
    assert files.read(file) == JPEG
    assert script.calls[0] == ("getFile", {"file_id": "AgAC-photo"})


@pytest.mark.parametrize(
    ("answers", "contents", "reason"),
    [
        pytest.param([refusal(400)], [], "gone", id="Telegram knows it no more"),
        pytest.param([told()], [refusal(404)], "gone", id="the link is dead"),
        pytest.param([told(size=MOST_BYTES + 1)], [], "too_big", id="told too big"),
        pytest.param([told()], [bytes(MOST_BYTES + 1)], "too_big", id="is too big"),
        pytest.param([told()], [refusal(302)], "gone", id="a redirect"),
        pytest.param([told("../../bot/etc")], [], "gone", id="a path out of the folder"),
        pytest.param([told("/var/lib/file")], [], "gone", id="a path of a server's own"),
        pytest.param([{"ok": True, "result": {}}], [], "gone", id="no path"),
        pytest.param([{"ok": True, "result": True}], [], "not_kept", id="no answer we know"),
        pytest.param([refusal(401)], [], "telegram_away", id="token revoked"),
        pytest.param([refusal(502)] * 3, [], "telegram_away", id="Telegram is down"),
        pytest.param([told()] * 3, [refusal(500)] * 3, "telegram_away", id="its files are down"),
    ],
)
async def test_failure_is_told_in_our_own_word_and_keeps_nothing(
    script: ScriptedApi,
    fetching: Fetching,
    store: Store,
    tmp_path: Path,
    answers: list[Any],
    contents: list[Any],
    reason: str,
) -> None:
    script.script("getFile", *answers)
    script.script("file_1.jpg", *contents)
    await store.wishes.want(PHOTO)

    await fetching.serve_next()

    fetch = Fetch(FetchState.FAILED, reason=reason)
    assert await store.wishes.fetches(LANE) == {PHOTO.ref: fetch}
    assert len(script.calls) == len(answers) + len(contents)
    assert kept_in(tmp_path) == []


async def test_trouble_on_the_way_is_tried_again(
    script: ScriptedApi, fetching: Fetching, store: Store
) -> None:
    script.script("getFile", refusal(500), told(), told())
    script.script("file_1.jpg", DROP, JPEG)
    await store.wishes.want(PHOTO)

    await fetching.serve_next()

    (fetch,) = (await store.wishes.fetches(LANE)).values()
    assert fetch.state is FetchState.FOUND


async def test_conversation_erased_on_the_way_leaves_no_file(
    script: ScriptedApi, fetching: Fetching, store: Store, files: Files, tmp_path: Path
) -> None:
    script.script("getFile", told())
    script.script("file_1.jpg", JPEG)
    await store.wishes.want(PHOTO)
    (wish,) = await store.wishes.take(1)
    await store.wishes.tell(wish, Fetch(FetchState.FOUND, file="0" * 32))

    await fetching._tell(wish, files.put(JPEG), "")

    assert kept_in(tmp_path) == []


async def test_wish_wakes_the_fetcher_and_a_disk_that_is_full_does_not_end_it(
    script: ScriptedApi, api: BotApi, store: Store, tally: Tally, tmp_path: Path
) -> None:
    script.script("getFile", told(), told())
    script.script("file_1.jpg", JPEG, JPEG)
    (tmp_path / "full").write_text("no folder")
    fetching = Fetching(api, store, files=Files(tmp_path / "full"), figures=tally)
    running = asyncio.create_task(fetching.run())

    for ref in ("one", "two"):
        await store.wishes.want(Wish(LANE, ref))
    first = await store.events.after("0-0", wait_ms=5000)
    assert first
    if len(first) < 2:
        assert await store.events.after(first[0][0], wait_ms=5000)

    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    fetches = (await store.wishes.fetches(LANE)).values()
    assert {fetch.reason for fetch in fetches} == {"not_kept"}


async def test_link_with_the_token_is_followed_nowhere_and_told_to_nobody(
    files: Files, store: Store, tally: Tally
) -> None:
    asked: list[str] = []

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        asked.append(request.path)
        if request.path.endswith("getFile"):
            return web.json_response(told())
        raise web.HTTPFound(f"http://{request.host}/elsewhere")

    async with RawTestServer(answer) as server, api_at(server) as api:
        fetching = Fetching(api, store, files=files, figures=tally, pauses_seconds=())
        await store.wishes.want(PHOTO)
        with structlog.testing.capture_logs() as logs:
            await fetching.serve_next()
        with pytest.raises(ChannelRefused):
            await api.download("photos/file_1.jpg", 100)

    assert "/elsewhere" not in asked
    assert "secret" not in str(logs)
    assert "AgAC" not in str(logs)
    assert logs[-1]["event"] == "file.not_fetched"


async def test_download_without_a_connection_quotes_no_address() -> None:
    async with BotApi(SecretStr(TOKEN), "http://127.0.0.1:9", trust_env=False) as api:
        with pytest.raises(NotWritten) as caught:
            await api.download("photos/file_1.jpg", 100)

    assert "secret" not in f"{caught.value!r}{caught.value.__cause__!r}"


async def test_download_that_breaks_off_is_not_taken_for_whole() -> None:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(JPEG)
        assert request.transport is not None
        request.transport.abort()
        return response

    async with RawTestServer(answer) as server, api_at(server) as other:
        with pytest.raises(OutcomeUnknown):
            await other.download("photos/file_1.jpg", 10_000)


async def test_odd_names_stay_inside_the_path(script: ScriptedApi, api: BotApi) -> None:
    script.script("a%3Fb%23c.jpg", JPEG)

    await api.download("documents/a?b#c.jpg", 100)

    assert [method for method, _ in script.calls] == ["a?b#c.jpg"]
