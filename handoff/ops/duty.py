"""What a bot or desk process does for those on duty: watch the shop, and tell its alerts."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from handoff.ops.outage import Outage
from handoff.ops.telling import LogSink, Sink, Telling
from handoff.ops.watch import Watch
from handoff.ports import Store
from handoff.settings import StoreSettings

Work = Callable[[], Coroutine[Any, Any, None]]


def duties(
    store: Store,
    owner: str,
    *,
    folders: tuple[Path, ...],
    sinks: Sequence[Sink] = (),
    direct: Sequence[Sink] = (),
) -> list[Work]:
    """What runs until the process ends. `direct` sinks need no store: they hear that it is away."""
    tellings = [Telling(store, owner, sink) for sink in (LogSink(), *sinks)]
    return [
        Watch(store, owner, folders=folders).run,
        Outage(store.events, [LogSink(), *direct]).run,
        *(telling.run for telling in tellings),
    ]


def folders_of(settings: StoreSettings) -> tuple[Path, ...]:
    """The folders that are written to: their disks must not fill."""
    return tuple(dict.fromkeys([settings.data_dir, settings.attachments_dir]))
