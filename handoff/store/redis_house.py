"""What belongs to the shop in Redis: leaders, dead letters, chores, alerts, figures, events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import orjson

from handoff.agenda import Chore
from handoff.alerts import alert_of
from handoff.conversation import ConversationId
from handoff.errors import CaseOpen
from handoff.store.calls import Calls
from handoff.store.keys import Keys
from handoff.store.records import iso_seconds
from handoff.store.redis_moves import RedisMoves
from handoff.store.scripts import Scripts
from handoff.upkeep import DEAD_LETTERS_KEPT, STARTED

DAY_SECONDS = 86_400
DAY_MINUTES = 1_440
REPORT_SECONDS = 60


class RedisHouse:
    """`handoff.ports.House`. `patient` may wait longer than the ordinary timeout."""

    def __init__(
        self,
        scripts: Scripts,
        calls: Calls,
        keys: Keys,
        *,
        patient: Calls,
        now: Callable[[], int],
    ) -> None:
        self._run = scripts.run
        self._calls = calls
        self._patient = patient
        self._key = keys.of
        self._now = now
        self._moves = RedisMoves(calls, keys, now)

    async def erase(self, conversation_id: ConversationId) -> bool:
        keys = [*map(self._key, ("agenda:turns", "agenda:sends", "dead"))]
        reply = await self._run("erase", keys, conversation_id)
        if reply[0] == b"open":
            raise CaseOpen(reply[1].decode())
        return bool(reply[0] == b"erased")

    async def lead(self, name: str, owner: str, *, lease_ms: int) -> bool:
        (leading,) = await self._run("lead", [self._key(f"lead:{name}")], owner, lease_ms, 1)
        return bool(leading)

    async def yield_lead(self, name: str, owner: str) -> None:
        await self._run("lead", [self._key(f"lead:{name}")], owner, 1, 0)

    async def bury(self, kind: str, reason: str, raw: bytes, *, conversation: str = "") -> None:
        await self._calls.one(
            "XADD",
            self._key("dead"),
            "MAXLEN",
            "~",
            DEAD_LETTERS_KEPT,
            "*",
            "kind",
            kind,
            "reason",
            reason,
            "conversation",
            conversation,
            "raw",
            raw,
        )

    async def dead_letters(self, most: int = 100) -> list[dict[str, str]]:
        entries = await self._calls.one("XREVRANGE", self._key("dead"), "+", "-", "COUNT", most)
        return [{"id": entry_id, **values} for entry_id, values in map(entry_of, entries)]

    async def dead_letter_count(self) -> int:
        return int(await self._calls.one("XLEN", self._key("dead")))

    async def chores(self, most: int) -> tuple[Chore, ...]:
        rows = await self._calls.one("LRANGE", self._key("chores"), 0, most - 1)
        return tuple(Chore(op, job, tuple(args)) for op, job, *args in map(orjson.loads, rows))

    async def chore_done(self, chore: Chore) -> None:
        row = orjson.dumps([chore.op, chore.job, *chore.args])
        await self._calls.one("LREM", self._key("chores"), 1, row)

    async def alert(self, name: str, detail: str, *, seconds: float | None = None) -> None:
        lasts_seconds = alert_of(name).lasts_seconds if seconds is None else seconds
        await self._run("alert", [self._key("alerts")], name, detail, int(lasts_seconds * 1000))

    async def clear_alert(self, name: str) -> None:
        parts = ("since", "detail", "count", "until")
        await self._calls.one("HDEL", self._key("alerts"), *(f"{name}|{part}" for part in parts))

    async def alerts(self) -> dict[str, dict[str, str]]:
        found: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for field, value in (await self._calls.one("HGETALL", self._key("alerts"))).items():
            name, _, part = field.decode().rpartition("|")
            found[name][part] = value.decode()
        now = self._now()
        return {
            name: {
                "since": iso_seconds(values["since"]),
                "detail": values["detail"],
                "count": values["count"],
            }
            for name, values in found.items()
            if float(values.get("until", 0)) > now
        }

    async def report(self, process: str, figures: dict[str, float]) -> None:
        names = (f"metrics:{process}", "processes", f"counted:{process}", "totals")
        await self._run(
            "report",
            [*map(self._key, names)],
            process,
            orjson.dumps(figures),
            repr(figures.get(f"={STARTED}", 0.0)),
            REPORT_SECONDS,
        )

    async def reports(self) -> dict[str, dict[str, float]]:
        since = self._now() - DAY_SECONDS * 1000
        names = [
            raw.decode()
            for raw in await self._calls.one("ZRANGEBYSCORE", self._key("processes"), since, "+inf")
        ]
        values = await self._calls.both(*(("GET", self._key(f"metrics:{name}")) for name in names))
        return {name: orjson.loads(raw) for name, raw in zip(names, values, strict=True) if raw}

    async def history(self, minutes: int) -> list[dict[str, float]]:
        since = self._now() // 60_000 - minutes
        days = await self._calls.both(
            *(("HGETALL", self._day(day)) for day in range(since // DAY_MINUTES, self._today() + 1))
        )
        rows = ((int(minute), raw) for day in days for minute, raw in day.items())
        kept = sorted((minute, orjson.loads(raw)) for minute, raw in rows if minute > since)
        return [{"at": minute * 60.0, **row} for minute, row in kept]

    async def note_minute(self, row: dict[str, float]) -> None:
        minute = self._now() // 60_000
        day = self._day(self._today())
        await self._calls.both(
            ("HSET", day, minute, orjson.dumps(row)), ("EXPIRE", day, 2 * DAY_SECONDS)
        )

    def _today(self) -> int:
        return self._now() // 60_000 // DAY_MINUTES

    def _day(self, day: int) -> str:
        return self._key(f"history:{day}")

    async def happened(self, what: str, seconds: int) -> int:
        moves = await self._moves.within(seconds)
        found = {"opened": moves.opened, "claims": len(moves.claims), "resolved": moves.resolved}
        return found[what]

    async def wait_for(self, what: str, timeout_seconds: float) -> None:
        key = self._key(f"wake:{what}")
        await self._patient.patiently("BLPOP", key, timeout_seconds, seconds=timeout_seconds)


class RedisEvents:
    """`handoff.ports.Events` over one stream."""

    def __init__(self, calls: Calls, keys: Keys, patient: Calls) -> None:
        self._calls = calls
        self._key = keys.of("events")
        self._patient = patient

    async def last_id(self) -> str:
        newest = await self._calls.one("XREVRANGE", self._key, "+", "-", "COUNT", 1)
        return entry_of(newest[0])[0] if newest else "0-0"

    async def after(
        self, event_id: str, *, wait_ms: int, most: int = 200
    ) -> list[tuple[str, dict[str, str]]] | None:
        oldest, length = await self._calls.both(
            ("XRANGE", self._key, "-", "+", "COUNT", 1), ("XLEN", self._key)
        )
        first = entry_of(oldest[0])[0] if oldest else ""
        if event_id != "0-0" and (not length or _order(event_id) < _order(first)):
            return None
        entries = await self._calls.one("XRANGE", self._key, f"({event_id}", "+", "COUNT", most)
        if not entries and wait_ms > 0:
            entries = await self._wait(event_id, wait_ms, most)
        return list(map(entry_of, entries))

    async def _wait(self, event_id: str, wait_ms: int, most: int) -> list[Any]:
        read = ("XREAD", "COUNT", most, "BLOCK", wait_ms, "STREAMS", self._key, event_id)
        reply = await self._patient.patiently(*read, seconds=wait_ms / 1000)
        # The client puts a stream's entries into one more list where it speaks RESP3, as ours does.
        return [entry for (entries,) in reply.values() for entry in entries] if reply else []


def _order(event_id: str) -> tuple[int, int]:
    ms, _, counter = event_id.partition("-")
    return int(ms), int(counter or 0)


def entry_of(entry: Any) -> tuple[str, dict[str, str]]:
    """An entry of a stream: its id and its values."""
    entry_id, values = entry
    if isinstance(values, list):
        values = dict(zip(values[::2], values[1::2], strict=True))
    return entry_id.decode(), {k.decode(): v.decode(errors="replace") for k, v in values.items()}
