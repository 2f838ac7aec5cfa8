"""What the ops page shows: the queue's health now, the last hour, who is there, what needs a hand.

Figures that cannot be known are None and are shown as unknown, never as zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from handoff.alerts import alert_of
from handoff.case import QueueFigures
from handoff.desk.chart import Chart, chart_of
from handoff.figures import PACE_SECONDS, minutes_to_clear
from handoff.ports import Store
from handoff.upkeep import Audit

SHOWN = 5
"""Dead letters and repairs on the page; `doctor dead` and `repair log` tell all."""
_ORDER = {"urgent": 0, "high": 1, "normal": 2, "low": 3}


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """A named trouble that is open, with what it means and what to do."""

    cause: str
    remedy: str
    detail: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """What was set aside, without what is in it."""

    id: str
    reason: str
    conversation: str


@dataclass(frozen=True, slots=True)
class Board:
    """Everything on the page, taken at one moment."""

    depth: int
    oldest_wait_seconds: float
    classes: tuple[QueueFigures, ...]
    assigned: int
    claims: int
    minutes_to_clear: float | None
    present: tuple[str, ...]
    chart: Chart
    alerts: tuple[OpenAlert, ...]
    processes: tuple[tuple[str, dict[str, float]], ...]
    dead_letters: int
    letters: tuple[Letter, ...]
    repairs: tuple[Audit, ...]


async def board_of(
    store: Store, now: datetime, names: Mapping[str, str], *, language: str
) -> Board:
    """Read the figures; what alerts mean is told in `language`."""
    classes = tuple(sorted(await store.cases.figures(), key=_class_order))
    depth = sum(figures.depth for figures in classes)
    claims = await store.house.happened("claims", PACE_SECONDS)
    alerts = await store.house.alerts()
    return Board(
        depth=depth,
        oldest_wait_seconds=max((f.oldest_wait_seconds for f in classes), default=0.0),
        classes=classes,
        assigned=len(await store.cases.assigned()),
        claims=claims,
        minutes_to_clear=minutes_to_clear(depth, claims),
        present=tuple(names.get(agent, agent) for agent in await store.presence.present()),
        chart=chart_of([*await store.house.history(60), _running(now, depth)], now.timestamp()),
        alerts=tuple(_alert(name, found, language) for name, found in sorted(alerts.items())),
        processes=tuple(sorted((await store.house.reports()).items())),
        dead_letters=await store.house.dead_letter_count(),
        letters=tuple(
            Letter(found["id"], f"{found['kind']}: {found['reason']}", found["conversation"])
            for found in await store.house.dead_letters(SHOWN)
        ),
        repairs=tuple(await store.upkeep.audited(SHOWN)),
    )


def _running(now: datetime, depth: int) -> dict[str, float]:
    """The minute that is not over yet: how many wait is known, who came and went is not."""
    return {"at": now.timestamp() // 60 * 60, "depth": float(depth)}


def _class_order(figures: QueueFigures) -> tuple[int, str, str]:
    return _ORDER.get(figures.priority, 9), figures.priority, figures.skill


def _alert(name: str, found: dict[str, str], language: str) -> OpenAlert:
    meaning = alert_of(name, language)
    detail = name.partition(":")[2]
    told = " · ".join(part for part in (detail, found.get("detail", "")) if part)
    return OpenAlert(meaning.cause, meaning.remedy, told, datetime.fromisoformat(found["since"]))
