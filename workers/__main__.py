"""`python -m workers`: the pump, the watchdog, and one RQ worker process a track."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from handoff.commandline import saying_why
from handoff.instance import Instance
from handoff.jobs import Track
from handoff.logging import configure
from handoff.settings import StoreSettings
from workers.crew import run_crew
from workers.tracks import Tracks

app = typer.Typer(add_completion=False, help=__doc__, pretty_exceptions_enable=False)


@app.callback(invoke_without_command=True)
def run(
    context: typer.Context,
    track: Annotated[
        Track | None, typer.Option(help="only serve this track, in this process")
    ] = None,
) -> None:
    """Do what happens later, until Ctrl-C."""
    if context.invoked_subcommand is not None:
        return
    settings = StoreSettings()
    configure(settings.log_format, "workers")
    if track is None:
        with Instance(settings.data_dir, "workers") as instance:
            asyncio.run(run_crew(settings, instance.name))
    else:
        Tracks(settings).serve(track)


@app.command()
def again() -> None:
    """Give every job that was given up one more try."""
    tracks = Tracks(StoreSettings())
    typer.echo(f"{sum(map(tracks.again, Track))} jobs will be tried again.")


if __name__ == "__main__":
    with saying_why():
        app()
