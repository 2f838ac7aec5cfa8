"""The last hour as a picture: how many waited and for how long, who came, who was taken.

Pure geometry in a box of 600 by 120, drawn by the template as SVG. A minute nobody wrote down is a
gap, never a zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

WIDTH, HEIGHT = 600.0, 120.0
MINUTES = 60
_STEP = WIDTH / MINUTES


@dataclass(frozen=True, slots=True)
class Bar:
    """One minute: its place, and two heights (who came, who was taken)."""

    x: float
    opened: float
    claimed: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Paths of the depth, one for each stretch without a gap; bars; and what the top means."""

    areas: tuple[str, ...]
    lines: tuple[str, ...]
    bars: tuple[Bar, ...]
    top: int


def chart_of(rows: Sequence[Mapping[str, float]], now_seconds: float) -> Chart:
    """Draw the rows of the last hour that ends at `now_seconds`."""
    minute_now = int(now_seconds // 60)
    by_minute = {
        int(row["at"] // 60) - minute_now + MINUTES - 1: row
        for row in rows
        if 0 <= minute_now - int(row["at"] // 60) < MINUTES
    }
    top = _round_top(max((row.get("depth", 0) for row in by_minute.values()), default=0))
    moves = [row.get(name, 0) for row in by_minute.values() for name in ("opened", "claimed")]
    bars_top = _round_top(max(moves, default=0))
    stretches = _stretches(by_minute, top)
    return Chart(
        areas=tuple(_area(points) for points in stretches),
        lines=tuple(_line(points) for points in stretches),
        bars=tuple(_bar(at, row, bars_top) for at, row in sorted(by_minute.items())),
        top=top,
    )


def _round_top(most: float) -> int:
    """A calm top of the scale: 4, 10, 20, 50, 100 … with room above the highest."""
    for size in (4, 10, 20, 50, 100, 200, 500, 1000):
        if most <= size:
            return size
    return ceil(most / 1000) * 1000


def _stretches(
    by_minute: Mapping[int, Mapping[str, float]], top: int
) -> list[list[tuple[float, float]]]:
    stretches: list[list[tuple[float, float]]] = []
    before = -2
    for at in sorted(by_minute):
        if at != before + 1:
            stretches.append([])
        depth = by_minute[at].get("depth", 0)
        y = HEIGHT - depth / top * HEIGHT
        stretches[-1] += [(at * _STEP, y), ((at + 1) * _STEP, y)]
        before = at
    return stretches


def _line(points: Sequence[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _area(points: Sequence[tuple[float, float]]) -> str:
    return f"{_line(points)} L{points[-1][0]:.1f} {HEIGHT:.0f} L{points[0][0]:.1f} {HEIGHT:.0f} Z"


def _bar(at: int, row: Mapping[str, float], top: int) -> Bar:
    opened, claimed = row.get("opened", 0), row.get("claimed", 0)
    half = HEIGHT / 2
    return Bar(
        x=round(at * _STEP + 1.5, 1),
        opened=round(opened / top * (half - 4), 1),
        claimed=round(claimed / top * (half - 4), 1),
        label=f"{opened:.0f}/{claimed:.0f}",
    )
