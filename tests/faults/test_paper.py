from pathlib import Path

import pytest

from bot.shop.demo import DemoShop
from tests.faults.checker import check
from tests.faults.customers import WORDS, make_people
from tests.faults.evidence import Evidence, Fate
from tests.faults.history import CaseListed, Edited, Event, History, Pressed
from tests.faults.marks import marks_in
from tests.faults.paper import as_in_a_run, crowd_on_paper, open_shop, stranger_or_not

PEOPLE = make_people(25)
SEEDS = range(1, 5)
ANSWERED = {Fate.ECHOED, Fate.LEANED, Fate.LEANED_AND_SEEN, Fate.ON_SCREEN, Fate.REPLACED}

SAID_BEFORE = {
    "an order": ("order",),
    "two orders": ("order", "order"),
    "a parcel after an order": ("order", "parcel"),
    "thanks after an order": ("order", "small_talk"),
    "a code and an order": ("code", "order"),
}
COURTESIES = ("hello", "thanks")
MARKS_EACH = 12


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> DemoShop:
    return open_shop(tmp_path_factory.mktemp("paper"), PEOPLE)


def judge(history: History) -> None:
    verdict = check(history)
    assert verdict.violations == (), verdict.report()
    assert {one.fate for one in Evidence(history).fates.values()} <= ANSWERED


@pytest.mark.parametrize("seed", SEEDS)
async def test_nothing_customers_say_is_answered_as_no_run_may_answer_it(
    shop: DemoShop, seed: int
) -> None:
    events: list[Event] = []
    for place, person in enumerate(make_people(len(PEOPLE))):
        history = await stranger_or_not(person, shop, 1000 * seed + place)
        judge(history)
        events += history

    # Nothing is proved by what never happens.
    assert {CaseListed, Edited, Pressed} <= {type(event) for event in events}


@pytest.mark.parametrize(
    ("people", "orders_each", "acts"),
    [(30, 2, 6), (60, 4, 4)],
    ids=["every update twice", "seeded chaos"],
)
async def test_what_is_said_first_in_real_runs_is_answered_as_it_may_be(
    tmp_path: Path, people: int, orders_each: int, acts: int
) -> None:
    shop = open_shop(tmp_path, make_people(people, orders_each))
    for person in make_people(people, orders_each):
        judge(await as_in_a_run(person, shop, 1, acts))


@pytest.mark.parametrize("seed", SEEDS)
async def test_what_is_said_in_long_talks_is_answered_as_it_may_be(
    tmp_path: Path, seed: int
) -> None:
    shop = open_shop(tmp_path, make_people(30))
    for person in make_people(30):
        judge(await as_in_a_run(person, shop, seed, 16))


@pytest.mark.parametrize("before", SAID_BEFORE.values(), ids=SAID_BEFORE)
@pytest.mark.parametrize("place", [0, 1], ids=["en", "zh"])
async def test_courtesy_with_a_word_nobody_knows_behind_it_tells_no_order_again(
    shop: DemoShop, place: int, before: tuple[str, ...]
) -> None:
    person = make_people(len(PEOPLE))[place]
    crowd, phone = crowd_on_paper(person, shop, seed=1)
    await crowd.arrive()
    for act in before:
        await crowd.act(person, act)
        await phone.talks[person.chat].read()
    told = {}
    for kind in COURTESIES:
        for words in WORDS[person.tongue][kind]:
            for _ in range(MARKS_EACH):
                text = words.format(crowd.marks.word())
                told[text] = await phone.if_they_said(person.chat, text)

    assert {text: said for text, said in told.items() if not said or marks_in(said)} == {}
