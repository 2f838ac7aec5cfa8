from dataclasses import replace
from pathlib import Path

import pytest

from handoff.errors import SeedErrors
from handoff.escalation import Emotion, Priority
from handoff.priority import Standing, Weights, head_start_seconds, load_weights, reason_line
from handoff.shop import Money

SEEDS = Path(__file__).parents[2] / "seeds" / "escalation.yaml"
CALM = Standing(Priority.NORMAL)
WORST = Standing(Priority.URGENT, Emotion.ANGRY, 1.0, Money("CNY", 10**9), 1.0, 99)


@pytest.fixture(scope="module")
def weights() -> Weights:
    return load_weights(SEEDS)


def test_priorities_come_before_all_else(weights: Weights) -> None:
    normal = replace(WORST, priority=Priority.NORMAL, promise_risk=0.0, repeats=0)
    starts = [
        head_start_seconds(each, weights)
        for each in (CALM, normal, Standing(Priority.HIGH), Standing(Priority.URGENT))
    ]

    assert starts == sorted(starts)
    assert starts[0] == 0 < starts[1] < starts[2]


@pytest.mark.parametrize(
    "more",
    [
        {"emotion": Emotion.ANGRY, "intensity": 0.5},
        {"order_value": Money("USD", 900_00)},
        {"promise_risk": 0.5},
        {"repeats": 1},
    ],
)
def test_each_cause_brings_a_case_forward(weights: Weights, more: dict[str, object]) -> None:
    assert head_start_seconds(replace(CALM, **more), weights) > 0  # type: ignore[arg-type]


def test_the_head_start_has_a_ceiling(weights: Weights) -> None:
    assert head_start_seconds(WORST, weights) == weights.ceiling


def test_joy_and_odd_values_bring_nobody_forward(weights: Weights) -> None:
    odd = Standing(Priority.NORMAL, Emotion.POSITIVE, 5.0, Money("CNY", -5), -3.0, -2)

    assert head_start_seconds(odd, weights) == 0


def test_under_overload_nobody_waits_longer_than_the_ceiling_beyond_their_turn(
    weights: Weights,
) -> None:
    # Two urgent cases a minute for three hours, one agent who takes one a minute; one calm case.
    arrivals = [(second, WORST) for second in range(0, 3 * 3_600, 30)]
    arrivals.append((600, CALM))
    ranked = [(at - head_start_seconds(each, weights), at, each) for at, each in arrivals]

    taken_at = 0
    for now in range(0, 6 * 3_600, 60):
        waiting = [case for case in ranked if case[1] <= now]
        first = min(waiting, key=lambda case: case[:2])
        ranked.remove(first)
        if first[2] is CALM:
            taken_at = now
            break

    ahead = sum(at - weights.ceiling <= 600 for at, each in arrivals if each is not CALM)
    assert 0 < taken_at <= 60 * (ahead + 1)


def test_the_reason_is_one_readable_line(weights: Weights) -> None:
    standing = Standing(Priority.HIGH, Emotion.ANGRY, 1.0, Money("CNY", 9_980_00))

    english = reason_line(standing, weights)
    chinese = reason_line(standing, weights, language="zh")

    assert english.startswith("high priority, angry, order of CNY 9,980")
    assert english.endswith("minutes ahead")
    assert chinese.startswith("优先、生气、订单 CNY 9,980")
    assert reason_line(CALM, weights) == "in order of arrival"


def test_every_mistake_in_the_weights_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "escalation.yaml"
    path.write_text("head_start: {urgent: -1, high: soon, luck: 3}\n", encoding="utf-8")

    with pytest.raises(SeedErrors) as caught:
        load_weights(path)

    places = {error.place for error in caught.value.errors}
    assert {"head_start.urgent", "head_start.high", "head_start.luck", "head_start.value"} <= places
