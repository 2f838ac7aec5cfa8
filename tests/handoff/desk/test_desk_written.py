from collections.abc import AsyncIterator

import pytest

from handoff.desk.writing import writing
from handoff.knowledge import KnowledgeBase
from handoff.llm.checking import FactCheck, load_fact_check
from handoff.llm.client import Endpoint
from handoff.llm.scribe import Scribe
from handoff.llm.settings import LlmSettings
from handoff.llm.writer import Writer
from handoff.ops.counters import Counters
from handoff.packet import Fact, Packet
from handoff.ports import Store
from handoff.speech.guard import Guard
from handoff.speech.guard_seed import load_guard
from tests.clock import FakeClock
from tests.handoff.desk.scenes import SEEDS, Browser, Customers, DeskUnderTest, desk_running
from tests.model import Model, data_of, hangs, model_running, says, status

HEARD = "Can I pay in instalments? I am Emma, 13800138000. You owe me 9999!"
KNOWN = Packet(
    wants="instalments",
    language="en",
    order=(Fact("order_no", "W1000002", "shop"), Fact("total", "CNY 845", "shop")),
    facts=(Fact("amount", "CNY 9999"), Fact("phone", "13800138000")),
)


@pytest.fixture
async def model() -> AsyncIterator[Model]:
    async with model_running() as running:
        yield running


@pytest.fixture(scope="module")
def knowledge() -> tuple[KnowledgeBase, Guard, FactCheck]:
    return KnowledgeBase(SEEDS), load_guard(SEEDS), load_fact_check(SEEDS)


@pytest.fixture
async def desk(
    store: Store,
    clock: FakeClock,
    password_hash: str,
    model: Model,
    knowledge: tuple[KnowledgeBase, Guard, FactCheck],
) -> AsyncIterator[DeskUnderTest]:
    base, guard, check = knowledge
    async with Endpoint(LlmSettings(url=model.url, model="small")) as endpoint:
        writer = Writer(endpoint, Counters(), guard=guard, check=check, budget_seconds=0.8)
        scribe = Scribe(writer, base)
        async with desk_running(store, password_hash, now_ms=clock, writes=scribe) as running:
            yield running


@pytest.fixture
async def sam(desk: DeskUnderTest, customers: Customers) -> Browser:
    case = await customers.opens(1, HEARD, case_id="CASE0001", packet=KNOWN)
    browser = await desk.seat("sam")
    await browser.act(case, "claim")
    return browser


async def asks(browser: Browser, kind: str) -> dict:
    code, body = await browser.post(f"/desk/cases/CASE0001/written/{kind}")
    assert code == 200
    return body


async def test_draft_rests_on_packet_and_articles_and_is_not_sent(
    desk: DeskUnderTest, customers: Customers, sam: Browser, model: Model
) -> None:
    model.answers = says("Yes, for your order of CNY 845: 3, 6 or 12 instalments.", "installments")

    paper = await asks(sam, "draft")

    assert paper["text"].startswith("Yes, for your order")
    assert "Paying by instalments" in paper["told"]
    assert {"packet", "installments"} <= {s["id"] for s in data_of(model.asked[0])["sources"]}
    assert await customers.delivers() == []
    assert await desk.desk.store.drafts.of(await desk.desk.store.cases.case("CASE0001")) == ""


async def test_draft_that_repeats_what_a_customer_claims_is_not_shown(
    sam: Browser, model: Model
) -> None:
    model.answers = says("We owe you 9999.", "packet")

    assert await asks(sam, "draft") == {
        "text": "",
        "told": "No draft is available right now. Your own words will do well.",
    }


async def test_rude_draft_is_not_shown_and_a_summary_may_quote(sam: Browser, model: Model) -> None:
    model.answers = says("You should have read the page.", "packet")
    assert (await asks(sam, "draft"))["text"] == ""
    model.answers = says("Wants instalments.\nSays the shop owes 9999 and gave a phone number.")

    assert (await asks(sam, "summary"))["text"].startswith("Wants instalments.")


@pytest.mark.parametrize("answers", [status(500), status(429), hangs], ids=["500", "429", "hangs"])
async def test_agent_is_told_politely_when_there_is_none(
    sam: Browser, model: Model, answers: object
) -> None:
    model.answers = answers

    for kind in ("draft", "summary"):
        paper = await asks(sam, kind)
        assert paper["text"] == ""
        assert "right now" in paper["told"]


async def test_names_and_numbers_stay_in_the_house(sam: Browser, model: Model) -> None:
    model.answers = says("Wants instalments.")
    await asks(sam, "summary")
    model.answers = says("Yes, you can.", "packet")
    await asks(sam, "draft")

    assert len(model.asked) == 2
    assert not [p for p in ("13800138000", "1000002", "Emma Clark") if p in model.sent]
    assert "9999" not in model.asked[1]["messages"][0]["content"]


async def test_only_who_holds_a_case_has_it_written_about(
    desk: DeskUnderTest, sam: Browser, model: Model
) -> None:
    ann = await desk.seat("ann")

    for kind in ("draft", "summary"):
        code, _ = await ann.post(f"/desk/cases/CASE0001/written/{kind}")
        assert code == 403

    assert model.asked == []


async def test_page_shows_the_buttons_only_where_somebody_writes(
    sam: Browser, desk: DeskUnderTest, store: Store, password_hash: str
) -> None:
    _, page = await sam.get("/desk/cases/CASE0001")
    assert "data-write" in page

    async with desk_running(store, password_hash) as plain:
        browser = plain.open_browser()
        await browser.log_in("sam")
        _, page = await browser.get("/desk/cases/CASE0001")
        assert "composer" in page
        assert "data-write" not in page
        code, body = await browser.post("/desk/cases/CASE0001/written/draft")
        assert (code, body["error"]) == (404, "not_found")


async def test_desk_without_a_model_loads_nobody_and_with_one_watches_it(store: Store) -> None:
    off = LlmSettings(url="")
    async with writing(SEEDS, Counters(), store.house, settings=off) as (writes, works):
        assert (writes, works) == (None, [])

    on = LlmSettings(url="http://127.0.0.1:9/v1", model="small")
    async with writing(SEEDS, Counters(), store.house, settings=on) as (writes, works):
        assert writes is not None
        assert len(works) == 1
