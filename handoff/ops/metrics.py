"""The metrics page: what each process reports and what the store knows, as Prometheus reads it.

Counts and timings are of all processes together, and a process that starts anew is no jump in them:
the store adds up what each has counted since its last report. Levels of one process carry its name;
one that does not report is missing, not zero. A store that does not answer gives no page at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
OF_ONE_PROCESS = "process_"
SEEN_BY_EACH = ("pending_updates", "track_", "breaker_")
"""Levels that several processes see and report alike: the highest counts."""
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
    totals: dict[str, float]


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
        totals=await store.upkeep.totals(),
    )


class _Page(Collector):
    def __init__(self, readings: Readings) -> None:
        self._readings = readings

    def collect(self) -> Iterator[Metric]:
        yield from self._queue()
        yield from self._house()
        yield from self._processes()
        yield from self._totals()

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
        levels: dict[str, dict[tuple[str, str], list[float]]] = {}
        for process, report in sorted(self._readings.reports.items()):
            up.add_metric([process], 1)
            for name, value in report.items():
                if name.startswith("="):
                    level, _, source = name[1:].partition(":")
                    own = process if level.startswith(OF_ONE_PROCESS) else ""
                    levels.setdefault(level, {}).setdefault((own, source), []).append(value)
        yield up
        for level, found in sorted(levels.items()):
            yield _level(level, found)

    def _totals(self) -> Iterator[Metric]:
        totals = self._readings.totals
        counts: dict[str, dict[str, float]] = {}
        for name in sorted(name for name in totals if "|" not in name):
            family, _, kind = name.partition(":")
            counts.setdefault(family, {})[kind] = totals[name]
        for family, kinds in counts.items():
            yield _count(family, kinds)
        for name in sorted({name.partition("|")[0] for name in totals if "|" in name}):
            yield _timing(name, totals)


def _count(family: str, kinds: Mapping[str, float]) -> Metric:
    """A count, with the part behind the colon of its name as `kind` where it has one."""
    if set(kinds) == {""}:
        return CounterMetricFamily(f"warmline_{family}", "All processes", value=kinds[""])
    counter = CounterMetricFamily(f"warmline_{family}", "All processes", labels=["kind"])
    for kind, count in kinds.items():
        counter.add_metric([kind], count)
    return counter


def _level(level: str, found: Mapping[tuple[str, str], Sequence[float]]) -> Metric:
    """Levels of the whole are added up, or the highest counts where each process sees the same."""
    merge = max if level.startswith(SEEN_BY_EACH) else sum
    labels = ("process", "source") if any(source for _, source in found) else ("process",)
    used = [label for i, label in enumerate(labels) if any(key[i] for key in found)]
    family = GaugeMetricFamily(f"warmline_{level}", "Now", labels=used)
    for key, values in sorted(found.items()):
        family.add_metric([part for part in key if part], merge(values))
    return family


def _timing(name: str, totals: _Report) -> Metric:
    count, buckets = 0.0, []
    for edge in _EDGES:
        count += totals.get(f"{name}|{edge}", 0)
        buckets.append((edge, count))
    family = HistogramMetricFamily(f"warmline_{name}", "Seconds, all processes")
    family.add_metric([], buckets, totals[f"{name}|sum"])
    return family
