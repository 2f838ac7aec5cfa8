import pytest

from bot.understanding.asides import Aside, load_asides
from tests.chat import SEEDS

ASIDES = load_asides(SEEDS)


@pytest.mark.parametrize(
    ("text", "aside"),
    [
        ("hmm", Aside.HUMS),
        ("Oh, I see!", Aside.HUMS),
        ("哦……这样啊", Aside.HUMS),
        ("one sec please", Aside.LOOKS),
        ("稍等，我找一下", Aside.LOOKS),
        ("Really?", Aside.DOUBTS),
        ("你確定嗎？", Aside.DOUBTS),
        ("ok so what do I do now?", Aside.ASKS_ON),
        ("那然后呢", Aside.ASKS_ON),
    ],
)
def test_an_aside_is_known_by_the_whole_text(text, aside):
    assert ASIDES.hear(text) is aside


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "ok thanks",
        "hold on my card",
        "so where is it",
        "are you sure it is waterproof",
        "然后呢，我的钱什么时候退",
        "稍等到货再说",
        "hmm " * 20,
    ],
)
def test_what_says_something_by_itself_is_none(text):
    assert ASIDES.hear(text) is None
