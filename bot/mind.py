"""What turns think with: everything made from the seeds, read again when they change.

Seeds with mistakes never replace good ones: the old content stays, the mistakes are logged and
alerted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import structlog

from bot.answering import Answerer
from bot.deciding import Counts, Mind
from bot.understanding.reader import Reader
from handoff.errors import SeedErrors, StoreDown
from handoff.ports import House
from handoff.speech.guard import Finding

LOOK_SECONDS = 3.0
SEEDS_ALERT = "seeds_broken"

log = structlog.get_logger()
Stamp = tuple[tuple[str, int, int], ...]
Makes = Callable[[Path], Mind]


def make_mind(seeds_dir: Path, counts: Counts | None = None, *, semantic: bool = False) -> Mind:
    """Read all seeds; raises SeedErrors with every mistake at once. `counts` is told what the
    guard mended; `semantic` reads by meaning too, and raises StartRefused without that extra.
    """
    answerer = Answerer.load(seeds_dir, partial(_note_mended, counts))
    reader = Reader.from_seeds(seeds_dir, answerer.seeds.knowledge, semantic=semantic)
    return Mind(answerer, reader)


def _note_mended(counts: Counts | None, finding: Finding) -> None:
    """Every mending is a fault of ours to look into; the words themselves are nobody's business."""
    log.warning("reply.mended", rule=finding.rule, fault=finding.fault)
    if counts is not None:
        counts.count("replies_mended")


def stamp_of(seeds_dir: Path) -> Stamp:
    """A value that changes with any file of the seeds."""
    files = sorted(path for path in seeds_dir.rglob("*") if path.is_file())
    return tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files)


async def keep_fresh(
    mind: Mind,
    seeds_dir: Path,
    house: House,
    make: Makes,
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Look for changed seeds until cancelled, and put what `make` makes of them into `mind`."""
    known, broken = await asyncio.to_thread(stamp_of, seeds_dir), ""
    while True:
        await sleep(LOOK_SECONDS)
        try:
            stamp = await asyncio.to_thread(stamp_of, seeds_dir)
        except OSError:  # a file went away while we looked; the next look sees the whole
            continue
        if stamp != known:
            known = stamp
            broken = await _reload(mind, seeds_dir, make)
            if not broken:
                await _tell(house, "")
        if broken:
            await _tell(house, broken)


async def _reload(mind: Mind, seeds_dir: Path, make: Makes) -> str:
    """Put the new parts into `mind`; returns what is wrong with them."""
    try:
        fresh = await asyncio.to_thread(make, seeds_dir)
    except SeedErrors as errors:
        for error in errors.errors:
            log.error("seeds.refused", path=error.path, place=error.place, problem=error.problem)
        return f"{len(errors.errors)} mistakes, first: {errors.errors[0]}"
    except Exception as error:  # a mistake no loader names must not end the bot either
        log.exception("seeds.unreadable")
        return f"{type(error).__name__} while they were read; see `seeds.unreadable` in the log"
    mind.answerer, mind.reads = fresh.answerer, fresh.reads
    log.info("seeds.reloaded")
    return ""


async def _tell(house: House, detail: str) -> None:
    """Raise the alert, again at each look while it lasts; or clear it."""
    try:
        if detail:
            await house.alert(SEEDS_ALERT, detail)
        else:
            await house.clear_alert(SEEDS_ALERT)
    except StoreDown:
        log.warning("alert.not_kept", alert=SEEDS_ALERT)
