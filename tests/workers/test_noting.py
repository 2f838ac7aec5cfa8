import json
from datetime import UTC, datetime

from msgspec.structs import replace

from handoff.conversation import Author, ConversationId, Message
from handoff.gaps import UseKind
from handoff.state import encode_state
from tests.contracts.story import ANNA, Story
from workers.noting import note, note_use

AT = datetime.now(UTC).replace(microsecond=0)


def wrote(text: str, message_id: int, revises: int = 0) -> Message:
    return Message(Author.CONTACT, text, at=AT, message_id=message_id, revises=revises)


async def said(story: Story, *rows: Message) -> None:
    state = encode_state({"contact": {"name": "Anna Berg", "username": "anna_berg"}})
    await story.commits(await story.hears(), state=state, rows=rows)


async def test_the_question_is_kept_once_without_who_asked_it(story: Story) -> None:
    await said(
        story,
        wrote("hello", 1),
        wrote("this is Anna Berg, +44 7700 900123", 2),
        wrote("do you gift wrap?", 3),
    )

    for _ in range(2):
        await note(story.store, ANNA, {2, 3}, "token-1")

    (gap,) = await story.store.gaps.recent()
    assert (gap.text, gap.language, gap.at) == ("this is #, +# do you gift wrap?", "en", AT)
    kept = json.dumps([gap.op, gap.text])
    assert not any(told in kept for told in (ANNA, "token-1", "Anna", "Berg", "7700"))


async def test_an_edited_question_is_kept_in_its_last_wording(story: Story) -> None:
    await said(story, wrote("gift wrp", 3), wrote("do you gift wrap?", 3, revises=3))

    await note(story.store, ANNA, {3}, "token-1")

    assert [gap.text for gap in await story.store.gaps.recent()] == ["do you gift wrap?"]


async def test_what_says_nothing_or_is_gone_is_no_gap(story: Story) -> None:
    await said(story, wrote("13812345678", 3), replace(wrote("bot words", 4), author=Author.BOT))

    await note(story.store, ANNA, {3, 4, 9}, "token-1")
    await note(story.store, ConversationId("tg-1-999"), {3}, "token-2")

    assert await story.store.gaps.recent() == ()


async def test_a_use_is_counted_once_and_leads_to_no_conversation(story: Story) -> None:
    for _ in range(2):
        await note_use(story.store, "late-dispatch", "told", "token-1", int(AT.timestamp() * 1000))

    (use,) = await story.store.gaps.uses()
    assert (use.article, use.kind, use.at) == ("late-dispatch", UseKind.TOLD, AT)
    assert "token" not in use.op
