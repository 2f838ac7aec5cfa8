"""`python -m bot`: run the bot, or use what it understands from the shell."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, help=__doc__, pretty_exceptions_enable=False)


@app.callback(invoke_without_command=True)
def run(
    context: typer.Context,
    roles: Annotated[
        str, typer.Option(help="any of intake, turns, sends, by comma")
    ] = "intake,turns,sends",
) -> None:
    """Run the bot until Ctrl-C."""
    if context.invoked_subcommand is not None:
        return
    import uvloop  # aiogram and the loop are for running only; `predict` starts without them

    from bot.run import RoleName, run_bot
    from bot.settings import BotSettings
    from handoff.errors import SeedErrors, StartRefused
    from handoff.instance import Instance
    from handoff.logging import configure
    from handoff.settings import StoreSettings

    store_settings = StoreSettings()
    configure(store_settings.log_format, "bot")
    try:
        names = frozenset(RoleName(name.strip()) for name in roles.split(","))
        with Instance(store_settings.data_dir, "bot") as instance:
            uvloop.run(run_bot(store_settings, BotSettings(), names, instance.name))
    except (StartRefused, SeedErrors, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


@app.command()
def predict() -> None:
    """Read messages (JSON lines) from standard input, write what they mean to standard output."""
    from bot.understanding.predict import main

    main(sys.stdin, sys.stdout)


if __name__ == "__main__":
    app()
