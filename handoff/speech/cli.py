"""`python -m handoff guard`: read a sentence as the guard does, or teach its ear again.

Prints findings; only `--teach` writes, and only the weights among the seeds.
"""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import typer

from handoff.errors import SeedErrors
from handoff.language import language_of
from handoff.speech.guard_seed import load_guard
from handoff.speech.teaching import teach


def print_findings(seeds_dir: Path, text: str, *, upset: bool) -> None:
    """Print what should be said otherwise in a text; exits with 1 when there is anything."""
    try:
        found = load_guard(seeds_dir).hear(text, language_of(text), upset=upset)
    except SeedErrors as errors:
        _refuse(errors)
    for each in found:
        rather = f" -> {each.rewrite}" if each.rewrite else ""
        typer.echo(f"{each.severity} {each.fault} ({each.rule}): {each.said}{rather}")
    if found:
        raise typer.Exit(1)
    typer.echo("well said")


def teach_ear(seeds_dir: Path) -> None:
    """Write the ear's weights anew from the judged lines and our own texts."""
    try:
        counts = teach(seeds_dir)
    except SeedErrors as errors:
        _refuse(errors)
    typer.echo(", ".join(f"{tongue}: {number} lessons" for tongue, number in counts.items()))


def _refuse(errors: SeedErrors) -> NoReturn:
    for error in errors.errors:
        typer.echo(f"wrong {error}", err=True)
    raise typer.Exit(1)
