"""The commands of `python -m bot`: run the bot, or use what it understands from the shell."""

from __future__ import annotations

import sys
from pathlib import Path
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
    from handoff.instance import Instance
    from handoff.logging import configure
    from handoff.settings import StoreSettings

    store_settings = StoreSettings()
    configure(store_settings.log_format, "bot")
    names = {name.strip() for name in roles.split(",")}
    if not names <= set(RoleName):
        raise typer.BadParameter("any of intake, turns, sends, by comma", param_hint="--roles")
    with Instance(store_settings.data_dir, "bot") as instance:
        wanted = frozenset(map(RoleName, names))
        uvloop.run(run_bot(store_settings, BotSettings(), wanted, instance.name))


Semantic = Annotated[
    bool, typer.Option("--semantic", help="with the extra that reads by meaning too")
]


@app.command()
def predict(semantic: Semantic = False) -> None:
    """Read messages (JSON lines) from standard input, write what they mean to standard output."""
    from bot.understanding.predict import main

    main(sys.stdin, sys.stdout, semantic=semantic)


@app.command()
def evaluate(
    file: Annotated[Path | None, typer.Argument(help="labelled messages, JSON lines")] = None,
    crossed: Annotated[
        bool, typer.Option("--crossed", help="our own corpus, each message by a model without it")
    ] = False,
    show: Annotated[int, typer.Option(help="so many messages of each kind that went wrong")] = 0,
    semantic: Semantic = False,
) -> None:
    """Compare what is understood with labels, and print the tables."""
    from bot.understanding.report import main

    main(sys.stdout, None if crossed else file, show=show, semantic=semantic)


@app.command()
def train(semantic: Semantic = False) -> None:
    """Train the model from the seeds and write its weights (needs the development set)."""
    from bot.understanding.learning import main

    main(sys.stdout, semantic=semantic)
