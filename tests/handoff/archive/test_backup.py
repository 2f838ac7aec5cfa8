from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from handoff.agents import Agent, AgentId, Role
from handoff.archive.backup import back_up, bring_back
from handoff.case import CaseStatus
from handoff.conversation import DeliveryState, Holder
from handoff.errors import BackupRefused, ConversationNotFound
from handoff.ports import Store
from handoff.store.backup import open_copier
from handoff.store.redis import open_store
from tests.clock import FakeClock
from tests.contracts.story import ANNA, BEN, K1, MEI, WIDE, Story, answer, spoken


class Places:
    def __init__(self, server_url: str, shop: str, folder: Path) -> None:
        self.url, self.shop, self.file = server_url, shop, folder / "shop.zip"
        self.old, self.new = folder / "old", folder / "new"
        for place in (self.old, self.new):
            (place / "files").mkdir(parents=True)

    async def save(self) -> None:
        async with open_copier(self.url, self.shop) as copier:
            await back_up(copier, self.file, data_dir=self.old, files_dir=self.old / "files")

    async def load(self, erased_at: datetime | None = None) -> tuple[int, int, int]:
        async with open_copier(self.url, f"{self.shop}-2") as copier:
            copied = await bring_back(
                copier,
                self.file,
                data_dir=self.new,
                files_dir=self.new / "files",
                erased={ANNA: erased_at} if erased_at else {},
            )
        return copied.lanes, copied.words_not_said, copied.unread


@pytest.fixture
def places(server_url: str, shop: str, tmp_path: Path) -> Places:
    return Places(server_url, shop, tmp_path)


@pytest.fixture
async def other(server_url: str, shop: str, clock: FakeClock) -> AsyncIterator[Store]:
    async with open_store(server_url, f"{shop}-2", now=clock) as opened:
        yield opened


async def test_nothing_old_is_said_by_itself_after_a_restore(
    places: Places, story: Story, other: Store
) -> None:
    await story.settles(await story.answers(answer("said")))
    await story.queues(answer("never said"))
    await story.arrives(story.mail("unread", BEN))
    await places.save()

    came = await places.load()

    assert came == (2, 1, 1)
    assert (await other.sends.take("bot-1", 10, WIDE)).sendings == ()
    assert (await other.turns.take("bot-1", 10)).turns == ()
    back = await other.conversations.conversation(ANNA)
    assert [line.text for line in back.transcript] == ["said", "never said"]
    assert back.deliveries[2].state is DeliveryState.EXPIRED


async def test_open_case_waits_again_and_its_agents_words_count_as_failed(
    places: Places, story: Story, other: Store
) -> None:
    await story.opens(K1)
    await story.store.cases.claim(K1, MEI, op="claim")
    (number,) = await story.store.cases.say(K1, MEI, [spoken("I look")], op="say")
    await places.save()

    await places.load()

    case = await other.cases.case(K1)
    back = await other.conversations.conversation(ANNA)
    assert (case.status, case.agent) == (CaseStatus.WAITING, "")
    assert [waiting.id for waiting in await other.cases.waiting()] == [K1]
    assert (back.holder, back.epoch) == (Holder.QUEUE, case.epoch)
    assert back.deliveries[number].state is DeliveryState.FAILED
    assert (await other.cases.claim(K1, MEI, op="again")) is not None


async def test_lane_goes_on_when_the_customer_writes_again(
    places: Places, other: Store, story: Story, clock: FakeClock
) -> None:
    await story.queues(answer("never said"))
    await places.save()
    await places.load()
    there = Story(other, clock, story.counter)

    sending = await there.answers(answer("new"))

    await there.settles(sending)
    texts = [m.text for m in (await other.conversations.conversation(ANNA)).transcript]
    assert texts == ["never said", "new"]


async def test_accounts_and_files_come_back(places: Places, store: Store, other: Store) -> None:
    await store.accounts.save_agent(Agent(AgentId("mei"), "Mei", Role.AGENT, "hash"))
    (places.old / "files" / "ab").mkdir()
    (places.old / "files" / "ab" / "photo").write_bytes(b"jpg")
    await places.save()

    await places.load()

    agent = await other.accounts.agent(AgentId("mei"))
    assert agent is not None
    photo = places.new / "files" / "ab" / "photo"
    assert photo.read_bytes() == b"jpg"
    assert photo.stat().st_mode & 0o777 == 0o600
    assert photo.parent.stat().st_mode & 0o777 == 0o700


async def test_what_was_erased_since_stays_away(places: Places, story: Story, other: Store) -> None:
    await story.settles(await story.answers(answer("hers")))
    await places.save()

    assert (await places.load(datetime.now(UTC)))[0] == 0
    with pytest.raises(ConversationNotFound):
        await other.conversations.conversation(ANNA)


async def test_who_was_erased_and_wrote_again_before_the_backup_comes_back(
    places: Places, story: Story, other: Store
) -> None:
    erased_at = datetime.now(UTC)
    await story.settles(await story.answers(answer("hello again")))
    await places.save()

    assert (await places.load(erased_at))[0] == 1
    back = await other.conversations.conversation(ANNA)
    assert [line.text for line in back.transcript] == ["hello again"]


async def test_backup_fills_only_an_empty_shop(places: Places, story: Story) -> None:
    await story.settles(await story.answers(answer("hers")))
    await places.save()
    await places.load()

    with pytest.raises(BackupRefused):
        await places.load()


async def test_any_other_file_is_refused(places: Places) -> None:
    places.file.write_bytes(b"PK not really")

    with pytest.raises(BackupRefused):
        await places.load()


async def test_backup_is_for_its_owner_only(places: Places) -> None:
    await places.save()

    assert places.file.stat().st_mode & 0o077 == 0
