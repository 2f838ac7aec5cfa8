"""`python -m handoff top` and `queue`: the queue in a terminal, live or for a script."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated

import orjson
import typer
from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from handoff.alerts import alert_of
from handoff.case import Case, QueueFigures
from handoff.errors import StoreDown
from handoff.figures import PACE_SECONDS, minutes_to_clear
from handoff.ports import OpenStore, Store

ROWS = 15


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The queue at one moment."""

    classes: tuple[QueueFigures, ...]
    waiting: tuple[Case, ...]
    assigned: int
    present: tuple[str, ...]
    claims: int
    alerts: dict[str, dict[str, str]]
    processes: dict[str, dict[str, float]]
    dead_letters: int

    @property
    def depth(self) -> int:
        """Cases that wait."""
        return sum(figures.depth for figures in self.classes)

    @property
    def oldest_wait_seconds(self) -> float:
        """The longest wait, 0 when nobody waits."""
        return max((figures.oldest_wait_seconds for figures in self.classes), default=0.0)

    @property
    def minutes_to_clear(self) -> float | None:
        """Depth by the claims of the last 15 minutes; None when nobody was taken in them."""
        return minutes_to_clear(self.depth, self.claims)


async def take_snapshot(store: Store) -> Snapshot:
    """Look at everything once. Raises StoreDown."""
    return Snapshot(
        classes=await store.cases.figures(),
        waiting=await store.cases.waiting(ROWS),
        assigned=len(await store.cases.assigned()),
        present=await store.presence.present(),
        claims=await store.house.happened("claims", PACE_SECONDS),
        alerts=await store.house.alerts(),
        processes=await store.house.reports(),
        dead_letters=await store.house.dead_letter_count(),
    )


def add_board_commands(app: typer.Typer, open_store: OpenStore) -> None:
    """Mount `top` and `queue`."""

    @app.command()
    def top(once: Annotated[bool, typer.Option(help="print it once and leave")] = False) -> None:
        """Watch the queue live, until Ctrl-C."""
        asyncio.run(_top(open_store, once))

    @app.command()
    def queue(
        as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
        max_wait: Annotated[
            float | None, typer.Option(help="leave with 2 when somebody waits longer, seconds")
        ] = None,
        max_depth: Annotated[
            int | None, typer.Option(help="leave with 2 when more cases wait")
        ] = None,
    ) -> None:
        """Depth and oldest wait by class; the exit code is for cron."""
        snapshot = asyncio.run(_once(open_store))
        typer.echo(_as_json(snapshot) if as_json else _as_text(snapshot))
        too_long = max_wait is not None and snapshot.oldest_wait_seconds > max_wait
        too_many = max_depth is not None and snapshot.depth > max_depth
        if too_long or too_many:
            raise typer.Exit(2)


async def _once(open_store: OpenStore) -> Snapshot:
    async with open_store() as store:
        return await take_snapshot(store)


async def _top(open_store: OpenStore, once: bool) -> None:
    console = Console()
    async with open_store() as store:
        if once:
            console.print(render(await take_snapshot(store)))
            return
        with Live(console=console, screen=True, auto_refresh=False) as live:
            while True:
                try:
                    live.update(render(await take_snapshot(store)), refresh=True)
                except StoreDown:
                    live.update(Panel("The store does not answer; trying again."), refresh=True)
                await asyncio.sleep(1)


def render(snapshot: Snapshot) -> Group:
    """The board as a terminal shows it."""
    clear = snapshot.minutes_to_clear
    clears = "unknown" if clear is None else f"{clear:.0f} min"
    head = (
        f"waiting [b]{snapshot.depth}[/b]   oldest [b]{spell(snapshot.oldest_wait_seconds)}[/b]   "
        f"clears in [b]{clears}[/b]   in hand [b]{snapshot.assigned}[/b]   "
        f"agents [b]{escape(', '.join(snapshot.present)) or 'nobody'}[/b]   "
        f"set aside [b]{snapshot.dead_letters}[/b]"
    )
    return Group(
        Panel(head, title="Warmline"), _cases(snapshot), _classes(snapshot), *_troubles(snapshot)
    )


def _cases(snapshot: Snapshot) -> Table:
    table = Table("case", "waits", "priority", "skill", "reason", "why here", expand=True)
    now = datetime.now(UTC)
    for case in snapshot.waiting:
        waits = spell((now - case.opened_at).total_seconds())
        table.add_row(
            case.id, waits, case.priority, case.skill, escape(case.reason), escape(case.why)
        )
    if not snapshot.waiting:
        table.add_row("nobody waits", "", "", "", "", "")
    return table


def _classes(snapshot: Snapshot) -> Table:
    table = Table("priority", "skill", "depth", "oldest wait")
    for figures in snapshot.classes:
        table.add_row(
            figures.priority, figures.skill, str(figures.depth), spell(figures.oldest_wait_seconds)
        )
    return table


def _troubles(snapshot: Snapshot) -> list[Panel]:
    lines = [
        escape(f"{name}: {values.get('detail', '')}\n  {alert_of(name).remedy}")
        for name, values in sorted(snapshot.alerts.items())
    ]
    processes = "   ".join(sorted(snapshot.processes)) or "none reports"
    return [Panel("\n".join(lines) or "none", title="alerts"), Panel(processes, title="processes")]


def spell(seconds: float) -> str:
    """Seconds as people say them: 45 s, 12 min, 3 h 05."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds // 3600:.0f} h {seconds % 3600 // 60:02.0f}"


def _as_json(snapshot: Snapshot) -> str:
    return orjson.dumps(
        {
            "depth": snapshot.depth,
            "oldest_wait_seconds": round(snapshot.oldest_wait_seconds, 1),
            "minutes_to_clear": snapshot.minutes_to_clear,
            "assigned": snapshot.assigned,
            "classes": [asdict(figures) for figures in snapshot.classes],
        },
        option=orjson.OPT_INDENT_2,
    ).decode()


def _as_text(snapshot: Snapshot) -> str:
    rows = [f"{'priority':<10}{'skill':<8}{'depth':>6}{'oldest wait':>14}"]
    rows += [
        f"{f.priority:<10}{f.skill:<8}{f.depth:>6}{spell(f.oldest_wait_seconds):>14}"
        for f in snapshot.classes
    ]
    rows.append(f"{'all':<10}{'':<8}{snapshot.depth:>6}{spell(snapshot.oldest_wait_seconds):>14}")
    return "\n".join(rows)
