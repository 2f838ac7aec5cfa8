from datetime import datetime, timedelta

import pytest

from bot.handing import case_id_of
from bot.heard import HeardKind
from bot.state import State
from bot.understanding.reading import Emotion, Entities, Evidence, Intent, Signal
from handoff.agenda import Outcome
from handoff.conversation import Holder, MessageKind
from handoff.jobs import Job
from handoff.packet import Packet, decode_packet
from handoff.words import WordKind
from tests.chat import NIGHT, Chat, actions_of, answerer, text_of

RETURN = {"intent": Intent.RETURN_REFUND_POLICY}
ANGRY = {
    "intent": Intent.COMPLAINT,
    "emotion": Emotion.ANGRY,
    "intensity": 0.9,
    "evidence": (Evidence("angry.blame", "angry", "太过分了", 2.0),),
}


@pytest.fixture
def chat() -> Chat:
    return Chat(tongue="zh-Hans")


async def _in_queue(chat: Chat) -> None:
    await chat.says("太过分了", **ANGRY)
    assert chat.holder is Holder.QUEUE


@pytest.mark.parametrize("way", ["button", "command", "words"])
async def test_a_person_is_always_one_step_away(chat, way):
    if way == "button":
        outcome = await chat.presses("human")
    elif way == "command":
        outcome = await chat.commands("human")
    else:
        asks = frozenset({Signal.ASKS_PERSON})
        outcome = await chat.says("转人工", intent=Intent.HUMAN_REQUEST, signals=asks)

    assert outcome.open_case is not None
    assert outcome.open_case.reason == "explicit_request"


async def test_anger_is_met_with_an_apology_then_place_and_time_in_one_notice(chat):
    outcome = await chat.says("太过分了", **ANGRY)

    assert [word.kind for word in outcome.words] == [WordKind.NOTICE]
    lines = text_of(outcome).split("\n\n")
    assert "抱歉" in lines[0]
    assert "第 3 位" in lines[1]
    assert "30 分钟内" in lines[1]
    assert "不用重复" in lines[2]
    assert not outcome.may_restart


async def test_the_case_carries_reason_priority_skill_and_chore(chat):
    outcome = await chat.says("太过分了", **ANGRY)

    case = outcome.open_case
    assert case is not None
    assert (case.reason, case.priority, case.skill) == ("emotion", "high", "zh")
    assert case.head_start_ms > 600_000
    assert outcome.chores[0].job == Job.ENRICH_PACKET
    assert outcome.chores[0].args == ("tg-1-10001", case.id)


async def test_the_packet_tells_what_is_known_so_that_nobody_asks_again(chat):
    chat.remember(proven=("W1000001",), order_no="W1000001")
    await chat.says("W1000001 到哪了", intent=Intent.LOGISTICS_TRACKING)

    entities = Entities(order_no=("W1000001",))
    outcome = await chat.says("太过分了，W1000001 还不来", **(ANGRY | {"entities": entities}))

    assert outcome.open_case is not None
    packet = decode_packet(outcome.open_case.packet)
    assert packet.emotion == "angry"
    assert packet.emotion_words == ("太过分了",)
    assert packet.wants == "太过分了，W1000001 还不来"
    assert {(fact.label, fact.value) for fact in packet.facts} >= {
        ("order_no", "W1000001"),
        ("identity_proved", "yes"),
    }
    assert ("total", "CNY 268") in {(fact.label, fact.value) for fact in packet.order}
    assert any("W1000001" in tried for tried in packet.tried)
    assert packet.expectation
    assert packet.suggestion
    assert packet.promises
    assert packet.withdrawn == ()


BROKEN = {"intent": Intent.COMPLAINT, "signals": frozenset({Signal.PROBLEM})}


def _packet(outcome: Outcome) -> Packet:
    assert outcome.open_case is not None
    return decode_packet(outcome.open_case.packet)


async def _proves(chat: Chat) -> None:
    await chat.says("W1000001 到哪了", intent=Intent.LOGISTICS_TRACKING)
    await chat.says("1001")
    assert chat.state.proven == ("W1000001",)


async def test_digits_given_on_request_are_not_what_the_customer_wants(chat):
    await _proves(chat)

    packet = _packet(await chat.presses("human"))

    assert packet.wants == "W1000001 到哪了"
    assert "W1000001 到哪了" in packet.suggestion


@pytest.mark.parametrize("first", ["好的，谢谢", "转人工"])
async def test_courtesy_and_a_bare_call_for_a_person_hide_no_matter(chat, first):
    await _proves(chat)
    kind = Intent.HUMAN_REQUEST if first == "转人工" else Intent.GREETING_THANKS
    asks = frozenset({Signal.ASKS_PERSON} if first == "转人工" else ())

    outcome = await chat.says(first, intent=kind, intents=(kind,), signals=asks)
    if outcome.open_case is None:
        outcome = await chat.presses("human")

    assert _packet(outcome).wants == "W1000001 到哪了"


@pytest.mark.parametrize("text", ["x" * 4096, "？？？", "👨‍👩‍👧" * 40])
async def test_what_holds_no_word_hides_no_matter(chat, text):
    await _proves(chat)

    await chat.says(text, intent=Intent.OUT_OF_SCOPE, confidence=0.3)
    packet = _packet(await chat.presses("human"))

    assert packet.wants == "W1000001 到哪了"


async def test_press_takes_the_proved_order_along(chat):
    await _proves(chat)

    packet = _packet(await chat.presses("human"))

    told = {(fact.label, fact.value) for fact in packet.order}
    assert told >= {("order_no", "W1000001"), ("total", "CNY 268")}
    assert "order_no" in {fact.label for fact in packet.facts}
    assert "order_no" not in {fact.label for fact in packet.beside}


async def test_matter_told_after_the_call_for_a_person_stands_in_the_packet(chat):
    before = _packet(await chat.presses("human"))

    outcome = await chat.says("我要改地址", intent=Intent.ADDRESS_CHANGE)

    assert before.suggestion == "直接打招呼，确认客户想办的事。"
    packet = decode_packet(outcome.patch_packet)
    assert packet.wants == "我要改地址"
    assert "我要改地址" in packet.suggestion


async def test_next_matter_starts_without_the_solved_one(chat):
    await _proves(chat)
    await chat.presses("human")
    chat.holder = Holder.BOT
    await chat.hears(chat.heard(HeardKind.RESOLVED, payload="solved"))

    packet = _packet(await chat.presses("human"))

    assert packet.wants == "客户要求转人工"


async def test_packet_keeps_times_as_instants_and_states_as_codes(chat):
    await _proves(chat)
    entities = Entities(order_no=("W1000001",))
    outcome = await chat.says("W1000001 到哪了，太过分了", **(ANGRY | {"entities": entities}))

    packet = _packet(outcome)
    facts = {fact.label: fact for fact in (*packet.order, *packet.parcel)}
    assert facts["status"].value == "shipped"
    assert facts["carrier"].value == "SF Express"
    for at in (*packet.promises, facts["placed_at"].at):
        assert datetime.fromisoformat(at).utcoffset() == timedelta(0)
    assert datetime.fromisoformat(packet.promises[0]) == chat.now + timedelta(minutes=30)


@pytest.mark.parametrize(("tongue", "because"), [("zh-Hans", "客户生气"), ("en", "angry")])
async def test_evidence_is_in_the_language_of_the_packet(tongue, because):
    chat = Chat(tongue=tongue)
    chat.remember(chosen=True)

    packet = _packet(await chat.says("太过分了", **ANGRY))

    assert packet.evidence.startswith(because)


@pytest.mark.parametrize(
    ("tongue", "sorry"),
    [("zh-Hans", "给您添麻烦了"), ("zh-Hant", "給您添麻煩了"), ("en", "I am sorry")],
)
async def test_expensive_broken_order_is_met_with_regret_and_nothing_unasked_is_told(tongue, sorry):
    chat = Chat(tongue=tongue)
    chat.remember(chosen=True)

    outcome = await chat.says(
        "202611050001 的电脑开不了机",
        **(BROKEN | {"intents": (Intent.ORDER_STATUS, Intent.COMPLAINT)}),
    )

    assert text_of(outcome).startswith(sorry)
    assert _packet(outcome).tried == ()


async def test_press_for_a_person_is_met_without_regret(chat):
    assert "抱歉" not in text_of(await chat.presses("human"))


async def test_an_expensive_order_with_a_problem_goes_to_a_person_with_its_value(chat):
    outcome = await chat.says("202611050001 的电脑开不了机", **BROKEN)

    assert outcome.open_case is not None
    assert (outcome.open_case.reason, outcome.open_case.priority) == ("high_value", "high")
    assert "6,299" in outcome.open_case.why


async def test_a_vip_with_a_problem_goes_to_a_person(chat):
    outcome = await chat.says(
        "W1000006 少发了一包咖啡豆",
        intent=Intent.COMPLAINT,
        entities=Entities(order_no=("W1000006",)),
        signals=frozenset({Signal.PROBLEM}),
    )

    assert outcome.open_case is not None
    assert outcome.open_case.reason == "high_value"


async def test_danger_comes_before_queue_and_apology(chat):
    outcome = await chat.says(
        "充电器起火了", intent=Intent.COMPLAINT, signals=frozenset({Signal.HARM})
    )

    assert outcome.open_case is not None
    assert outcome.open_case.priority == "urgent"
    assert text_of(outcome).startswith("您和家人的安全最要紧")


async def test_a_trouble_taken_back_goes_to_nobody(chat):
    outcome = await chat.says(
        "算了，不用人工了",
        intent=Intent.HUMAN_REQUEST,
        signals=frozenset({Signal.TAKES_BACK}),
    )

    assert outcome.open_case is None
    assert text_of(outcome)


async def test_nobody_there_at_night_gets_the_next_opening():
    chat = Chat(now=NIGHT, tongue="en")
    chat.queue.agents = ()

    outcome = await chat.presses("human")

    assert "back today at 09:00 (Beijing time)" in text_of(outcome)
    due = outcome.timers["promise"] / 1000
    assert due == (NIGHT + timedelta(hours=8, minutes=30)).timestamp()


async def test_a_silent_store_still_gets_an_honest_time_without_a_place(chat):
    chat.queue.down = True

    outcome = await chat.presses("human")

    assert outcome.open_case is not None
    assert "位" not in text_of(outcome).split("\n\n")[0]
    assert "10 分钟内" in text_of(outcome)


async def test_the_same_turn_twice_opens_the_same_case():
    assert case_id_of("token") == case_id_of("token")
    assert len({case_id_of(f"token-{n}") for n in range(5000)}) == 5000
    assert set(case_id_of("token")) <= set("23456789ABCDEFGHJKMNPQRSTVWXYZ")


async def test_a_known_question_is_still_answered_in_the_queue(chat):
    await _in_queue(chat)

    outcome = await chat.says("退货运费谁出？", **RETURN)

    assert "来回运费" in text_of(outcome)
    assert [word.kind for word in outcome.words] == [WordKind.ANSWER]
    assert outcome.open_case is None


async def test_the_same_answer_is_not_given_twice_in_the_queue(chat):
    await _in_queue(chat)
    await chat.says("退货运费谁出？", **RETURN)

    outcome = await chat.says("箱子还是开着的，退货运费谁出？", **RETURN)

    assert "来回运费" not in text_of(outcome)


async def test_nothing_is_asked_in_the_queue(chat):
    await _in_queue(chat)

    outcomes = [
        await chat.says("W1000006 到哪了", intent=Intent.LOGISTICS_TRACKING),
        await chat.says("呜啦啦", intent=Intent.PRODUCT_QUESTION, confidence=0.3),
        await chat.says("付款失败 zz", intent=Intent.PAYMENT_ERROR),
    ]

    said = "\n".join(text_of(outcome) for outcome in outcomes)
    assert "？" not in said
    assert "后四位" not in said
    assert chat.state.asks == ""


async def test_additions_are_acknowledged_once_in_a_while(chat):
    await _in_queue(chat)
    added = {"intent": Intent.COMPLAINT}

    first = await chat.says("箱子也破了", **added)
    second = await chat.says("还少了一个", **added)
    chat.later(minutes=11)
    third = await chat.hears(chat.message("", MessageKind.PHOTO))

    assert "已经补充给同事" in text_of(first)
    assert second.words == ()
    assert "已经补充给同事" in text_of(third)


async def test_what_is_added_grows_the_packet(chat):
    await _in_queue(chat)

    outcome = await chat.says(
        "订单 W1000001", intent=Intent.COMPLAINT, entities=Entities(order_no=("W1000001",))
    )

    packet = decode_packet(outcome.patch_packet)
    assert packet.version == 2
    assert ("order_no", "W1000001") in {(fact.label, fact.value) for fact in packet.facts}
    assert packet.emotion == "angry"
    assert outcome.chores[0].op.endswith(":2")


async def test_only_stronger_signals_move_a_case_forward(chat):
    await chat.presses("human")
    calm = await chat.says("还有个问题", intent=Intent.COMPLAINT)
    angry = await chat.says("太过分了", **ANGRY)
    again = await chat.says("太过分了", **ANGRY)

    assert calm.patch_rank is None
    assert angry.patch_rank is not None
    assert angry.patch_rank < chat.now.timestamp() * 1000
    assert again.patch_rank is None


async def test_asking_for_a_person_again_tells_the_place_again(chat):
    await _in_queue(chat)

    outcome = await chat.presses("human")

    assert "第 3 位" in text_of(outcome)
    assert outcome.open_case is None
    assert "promise" in outcome.timers


async def test_a_promise_that_comes_due_is_renewed_with_a_new_time_and_a_better_place(chat):
    await _in_queue(chat)
    before = chat.state.case
    chat.later(minutes=31)

    outcome = await chat.hears(chat.heard(HeardKind.TIMER, name="promise"))

    assert [word.kind for word in outcome.words] == [WordKind.NOTICE]
    assert "让您久等了" in text_of(outcome)
    assert "往前调" in text_of(outcome)
    assert before is not None
    assert outcome.patch_rank == before.entered_ms - before.head_start_ms - 600_000
    assert outcome.timers["promise"] > chat.now.timestamp() * 1000
    assert len(decode_packet(outcome.patch_packet).promises) == 2
    assert decode_packet(outcome.patch_packet).version == 2
    assert [chore.job for chore in outcome.chores] == [Job.ENRICH_PACKET]


async def test_no_promise_is_forgotten_however_long_it_takes(chat):
    await _in_queue(chat)

    for _ in range(6):
        case = chat.state.case
        assert case is not None
        chat.later(seconds=case.promise_ms / 1000 - chat.now.timestamp() + 1)
        outcome = await chat.hears(chat.heard(HeardKind.TIMER, name="promise"))
        assert outcome.timers["promise"] > chat.now.timestamp() * 1000

    assert "往前调" not in text_of(outcome)


async def test_a_timer_after_the_promise_was_renewed_says_nothing(chat):
    await _in_queue(chat)
    chat.later(minutes=5)

    outcome = await chat.hears(chat.heard(HeardKind.TIMER, name="promise"))

    assert outcome.words == ()
    assert chat.state.case is not None
    assert outcome.timers["promise"] == chat.state.case.promise_ms


@pytest.mark.parametrize("holder", [Holder.AGENT, Holder.BOT])
async def test_a_late_timer_says_nothing_when_nobody_waits(chat, holder):
    await _in_queue(chat)
    chat.holder = holder

    outcome = await chat.hears(chat.heard(HeardKind.TIMER, name="promise"))

    assert outcome.words == ()


async def test_under_an_agent_everything_is_kept_and_nothing_is_said_or_asked(chat):
    await _in_queue(chat)
    chat.holder = Holder.AGENT
    chat.queue.asked.clear()

    outcome = await chat.hears(
        chat.message("W1000001 太过分了"), chat.message("", MessageKind.PHOTO)
    )
    pressed = await chat.presses("human")

    assert (outcome.words, pressed.words) == ((), ())
    assert len(outcome.rows) == 2
    assert outcome.patch_rank is None
    assert (chat.queue.asked, chat.facts.orders) == ([], {})


async def test_after_the_person_the_bot_comes_back_once_and_starts_afresh(chat):
    await _in_queue(chat)
    chat.holder = Holder.BOT

    back = await chat.hears(chat.heard(HeardKind.RESOLVED, payload="solved"))
    after = await chat.says("退货运费谁出？", **RETURN)

    assert "自动助手" in text_of(back)
    assert "menu" in actions_of(back)
    assert back.timers == {"promise": 0}
    assert (chat.state.case, chat.state.misses, chat.state.resolution) == (None, 0, "solved")
    assert "自动助手" not in text_of(after)


async def test_mail_that_cannot_be_read_becomes_a_case_with_an_apology(chat):
    outcome = answerer().apology_outcome(chat.turn(), "3 exceptions", chat.now)

    assert outcome.dead_letter == "3 exceptions"
    assert outcome.open_case is not None
    assert outcome.open_case.reason == "bot_failed"
    assert [word.kind for word in outcome.words] == [WordKind.NOTICE]
    assert "抱歉" in text_of(outcome)
    assert outcome.timers["promise"] > 0
    assert State.decode(outcome.state).case is not None


async def test_even_a_broken_memory_ends_in_a_case_told_in_both_languages(chat):
    chat.raw = b"not a state"

    outcome = answerer().apology_outcome(chat.turn(), "3 exceptions", chat.now)

    assert outcome.open_case is not None
    assert "抱歉" in text_of(outcome)
    assert "Sorry" in text_of(outcome)


@pytest.mark.parametrize(("holder", "words"), [(Holder.QUEUE, 1), (Holder.AGENT, 0)])
async def test_unreadable_mail_opens_no_second_case(chat, holder, words):
    await _in_queue(chat)
    chat.holder = holder

    outcome = answerer().apology_outcome(chat.turn(), "why", chat.now)

    assert outcome.open_case is None
    assert len(outcome.words) == words
    assert len(outcome.rows) == 1


async def test_the_interim_line_speaks_the_customers_language(chat):
    assert answerer().interim_body(chat.state).text == "我还在帮您查，马上就好。"
    assert answerer().interim_body(State()).text.startswith("I am still looking")


async def test_packet_after_unreadable_mail_names_the_order_already_given(chat):
    await _proves(chat)

    outcome = answerer().apology_outcome(chat.turn(), "3 exceptions", chat.now)

    known = {(fact.label, fact.value) for fact in _packet(outcome).facts}
    assert known >= {("order_no", "W1000001"), ("identity_proved", "yes")}
