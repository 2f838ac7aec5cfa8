"""When the total budget is short, people's words go first, also before a word that is just being
committed."""

from handoff.conversation import ConversationId
from handoff.words import Limits
from tests.contracts.story import ANNA, BEN, Story, answer, later, spoken

TIGHT = Limits(total_per_second=4, chat_per_second=100, chat_burst=100)
CARA = ConversationId("tg-1-400")


async def agent_spoke_while_the_budget_was_spent(story: Story, *, more: int = 4) -> None:
    await story.opens()
    await story.claims()
    for number in range(more):
        chat = ConversationId(f"tg-1-{500 + number}")
        await story.settles(await story.answers(answer(), chat=chat, limits=TIGHT), limits=TIGHT)
    await story.says(spoken("I am here."))
    assert await story.begins(limits=TIGHT) == ()
    story.clock.advance(250)


async def test_answer_that_is_just_committed_waits_behind_a_persons_words(story: Story) -> None:
    await agent_spoke_while_the_budget_was_spent(story)

    committed = await story.commits(
        await story.hears(chat=BEN), answer(), owner="bot-1", limits=TIGHT
    )
    (first,) = await story.begins(limits=TIGHT)
    story.clock.advance(250)
    (second,) = await story.begins(limits=TIGHT)

    assert committed.sending is None
    assert (first.conversation, second.conversation) == (ANNA, BEN)


async def test_next_answer_of_a_lane_waits_behind_a_persons_words(story: Story) -> None:
    sending = await story.answers(answer("one"), answer("two"), chat=BEN, limits=TIGHT)
    await agent_spoke_while_the_budget_was_spent(story, more=3)

    following = await story.settles(sending, limits=TIGHT)
    (first,) = await story.begins(limits=TIGHT)

    assert following is None
    assert first.conversation == ANNA


async def test_persons_words_that_had_been_parked_go_first_too(story: Story) -> None:
    await story.opens()
    await story.claims()
    await story.says(spoken("I am here."))
    (sending,) = await story.begins(limits=TIGHT)
    await story.settles(sending, later(240), limits=TIGHT)
    for number in range(3):
        chat = ConversationId(f"tg-1-{500 + number}")
        await story.answers(answer(), chat=chat, limits=TIGHT)
    story.clock.advance(250)

    committed = await story.commits(
        await story.hears(chat=BEN), answer(), owner="bot-1", limits=TIGHT
    )

    assert committed.sending is None


async def test_answers_keep_their_order_among_each_other(story: Story) -> None:
    await agent_spoke_while_the_budget_was_spent(story)
    await story.queues(answer(), chat=BEN)
    (person,) = await story.begins(limits=TIGHT)
    story.clock.advance(250)

    late = await story.commits(await story.hears(chat=CARA), answer(), owner="bot-1", limits=TIGHT)
    (first,) = await story.begins(limits=TIGHT)

    assert person.conversation == ANNA
    assert late.sending is None
    assert first.conversation == BEN


async def test_word_is_begun_at_once_while_there_is_budget(story: Story) -> None:
    await story.opens()
    await story.claims()
    await story.says(spoken("I am here."))

    assert await story.answers(answer(), chat=BEN, limits=TIGHT)
