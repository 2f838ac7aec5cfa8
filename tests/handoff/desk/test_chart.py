"""The last hour as a picture, and the figure beside it."""

import pytest

from handoff.desk.chart import HEIGHT, chart_of
from handoff.figures import minutes_to_clear

NOW = 1_700_000_040.0


def row(
    minutes_ago: int, depth: float = 0, opened: float = 0, claimed: float = 0
) -> dict[str, float]:
    at = NOW // 60 * 60 - minutes_ago * 60
    return {"at": at, "depth": depth, "opened": opened, "claimed": claimed}


def test_minute_nobody_wrote_down_is_a_gap_and_not_a_zero() -> None:
    chart = chart_of([row(5, 3), row(4, 3), row(2, 3), row(1, 3)], NOW)

    assert len(chart.lines) == 2
    assert all(f" {HEIGHT:.1f}" not in line for line in chart.lines)


def test_rows_older_than_an_hour_are_left_out() -> None:
    chart = chart_of([row(60, 900), row(59, 2)], NOW)

    assert chart.top == 4
    assert len(chart.bars) == 1


def test_nothing_known_draws_nothing() -> None:
    chart = chart_of([], NOW)

    assert (chart.lines, chart.areas, chart.bars) == ((), (), ())


def test_deepest_queue_fits_in() -> None:
    chart = chart_of([row(1, 4321)], NOW)

    assert chart.top == 5000
    assert 0 <= float(chart.lines[0].split()[1]) <= HEIGHT


@pytest.mark.parametrize(
    ("depth", "claims", "minutes"), [(0, 0, 0.0), (4, 0, None), (4, 15, 4.0), (1, 30, 0.5)]
)
def test_time_to_clear_is_unknown_when_nobody_was_taken(
    depth: int, claims: int, minutes: float | None
) -> None:
    assert minutes_to_clear(depth, claims) == minutes
