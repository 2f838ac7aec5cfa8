import re
from pathlib import Path

from handoff.alerts import ALERTS, UNNAMED, alert_of

ROOT = Path(__file__).parents[2]
SOURCES = [p for room in ("bot", "handoff", "workers") for p in (ROOT / room).rglob("*.py")]
PAGE = ROOT / "docs" / "alerts.md"
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


def test_page_for_people_tells_every_alert_as_the_code_does() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| `")]

    assert rows == [
        f"| `{name}` | {alert.cause} | {alert.remedy} | {alert.clears} |"
        for name, alert in sorted(ALERTS.items())
    ]
