import re
from pathlib import Path

import pytest

from handoff.alerts import ALERTS, UNNAMED, alert_of
from handoff.alerts_zh import CHINESE
from handoff.text import has_han

ROOT = Path(__file__).parents[2]
SOURCES = [p for room in ("bot", "handoff", "workers") for p in (ROOT / room).rglob("*.py")]
PAGE = ROOT / "docs" / "alerts.md"
EXACT = re.compile(r"`[^`]+`|[A-Z]+_[A-Z_]+|@\w+|\b\d+ %")
RAISED = re.compile(r'(?:_ALERT = |[.]_?alert[(]\s*f?)"([a-z_]+)')


def raised() -> set[str]:
    return {name for path in SOURCES for name in RAISED.findall(path.read_text(encoding="utf-8"))}


def test_every_alert_that_is_raised_has_a_cause_and_a_remedy() -> None:
    assert raised() - set(ALERTS) == set()


def test_every_remedy_is_for_an_alert_that_somebody_raises() -> None:
    assert set(ALERTS) - raised() == set()


def test_detail_behind_a_colon_keeps_the_remedy() -> None:
    assert alert_of("track_stuck:chores") is ALERTS["track_stuck"]
    assert alert_of("what_is_this") is UNNAMED


@pytest.mark.parametrize("name", ALERTS)
def test_chinese_alert_names_the_same_commands_settings_and_figures(name: str) -> None:
    english, chinese = alert_of(name), alert_of(name, "zh")

    for told, heard in ((english.cause, chinese.cause), (english.remedy, chinese.remedy)):
        assert has_han(heard)
        assert sorted(EXACT.findall(told)) == sorted(EXACT.findall(heard))


def test_chinese_has_no_words_for_an_alert_that_is_none() -> None:
    assert set(CHINESE) == set(ALERTS)
    assert alert_of("what_is_this", "zh").remedy == "请查看这段时间前后的日志。"


def test_page_for_people_tells_every_alert_as_the_code_does() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| `")]

    assert rows == [
        *(
            f"| `{name}` | {alert.cause} | {alert.remedy} | {alert.clears} |"
            for name, alert in sorted(ALERTS.items())
        ),
        *(
            f"| `{name}` | {cause} | {remedy} |"
            for name, (cause, remedy) in sorted(CHINESE.items())
        ),
    ]
