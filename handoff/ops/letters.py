"""What was set aside: list the dead letters, put them back, or throw them away.

Lists tell everything but the content, which a customer wrote. Each change is audited.
"""

from __future__ import annotations

import getpass

import orjson
import typer

from handoff.ports import OpenStore, Store
from handoff.upkeep import DEAD_LETTERS_KEPT, Audit


async def look_after(open_store: OpenStore, replay: str, drop: str, why: str) -> None:
    """List, or replay, or drop: an id, or `all`."""
    async with open_store() as store:
        if replay:
            await _each(store, replay, "replay", why)
        elif drop:
            await _each(store, drop, "drop", why)
        else:
            lines = [_line(letter) for letter in await store.house.dead_letters()]
            typer.echo("\n".join(lines or ["nothing is set aside"]))


async def _each(store: Store, wanted: str, what: str, why: str) -> None:
    ids = [wanted]
    if wanted == "all":  # oldest first: what belongs together comes back in its order
        letters = await store.house.dead_letters(DEAD_LETTERS_KEPT)
        ids = [letter["id"] for letter in reversed(letters)]
    await store.upkeep.audit(Audit(getpass.getuser(), what, f"dead letters: {wanted}", why))
    done = 0
    for letter_id in ids:
        if what == "replay":
            done += bool(await store.upkeep.replay(letter_id))
        else:
            done += await store.upkeep.drop(letter_id)
    typer.echo(f"{done} {'put back' if what == 'replay' else 'thrown away'}")
    if done < len(ids):
        typer.echo(f"{len(ids) - done} not found", err=True)
        raise typer.Exit(1)


def _line(letter: dict[str, str]) -> str:
    shown = {name: value for name, value in letter.items() if name != "raw"}
    return orjson.dumps(shown | {"bytes": len(letter.get("raw", ""))}).decode()
