"""The door: every route has a rule, every answer its headers, and foreign pages change nothing."""

from dataclasses import replace
from typing import Any

import pytest

from handoff.access import Action, may
from handoff.agents import AgentId, Role
from handoff.desk.guard import RULES, Open
from handoff.desk.routes import ROUTES
from tests.handoff.desk.scenes import Customers, DeskUnderTest

CHANGES = [route.path for route in ROUTES if route.method == "POST"]
PUBLIC = {"/healthz", "/readyz", "/metrics", "/static/{name}", "/login"}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def concrete(path: str, case: str = "CASE0001") -> str:
    path = path.replace("{case}", case).replace("{seq}", "1").replace("{n}", "0")
    return path.replace("{name:[a-z0-9./_-]+}", "desk.css")


def test_every_address_of_the_app_has_a_rule(desk_app: Any) -> None:
    addresses = {
        (route.method, route.resource.canonical)
        for route in desk_app.router.routes()
        if route.resource is not None
    }

    assert addresses == set(desk_app[RULES])


def test_only_what_machines_and_visitors_need_is_open_to_all(desk_app: Any) -> None:
    is_open = {path for (_, path), rule in desk_app[RULES].items() if rule is Open.TO_ALL}

    assert is_open == PUBLIC


async def test_route_without_a_rule_lets_nobody_through(desk: DeskUnderTest, desk_app: Any) -> None:
    lin = await desk.seat("lin", Role.SUPERVISOR)
    rules = desk_app[RULES]
    kept = rules.pop(("GET", "/desk"))

    status, _ = await lin.get("/desk")

    rules["GET", "/desk"] = kept
    assert status == 403


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
async def test_nobody_gets_in_without_a_session_and_every_answer_is_guarded(
    desk: DeskUnderTest, customers: Customers, route: Any
) -> None:
    await customers.opens(1, "Hello", case_id="CASE0001")
    browser = desk.open_browser()
    headers = browser.own() if route.method == "POST" else {}

    async with browser.session.request(
        route.method, desk.base + concrete(route.path), headers=headers, allow_redirects=False
    ) as answer:
        status, found = answer.status, answer.headers

    expected = {200, 422} if route.rule is Open.TO_ALL else {303, 401}
    assert status in expected
    policy = found["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    cached = {"Cache-Control"} if "static" in route.path else set()
    assert {name: found[name] for name in HEADERS.keys() - cached} == {
        name: HEADERS[name] for name in HEADERS.keys() - cached
    }


@pytest.mark.parametrize("path", CHANGES)
@pytest.mark.parametrize(
    "forged",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"HX-Request": ""},
    ],
    ids=["foreign origin", "null origin", "no origin", "no header"],
)
async def test_changes_are_taken_only_from_the_desks_own_pages(
    desk: DeskUnderTest, customers: Customers, path: str, forged: dict[str, str]
) -> None:
    case = await customers.opens(1, "Hello", case_id="CASE0001")
    sam = await desk.seat("sam")

    status, body = await sam.post(concrete(path), {"op": sam.op()}, headers=forged)

    assert (status, body["error"]) == (403, "foreign_page")
    assert (await desk.desk.store.cases.case(case)).agent == ""


@pytest.mark.parametrize("field", ["status", "agent", "token", "role"])
async def test_unknown_fields_are_refused(
    desk: DeskUnderTest, customers: Customers, field: str
) -> None:
    case = await customers.opens(1, "Hello", case_id="CASE0001")
    sam = await desk.seat("sam")

    status, body = await sam.act(case, "claim", **{field: "supervisor"})

    assert (status, body["fields"]) == (422, field)
    assert (await desk.desk.store.cases.case(case)).agent == ""


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"[]", "application/json"),
        (b"{", "application/json"),
        (b"op=aaaaaaaa&op=bbbbbbbb", "application/x-www-form-urlencoded"),
        (b"<a/>", "text/xml"),
        (b'{"op": "x"}', "application/json"),
    ],
)
async def test_unreadable_bodies_are_told_from_ours(
    desk: DeskUnderTest, customers: Customers, body: bytes, kind: str
) -> None:
    case = await customers.opens(1, "Hello", case_id="CASE0001")
    sam = await desk.seat("sam")

    async with sam.session.post(
        f"{desk.base}/desk/cases/{case}/claim",
        data=body,
        headers=sam.own({"Content-Type": kind}),
    ) as answer:
        assert answer.status == 422


async def test_large_bodies_are_refused(desk: DeskUnderTest, customers: Customers) -> None:
    case = await customers.opens(1, "Hello", case_id="CASE0001")
    sam = await desk.seat("sam")
    await sam.act(case, "claim")

    status, body = await sam.act(case, "say", text="x" * 70_000)

    assert (status, body["error"]) == (413, "too_large")


async def test_flood_of_actions_is_slowed_down(desk: DeskUnderTest) -> None:
    sam = await desk.seat("sam")

    statuses = [(await sam.post("/desk/presence", {"idle_seconds": 1}))[0] for _ in range(60)]

    assert statuses[:15] == [200] * 15
    assert 429 in statuses


async def test_disabled_agent_is_out_at_once(desk: DeskUnderTest) -> None:
    sam = await desk.seat("sam")
    account = await desk.hire("sam")

    await desk.desk.store.accounts.save_agent(replace(account, disabled=True))

    assert (await sam.get("/desk"))[0] == 303


CASES = {"own": "CASEOWN1", "foreign": "CASEELS1", "waiting": "CASEWAT1"}
MAY_READ = {
    Role.AGENT: {"own": 200, "foreign": 403, "waiting": 200},
    Role.SUPERVISOR: {"own": 200, "foreign": 200, "waiting": 200},
    Role.OPS: {"foreign": 403, "waiting": 403},
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("part", ["", "/conversation", "/packet"])
async def test_cases_are_read_only_by_whom_they_concern(
    desk: DeskUnderTest, customers: Customers, role: Role, part: str
) -> None:
    reader, other = await desk.seat("reader", role), await desk.seat("other")
    for number, case in enumerate(CASES.values()):
        await customers.opens(number + 1, "Hello", case_id=case)
    await reader.act(CASES["own"], "claim")
    await other.act(CASES["foreign"], "claim")

    seen = {
        kind: (await reader.get(f"/desk/cases/{CASES[kind]}{part}"))[0] for kind in MAY_READ[role]
    }

    assert seen == MAY_READ[role]


@pytest.mark.parametrize(
    "action", ["say", "note", "resolve", "acknowledge", "draft", "advice", "retract"]
)
@pytest.mark.parametrize("kind", ["foreign", "waiting"])
@pytest.mark.parametrize("role", list(Role))
async def test_nobody_acts_on_a_case_that_is_not_theirs(
    desk: DeskUnderTest, customers: Customers, role: Role, action: str, kind: str
) -> None:
    actor, other = await desk.seat("actor", role), await desk.seat("other")
    for number, case in enumerate(CASES.values()):
        await customers.opens(number + 1, "Hello", case_id=case)
    await other.act(CASES["foreign"], "claim")

    status, body = await actor.act(CASES[kind], action, text="hi", resolution="solved")

    assert status == 403
    assert body["error"] in {"forbidden", "not_assignee"}
    assert await customers.delivers() == []


async def test_operations_see_figures_and_no_customer(
    desk: DeskUnderTest, customers: Customers
) -> None:
    await customers.opens(1, "My secret", case_id="CASE0001", name="Emma Clark")
    ops, sam = await desk.seat("ops", Role.OPS), await desk.seat("sam")

    status, page = await ops.get("/ops")

    assert status == 200
    assert "Emma" not in page
    assert "My secret" not in page
    assert (await ops.get("/desk"))[0] == 403
    assert (await sam.get("/ops"))[0] == 403


async def test_machines_need_no_login(desk: DeskUnderTest) -> None:
    browser = desk.open_browser()

    answers = [(await browser.get(path))[0] for path in ("/healthz", "/readyz", "/metrics")]

    assert answers == [200, 200, 200]


async def test_files_outside_the_desk_cannot_be_asked_for(desk: DeskUnderTest) -> None:
    browser = desk.open_browser()

    for name in ("../app.py", "..%2fapp.py", "%2e%2e/app.py", "/etc/passwd", "vendor/../../app.py"):
        status, text = await browser.get(f"/static/{name}")
        assert status == 404
        assert "import" not in text


def test_operations_may_do_nothing_but_look() -> None:
    allowed = {action for action in Action if may(Role.OPS, action, None, AgentId(""))}

    assert allowed == {Action.SEE_OPS, Action.LISTEN, Action.LOG_OUT}
