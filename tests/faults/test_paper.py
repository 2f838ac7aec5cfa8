import pytest

from bot.shop.demo import DemoShop
from tests.faults.checker import check
from tests.faults.customers import WORDS, make_people
from tests.faults.evidence import Evidence, Fate
from tests.faults.history import CaseListed, Edited, Event, Pressed
from tests.faults.marks import marks_in
from tests.faults.paper import conversation, crowd_on_paper, open_shop

PEOPLE = make_people(25)
SEEDS = range(1, 8)
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


@pytest.mark.parametrize("seed", SEEDS)
async def test_nothing_customers_say_is_answered_as_no_run_may_answer_it(
    shop: DemoShop, seed: int
) -> None:
    events: list[Event] = []
    for place, person in enumerate(make_people(len(PEOPLE))):
        history = await conversation(person, shop, 1000 * seed + place)
        verdict = check(history)

        assert verdict.violations == (), verdict.report()
        assert {one.fate for one in Evidence(history).fates.values()} <= ANSWERED
        events += history
    # Nothing is proved by what never happens.
    kinds = {type(event) for event in events}
    assert {CaseListed, Edited, Pressed} <= kinds


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
