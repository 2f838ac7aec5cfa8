import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from bot.shop.demo import DemoShop
from handoff.case import CaseId, Resolution
from handoff.conversation import ConversationId
from handoff.forms import RecordNewer
from handoff.knowledge import OrderStatus, TrackingStatus
from handoff.packet import Fact, Packet, Piece, decode_packet, encode_packet
from handoff.ports import Store
from handoff.shop import Item, Money, Order, Parcel, ParcelEvent, ShopDown, Waybill
from handoff.state import encode_state
from tests.contracts.story import ANNA, K1, K2, MEI, Story, new_case
from workers.enriching import Sources, enrich

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
PHONE = "+8613800000001"


def order(number: str, *waybills: Waybill) -> Order:
    return Order(
        number, PHONE, OrderStatus.SHIPPED, NOON, Money("CNY", 129900), (Item("Lamp"),), waybills
    )


PARCEL = Parcel(
    "SF0000000000001",
    "sf",
    TrackingStatus.IN_TRANSIT,
    tuple(ParcelEvent(NOON - timedelta(hours=h), "scanned", f"stop {h}") for h in range(5)),
)
ASKED = order("W1", Waybill(PARCEL.tracking_no, PARCEL.carrier))
ABOUT_W1 = Packet(wants="my lamp", facts=(Fact("order_no", "W1"),))


@pytest.fixture
def shop_system() -> DemoShop:
    return DemoShop(
        [ASKED, order("W2"), dataclasses.replace(order("W9"), phone="+8613900000009")], [PARCEL]
    )


@pytest.fixture
def sources(shop_system: DemoShop) -> Sources:
    return Sources(shop_system, shop_system)


async def opens(story: Story, case_id: CaseId = K1, *, phone: str = "") -> None:
    case = replace(new_case(case_id), packet=encode_packet(ABOUT_W1))
    state = encode_state({"contact": {"phone": phone}})
    await story.commits(await story.hears(), state=state, open_case=case)


async def packet_of(store: Store, case_id: CaseId = K1) -> Packet:
    return decode_packet(await store.cases.packet(case_id))


def labels(facts: tuple[Fact, ...]) -> list[str]:
    return [fact.label for fact in facts]


async def test_packet_gains_the_parcels_news_and_the_customers_other_orders(
    story: Story, sources: Sources
) -> None:
    await opens(story, phone=PHONE)

    await enrich(story.store, sources, ANNA, K1)

    packet = await packet_of(story.store)
    assert (packet.version, packet.wants) == (2, "my lamp")
    newest = Fact("scan", "stop 0 scanned", "carrier", at="2026-11-20T12:00:00+00:00")
    assert packet.parcel[3] == newest
    assert labels(packet.parcel) == ["carrier", "tracking_no", "parcel_status"] + ["scan"] * 3
    (other,) = packet.history
    assert (other.label, other.value, other.code) == ("other_order", "W2 · CNY 1,299", "shipped")


async def test_order_in_question_is_filled_in_when_the_turn_could_not(
    story: Story, sources: Sources
) -> None:
    await opens(story)

    await enrich(story.store, sources, ANNA, K1)

    packet = await packet_of(story.store)
    assert packet.order[:2] == (Fact("order_no", "W1", "shop"), Fact("status", "shipped", "shop"))
    assert Fact("placed_at", "", "shop", at="2026-11-20T12:00:00+00:00") in packet.order


async def test_packet_with_nothing_to_add_keeps_its_version(story: Story, sources: Sources) -> None:
    packet = encode_packet(Packet(wants="a person"))
    await story.commits(await story.hears(), open_case=replace(new_case(), packet=packet))

    await enrich(story.store, sources, ANNA, K1)

    assert await packet_of(story.store) == Packet(wants="a person")


async def test_orders_of_a_customer_whose_phone_is_not_proved_stay_out(
    story: Story, sources: Sources
) -> None:
    await opens(story)

    await enrich(story.store, sources, ANNA, K1)

    assert (await packet_of(story.store)).history == ()


@pytest.mark.parametrize("phone", [PHONE, ""])
async def test_second_run_changes_nothing(story: Story, sources: Sources, phone: str) -> None:
    await opens(story, phone=phone)
    await enrich(story.store, sources, ANNA, K1)
    first, seen = await packet_of(story.store), await story.store.events.last_id()

    await enrich(story.store, sources, ANNA, K1)

    assert await packet_of(story.store) == first
    assert await story.store.events.last_id() == seen


async def test_what_a_turn_already_told_of_the_parcel_is_kept(
    story: Story, sources: Sources
) -> None:
    told = (Fact("parcel_status", "picked_up", "carrier"),)
    packet = encode_packet(replace(ABOUT_W1, parcel=told))
    await story.commits(await story.hears(), open_case=replace(new_case(), packet=packet))

    await enrich(story.store, sources, ANNA, K1)

    parcel = (await packet_of(story.store)).parcel
    assert parcel[0] == told[0]
    assert labels(parcel).count("parcel_status") == 1


async def test_packet_that_a_turn_has_packed_anew_is_enriched_anew(
    story: Story, sources: Sources
) -> None:
    await opens(story, phone=PHONE)
    await enrich(story.store, sources, ANNA, K1)
    grown = replace(ABOUT_W1, version=2, wants="my lamp, today")
    state = encode_state({"contact": {"phone": PHONE}})
    turn = await story.hears("today!")
    await story.commits(turn, state=state, patch_packet=encode_packet(grown))

    await enrich(story.store, sources, ANNA, K1)

    packet = await packet_of(story.store)
    assert (packet.version, packet.wants) == (4, "my lamp, today")
    assert labels(packet.history) == ["other_order"]
    assert (await story.store.cases.case(K1)).packet_version == 4


async def test_earlier_case_is_told_with_its_end_and_its_agent(
    story: Story, sources: Sources
) -> None:
    await opens(story)
    await story.store.cases.claim(K1, MEI, op="c1")
    await story.store.cases.resolve(K1, MEI, Resolution.SOLVED, op="r1")
    (back,) = await story.takes()
    await story.commits(back)
    await opens(story, K2)

    await enrich(story.store, sources, ANNA, K2)

    (ended,) = (await packet_of(story.store, K2)).history
    assert (ended.label, ended.code, ended.value) == ("earlier_case", "solved", "mei")
    assert datetime.fromisoformat(ended.at).utcoffset() == timedelta(0)


async def test_shop_that_is_down_leaves_the_packet_as_it_was(
    story: Story, sources: Sources, shop_system: DemoShop
) -> None:
    await opens(story)
    shop_system.down = True

    with pytest.raises(ShopDown):
        await enrich(story.store, sources, ANNA, K1)

    assert await packet_of(story.store) == ABOUT_W1


async def test_case_that_is_gone_needs_no_packet(story: Story, sources: Sources) -> None:
    await enrich(story.store, sources, ANNA, K1)
    await enrich(story.store, sources, ConversationId("tg-1-999"), K2)

    assert await story.store.cases.packet(K1) == b""


async def test_packet_of_a_later_version_is_not_written_over(
    story: Story, sources: Sources
) -> None:
    later = replace(ABOUT_W1, schema=2)
    case = replace(new_case(K1), packet=encode_packet(later))
    await story.commits(await story.hears(), open_case=case)

    with pytest.raises(RecordNewer):
        await enrich(story.store, sources, ANNA, K1)

    assert await story.store.cases.packet(K1) == encode_packet(later)
    assert "records_newer" in await story.store.house.alerts()


async def test_evidence_is_wished_for_before_anybody_looks_at_it(
    story: Story, sources: Sources
) -> None:
    pieces = (Piece("photo_item", "AgAC-item", name="item.jpg"), Piece("photo_parcel"))
    case = replace(new_case(K1), packet=encode_packet(replace(ABOUT_W1, pieces=pieces)))
    await story.commits(await story.hears(), open_case=case)

    await enrich(story.store, sources, str(ANNA), str(K1))

    wishes = await story.store.wishes.take(9)
    assert [(wish.ref, wish.name) for wish in wishes] == [("AgAC-item", "item.jpg")]
