"""What is done later, around conversations: ids in, nothing out, safe to run twice.

Each job opens what it needs and closes it again. None of them speaks to a customer.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime

import structlog

from bot.shop.demo import load_demo_shop
from handoff.calendar import load_hours
from handoff.conversation import ConversationId
from handoff.errors import ArchiveDown
from handoff.jobs import TERMS, Job
from handoff.settings import StoreSettings
from handoff.store.redis import open_store
from handoff.store.server import resolve_url
from workers.enriching import Sources, enrich
from workers.noting import note
from workers.noting import note_use as note_a_use
from workers.roll import Roll

ARCHIVE_ALERT = "archive_down"
ARCHIVE_OLD_ALERT = "archive_old"
EVENTS_ALERT = "archive_gap"

log = structlog.get_logger()


class JobFailed(Exception):
    """A job could not do its work now; RQ tries it again. Names the type of what went wrong and
    nothing else: RQ logs and stores an error's text, and that may quote a customer."""


def enrich_packet(conversation_id: str, case_id: str) -> None:
    """Add to a packet what takes longer to find: parcel news, other orders, earlier cases."""
    with _closing_line("enrich_packet", case=case_id):
        asyncio.run(_enrich_packet(conversation_id, case_id))


async def _enrich_packet(conversation_id: str, case_id: str) -> None:
    settings = StoreSettings()
    zone = load_hours(settings.seeds_dir).zone
    shop = load_demo_shop(settings.seeds_dir, lambda: datetime.now(UTC), zone)
    async with open_store(resolve_url(settings), settings.shop) as store:
        await enrich(store, Sources(shop, shop), conversation_id, case_id)


def note_gap(conversation_id: str, messages: str, token: str) -> None:
    """Write a question nobody could answer down for the editors, without who asked it."""
    with _closing_line("note_gap"):
        asyncio.run(_note_gap(conversation_id, messages, token))


async def _note_gap(conversation_id: str, messages: str, token: str) -> None:
    settings = StoreSettings()
    numbers = frozenset(map(int, filter(None, messages.split(","))))
    async with open_store(resolve_url(settings), settings.shop) as store:
        await note(store, ConversationId(conversation_id), numbers, token)


def note_use(article: str, kind: str, token: str, at_ms: str) -> None:
    """Count that a scenario's article was told, or what came of it."""
    with _closing_line("note_use"):
        asyncio.run(_note_use(article, kind, token, int(at_ms)))


async def _note_use(article: str, kind: str, token: str, at_ms: int) -> None:
    settings = StoreSettings()
    async with open_store(resolve_url(settings), settings.shop) as store:
        await note_a_use(store, article, kind, token, at_ms)


def archive() -> None:
    """Move what is new to the archive. A database that is away raises an alert and keeps nobody
    waiting: the next round tries again."""
    with _closing_line("archive"):
        asyncio.run(_archive())


async def _archive() -> None:
    from handoff.archive.moving import move  # SQL is a quarter of a second others need not pay
    from handoff.archive.sql import archive_url, open_archive

    settings = StoreSettings()
    database_url = settings.database_url.get_secret_value()
    address = archive_url(database_url, settings.data_dir)
    async with (
        open_store(resolve_url(settings), settings.shop) as store,
        open_archive(address) as sql,
    ):
        try:
            if database_url and not await sql.is_current():
                await store.house.alert(ARCHIVE_OLD_ALERT, "")
                return
            await sql.migrate()
            moved = await move(store, sql)
        except ArchiveDown as error:
            await store.house.alert(ARCHIVE_ALERT, str(error))
            return
        for alert in (ARCHIVE_ALERT, ARCHIVE_OLD_ALERT):
            await store.house.clear_alert(alert)
        if moved.events_missed:
            await store.house.alert(EVENTS_ALERT, "")
    log.info("archive.moved", **asdict(moved))


@contextmanager
def _closing_line(job: str, **ids: str) -> Iterator[None]:
    """One line in the log for each run, however it ends."""
    started = time.monotonic()
    bound = log.bind(job=job, **ids)
    called, roll = _called()
    if not roll.begin(called, TERMS[Job(f"{__name__}.{job}")].seconds):
        bound.warning("job.twice")  # its worker died and it lives on; both do no harm
    try:
        yield
    except Exception as error:
        roll.broke(called)
        bound.error("job.failed", error=type(error).__name__, exc_info=error)
        raise JobFailed(type(error).__name__) from None
    roll.end(called)
    bound.info("job.done", ms=round((time.monotonic() - started) * 1000, 1))


def _called() -> tuple[str, Roll]:
    """By which id RQ called the job that runs here, and the roll it is on."""
    from rq import get_current_job

    current, shop = get_current_job(), StoreSettings().shop
    if current is None:
        raise JobFailed("called by nobody")
    return current.id, Roll(current.connection, shop)
