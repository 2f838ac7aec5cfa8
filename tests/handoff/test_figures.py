from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from handoff.calendar import load_hours
from handoff.figures import QueueSnapshot, outlook

HOURS = load_hours(Path(__file__).parents[2] / "seeds")
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


def _claims(now: datetime, count: int, every: int, waited: float):
    start = now.timestamp() - every * count
    return tuple((start + every * n, waited) for n in range(count))


def test_place_is_the_number_before_plus_one():
    seen = QueueSnapshot(ahead=4, agents_present=2)

    assert outlook(seen, HOURS, NOON).position == 5


@pytest.mark.parametrize(
    ("ahead", "agents", "claims", "minutes"),
    [
        (0, 1, _claims(NOON, 10, 120, 300.0), (2, 3)),
        (4, 2, _claims(NOON, 30, 60, 900.0), (5, 8)),
        (0, 1, _claims(NOON, 6, 10, 1.0), (1, 1)),
        (0, 3, _claims(NOON, 3, 1000, 30.0), (1, 2)),
        (0, 1, (), (10, 10)),
        (3, 1, (), (40, 40)),
        (3, 4, (), (10, 10)),
        (2, 1, _claims(NOON, 2, 60, 5.0), (30, 30)),
    ],
)
def test_wait_is_a_range_of_whole_minutes_from_the_measured_service(ahead, agents, claims, minutes):
    seen = QueueSnapshot(ahead=ahead, agents_present=agents, claims=claims)

    low, high = outlook(seen, HOURS, NOON).wait_seconds

    assert (low / 60, high / 60) == minutes


def test_nobody_there_at_night_means_the_next_opening():
    ahead = outlook(QueueSnapshot(ahead=0), HOURS, NIGHT)

    assert ahead.nobody_until == datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
    assert ahead.promise_at == ahead.nobody_until + timedelta(minutes=10)


def test_somebody_there_at_night_is_not_kept_for_tomorrow():
    ahead = outlook(QueueSnapshot(ahead=0, agents_present=1), HOURS, NIGHT)

    assert ahead.nobody_until is None
    assert ahead.promise_at == NIGHT + timedelta(minutes=10)


def test_nobody_there_by_day_gets_the_house_promise():
    ahead = outlook(QueueSnapshot(ahead=0), HOURS, NOON)

    assert ahead.nobody_until is None
    assert ahead.wait_seconds == (600, 600)


def test_no_place_is_named_when_the_store_did_not_answer():
    assert outlook(None, HOURS, NOON).position == 0
