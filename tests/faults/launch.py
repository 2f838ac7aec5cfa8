"""Start the product's processes for the harness: forked from one that has imported everything, and
with whatever a run wants wrapped or broken. No tests here.

`python -m tests.faults.launch nursery SOCKET` imports the product once and has a nursery for each
harness that connects to SOCKET; it waits there for orders, a JSON line each, and tells who ended
and how. Importing aiogram takes 5 s; a fork takes none of them, so a bot that was killed is back as
fast as it can be. `python -m tests.faults.launch -m workers …` starts one anew, as a process of the
product starts its own.

The product knows nothing of this: what is wrapped is wrapped here, after the fork.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from handoff import jobs
from handoff.commandline import saying_why
from handoff.store.redis import open_store
from handoff.store.server import die_with_parent
from tests.faults import mutants, points

ROOT = Path(__file__).parents[2]
SLOW_SECONDS = 2.6
HURRIED_SECONDS = 0.5
HURRIED_JOB_SECONDS = 2
PACES = {
    "LOOK_SECONDS",
    "_LOOK_SECONDS",
    "EVERY_SECONDS",
    "REPORT_EVERY_SECONDS",
    "WAIT_SECONDS",
}
PLAN = "WARMLINE_FAULTS"
"""Environment: the order of a process, for those of its children that start anew."""


def imported() -> dict[str, Callable[[list[str]], Any]]:
    """Import the product whole; its commands by kind of process."""
    import uvloop  # noqa: F401

    import bot.run
    import handoff.desk.app
    import handoff.ops.metrics  # noqa: F401
    import workers.jobs  # noqa: F401
    from bot.commands import app as bot_app
    from handoff.__main__ import app as handoff_app
    from workers.__main__ import app as workers_app

    mind = bot.run.make_mind(ROOT / "seeds")
    # Reading the seeds takes as long as all the rest of a start; a run may bring a shop of its own,
    # but no other mind.
    bot.run.make_mind = lambda seeds, **how: mind
    return {
        "bot": lambda more: bot_app(more, prog_name="bot"),
        "desk": lambda more: handoff_app(["serve", *more], prog_name="handoff"),
        "workers": lambda more: workers_app(more, prog_name="workers"),
    }


def kept_by() -> dict[str, type]:
    """The classes behind the ports of a store over Redis."""

    async def look() -> dict[str, type]:
        async with open_store("redis://127.0.0.1:1", "nobody") as store:
            return {name: type(getattr(store, name)) for name, _ in points.port_methods()}

    return asyncio.run(look())


def prepare(order: dict[str, Any], stores: dict[str, type]) -> None:
    """Wrap and break what the order asks for, in this process."""
    bot_api = sys.modules.get("bot.telegram.api")
    if gauge := order.get("gauge"):
        api: Any = bot_api.BotApi if bot_api else None
        points.wrap(points.Gauge(Path(gauge)), stores, api)
    if mutant := order.get("mutant"):
        mutants.apply(mutant)
    if share := order.get("slow_shop"):
        _slow_down(float(share))
    if order.get("hurried"):
        _hurry()


def _hurry() -> None:
    """What is done every few seconds is done twice a second, so that a point in it is soon
    reached."""
    jobs.TIMETABLE = dict.fromkeys(jobs.TIMETABLE, HURRIED_JOB_SECONDS)
    for module in list(sys.modules.values()):
        if getattr(module, "TIMETABLE", None):
            module.TIMETABLE = jobs.TIMETABLE  # type: ignore[attr-defined]
        if getattr(module, "__name__", "").partition(".")[0] in {"bot", "handoff", "workers"}:
            for name in PACES & vars(module).keys():
                setattr(module, name, min(getattr(module, name), HURRIED_SECONDS))


def _slow_down(share: float) -> None:
    """Let this share of the shop's answers come when the customer has already been told to wait."""
    from bot.shop.demo import DemoShop

    usual, slow_at = DemoShop._answer, [0.0]

    async def late(self: DemoShop) -> None:
        # Twice in one turn would be a shop that is away.
        if random.random() < share and time.monotonic() - slow_at[0] > 2 * SLOW_SECONDS:
            slow_at[0] = time.monotonic()
            await asyncio.sleep(SLOW_SECONDS)
        await usual(self)

    DemoShop._answer = late  # type: ignore[method-assign]


@dataclass(frozen=True, slots=True)
class Product:
    """All of it, imported."""

    commands: dict[str, Callable[[list[str]], Any]] = field(default_factory=imported)
    stores: dict[str, type] = field(default_factory=kept_by)


class Nursery:
    """Forks processes on order and tells of their ends."""

    def __init__(self, channel: socket.socket, product: Product) -> None:
        self._channel = channel
        self._product = product
        self._children: set[int] = set()
        self._read_end, self._write_end = os.pipe()
        os.set_blocking(self._write_end, False)

    def serve(self) -> None:
        """Until the harness is gone; then end everybody."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._write_end)
        self._tell(event="ready")
        unread = b""
        while True:
            readable, _, _ = select.select([self._channel, self._read_end], [], [])
            if self._read_end in readable:
                os.read(self._read_end, 4096)
                self._reap()
            if self._channel in readable:
                heard = self._channel.recv(65536)
                if not heard:
                    break
                *lines, unread = (unread + heard).split(b"\n")
                for line in lines:
                    self._fork(orjson.loads(line))
        for pid in self._children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _tell(self, **what: object) -> None:
        self._channel.sendall(orjson.dumps(what) + b"\n")

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            self._children.discard(pid)
            self._tell(event="ended", pid=pid, code=os.waitstatus_to_exitcode(status))

    def _fork(self, order: dict[str, Any]) -> None:
        leave_with = die_with_parent()
        pid = os.fork()
        if pid:
            self._children.add(pid)
            self._tell(event="started", order=order["order"], pid=pid)
            return
        try:
            leave_with()
            self._channel.close()
            self._become(order)
        except SystemExit as end:
            os._exit(end.code if isinstance(end.code, int) else int(bool(end.code)))
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
        os._exit(0)

    def _become(self, order: dict[str, Any]) -> None:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.environ.clear()
        os.environ.update(order["environment"], **{PLAN: orjson.dumps(order).decode()})
        sys.argv = [order["kind"]]
        sys.executable = order["python"]
        random.seed()
        prepare(order, self._product.stores)
        try:
            with saying_why():
                self._product.commands[order["kind"]](order.get("more", []))
        finally:
            sys.stdout.flush()
            sys.stderr.flush()


def nurseries(address: str) -> None:
    """One for each harness that connects, until stdin is closed; each lives as long as its harness
    stays.
    """
    product = Product()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with suppress(FileNotFoundError):
        os.unlink(address)  # of one that has ended
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
            channel, _ = listener.accept()
            with channel:
                if os.fork() == 0:
                    listener.close()
                    Nursery(channel, product).serve()
                    os._exit(0)


def again(arguments: list[str]) -> None:
    """What a forked process starts itself as `python -m workers …`: the same order, from anew."""
    _, package, *more = arguments
    commands = imported() if package == "bot" else _light()
    prepare(orjson.loads(os.environ[PLAN]), kept_by())
    sys.argv = [package]
    with saying_why():
        commands[package](more)


def _light() -> dict[str, Callable[[list[str]], Any]]:
    from workers.__main__ import app

    return {"workers": lambda more: app(more, prog_name="workers")}


def main(arguments: list[str]) -> None:
    """See above."""
    if arguments[0] == "nursery":
        nurseries(arguments[1])
    else:
        again(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
