import pytest

from bot.formwords import item_in, load_form_words
from handoff.policies import FactKind, load_policies
from handoff.shop import Item
from handoff.text import normalise
from tests.chat import SEEDS

WORDS = load_form_words(SEEDS)
POLICIES = load_policies(SEEDS)
ITEMS = (Item("Canvas sneakers, navy"), Item("Canvas sneakers, blue"), Item("羊毛围巾 驼色"))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("no, the blue one", "1"),
        ("NAVY please", "0"),
        ("是围巾", "2"),
        ("是圍巾", "2"),
        ("the sneakers", ""),
        ("the hat", ""),
    ],
)
def test_an_item_is_known_by_what_sets_it_apart(text, place):
    assert item_in(normalise(text), ITEMS) == place


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("地址改到 上海市浦东新区世纪大道100号", "上海市浦东新区世纪大道100号"),
        ("change the address of W1000002 to 12 Elm Street.", "12 Elm Street"),
        ("I want to change the address", ""),
    ],
)
def test_an_address_is_what_follows_its_lead(text, address):
    assert WORDS.address(text) == address


@pytest.mark.parametrize(
    ("slot", "text", "answer"),
    [
        ("opened", "没拆", "no"),
        ("opened", "已经拆开了", "yes"),
        ("intact", "I have not used it, never worn", "yes"),
        ("reason", "the seam tore after a day", "faulty"),
        ("reason", "尺码不合适", "no_reason"),
        ("trouble", "显示签收但我没收到", "not_received"),
    ],
)
def test_an_answer_is_found_by_its_longest_words(slot, text, answer):
    assert WORDS.answer(slot, normalise(text)) == answer


def test_every_choice_in_the_words_is_a_choice_of_some_policy() -> None:
    facts = [fact for policy in POLICIES.by_name.values() for fact in policy.facts.items()]
    choices = {
        (name, choice)
        for name, fact in facts
        if fact.kind is FactKind.CHOICE
        for choice in fact.choices
    }

    assert WORDS.choices <= choices
