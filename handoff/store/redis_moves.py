"""How many cases were opened, claimed and resolved lately, told from what there is of them anyway.

An open case knows when it was opened and claimed. Where an assignment ends, its script writes
`case|opened|claimed` into `ended`, with `|back` behind it where the case waits again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from handoff.store.calls import Calls
from handoff.store.keys import Keys

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Moves:
    """Since some time: cases opened, (claimed at, waited) in ms of each claim, cases resolved."""

    opened: int
    claims: tuple[tuple[int, int], ...]
    resolved: int


class RedisMoves:
    """Reads what happened in the last `seconds`, 24 h at most."""

    def __init__(self, calls: Calls, keys: Keys, now: Callable[[], int]) -> None:
        self._calls = calls
        self._keys = keys
        self._now = now

    async def within(self, seconds: int) -> Moves:
        """What happened in the last `seconds`."""
        now, ended = self._now(), self._keys.of("ended")
        _, rows, *listed = await self._calls.both(
            ("ZREMRANGEBYSCORE", ended, "-inf", now - DAY_MS),
            ("ZRANGEBYSCORE", ended, now - seconds * 1000, "+inf"),
            ("ZRANGE", self._keys.of("queue"), 0, -1),
            ("ZRANGE", self._keys.of("assigned"), 0, -1),
        )
        held = [*map(_ended, rows), *await self._open(listed)]
        return _moves(held, since=now - seconds * 1000)

    async def claims(self, seconds: int, most: int) -> tuple[tuple[int, int], ...]:
        """Of these, the last claims. Every handoff asks for them, so those who wait, who may be
        many and were claimed by nobody, are not looked at.
        """
        since = self._now() - seconds * 1000
        rows, listed = await self._calls.both(
            ("ZREVRANGEBYSCORE", self._keys.of("ended"), "+inf", since, "LIMIT", 0, most),
            ("ZRANGE", self._keys.of("assigned"), 0, -1),
        )
        held = [*map(_ended, rows), *await self._open([listed])]
        return _moves(held, since=since).claims[-most:]

    async def _open(self, listed: list[list[bytes]]) -> list[tuple[bytes, ...]]:
        """The same of the cases that wait or are held."""
        ids = [case_id for ids in listed for case_id in ids]
        times = await self._calls.both(
            *(("HMGET", self._keys.case(i.decode()), "opened", "claimed", "status") for i in ids)
        )
        return [
            (case_id, opened, claimed if status == b"assigned" else b"", b"back")
            for case_id, (opened, claimed, status) in zip(ids, times, strict=True)
            if opened
        ]


def _ended(row: bytes) -> tuple[bytes, ...]:
    return (*row.split(b"|"), b"")[:4]


def _moves(held: list[tuple[bytes, ...]], *, since: int) -> Moves:
    claims = [(int(claimed), int(opened)) for _, opened, claimed, _ in held if claimed]
    return Moves(
        opened=len({case_id for case_id, opened, _, _ in held if int(opened) >= since}),
        claims=tuple(sorted((at, at - opened) for at, opened in claims if at >= since)),
        resolved=sum(not back for *_, back in held),
    )
