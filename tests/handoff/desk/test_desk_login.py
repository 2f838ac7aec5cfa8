"""Who gets in: passwords, throttle, sessions and their end."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import CookieJar

from handoff.agents import Agent, AgentId, Role
from handoff.desk import login
from handoff.desk.accounts import PasswordTooShort, ensure_demo_agents, save_account
from handoff.desk.passwords import fits, hash_password, new_password
from handoff.ports import Store
from handoff.store.memory import open_memory_store
from tests.clock import FakeClock
from tests.handoff.desk.scenes import PASSWORD, DeskUnderTest, desk_running

HOUR_MS = 3_600_000
SAM = Agent(AgentId("sam"), name="Sam", role=Role.AGENT, password_hash="")


async def test_unknown_names_wrong_passwords_and_disabled_accounts_get_the_same_answer(
    desk: DeskUnderTest,
) -> None:
    sam = await desk.hire("sam")
    gone = await desk.hire("gone")
    await desk.desk.store.accounts.save_agent(replace(gone, disabled=True))

    answers = [
        await desk.open_browser().log_in(name, password)
        for name, password in ((sam.id, "x" * 20), ("nobody", "x" * 20), (gone.id, PASSWORD))
    ]

    assert answers == [(401, {"error": "wrong_login"})] * 3


async def test_who_is_in_already_is_sent_on_from_the_login_page(desk: DeskUnderTest) -> None:
    sam = await desk.seat("sam")

    inside, _ = await sam.get("/login")
    outside, _ = await desk.open_browser().get("/login")

    assert (inside, outside) == (303, 200)


async def test_session_of_an_account_that_was_disabled_does_not_come_back_with_it(
    desk: DeskUnderTest,
) -> None:
    sam = await desk.seat("sam")
    account = await desk.desk.store.accounts.agent(AgentId("sam"))
    assert account is not None
    await desk.desk.store.accounts.save_agent(replace(account, disabled=True))
    disabled, _ = await sam.get("/desk")
    await desk.desk.store.accounts.save_agent(account)
    enabled, _ = await sam.get("/desk")

    assert (disabled, enabled) == (303, 303)


async def test_guessing_gets_ten_answers_at_most(desk: DeskUnderTest, clock: FakeClock) -> None:
    await desk.hire("sam")
    browser = desk.open_browser()

    statuses = []
    for guess in range(100):
        clock.advance(100)
        statuses.append((await browser.log_in("sam", f"guess {guess:012d}"))[0])

    assert statuses.count(401) <= 10
    assert set(statuses) == {401, 429}


async def test_guesses_at_once_are_counted_like_guesses_one_by_one(desk: DeskUnderTest) -> None:
    await desk.hire("sam")
    browser = desk.open_browser()

    guesses = [browser.log_in("sam", f"guess {guess:012d}") for guess in range(40)]
    statuses = [status for status, _ in await asyncio.gather(*guesses)]

    assert statuses.count(401) <= 10
    assert set(statuses) == {401, 429}


async def test_locked_out_agent_comes_in_after_the_wait(
    desk: DeskUnderTest, clock: FakeClock
) -> None:
    await desk.hire("sam")
    browser = desk.open_browser()
    for _ in range(5):
        await browser.log_in("sam", "not the password")

    refused = await browser.log_in("sam")
    clock.advance(20_000)
    admitted = await browser.log_in("sam")

    assert (refused[0], admitted[0]) == (429, 200)


async def test_login_gives_a_new_token_and_ends_the_old_one(desk: DeskUnderTest) -> None:
    sam = await desk.seat("sam")
    first = _token(sam.session.cookie_jar)

    await sam.log_in("sam")
    second = _token(sam.session.cookie_jar)
    stolen = await desk.open_browser().get("/desk", headers={"Cookie": f"warmline={first}"})

    assert first != second
    assert len(second) >= 43
    assert stolen[0] == 303


async def test_new_password_ends_what_was_opened_with_the_old_one(desk: DeskUnderTest) -> None:
    sam = await desk.seat("sam")
    account = await desk.desk.store.accounts.agent(AgentId("sam"))
    assert account

    await save_account(desk.desk.store, account, "another long password")

    assert (await sam.get("/desk"))[0] == 303
    assert (await desk.open_browser().log_in("sam"))[0] == 401


async def test_session_ends_after_half_an_hour_without_a_sign(
    desk: DeskUnderTest, clock: FakeClock
) -> None:
    sam = await desk.seat("sam")

    clock.advance(29 * 60_000)
    within = await sam.get("/desk")
    clock.advance(31 * 60_000)
    after = await sam.get("/desk")

    assert (within[0], after[0]) == (200, 303)


async def test_session_ends_after_twelve_hours_however_busy(
    desk: DeskUnderTest, clock: FakeClock
) -> None:
    sam = await desk.seat("sam")

    for _ in range(26):
        clock.advance(HOUR_MS // 2 - 60_000)
        status, _ = await sam.get("/desk")

    assert status == 303


async def test_open_page_without_input_is_no_presence_and_ends_its_session_in_time(
    desk: DeskUnderTest,
) -> None:
    sam = await desk.seat("sam")
    presence = desk.desk.store.presence

    _, away = await sam.post("/desk/presence", {"idle_seconds": 301})
    absent = await presence.present()
    _, here = await sam.post("/desk/presence", {"idle_seconds": 5})
    present = await presence.present()
    gone = await sam.post("/desk/presence", {"idle_seconds": 1800})

    assert (away["present"], absent) == (False, ())
    assert (here["present"], present) == (True, ("sam",))
    assert gone[0] == 401
    assert (await sam.get("/desk"))[0] == 303


async def test_logout_ends_the_session_on_the_server(desk: DeskUnderTest) -> None:
    sam = await desk.seat("sam")
    token = _token(sam.session.cookie_jar)

    await sam.post("/logout")
    replayed = await desk.open_browser().get("/desk", headers={"Cookie": f"warmline={token}"})

    assert replayed[0] == 303


async def test_cookie_behind_https_is_bound_to_the_host(
    store: Store, password_hash: str, clock: FakeClock
) -> None:
    url = "https://desk.example"
    async with desk_running(store, password_hash, now_ms=clock, desk_url=url) as desk:
        await desk.hire("sam")
        browser = desk.open_browser()
        values = {"id": "sam", "password": PASSWORD}

        async with browser.session.post(
            f"{desk.base}/login", json=values, headers=browser.own({"Origin": url})
        ) as answer:
            cookie = answer.headers["Set-Cookie"]

        assert cookie.startswith("__Host-warmline=")
        assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
        assert answer.headers["Strict-Transport-Security"]


async def test_proxy_is_believed_only_when_it_is_trusted(
    store: Store, password_hash: str, clock: FakeClock
) -> None:
    async with desk_running(store, password_hash, now_ms=clock) as desk:
        browser = desk.open_browser()
        for number in range(6):
            headers = browser.own({"X-Forwarded-For": f"203.0.113.{number}"})
            body = {"id": f"nobody{number}", "password": "x" * 12}
            status, _ = await browser.post("/login", body, headers=headers)

        assert status == 429, "one address was tried six times, whatever it called itself"

    fresh = open_memory_store(clock)
    async with desk_running(
        fresh, password_hash, now_ms=clock, trusted_proxies="127.0.0.1"
    ) as desk:
        browser = desk.open_browser()
        for number in range(6):
            headers = browser.own({"X-Forwarded-For": f"203.0.113.{number}"})
            body = {"id": f"nobody{number}", "password": "x" * 12}
            status, _ = await browser.post("/login", body, headers=headers)

        assert status == 401


async def test_line_of_the_asker_above_the_proxys_own_changes_nothing(
    store: Store, password_hash: str, clock: FakeClock
) -> None:
    async with desk_running(
        store, password_hash, now_ms=clock, trusted_proxies="127.0.0.1"
    ) as desk:
        browser = desk.open_browser()
        for number in range(6):
            invented = browser.own({"X-Forwarded-For": f"192.0.2.{number}"}).items()
            headers = [*invented, ("X-Forwarded-For", "203.0.113.200")]
            body = {"id": f"nobody{number}", "password": "x" * 12}
            answer = await browser.session.post(f"{browser.base}/login", json=body, headers=headers)

        assert answer.status == 429


async def test_short_passwords_are_refused_and_made_ones_are_long(store: Store) -> None:
    with pytest.raises(PasswordTooShort):
        await save_account(store, SAM, "elevenchars")

    made = {new_password() for _ in range(50)}
    assert len(made) == 50
    assert min(map(len, made)) >= 16


async def test_demo_agents_keep_their_passwords(store: Store, tmp_path: Path) -> None:
    first = await ensure_demo_agents(store, tmp_path)
    second = await ensure_demo_agents(store, tmp_path)
    elsewhere = await ensure_demo_agents(open_memory_store(), tmp_path)

    assert first == second == elsewhere
    assert (tmp_path / "demo-agents.json").stat().st_mode & 0o777 == 0o600
    lin = await store.accounts.agent(AgentId("lin"))
    assert lin is not None
    assert lin.role is Role.SUPERVISOR
    assert await fits(lin.password_hash, dict(first)[lin.id])
    assert dict(first)[lin.id] not in lin.password_hash


def _token(jar: CookieJar) -> str:
    return next(cookie.value for cookie in jar if cookie.key == "warmline")


async def test_name_nobody_has_costs_as_much_as_a_real_one() -> None:
    somebody = await hash_password("x" * 12)

    assert login._NOBODY.split("$")[1:4] == somebody.split("$")[1:4]
