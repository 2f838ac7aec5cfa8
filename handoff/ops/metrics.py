"""The metrics page: what all processes report and what the store knows, as Prometheus reads it.

A process that does not report is missing, not zero; a store that does not answer gives no page at
all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from handoff.case import QueueFigures
from handoff.ops.counters import BUCKETS
from handoff.ports import Store

PRIORITIES = ("urgent", "high", "normal")
SKILLS = ("zh", "en")
HOUR_SECONDS = 3600
_EDGES = [str(bucket) for bucket in BUCKETS] + ["+Inf"]


@dataclass(frozen=True, slots=True)
class Readings:
    """One look at the store."""

    queue: tuple[QueueFigures, ...]
    assigned: int
    happened: dict[str, int]
    present: int
    dead_letters: int
    alerts: tuple[str, ...]
    reports: dict[str, dict[str, float]]


async def render_metrics(store: Store) -> bytes:
    """The page. Raises StoreDown."""
    registry = CollectorRegistry()
    registry.register(_Page(await _look(store)))
    return generate_latest(registry)


async def _look(store: Store) -> Readings:
    house = store.house
    names = ("opened", "claims", "resolved")
    happened = [await house.happened(name, HOUR_SECONDS) for name in names]
    return Readings(
        queue=await store.cases.figures(),
        assigned=len(await store.cases.assigned()),
        happened=dict(zip(names, happened, strict=True)),
        present=len(await store.presence.present()),
        dead_letters=await house.dead_letter_count(),
        alerts=tuple(await house.alerts()),
        reports=await house.reports(),
    )


class _Page(Collector):
    def __init__(self, readings: Readings) -> None:
        self._readings = readings

    def collect(self) -> Iterator[Metric]:
        yield from self._queue()
        yield from self._house()
        yield from self._processes()

    def _queue(self) -> Iterator[Metric]:
        depth = GaugeMetricFamily(
            "warmline_queue_depth", "Cases that wait", labels=["priority", "skill"]
        )
        oldest = GaugeMetricFamily(
            "warmline_queue_oldest_wait_seconds", "Longest wait now", labels=["priority", "skill"]
        )
        found = {(f.priority, f.skill): f for f in self._readings.queue}
        for key in sorted({*found, *((p, s) for p in PRIORITIES for s in SKILLS)}):
            figures = found.get(key)
            depth.add_metric(key, figures.depth if figures else 0)
            oldest.add_metric(key, figures.oldest_wait_seconds if figures else 0)
        yield from (depth, oldest)

    def _house(self) -> Iterator[Metric]:
        r = self._readings
        yield GaugeMetricFamily(
            "warmline_cases_assigned", "Cases in agents' hands", value=r.assigned
        )
        yield GaugeMetricFamily("warmline_agents_present", "Agents at their desks", value=r.present)
        yield GaugeMetricFamily("warmline_dead_letters", "What was set aside", value=r.dead_letters)
        for name, count in r.happened.items():
            what = {"opened": "cases_opened", "claims": "claims", "resolved": "cases_resolved"}[
                name
            ]
            yield GaugeMetricFamily(
                f"warmline_{what}_last_hour", f"{name}, last 60 minutes", value=count
            )
        alerts = GaugeMetricFamily("warmline_alert_open", "1 while it is open", labels=["alert"])
        for name in r.alerts:
            alerts.add_metric([name], 1)
        yield alerts

    def _processes(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("warmline_process_up", "1 for each that reports", labels=["process"])
        levels: dict[str, GaugeMetricFamily] = {}
        counts: defaultdict[str, float] = defaultdict(float)
        for process, figures in self._readings.reports.items():
            up.add_metric([process], 1)
            for name, value in figures.items():
                if name.startswith("="):
                    _add_level(levels, process, name[1:], value)
                else:
                    counts[name] += value
        yield up
        yield from levels.values()
        yield from _counters(counts)
        yield from _timings(counts)


def _add_level(levels: dict[str, GaugeMetricFamily], process: str, name: str, value: float) -> None:
    """A level keeps its process as a label; `track_depth:chores` has the track as another."""
    name, _, track = name.partition(":")
    labels = ["process", "track"] if track else ["process"]
    if name not in levels:
        levels[name] = GaugeMetricFamily(f"warmline_{name}", "Level by process", labels=labels)
    levels[name].add_metric([process, track] if track else [process], value)


def _counters(counts: dict[str, float]) -> Iterable[Metric]:
    for name, value in sorted(counts.items()):
        if "|" not in name:
            yield CounterMetricFamily(
                f"warmline_{name}", "Since the processes started", value=value
            )


def _timings(counts: dict[str, float]) -> Iterable[Metric]:
    for name in sorted({key.partition("|")[0] for key in counts if "|" in key}):
        total, buckets = 0.0, []
        for edge in _EDGES:
            total += counts.get(f"{name}|{edge}", 0)
            buckets.append((edge, total))
        family = HistogramMetricFamily(f"warmline_{name}", "Seconds")
        family.add_metric([], buckets, counts[f"{name}|sum"])
        yield family
