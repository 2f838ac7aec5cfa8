from pathlib import Path

import pytest

from bot.understanding.lexicon import load_lexicon
from bot.understanding.look import Looker
from bot.understanding.reading import Role, Utterance
from handoff.knowledge.tables import load_tables

SEEDS = Path(__file__).parents[3] / "seeds"


@pytest.fixture(scope="module")
def looker() -> Looker:
    return Looker(load_lexicon(SEEDS / "lexicons"), load_tables(SEEDS))


@pytest.mark.parametrize("text", ["my eyelids are swollen shut", "眼皮肿了"])
def test_subjects_that_stand_together_are_one_sign_in_both_tongues(
    looker: Looker, text: str
) -> None:
    symbols = looker.look(text).symbols

    assert {"topic.body", "topic.hurt", "topic.body+topic.hurt"} <= set(symbols)


def test_subjects_alone_change_nothing_that_counts(looker: Looker) -> None:
    scene = looker.look("my doctor likes the wedding cake").scene

    assert "topic.care.en" in scene.topics
    assert scene.marks == ()


def asked(*lines: str) -> list[Utterance]:
    roles = (Role.USER, Role.BOT) * len(lines)
    return [Utterance(role, line) for role, line in zip(roles, lines, strict=False)]


def test_asking_again_in_other_words_is_a_sign(looker: Looker) -> None:
    before = asked("does the heater have a timer", "Delivery takes two days.")

    again = looker.look("does that heater have any timer?", before)
    other = looker.look("and what is the weight", before)

    assert "talk.asks_again.most" in again.symbols
    assert "talk.asks_again.nothing" in other.symbols


def test_being_stuck_weighs_together_with_what_is_said(looker: Looker) -> None:
    before = asked("退货", "请查看物流。", "我问的是退货", "请查看物流。")

    symbols = looker.look("还是没用，我要退货", before).symbols

    assert "missed.2+signal.bot_misread" in symbols


def test_another_order_begins_the_talk_anew(looker: Looker) -> None:
    told = "订单已发货，预计明天到。"
    before = asked("W1000001 到哪了", told, "W1000006 到哪了", told)

    other = looker.look("W1000014 到哪了", before)
    again = looker.look("到底到哪了", before)

    assert "talk.answers.0" in other.symbols
    assert "talk.answers.1" in again.symbols
