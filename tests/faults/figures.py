"""The figures of a run, and their sum over many. No tests here.

Everything here is counted from the history; what is wrong with it is counted from the violations.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.faults.evidence import Evidence, Fate
from tests.faults.rules_time import latencies, own_latencies, quantile, recoveries
from tests.faults.rules_words import repeats
from tests.faults.verdict import Violation, Wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a run came to. `faults` maps a kind to how many hit something, `idle_faults` to how many
    did not and count for nothing; `in_flight` is what they hit in all.
    """

    runs: int = 1
    messages: int = 0
    fates: Counter[Fate] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    idle_faults: Counter[str] = field(default_factory=Counter)
    in_flight: Counter[str] = field(default_factory=Counter)
    wrong: Counter[Wrong] = field(default_factory=Counter)
    duplicates: int = 0
    claims: int = 0
    agents_words: int = 0
    latencies_ms: tuple[float, ...] = ()
    own_latencies_ms: tuple[float, ...] = ()
    """In the time that the machine gave."""
    recoveries_ms: dict[str, tuple[float, ...]] = field(default_factory=dict)

    @property
    def lost(self) -> int:
        """Customers' messages and agents' words that ended in silence."""
        return self.wrong[Wrong.LOST] + self.wrong[Wrong.LOST_WORDS]

    @property
    def duplicates_per_fault(self) -> float:
        """How many texts were shown once too often for each fault that hit something."""
        return self.duplicates / max(1, self.faults.total())

    def latency_ms(self, share: float) -> float:
        """How long this share of the customers waited at most."""
        return quantile(list(self.latencies_ms), share)

    def own_latency_ms(self, share: float) -> float:
        """The same, in the time that the machine gave."""
        return quantile(list(self.own_latencies_ms), share)

    def lines(self) -> list[str]:
        """The figures as a person reads them."""
        fates = ", ".join(f"{fate} {n}" for fate, n in self.fates.most_common())
        wrong = self.wrong
        return [
            f"messages {self.messages} ({fates}), agents' words {self.agents_words}, "
            f"claims {self.claims}",
            f"faults {self.faults.total()} that hit {self.in_flight.total()} in flight, "
            f"{self.idle_faults.total()} that hit nothing",
            *(
                f"  {kind}: {n}, in flight {self.in_flight[kind]}{self._recovered(kind)}"
                for kind, n in sorted(self.faults.items())
            ),
            f"lost {self.lost}, inversions {wrong[Wrong.INVERSION]}, double assignments "
            f"{wrong[Wrong.TWO_HOLDERS]}, stale words {wrong[Wrong.STALE_WORD]}, duplicates "
            f"{self.duplicates} ({self.duplicates_per_fault:.2f} per fault)",
            f"latency p50 {self.latency_ms(0.5):.0f} ms, p99 {self.latency_ms(0.99):.0f} ms, "
            f"longest {self.latency_ms(1.0):.0f} ms; of the machine's own time p99 "
            f"{self.own_latency_ms(0.99):.0f} ms",
        ]

    def _recovered(self, kind: str) -> str:
        took = self.recoveries_ms.get(kind, ())
        if not took:
            return ""
        return f", back after p50 {quantile(list(took), 0.5):.0f}, longest {max(took):.0f} ms"


def figures_of(evidence: Evidence, violations: Iterable[Violation]) -> Figures:
    """Count a run."""
    hits = [fault for fault in evidence.faults if fault.in_flight > 0]
    in_flight: Counter[str] = Counter()
    for fault in hits:
        in_flight[fault.kind] += fault.in_flight
    took: dict[str, tuple[float, ...]] = {}
    for recovery in recoveries(evidence):
        if recovery.took_ms is not None:
            kind = recovery.fault.kind
            took[kind] = (*took.get(kind, ()), recovery.took_ms)
    return Figures(
        messages=len(evidence.utterances),
        fates=Counter(settled.fate for settled in evidence.fates.values()),
        faults=Counter(fault.kind for fault in hits),
        idle_faults=Counter(fault.kind for fault in evidence.faults if fault.in_flight <= 0),
        in_flight=in_flight,
        wrong=Counter(violation.wrong for violation in violations),
        duplicates=len(repeats(evidence)),
        claims=sum(map(len, evidence.claims.values())),
        agents_words=len({(said.agent, said.op) for said in evidence.said}),
        latencies_ms=tuple(latencies(evidence)),
        own_latencies_ms=tuple(own_latencies(evidence)),
        recoveries_ms=took,
    )


def sum_of(figures: Iterable[Figures]) -> Figures:
    """Many runs as one: what is judged over all seeds, such as the repeats per fault."""
    runs = list(figures)
    took: dict[str, tuple[float, ...]] = {}
    for one in runs:
        for kind, times in one.recoveries_ms.items():
            took[kind] = took.get(kind, ()) + times
    return Figures(
        runs=sum(one.runs for one in runs),
        messages=sum(one.messages for one in runs),
        fates=sum((one.fates for one in runs), Counter()),
        faults=sum((one.faults for one in runs), Counter()),
        idle_faults=sum((one.idle_faults for one in runs), Counter()),
        in_flight=sum((one.in_flight for one in runs), Counter()),
        wrong=sum((one.wrong for one in runs), Counter()),
        duplicates=sum(one.duplicates for one in runs),
        claims=sum(one.claims for one in runs),
        agents_words=sum(one.agents_words for one in runs),
        latencies_ms=tuple(ms for one in runs for ms in one.latencies_ms),
        own_latencies_ms=tuple(ms for one in runs for ms in one.own_latencies_ms),
        recoveries_ms=took,
    )
