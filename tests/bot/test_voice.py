from datetime import timedelta

import pytest

from bot.voice import Voice
from handoff.figures import QueueOutlook
from handoff.text import Language
from tests.chat import NOON, answerer


@pytest.mark.parametrize(
    ("low", "high", "zh", "en"),
    [
        (0, 60, "一分钟内", "within a minute"),
        (600, 600, "10 分钟内", "within 10 minutes"),
        (600, 1_200, "10 到 20 分钟内", "within 10 to 20 minutes"),
        (1_800, 3_600, "一小时内", "within an hour"),
        (3_600, 3_660, "2 小时内", "within 2 hours"),
    ],
)
def test_a_wait_is_told_rounded_up(low: int, high: int, zh: str, en: str) -> None:
    outlook = QueueOutlook(3, (low, high), 1, True, None, NOON + timedelta(seconds=high))

    told = [
        Voice(answerer().seeds.book, language, answerer().seeds.hours, NOON).wait(outlook)
        for language in (Language.ZH_HANS, Language.EN)
    ]

    assert told == [zh, en]
