"""What only the real server can show: many at once, and scripts it has forgotten."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from urllib.parse import unquote, urlsplit

import pytest
from redis.asyncio import Redis

from handoff.agenda import CommitResult, Outcome, Turn
from handoff.agents import AgentId
from handoff.case import CaseId, Claim
from handoff.conversation import ConversationId, DeliveryState, Holder
from handoff.errors import AlreadyClaimed, StoreDown
from handoff.ports import Store
from handoff.store.redis import open_store
from tests.clock import FakeClock
from tests.contracts.story import (
    ANNA,
    BEN,
    K1,
    K2,
    MEI,
    SENT,
    TRUE,
    WIDE,
    Story,
    answer,
    notice,
    spoken,
)
from tests.faults.proxy import proxy_running, to_socket

CROCKFORD = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


@pytest.fixture
async def store(server_url: str, shop: str, clock: FakeClock) -> AsyncIterator[Store]:
    async with open_store(server_url, shop, now=clock) as opened:
        yield opened


@pytest.fixture
async def rival(server_url: str, shop: str, clock: FakeClock) -> AsyncIterator[Store]:
    async with open_store(server_url, shop, now=clock) as opened:
        yield opened


def lane(number: int) -> ConversationId:
    return ConversationId(f"tg-1-{1_000 + number}")


def case_id(number: int) -> CaseId:
    return CaseId("K" * 6 + CROCKFORD[number // 30] + CROCKFORD[number % 30])


async def try_claim(store: Store, case: CaseId | None, agent: str, op: str) -> Claim | str:
    try:
        claim = await store.cases.claim(case, AgentId(agent), op=op)
    except AlreadyClaimed as refused:
        return refused.holder
    return claim or "empty"


async def test_of_fifty_claimants_at_once_one_wins_and_the_others_learn_who(
    story: Story, rival: Store
) -> None:
    await story.opens()

    outcomes = await asyncio.gather(
        *(
            try_claim(rival if n % 2 else story.store, K1, f"agent-{n}", f"claim-{n}")
            for n in range(50)
        )
    )

    (winner,) = [outcome for outcome in outcomes if isinstance(outcome, Claim)]
    losers = [outcome for outcome in outcomes if not isinstance(outcome, Claim)]
    assert losers == [winner.agent] * 49
    seen = await story.store.conversations.conversation(ANNA)
    assert (seen.holder, seen.agent) == (Holder.AGENT, winner.agent)


async def test_two_hundred_cases_for_eight_claimants_are_given_out_once_each(
    story: Story, rival: Store
) -> None:
    for number in range(200):
        await story.opens(case_id(number), lane(number))

    async def work(agent: int) -> list[CaseId]:
        store, taken = rival if agent % 2 else story.store, []
        while True:
            claim = await try_claim(store, None, f"agent-{agent}", f"{agent}-{len(taken)}")
            if not isinstance(claim, Claim):
                return taken
            taken.append(claim.case_id)

    taken = [case for cases in await asyncio.gather(*map(work, range(8))) for case in cases]

    assert Counter(taken) == Counter(case_id(number) for number in range(200))
    assert len(await story.store.cases.assigned()) == 200


async def test_two_takers_at_once_never_share_a_lane(story: Story, rival: Store) -> None:
    await story.arrives(*(story.mail(chat=lane(number)) for number in range(100)))

    taken = await asyncio.gather(
        *((rival if n % 2 else story.store).turns.take(f"bot-{n}", 7) for n in range(20))
    )

    lanes = Counter(turn.conversation for one in taken for turn in one.turns)
    tokens = {turn.token for one in taken for turn in one.turns}
    assert lanes == Counter(lane(number) for number in range(100))
    assert len(tokens) == 100


async def test_two_senders_at_once_never_say_the_same_word(story: Story, rival: Store) -> None:
    for number in range(40):
        await story.queues(answer(), notice(), chat=lane(number))
    said = list[tuple[str, int]]()

    async def send(store: Store, owner: str) -> None:
        while sendings := (await store.sends.take(owner, 3, WIDE)).sendings:
            for sending in sendings:
                following = sending
                while following:
                    said.append((following.conversation, following.number))
                    following = await story.settles(following)

    await asyncio.gather(send(story.store, "bot-1"), send(rival, "bot-2"))

    assert Counter(said) == Counter((lane(n), word) for n in range(40) for word in (1, 2))


async def test_same_update_from_many_pollers_is_one_mail(story: Story, rival: Store) -> None:
    mail = [story.mail(str(number)) for number in range(20)]

    accepted = await asyncio.gather(
        *(
            (rival if n % 2 else story.store).turns.accept("bot", mail, owner=f"b{n}", room=5)
            for n in range(10)
        )
    )

    assert sum(one.new for one in accepted) == 20
    (turn,) = [turn for one in accepted for turn in one.turns]
    assert [one.raw for one in turn.mail] == [one.raw for one in mail]


async def test_claim_and_commit_at_once_agree_on_who_holds(story: Story, rival: Store) -> None:
    for number in range(60):
        chat, case = lane(number), case_id(number)
        await story.opens(case, chat)
        turn = await story.hears(chat=chat)

        committed, claim = await asyncio.gather(
            story.commits(turn, answer("from the bot")),
            rival.cases.claim(case, MEI, op=f"claim-{number}"),
        )

        assert claim
        stored = committed.result is CommitResult.STORED
        assert claim.withdrawn == (("from the bot",) if stored else ())
    assert await story.begins(most=100) == ()


async def test_whole_story_survives_a_server_that_forgets_its_scripts(
    story: Story, server_url: str
) -> None:
    async with Redis.from_url(server_url) as client:
        flush = client.script_flush
        await flush()
        turn = await story.hears("hello")
        await flush()
        assert await story.store.turns.renew(turn)
        await flush()
        assert await story.store.turns.interim(turn, [notice("one moment")])
        await flush()
        await story.commits(turn, answer("here"), timers={"idle": story.clock.ms + 1})
        await flush()
        (sending,) = await story.begins()
        await flush()
        following = await story.settles(sending)
        assert following
        await flush()
        await story.settles(following)
        await flush()
        await story.opens(K1, BEN)
        await flush()
        assert (await story.claims(None)).case_id == K1
        await flush()
        await story.says(spoken())
        await flush()
        await story.store.cases.note(K1, MEI, "note", op="note-1")
        await flush()
        await story.store.cases.requeue(K1, MEI, op="requeue-1")
        await flush()
        await story.claims(K1)
        await flush()
        assert (await story.resolves()).resolution == "solved"
        story.clock.advance(1)
        await flush()
        assert {turn.conversation for turn in await story.takes()} == {ANNA, BEN}
        await flush()
        assert await story.store.turns.release("bot-1") == 2


async def test_calls_of_one_moment_keep_their_own_replies_when_scripts_are_forgotten(
    story: Story, server_url: str
) -> None:
    async with Redis.from_url(server_url) as client:
        await client.script_flush()

    turns = await asyncio.gather(*(story.hears(str(n), lane(n)) for n in range(30)))

    assert [turn.conversation for turn in turns] == [lane(n) for n in range(30)]
    assert [turn.mail[0].raw for turn in turns] == [b"%d" % n for n in range(30)]


async def test_abandoned_calls_do_not_mix_up_the_replies_of_others(
    story: Story, rival: Store
) -> None:
    for number in range(60):
        await rival.presence.seen(AgentId(f"agent-{number}"))
        story.clock.advance(1000)
    away = rival.presence.absent_since
    plain = [asyncio.ensure_future(away(AgentId(f"agent-{n}"))) for n in range(60)]
    heard = [asyncio.ensure_future(story.hears(str(n), lane(n))) for n in range(60)]

    for number in range(60):
        if number % 3 == 0:
            plain[number].cancel()
            heard[number].cancel()
        await asyncio.sleep(0)
    seconds = await asyncio.gather(*plain, return_exceptions=True)
    turns = await asyncio.gather(*heard, return_exceptions=True)

    for number in (n for n in range(60) if n % 3):
        turn = turns[number]
        assert seconds[number] == 60 - number
        assert isinstance(turn, Turn)
        assert turn.mail[0].raw == b"%d" % number
    assert await away(AgentId("agent-59")) == 1


async def test_two_shops_on_one_server_know_nothing_of_each_other(
    story: Story, server_url: str, shop: str, clock: FakeClock
) -> None:
    await story.opens(K1)
    async with open_store(server_url, f"{shop}-other", now=clock) as other:
        neighbour = Story(other, clock)

        assert await other.cases.waiting() == ()
        assert await neighbour.takes() == ()
        await neighbour.opens(K2)

    assert [case.id for case in await story.store.cases.waiting()] == [K1]


async def test_without_a_test_clock_the_servers_own_time_counts(server_url: str, shop: str) -> None:
    async with open_store(server_url, shop) as opened, Redis.from_url(server_url) as client:
        seconds, _ = await client.time()
        turn = await Story(opened, FakeClock()).hears()

        assert abs(turn.mail[0].at_ms / 1000 - seconds) < 5


async def test_server_tells_how_full_it_is(story: Story, server_url: str) -> None:
    without_limit = await story.store.upkeep.memory_use()
    async with Redis.from_url(server_url) as client:
        await client.config_set("maxmemory", without_limit.used_bytes * 2)
        try:
            with_limit = await story.store.upkeep.memory_use()
        finally:
            await client.config_set("maxmemory", 0)

    assert 0 < without_limit.share < 0.1
    assert with_limit.limit_bytes == without_limit.used_bytes * 2
    assert 0.4 < with_limit.share < 0.6


async def test_those_who_wait_cost_a_handoff_nothing(story: Story, server_url: str) -> None:
    for number in range(40):
        await story.opens(CaseId(f"K{number:07}"), chat=lane(number))
    await story.store.cases.claim(None, MEI, op="first")

    async with Redis.from_url(server_url) as client:
        before = (await client.info("commandstats"))["cmdstat_hmget"]["calls"]
        claims = await story.store.cases.claimed_within(3600)
        after = (await client.info("commandstats"))["cmdstat_hmget"]["calls"]

    assert len(claims) == 1
    assert after - before <= 1


@pytest.mark.parametrize("lost", [1, 2], ids=["once", "and when it was repeated"])
async def test_words_whose_take_was_not_heard_are_had_by_asking_again(
    story: Story, server_url: str, shop: str, clock: FakeClock, lost: int
) -> None:
    await story.queues(answer("one"))
    await story.queues(spoken("two"), chat=BEN)
    async with (
        proxy_running(to_socket(unquote(urlsplit(server_url).path))) as proxy,
        open_store(f"redis://127.0.0.1:{proxy.port}", shop, now=clock) as far,
    ):
        assert await far.cases.waiting() == ()  # the line stands
        proxy.weather.lost_replies = lost
        try:
            taken = await far.sends.take("bot-1", 10, TRUE)
        except StoreDown:
            clock.advance(2_000)
            taken = await far.sends.take("bot-1", 10, TRUE)
        more = await far.sends.take("bot-1", 10, TRUE)
        clock.advance(14_000)
        settled = [await far.sends.settle(one, SENT, TRUE) for one in taken.sendings]

    assert [(one.conversation, one.attempt) for one in taken.sendings] == [(BEN, 1), (ANNA, 1)]
    assert more.sendings == ()
    assert settled == [None, None]
    assert await story.ledger() == {1: DeliveryState.SENT}


async def test_word_whose_commit_was_not_heard_is_had_by_asking_again(
    story: Story, server_url: str, shop: str, clock: FakeClock
) -> None:
    turn = await story.hears()
    async with (
        proxy_running(to_socket(unquote(urlsplit(server_url).path))) as proxy,
        open_store(f"redis://127.0.0.1:{proxy.port}", shop, now=clock) as far,
    ):
        assert await far.cases.waiting() == ()  # the line stands
        proxy.weather.lost_replies = 2  # and again when it was repeated
        done = await far.turns.commit(turn, Outcome(b"", (answer(),)), owner="b", limits=TRUE)
        assert done.sending
        await far.sends.settle(done.sending, SENT, TRUE)

    assert done.sending.attempt == 1
    assert await story.ledger() == {1: DeliveryState.SENT}
