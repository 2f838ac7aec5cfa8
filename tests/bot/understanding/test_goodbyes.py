import pytest

from bot.understanding.reader import Reader
from bot.understanding.reading import Emotion, Intent
from tests.chat import SEEDS

READER = Reader.from_seeds(SEEDS)


@pytest.mark.parametrize("text", ["再见", "再见！", "拜拜", "Bye"])
def test_a_goodbye_alone_is_calm(text: str) -> None:
    reading = READER.read(text)

    assert (reading.intent, reading.emotion) == (Intent.GREETING_THANKS, Emotion.NEUTRAL)


@pytest.mark.parametrize("text", ["滚", "再见，再也不来了，骗子！"])
def test_a_short_word_of_anger_stays_one(text: str) -> None:
    assert READER.read(text).emotion is Emotion.ANGRY
