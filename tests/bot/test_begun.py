import asyncio

from bot.begun import A_PASS, Begun
from handoff.agenda import Turn
from handoff.conversation import ConversationId, Holder

TURNS = tuple(
    Turn(ConversationId(f"tg-1-{n}"), "token", 0, Holder.BOT, b"", ()) for n in range(3 * A_PASS)
)


class Thinking:
    """Counts what has begun, and ends nothing before it is told."""

    def __init__(self) -> None:
        self.begun: list[Turn] = []
        self.may_end = asyncio.Event()

    async def think(self, turn: Turn) -> None:
        self.begun.append(turn)
        await self.may_end.wait()


async def test_others_get_a_pass_of_the_loop_before_all_have_begun() -> None:
    thinking = Thinking()
    begun = Begun(thinking.think)

    begun.add(TURNS[:2])
    begun.add(TURNS[2:])
    seen = []
    while len(thinking.begun) < len(TURNS):
        await asyncio.sleep(0)
        seen.append(len(thinking.begun))

    assert thinking.begun == list(TURNS)
    assert (
        max(after - before for before, after in zip([0, *seen], seen, strict=False)) <= A_PASS + 2
    )
    thinking.may_end.set()
    await begun.ended(1)


async def test_what_was_leased_is_thought_about_before_we_leave() -> None:
    thinking = Thinking()
    begun = Begun(thinking.think)
    begun.add(TURNS)
    thinking.may_end.set()

    await begun.ended(1)

    assert thinking.begun == list(TURNS)
