"""`python -m bot.sandbox`: run the sandbox, or replay a file of messages through the product."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import aiohttp
import structlog
import typer
import uvloop

from bot.sandbox.client import SandboxClient
from bot.sandbox.pictures import Pictures
from bot.sandbox.replay import (
    Item,
    OutcomeOf,
    Pace,
    Replayed,
    line_of,
    read_items,
    replay,
    report_of,
    table_of,
)
from bot.sandbox.server import HOST, SandboxServer, open_ephemeral_exchange, open_exchange
from bot.sandbox.settings import SandboxSettings
from handoff.commandline import saying_why
from handoff.errors import StartRefused
from handoff.logging import configure
from handoff.tasks import told_to_stop

log = structlog.get_logger(__name__)
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


@app.command("replay")
def replay_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON Lines")],
    url: Annotated[str, typer.Option(help="the sandbox; default: SANDBOX_PORT here")] = "",
    limit: Annotated[int | None, typer.Option(help="only the first so many")] = None,
    parallel: Annotated[int, typer.Option(min=1, help="conversations at once")] = 8,
    json: Annotated[Path | None, typer.Option(help="write everything that came back")] = None,
) -> None:
    """Send the messages of FILE through the running product and print what came back."""
    address = url or f"http://{HOST}:{SandboxSettings().sandbox_port}"
    try:
        items = read_items(file, limit)
        results = uvloop.run(_replay(address, items, Pace(parallel=parallel)))
    except aiohttp.ClientConnectionError:
        raise StartRefused(f"No sandbox answers at {address}: start one with `make run`.") from None
    if json is not None:
        json.write_bytes(report_of(results))


async def _replay(address: str, items: list[Item], pace: Pace) -> list[Replayed]:
    results: list[Replayed] = []
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(SandboxClient(address))
        outcome_of = await _outcomes(stack, client)
        async for result in replay(client, items, pace=pace, outcome_of=outcome_of):
            results.append(result)
            typer.echo(line_of(result))
    typer.echo("\n".join(["", *table_of(results)]))
    return results


async def _outcomes(stack: AsyncExitStack, client: SandboxClient) -> OutcomeOf | None:
    """Ask the product's own store what became of a conversation, where it runs on this machine."""
    from bot.outcomes import outcomes_of_bot  # the sandbox itself knows no store

    bot = (await client.state()).get("bot") or {}
    try:
        return await stack.enter_async_context(outcomes_of_bot(int(bot.get("id", 0))))
    except StartRefused:
        return None


async def _serve(port: int | None, *, ephemeral: bool, limited: bool) -> None:
    settings = SandboxSettings()
    configure(settings.log_format, "sandbox")
    if ephemeral:
        exchange = open_ephemeral_exchange(settings.seeds_dir)
    else:
        exchange = open_exchange(settings.data_dir, settings.seeds_dir)
    exchange.limits.enabled = limited
    server = SandboxServer(exchange, Pictures(settings.seeds_dir / "demo" / "pictures"))
    wanted = settings.sandbox_port if port is None else port
    try:
        await server.start(wanted)
    except OSError:
        await server.stop()
        raise StartRefused(f"Port {wanted} is taken: set SANDBOX_PORT to a free one.") from None
    log.info("sandbox.listening", url=server.url, kept=not ephemeral)
    await told_to_stop().wait()
    await server.stop()
    log.info("sandbox.stopped")


if __name__ == "__main__":
    with saying_why():
        app()
