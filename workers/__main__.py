"""`python -m workers`: the pump, the watchdog, and one RQ worker process a track."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from handoff.errors import StartRefused
from handoff.instance import Instance
from handoff.jobs import Track
from handoff.logging import configure
from handoff.settings import StoreSettings
from workers.crew import run_crew
from workers.tracks import Tracks

app = typer.Typer(add_completion=False, help=__doc__, pretty_exceptions_enable=False)


@app.callback(invoke_without_command=True)
def run(
    track: Annotated[
        Track | None, typer.Option(help="only serve this track, in this process")
    ] = None,
) -> None:
    """Do what happens later, until Ctrl-C."""
    settings = StoreSettings()
    configure(settings.log_format, "workers")
    try:
        if track is not None:
            Tracks(settings).serve(track)
            return
        with Instance(settings.data_dir, "workers") as instance:
            asyncio.run(run_crew(settings, instance.name))
    except StartRefused as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    app()
