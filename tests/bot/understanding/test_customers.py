from pathlib import Path

import pytest

from bot.understanding import Reader
from bot.understanding.reading import Role, Utterance
from bot.understanding.signals import Known, signals_of
from handoff.escalation import Priority, Reason, Rules, decide
from handoff.shop import Money

HERE = Path(__file__).parent
# Nobody trained or tuned on these lines, so that a few may be misread.
SHARE_OF_CALM, SHARE_KEPT = 0.02, 0.03


def lines(name: str) -> list[str]:
    return (HERE / name).read_text(encoding="utf-8").splitlines()


def test_calm_customers_stay_with_the_bot(reader: Reader, rules: Rules) -> None:
    handed = [
        (text, escalation.evidence)
        for text in lines("calm.txt")
        if (escalation := decide(signals_of(reader.read(text)), rules)) is not None
    ]

    assert len(handed) <= SHARE_OF_CALM * len(lines("calm.txt")), handed


def test_who_needs_a_person_gets_one(reader: Reader, rules: Rules) -> None:
    kept = [
        text for text in lines("severe.txt") if decide(signals_of(reader.read(text)), rules) is None
    ]

    assert len(kept) <= SHARE_KEPT * len(lines("severe.txt")), kept


@pytest.mark.parametrize(
    "text",
    [
        "skin came off with the wax strip",
        "had to go to casualty with the burn",
        "needle sticking out of the teddy",
        "got a belt off the washing machine",
        "he nearly drowned, the float valve came out",
        "the high chair tipped with her in it",
        "pram brake failed on a hill",
        "kid ate a dishwasher tablet",
        "the courier exposed himself to my wife",
        "厨房全是烟 烤箱冒的",
        "宝宝盖了毯子一身红点",
        "电池液流一手",
        "洗衣机摸着麻手",
        "骑手推了我妈",
    ],
)
def test_harm_told_in_everyday_words_calls_a_person(
    reader: Reader, rules: Rules, text: str
) -> None:
    escalation = decide(signals_of(reader.read(text)), rules)

    assert escalation is not None
    assert Reason.LEGAL_SAFETY in escalation.reasons


@pytest.mark.parametrize(
    "text",
    [
        "没了，就这些",
        "凑合着用吧",
        "我怕买到假的",
        "Is there a transfer fee?",
        "I like the Mastercard offer better",
    ],
)
def test_words_of_trouble_inside_calm_ones_call_nobody(
    reader: Reader, rules: Rules, text: str
) -> None:
    assert decide(signals_of(reader.read(text)), rules) is None


@pytest.mark.parametrize(
    ("text", "reason", "priority"),
    [
        ("您好，电热水壶漏电把我电了一下，请问找谁登记", "legal_safety", "urgent"),
        ("My attorney will be in touch, have a good day", "legal_safety", "urgent"),
        ("我们的商标被侵权了，请下架", "legal_safety", "high"),
        ("八千块的相机到手就是坏的，你们这群骗子", "high_value", "urgent"),
        ("转人工，谢谢", "explicit_request", "normal"),
        ("什么垃圾，快叫人工", "explicit_request", "high"),
        ("能不能破例给退一次", "policy_authority", "normal"),
    ],
)
def test_reason_and_priority_follow_the_guide(
    reader: Reader, rules: Rules, text: str, reason: Reason, priority: Priority
) -> None:
    escalation = decide(signals_of(reader.read(text)), rules)

    assert escalation is not None
    assert (escalation.reason, escalation.priority) == (reason, priority)


def test_what_the_shop_knows_weighs_like_words(reader: Reader, rules: Rules) -> None:
    reading = reader.read("the zipper is broken")
    dear = Known(order_value=Money("USD", 900_00))

    assert decide(signals_of(reading), rules) is None
    assert decide(signals_of(reading, dear), rules) is not None
    assert decide(signals_of(reading, Known(vip=True)), rules) is not None
    assert decide(signals_of(reading, Known(misses=3)), rules) is not None


def test_the_shops_value_counts_before_a_sum_in_the_words(reader: Reader, rules: Rules) -> None:
    reading = reader.read("9980的冰箱不制冷")
    cheap = Known(order_value=Money("CNY", 99_00))

    assert decide(signals_of(reading), rules) is not None
    assert decide(signals_of(reading, cheap), rules) is None


def test_a_value_given_once_more_leaves_the_need_open(reader: Reader, rules: Rules) -> None:
    once = [Utterance(Role.USER, "how do I track it"), Utterance(Role.BOT, "Which order number?")]
    twice = [*once, Utterance(Role.USER, "202611051234"), once[1]]

    first = decide(signals_of(reader.read("202611051234", once)), rules)
    again = decide(signals_of(reader.read("202611051234, like I wrote", twice)), rules)

    assert first is None
    assert again is not None
    assert again.reason == "bot_failed"
