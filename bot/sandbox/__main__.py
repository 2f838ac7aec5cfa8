"""`python -m bot.sandbox`: run the sandbox, or replay a file of messages through the product."""

from __future__ import annotations

import asyncio
import signal
from typing import Annotated

import typer
import uvloop

from bot.sandbox.customers import CustomersError
from bot.sandbox.journal import JournalTaken
from bot.sandbox.pictures import Pictures
from bot.sandbox.server import SandboxServer, open_ephemeral_exchange, open_exchange
from bot.sandbox.settings import SandboxSettings

app = typer.Typer(add_completion=False, help=__doc__, pretty_exceptions_enable=False)


@app.callback(invoke_without_command=True)
def run(
    context: typer.Context,
    port: Annotated[int | None, typer.Option(help="instead of SANDBOX_PORT; 0: a free one")] = None,
    ephemeral: Annotated[bool, typer.Option(help="keep nothing: tests, measurements")] = False,
    limits: Annotated[bool, typer.Option(help="how fast a bot may speak")] = True,
) -> None:
    """Stand in for Telegram until Ctrl-C."""
    if context.invoked_subcommand is None:
        uvloop.run(_serve(port, ephemeral=ephemeral, limited=limits))


async def _serve(port: int | None, *, ephemeral: bool, limited: bool) -> None:
    settings = SandboxSettings()
    try:
        if ephemeral:
            exchange = open_ephemeral_exchange(settings.seeds_dir)
        else:
            exchange = open_exchange(settings.data_dir, settings.seeds_dir)
    except (CustomersError, JournalTaken) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    exchange.limits.enabled = limited
    server = SandboxServer(exchange, Pictures(settings.seeds_dir / "demo" / "pictures"))
    await server.start(settings.sandbox_port if port is None else port)
    typer.echo(f"sandbox: {server.url}")
    await _until_told_to_stop()
    await server.stop()


async def _until_told_to_stop() -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    await told.wait()


if __name__ == "__main__":
    app()
