import pytest

from bot.understanding.reader import Reader
from bot.understanding.reading import Emotion, Intent


@pytest.mark.parametrize("text", ["再见", "再见！", "拜拜", "Bye"])
def test_a_goodbye_alone_is_calm(reader: Reader, text: str) -> None:
    reading = reader.read(text)

    assert (reading.intent, reading.emotion) == (Intent.GREETING_THANKS, Emotion.NEUTRAL)


@pytest.mark.parametrize("text", ["滚", "再见，再也不来了，骗子！"])
def test_a_short_word_of_anger_stays_one(reader: Reader, text: str) -> None:
    assert reader.read(text).emotion is Emotion.ANGRY


@pytest.mark.parametrize(
    ("text", "complains"),
    [
        ("You are brilliant, best service ever 👍", False),
        ("你们的服务真的绝了，五星👍", False),
        ("Great service as always, but the parcel came broken", True),
    ],
)
def test_glad_thanks_complain_of_nothing_unless_they_name_a_fault(
    reader: Reader, text: str, complains: bool
) -> None:
    assert (Intent.COMPLAINT in reader.read(text).intents) is complains
