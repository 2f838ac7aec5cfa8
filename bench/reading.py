"""`python -m bench.reading`: how long a message takes to be read, and what the reader costs once.

The messages are the corpus itself, each with its earlier turns; a fresh process tells import and
memory. Nothing leaves this machine.
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.understanding import Reader
from bot.understanding.corpus import read_corpus
from bot.understanding.signals import signals_of
from handoff.escalation import decide, load_rules

SEEDS = Path("seeds")
WARM = 300
_START = """
import json, resource, time
start = time.process_time(), time.perf_counter()
from bot.understanding.predict import main
imported = time.process_time() - start[0], time.perf_counter() - start[1]
import io
main(io.StringIO('{"id": "1", "text": "where is my parcel"}'), io.StringIO())
ready = time.process_time() - start[0], time.perf_counter() - start[1]
with open("/proc/self/status") as status:
    lines = dict(line.split(":", 1) for line in status)
print(json.dumps([imported, ready, int(lines["VmRSS"].split()[0]) / 1024]))
"""


def main(
    messages: Annotated[int, typer.Option(help="messages read in a round")] = 2_000,
    rounds: Annotated[int, typer.Option(help="rounds; the quickest counts")] = 5,
    seed: Annotated[int, typer.Option(help="which messages")] = 1,
) -> None:
    """Print the latency of a reading with its decision, and import time and memory."""
    table = Table("what", "figure", "must", title=f"reading {messages} messages of our corpus")
    p50, p95, mean = min(_round(messages, seed) for _ in range(rounds))
    table.add_row("busy CPU a message, p50, ms", f"{p50:.3f}", "<= 0.4")
    table.add_row("busy CPU a message, p95, ms", f"{p95:.3f}", "<= 2")
    table.add_row("busy CPU a message, mean, ms", f"{mean:.3f}", "")
    (imported, imported_wall), (ready, ready_wall), memory = _start()
    table.add_row("import, s CPU (wall)", f"{imported:.2f} ({imported_wall:.2f})", "< 0.5")
    table.add_row("first answer, s CPU (wall)", f"{ready:.2f} ({ready_wall:.2f})", "< 1")
    table.add_row("memory of the process, MB", f"{memory:.1f}", "< 60")
    Console(width=90).print(table)


def _round(count: int, seed: int) -> tuple[float, float, float]:
    """Each message once, by a reader that has seen none of them."""
    reader, rules = Reader.from_seeds(SEEDS), load_rules(SEEDS / "escalation.yaml")
    corpus = read_corpus(SEEDS / "utterances")
    picked = random.Random(seed).sample(corpus, min(len(corpus), count + WARM))
    spent = []
    for message in picked:
        start = time.thread_time()
        decide(signals_of(reader.read(message.text, message.turns)), rules)
        spent.append((time.thread_time() - start) * 1000)
    spent = spent[WARM:]
    cuts = statistics.quantiles(spent, n=100)
    return cuts[49], cuts[94], statistics.mean(spent)


def _start() -> tuple[tuple[float, float], tuple[float, float], float]:
    """The best of three fresh processes."""
    best: tuple[tuple[float, float], tuple[float, float], float] | None = None
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", _START], check=True, capture_output=True, text=True
        )
        imported, ready, memory = json.loads(done.stdout.splitlines()[-1])
        found = (tuple(imported), tuple(ready), float(memory))
        best = found if best is None else min(best, found)
    assert best is not None
    return best


if __name__ == "__main__":
    typer.run(main)
