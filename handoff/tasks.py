"""Ending: when a process is told to, and background tasks for good."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

ASK_AGAIN_SECONDS = 0.2


def told_to_stop() -> asyncio.Event:
    """The event that SIGINT or SIGTERM sets from now on."""
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    return told


async def ended(*tasks: asyncio.Future[Any]) -> None:
    """Cancel tasks until all are done; what they raised on the way is dropped.

    Once is not enough: redis-py can swallow a cancellation that meets it while it takes a
    connection.
    """
    while waiting := [task for task in tasks if not task.done()]:
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting, timeout=ASK_AGAIN_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)
