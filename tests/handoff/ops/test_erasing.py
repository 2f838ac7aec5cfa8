import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from handoff.conversation import ConversationId
from handoff.errors import ArchiveDown, ConversationNotFound
from handoff.files import Files
from handoff.ops.erasing import add_erase_command
from handoff.store.redis import open_store
from tests.contracts.story import ANNA, BEN, Story


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


class Archived:
    def __init__(self) -> None:
        self.held = {ANNA, BEN}
        self.is_down = False

    async def forget(self, conversation: ConversationId) -> bool:
        if self.is_down:
            raise ArchiveDown("OperationalError")
        known = conversation in self.held
        self.held.discard(conversation)
        return known


@pytest.fixture
def archive() -> Archived:
    return Archived()


@pytest.fixture
def erase(
    server_url: str, shop: str, files: Files, archive: Archived
) -> Callable[[ConversationId], Result]:
    app = typer.Typer()
    add_erase_command(app, lambda: open_store(server_url, shop), lambda: files, archive.forget)
    return lambda conversation: CliRunner().invoke(app, [conversation, "--yes"])


async def test_erasing_takes_the_files_of_the_conversation_along(
    story: Story, files: Files, archive: Archived, erase: Callable[[ConversationId], Result]
) -> None:
    await story.commits(await story.hears())
    hers, his = files.put(b"hers", conversation=ANNA), files.put(b"his", conversation=BEN)

    first = await asyncio.to_thread(erase, ANNA)
    second = await asyncio.to_thread(erase, ANNA)

    assert (first.exit_code, second.exit_code) == (0, 1)
    assert (files.get(hers.id), files.get(his.id)) == (None, his)
    assert archive.held == {BEN}
    with pytest.raises(ConversationNotFound):
        await story.store.conversations.conversation(ANNA)


async def test_second_try_finishes_what_an_interrupted_one_left(
    story: Story, files: Files, erase: Callable[[ConversationId], Result]
) -> None:
    left = files.put(b"hers", conversation=ANNA)

    result = await asyncio.to_thread(erase, ANNA)

    assert result.exit_code == 0
    assert files.get(left.id) is None


async def test_open_case_keeps_its_files(
    story: Story, files: Files, erase: Callable[[ConversationId], Result]
) -> None:
    await story.opens()
    kept = files.put(b"hers", conversation=ANNA)

    result = await asyncio.to_thread(erase, ANNA)

    assert result.exit_code == 1
    assert files.get(kept.id) == kept


async def test_archive_that_is_away_is_told_and_the_next_try_finishes(
    story: Story, archive: Archived, erase: Callable[[ConversationId], Result]
) -> None:
    await story.commits(await story.hears())
    archive.is_down = True
    first = await asyncio.to_thread(erase, ANNA)
    archive.is_down = False
    second = await asyncio.to_thread(erase, ANNA)

    assert (first.exit_code, second.exit_code) == (1, 0)
    assert "erase once more" in first.output
    assert archive.held == {BEN}
