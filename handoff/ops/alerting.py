"""`python -m handoff alerts`: what is open and what helps; close what was looked into."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from handoff.alerts import alert_of
from handoff.ports import OpenStore


def add_alert_commands(app: typer.Typer, open_store: OpenStore) -> None:
    """Mount `alerts`."""

    @app.command()
    def alerts(
        clear: Annotated[str, typer.Option(help="close this one; `all` closes every one")] = "",
    ) -> None:
        """Say which alerts are open, or close one; what still goes wrong raises it again."""
        for line in asyncio.run(_alerts(open_store, clear)):
            typer.echo(line)


async def _alerts(open_store: OpenStore, clear: str) -> list[str]:
    async with open_store() as store:
        found = await store.house.alerts()
        closing = [name for name in found if clear in (name, "all")]
        for name in closing:
            await store.house.clear_alert(name)
    if clear:
        return [f"closed {name}" for name in closing] or [f"no open alert is called {clear}"]
    return [
        f"{name} since {values.get('since', '?')}: {values.get('detail', '')}\n"
        f"  {alert_of(name).cause} {alert_of(name).remedy}"
        for name, values in sorted(found.items())
    ] or ["no alert is open"]
