import pytest

from tests.handoff.desk.scenes import Customers, DeskUnderTest


async def advised(desk: DeskUnderTest, customers: Customers, heard: str, text: str) -> list[str]:
    case = await customers.opens(1, heard, case_id="CASE0001")
    sam = await desk.seat("sam")
    await sam.act(case, "claim")
    status, body = await sam.post(f"/desk/cases/{case}/advice", {"text": text})
    assert status == 200
    return [finding["told"] for finding in body["findings"]]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("You should have read the page.", "“You should have” sounds like blame."),
        ("我們會盡快處理。", "“盡快” promises without a time. By when?"),
        ("这是规定。", "“这是规定” closes the door."),
    ],
)
async def test_agent_is_told_what_could_be_put_better(
    desk: DeskUnderTest, customers: Customers, text: str, told: str
) -> None:
    assert told in (await advised(desk, customers, "Hello", text))[0]


@pytest.mark.parametrize("text", ["", "Your parcel arrives on Friday.", "今天18点前给您答复。"])
async def test_good_words_get_no_advice(
    desk: DeskUnderTest, customers: Customers, text: str
) -> None:
    assert await advised(desk, customers, "Hello", text) == []


@pytest.mark.parametrize(("heard", "advices"), [("Hello", 1), ("What is an rma number?", 0)])
async def test_word_of_the_trade_may_be_given_back_to_who_used_it(
    desk: DeskUnderTest, customers: Customers, heard: str, advices: int
) -> None:
    assert len(await advised(desk, customers, heard, "Your RMA is ready.")) == advices


async def test_advice_is_short_and_sends_keeps_and_logs_nothing(
    desk: DeskUnderTest, customers: Customers, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "Maybe Emma should be patient. " + "大概" * 4000
    told = await advised(desk, customers, "Hello", text)

    assert 0 < len(told) <= 3
    assert await customers.delivers() == []
    assert await desk.desk.store.drafts.of(await desk.desk.store.cases.case("CASE0001")) == ""
    assert "Emma" not in "".join(capsys.readouterr())


async def test_faulty_words_are_sent_all_the_same(
    desk: DeskUnderTest, customers: Customers
) -> None:
    case = await customers.opens(1, "Hello", case_id="CASE0001")
    sam = await desk.seat("sam")
    await sam.act(case, "claim")

    assert (await sam.act(case, "say", text="That is impossible."))[0] == 200
