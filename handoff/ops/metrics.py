"""The metrics page: what each process reports and what the store knows, as Prometheus reads it.

Counts and timings carry their process: whoever reads adds them up after taking rates, so that a
process that starts anew is no jump in a sum. One that does not report is missing, not zero; a store
that does not answer gives no page at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
HAPPENED = {"opened": "cases_opened", "claims": "claims", "resolved": "cases_resolved"}
_EDGES = [str(bucket) for bucket in BUCKETS] + ["+Inf"]
_Report = Mapping[str, float]


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
    return Readings(
        queue=await store.cases.figures(),
        assigned=len(await store.cases.assigned()),
        happened={name: await house.happened(name, HOUR_SECONDS) for name in HAPPENED},
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
            family = f"warmline_{HAPPENED[name]}_last_hour"
            yield GaugeMetricFamily(family, f"{name}, last 60 minutes", value=count)
        alerts = GaugeMetricFamily("warmline_alert_open", "1 while it is open", labels=["alert"])
        for name in r.alerts:
            alerts.add_metric([name], 1)
        yield alerts

    def _processes(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("warmline_process_up", "1 for each that reports", labels=["process"])
        families: dict[str, Metric] = {}
        for process, report in sorted(self._readings.reports.items()):
            up.add_metric([process], 1)
            for name, value in sorted(report.items()):
                if name.startswith("="):
                    _add_level(families, process, name[1:], value)
                elif "|" not in name:
                    _add_count(families, process, name, value)
            for name in sorted({name.partition("|")[0] for name in report if "|" in name}):
                _add_timing(families, process, name, report)
        yield up
        yield from families.values()


def _add_level(families: dict[str, Metric], process: str, name: str, value: float) -> None:
    """`track_depth:chores` has the track as a label."""
    name, _, track = name.partition(":")
    labels = {"process": process} | ({"track": track} if track else {})
    fresh = GaugeMetricFamily(f"warmline_{name}", "Level by process", labels=tuple(labels))
    families.setdefault(name, fresh).add_sample(f"warmline_{name}", labels, value)


def _add_count(families: dict[str, Metric], process: str, name: str, value: float) -> None:
    family = f"warmline_{name}"
    fresh = CounterMetricFamily(family, "Since the process started", labels=["process"])
    labels = {"process": process}
    families.setdefault(name, fresh).add_sample(f"{family}_total", labels, value)


def _add_timing(families: dict[str, Metric], process: str, name: str, report: _Report) -> None:
    total, buckets = 0.0, []
    for edge in _EDGES:
        total += report.get(f"{name}|{edge}", 0)
        buckets.append((edge, total))
    fresh = HistogramMetricFamily(f"warmline_{name}", "Seconds", labels=["process"])
    family = families.setdefault(name, fresh)
    assert isinstance(family, HistogramMetricFamily)
    family.add_metric([process], buckets, report[f"{name}|sum"])
