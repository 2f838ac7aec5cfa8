import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sql
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from redis.asyncio import Redis

from handoff.archive.moving import move
from handoff.archive.sql import Archive, archive_url, open_archive
from handoff.archive.tables import CASES, METADATA
from handoff.case import Resolution
from handoff.errors import ArchiveDown, StartRefused
from handoff.ports import Store
from handoff.store.keys import Keys
from tests.clock import FakeClock
from tests.contracts.story import ANNA, BEN, K1, MEI, Story, answer
from tests.tomorrow import tomorrow_on

DAY_MS = 24 * 3_600_000


def now(story: Story) -> datetime:
    return datetime.fromtimestamp(story.clock.ms / 1000, UTC)


async def said(archive: Archive, conversation: str = ANNA) -> list[tuple[int, str, str]]:
    rows = await archive.transcript(type(ANNA)(conversation))
    return [(row["seq"], row["text"], row["delivery"]) for row in rows]


async def test_transcript_is_moved_with_what_became_of_our_words(
    archive: Archive, store: Store, story: Story
) -> None:
    await story.settles(await story.answers(answer("On its way ✈️ 到了")))

    moved = await move(store, archive)

    assert (moved.conversations, moved.lines) == (1, 1)
    assert await said(archive) == [(1, "On its way ✈️ 到了", "sent")]


async def test_second_round_moves_only_what_is_new(
    archive: Archive, store: Store, story: Story
) -> None:
    await story.settles(await story.answers(answer("one")))
    await move(store, archive)
    nothing = await move(store, archive)
    await story.settles(await story.answers(answer("two")))

    moved = await move(store, archive)

    assert (nothing.conversations, nothing.lines, nothing.events) == (0, 0, 0)
    assert moved.lines == 1
    assert [text for _, text, _ in await said(archive)] == ["one", "two"]


async def test_round_that_broke_off_writes_nothing_twice(
    archive: Archive, store: Store, story: Story
) -> None:
    await story.settles(await story.answers(answer("one")))
    await archive.keep(ANNA, await store.shelf.lines(ANNA, 0, 100))

    await move(store, archive)

    assert [text for _, text, _ in await said(archive)] == ["one"]


async def test_events_that_faded_before_they_were_moved_are_told_and_the_others_kept(
    archive: Archive, store: Store, story: Story, server_url: str, shop: str
) -> None:
    await story.opens(K1)
    first = await move(store, archive)
    await story.claims()
    await story.resolves()
    async with Redis.from_url(server_url) as server:
        await server.xtrim(Keys(shop).of("events"), maxlen=1, approximate=False)

    moved, again = await move(store, archive), await move(store, archive)

    assert (first.events_missed, moved.events_missed, again.events_missed) == (False, True, False)
    assert moved.events == 1
    assert await archive.last_event() == await store.events.last_id()


async def test_words_still_to_be_said_wait_for_their_outcome(
    archive: Archive, store: Store, story: Story
) -> None:
    await story.queues(answer("soon"))
    early = await move(store, archive)
    (sending,) = await story.begins()
    await story.settles(sending)

    await move(store, archive)

    assert early.lines == 0
    assert await said(archive) == [(1, "soon", "sent")]


async def test_closed_case_and_its_events_are_kept(
    archive: Archive, store: Store, story: Story
) -> None:
    await story.opens(K1)
    await store.cases.claim(K1, MEI, op="claim")
    await move(store, archive)
    await store.cases.resolve(K1, MEI, Resolution.SOLVED, op="resolve")

    await move(store, archive)

    async with archive._begin() as connection:
        kept = (await connection.execute(sql.select(CASES.c.status, CASES.c.resolution))).all()
    assert kept == [("resolved", "solved")]
    assert (await archive.figures())["events"] >= 3


async def test_text_no_database_likes_is_kept(archive: Archive, store: Store, story: Story) -> None:
    await story.settles(
        await story.answers(answer("a\0b'); DROP TABLE messages;--" + "长" * 40_000))
    )

    await move(store, archive)

    ((_, text, _),) = await said(archive)
    assert text.startswith("ab'); DROP TABLE")
    assert text.endswith("长")


async def test_idle_conversation_is_folded_after_it_was_archived(
    archive: Archive, store: Store, story: Story, clock: FakeClock
) -> None:
    for number in range(30):
        await story.settles(await story.answers(answer(str(number))))
    clock.advance(31 * DAY_MS)

    moved = await move(store, archive)

    assert moved.folded == 1
    assert len((await store.conversations.conversation(ANNA)).transcript) < 30
    assert len(await said(archive)) == 30


async def test_forgetting_leaves_only_the_wish_behind(
    archive: Archive, store: Store, story: Story
) -> None:
    await story.settles(await story.answers(answer("hers")))
    await story.settles(await story.answers(answer("his"), chat=BEN))
    await story.opens(K1)
    await move(store, archive)

    gone = await archive.forget(ANNA, now(story))

    assert gone >= 1
    assert await said(archive) == []
    assert len(await said(archive, BEN)) == 1
    assert await archive.erased() == {ANNA: now(story)}
    assert (await archive.figures())["cases"] == 0


async def test_a_round_under_way_writes_nothing_back_that_was_forgotten_meanwhile(
    archive: Archive, store: Store, story: Story
) -> None:
    await story.settles(await story.answers(answer("hers")))
    await story.opens(K1)
    lines, cases = await store.shelf.lines(ANNA, 0, 100), await store.shelf.cases_of(ANNA)
    events = await store.events.after("0-0", wait_ms=0) or []

    await archive.forget(ANNA, datetime.now(UTC))
    await archive.keep(ANNA, lines, cases)
    await archive.keep_events(events)

    assert lines
    assert events
    assert await said(archive) == []
    figures = await archive.figures()
    assert (figures["cases"], figures["events"]) == (0, 0)


async def test_who_was_forgotten_and_writes_again_is_archived_again(
    archive: Archive, store: Store, story: Story
) -> None:
    await archive.forget(ANNA, now(story))
    story.clock.advance(1000)
    await story.settles(await story.answers(answer("hello again")))

    await move(store, archive)

    assert [text for _, text, _ in await said(archive)] == ["hello again"]


async def test_case_of_a_later_version_waits_for_it_and_holds_up_nobody_else(
    archive: Archive, store: Store, story: Story, server_url: str, shop: str
) -> None:
    await story.settles(await story.answers(answer("hers")))
    await story.opens(K1)
    await story.settles(await story.answers(answer("his"), chat=BEN))
    async with tomorrow_on(server_url, shop) as later:
        await later.rewrites_case(K1)
        await move(store, archive)
        early = await said(archive)
        await later.rewrites_case(K1, v="1")
    await move(store, archive)

    assert early == []
    assert len(await said(archive, BEN)) == 1
    assert await said(archive) != []
    assert "records_newer" in await store.house.alerts()


async def test_database_that_is_away_is_told_by_name(tmp_path: Path) -> None:
    address = f"postgresql://archive@/nothing?host={tmp_path}"
    async with open_archive(archive_url(address, tmp_path)) as archive:
        with pytest.raises(ArchiveDown):
            await archive.last_event()


async def test_words_in_the_file_are_for_its_owner_only(tmp_path: Path) -> None:
    async with open_archive(archive_url("", tmp_path / "data")) as archive:
        await archive.migrate()

    kept = list((tmp_path / "data").iterdir())
    assert kept
    assert [path.name for path in kept if path.stat().st_mode & 0o077] == []


async def test_missing_driver_is_told_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)

    with pytest.raises(StartRefused) as refused:
        async with open_archive(archive_url("postgresql://archive@/nothing", tmp_path)):
            pass

    assert "warmline[postgres]" in str(refused.value)


def test_database_we_cannot_use_is_refused_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(StartRefused) as refused:
        archive_url("mysql://root:hunter2@db/archive", tmp_path)

    assert "hunter2" not in str(refused.value)


async def test_tables_and_migrations_tell_the_same(archive: Archive) -> None:
    def differences(connection: sql.Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), METADATA))

    async with archive._begin() as connection:
        assert await connection.run_sync(differences) == []
    assert await archive.is_current()
