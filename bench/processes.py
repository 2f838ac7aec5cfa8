"""Processes under measurement: pinned to a core, their processor time read from the system."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import psutil

BOT_CORE, REST_CORE = 0, 1
STOP_SECONDS = 20


def pin(pid: int, core: int) -> None:
    """Keep a process and its later children on one core where the system has two."""
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > core:
        os.sched_setaffinity(pid, {core})


@contextmanager
def running(arguments: Sequence[str], environment: Mapping[str, str]) -> Iterator[int]:
    """A Python process on the bot's core until the block ends; its process id."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        preexec_fn=lambda: pin(0, BOT_CORE),
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def processor_seconds(pid: int) -> float:
    """User and system time of a process and its children so far."""
    process = psutil.Process(pid)
    times = [p.cpu_times() for p in (process, *process.children(recursive=True))]
    return sum(t.user + t.system for t in times)


def resident_mib(pid: int) -> float:
    """Memory a process holds."""
    return float(psutil.Process(pid).memory_info().rss) / 2**20
