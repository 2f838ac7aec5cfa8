"""The watch over the shop: looks every few seconds, and raises the alerts that a look can tell.

It changes nothing else. Every bot and desk process has one, and one at a time looks (the leader
called `watch`), so that a process that is gone is noticed by the others. What a process knows only
of itself (Telegram refuses the token, the disk of its machine fills) it raises itself.
"""

from __future__ import annotations

import asyncio
import shutil
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog

from handoff.errors import StoreDown
from handoff.forms import NEWER_ALERT
from handoff.ports import House, Store
from handoff.upkeep import DEAD_LETTERS_KEPT, STARTED

LOOK_SECONDS = 5.0
LEASE_MS = 12_000
TURNS_LATE_SECONDS = 30.0
SENDS_LATE_SECONDS = 60.0
GONE_SECONDS = 17.0
"""Three reports missed."""
DISK_SHARE, DISK_BYTES = 0.05, 512 * 1024 * 1024
"""A disk is filling when less than both is free."""
TURNS_LATE_ALERT = "turns_late"
SENDS_LATE_ALERT = "sends_late"
MISSING_ALERT = "process_missing"
MEMORY_HIGH_ALERT = "memory_high"
MEMORY_FULL_ALERT = "memory_full"
MEMORY_HIGH_SHARE, MEMORY_FULL_SHARE = 0.6, 0.8
DISK_ALERT = "disk_filling"
DEAD_ALERT = "dead_letters"
FULL_ALERT = "dead_letters_full"
FULL_SHARE = 0.8
_NAMED_MOST = 10

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Disk:
    """How much room a disk has."""

    free_bytes: int
    total_bytes: int

    @property
    def is_filling(self) -> bool:
        """Whether somebody should make room."""
        return self.free_bytes < min(self.total_bytes * DISK_SHARE, DISK_BYTES)


def disk_of(folder: Path) -> Disk:
    """The disk a folder lies on, or will lie on."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    return Disk(usage.free, usage.total)


class Watch:
    """One process's watch, known to the others as `owner`."""

    def __init__(
        self,
        store: Store,
        owner: str,
        *,
        folders: tuple[Path, ...] = (),
        disk: Callable[[Path], Disk] = disk_of,
        machine: str = "",
        now: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._owner = owner
        self._folders = folders
        self._disk = disk
        self._machine = machine or socket.gethostname()
        self._now = now

    async def run(self) -> None:
        """Look until cancelled; survives a store that is away."""
        try:
            while True:
                await self._once()
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            await self._yield()

    async def _once(self) -> None:
        try:
            await self.look_at_disks()
            if await self._store.house.lead("watch", self._owner, lease_ms=LEASE_MS):
                await self.look()
        except StoreDown:
            return  # the process tells it itself: `handoff/ops/outage.py`
        except Exception:  # a look that fails must not end the looks
            log.exception("watch.failed")

    async def look(self) -> None:
        """One look at what all share. Raises StoreDown."""
        await self._look_at_agendas()
        await self._look_at_processes()
        await self._look_at_memory()
        await self._look_at_dead_letters()
        newer = await self._store.upkeep.newer_cases()
        await self._tell(f"{NEWER_ALERT}:cases", ", ".join(newer[:_NAMED_MOST]))

    async def look_at_disks(self) -> None:
        """One look at the disks of this machine. Raises StoreDown."""
        for folder in self._folders:
            await self._look_at_disk(folder.absolute())

    async def _look_at_agendas(self) -> None:
        lag = await self._store.upkeep.lag()
        turns, sends = lag.turns_seconds, lag.sends_seconds
        late = f"the longest for {turns:.0f} s" if turns > TURNS_LATE_SECONDS else ""
        await self._tell(TURNS_LATE_ALERT, late)
        late = f"the longest for {sends:.0f} s" if sends > SENDS_LATE_SECONDS else ""
        await self._tell(SENDS_LATE_ALERT, late)

    async def _look_at_processes(self) -> None:
        seen = await self._store.upkeep.processes()
        started = {
            name: figures.get(f"={STARTED}", 0.0)
            for name, figures in (await self._store.house.reports()).items()
        }
        gone = missing(seen, started, self._now())
        open_now = await self._store.house.alerts()
        for name in {name.partition(":")[2] for name in open_now if _is_missing(name)} - gone:
            await self._tell(f"{MISSING_ALERT}:{name}", "")
        for name in gone:
            silent = self._now() - seen[name]
            await self._tell(f"{MISSING_ALERT}:{name}", f"silent for {silent:.0f} s")

    async def _look_at_memory(self) -> None:
        use = await self._store.upkeep.memory_use()
        told = f"{use.share:.0%} of {use.limit_bytes >> 20} MB"
        await self._tell(MEMORY_HIGH_ALERT, told if use.share > MEMORY_HIGH_SHARE else "")
        await self._tell(MEMORY_FULL_ALERT, told if use.share > MEMORY_FULL_SHARE else "")

    async def _look_at_dead_letters(self) -> None:
        count = await self._store.house.dead_letter_count()
        await self._tell(DEAD_ALERT, f"{count} dead letters" if count else "")
        full = count > DEAD_LETTERS_KEPT * FULL_SHARE
        await self._tell(FULL_ALERT, f"{count} of {DEAD_LETTERS_KEPT}" if full else "")

    async def _look_at_disk(self, folder: Path) -> None:
        try:
            disk = await asyncio.to_thread(self._disk, folder)
        except OSError as error:
            log.warning("watch.disk_unknown", error=type(error).__name__)
            return
        share = 100 * disk.free_bytes / max(1, disk.total_bytes)
        detail = f"{disk.free_bytes >> 20} MB free ({share:.0f} %)" if disk.is_filling else ""
        await self._tell(f"{DISK_ALERT}:{self._machine}:{folder}", detail)

    async def _tell(self, alert: str, detail: str) -> None:
        await raise_or_clear(self._store.house, alert, detail)

    async def _yield(self) -> None:
        try:
            await self._store.house.yield_lead("watch", self._owner)
        except StoreDown:
            return  # the lease ends by itself


async def raise_or_clear(house: House, alert: str, detail: str) -> None:
    """Raise the alert, or clear it when there is nothing to say."""
    if detail:
        await house.alert(alert, detail)
    else:
        await house.clear_alert(alert)


def _is_missing(alert: str) -> bool:
    return alert.partition(":")[0] == MISSING_ALERT


def missing(seen: Mapping[str, float], started: Mapping[str, float], now: float) -> set[str]:
    """Processes that fell silent and that no later one of their kind has replaced.

    `seen` is when each reported last, `started` when those that report now began (epoch seconds).
    One that ended in order has said so and is not in `seen`.
    """
    gone: set[str] = set()
    for kind in {_kind(name) for name in seen}:
        silent = {n for n, at in seen.items() if _kind(n) == kind and now - at > GONE_SECONDS}
        fresh = sorted(
            at for name, at in started.items() if _kind(name) == kind and name not in silent
        )
        for name in sorted(silent, key=seen.__getitem__):
            heir = next((at for at in fresh if at > seen[name] - GONE_SECONDS), None)
            if heir is None:
                gone.add(name)
            else:
                fresh.remove(heir)
    return gone


def _kind(process: str) -> str:
    return process.partition("-")[0]
