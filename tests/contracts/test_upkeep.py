from handoff.agenda import Chore, SendResult, Settlement
from handoff.conversation import ConversationId
from handoff.upkeep import STARTED, Audit, Lag
from tests.contracts.story import ANNA, BEN, TRUE, Story, answer, later, notice, spoken

OPS = ConversationId("tg-1-900")


async def test_alert_nobody_renews_closes_by_itself(story: Story) -> None:
    house = story.store.house
    await house.alert("turns_late", "31 s", seconds=30)
    story.clock.advance(20_000)
    await house.alert("turns_late", "50 s", seconds=30)
    story.clock.advance(29_999)
    still = await house.alerts()
    story.clock.advance(1)

    assert still["turns_late"]["detail"] == "50 s"
    assert await house.alerts() == {}


async def test_alert_that_comes_back_is_a_new_one(story: Story) -> None:
    house = story.store.house
    await house.alert("turns_late", "first", seconds=10)
    first = (await house.alerts())["turns_late"]["since"]
    story.clock.advance(60_000)

    await house.alert("turns_late", "second", seconds=10)

    again = (await house.alerts())["turns_late"]
    assert again["since"] > first
    assert again["count"] == "1"


async def test_longer_time_that_was_told_is_not_cut_short(story: Story) -> None:
    await story.store.house.alert("telegram_parked", "3600 s", seconds=3600)
    await story.store.house.alert("telegram_parked", "61 s", seconds=61)
    story.clock.advance(600_000)

    assert set(await story.store.house.alerts()) == {"telegram_parked"}


async def test_sink_remembers_what_it_was_told(story: Story) -> None:
    upkeep = story.store.upkeep
    await upkeep.tell("chat", "turns_late", "2026-01-01T00:00:00+00:00")
    await upkeep.tell("chat", "shop_down:orders", "2026-01-02T00:00:00+00:00")
    await upkeep.tell("chat", "turns_late", "")

    assert await upkeep.told("chat") == {"shop_down:orders": "2026-01-02T00:00:00+00:00"}
    assert await upkeep.told("webhook") == {}


async def test_notice_of_the_house_is_said_once_and_leaves_no_line(story: Story) -> None:
    upkeep = story.store.upkeep

    assert await upkeep.notify(OPS, notice("The store is slow."), op="alert-1")
    assert not await upkeep.notify(OPS, notice("The store is slow."), op="alert-1")

    (sending,) = await story.begins()
    assert (sending.conversation, sending.kind) == (OPS, "notice")
    assert await story.settles(sending) is None
    assert (await story.store.conversations.conversation(OPS)).transcript == ()


async def test_lag_is_that_of_the_lane_due_longest(story: Story) -> None:
    upkeep = story.store.upkeep
    assert await upkeep.lag() == Lag(0, 0)
    await story.arrives(story.mail())
    await story.queues(answer(), chat=BEN)
    story.clock.advance(40_000)
    await story.arrives(story.mail(chat=OPS))

    assert await upkeep.lag() == Lag(40, 40)


async def test_lane_that_is_leased_or_parked_is_not_late(story: Story) -> None:
    await story.arrives(story.mail())
    await story.takes()
    sending = await story.answers(answer(), chat=BEN)
    await story.settles(sending, later(60_000))
    story.clock.advance(1_000)
    calm = await story.store.upkeep.lag()
    story.clock.advance(69_000)

    assert calm == Lag(0, 0)
    assert await story.store.upkeep.lag() == Lag(67, 10)


async def test_words_of_every_class_are_seen_to_be_late(story: Story) -> None:
    await story.opens()
    await story.claims()
    await story.says(spoken())
    story.clock.advance(70_000)
    waiting = await story.store.upkeep.lag()
    (sending,) = await story.begins(limits=TRUE)
    await story.settles(sending, Settlement(SendResult.SENT, message_id=1))

    assert waiting.sends_seconds == 70
    assert (await story.store.upkeep.lag()).sends_seconds == 0
    assert sending.conversation == ANNA


async def test_replayed_mail_is_read_again_once(story: Story) -> None:
    turn = await story.hears("odd")
    await story.commits(turn, dead_letter="3 exceptions")
    (letter,) = await story.store.house.dead_letters()

    kinds = [await story.store.upkeep.replay(letter["id"]) for _ in range(2)]

    (again,) = await story.takes()
    assert kinds == ["mail", ""]
    assert again.mail == turn.mail
    assert await story.store.house.dead_letter_count() == 0


async def test_replayed_chore_and_update_go_back_where_they_came_from(story: Story) -> None:
    house, upkeep = story.store.house, story.store.upkeep
    await house.bury("chore", "unknown job x", b'["op-1","x","tg-1-100"]')
    await house.bury("update", "unknown kind", b'{"update_id":7}')

    kinds = [await upkeep.replay(letter["id"]) for letter in await house.dead_letters()]

    assert kinds == ["update", "chore"]
    assert await house.chores(10) == (Chore("op-1", "x", ("tg-1-100",)),)
    assert await upkeep.replays() == [b'{"update_id":7}']
    await upkeep.replayed(b'{"update_id":7}')
    assert await upkeep.replays() == []


async def test_dropped_letter_is_gone_and_the_others_stay(story: Story) -> None:
    house, upkeep = story.store.house, story.store.upkeep
    await house.bury("update", "one", b"1")
    await house.bury("update", "two", b"2")
    newest, _ = await house.dead_letters()

    assert await upkeep.drop(newest["id"])
    assert not await upkeep.drop(newest["id"])
    assert not await upkeep.drop("no such id")
    assert await upkeep.replay("no such id") == ""
    assert [letter["reason"] for letter in await house.dead_letters()] == ["one"]


async def test_audit_tells_who_did_what_and_why_newest_first(story: Story) -> None:
    await story.store.upkeep.audit(Audit("lin", "requeue", "K1", "Sam went home"))
    await story.store.upkeep.audit(Audit("lin", "close as solved", "K2", "a test"))

    lines = await story.store.upkeep.audited()

    assert [(line.who, line.what, line.subject, line.why) for line in lines] == [
        ("lin", "close as solved", "K2", "a test"),
        ("lin", "requeue", "K1", "Sam went home"),
    ]
    assert all(line.at for line in lines)


async def test_whole_conversations_are_left_as_they_are(story: Story) -> None:
    await story.opens()
    await story.claims()
    await story.says(spoken())
    await story.hears(chat=BEN)
    before = [await story.store.conversations.conversation(chat) for chat in (ANNA, BEN)]

    mended = [await story.store.upkeep.mend(chat) for chat in (ANNA, BEN)]

    known = {chat async for chat in story.store.upkeep.conversations()}
    assert mended == [(), ()]
    assert known == {ANNA, BEN}
    assert await story.store.upkeep.strays() == ()
    after = [await story.store.conversations.conversation(chat) for chat in (ANNA, BEN)]
    assert after == before


async def test_totals_are_of_all_lives_of_all_processes(story: Story) -> None:
    house, upkeep, first = story.store.house, story.store.upkeep, {f"={STARTED}": 1.0}
    await house.report("bot-1", first | {"turns_stored": 3.0, "=sends_under_way": 9.0})
    await house.report("bot-1", first | {"turns_stored": 5.0})
    await house.report("bot-1", first | {"turns_stored": 5.0})
    await house.report("bot-2", {"turns_stored": 10.0, "turn_seconds|sum": 0.25})
    story.clock.advance(61_000)
    await house.report("bot-1", first | {"turns_stored": 6.0})
    await house.report("bot-1", {f"={STARTED}": 2.0, "turns_stored": 1.0})

    assert await upkeep.totals() == {"turns_stored": 17.0, "turn_seconds|sum": 0.25}
