"""`python -m handoff erase`: forget a conversation because its customer asked for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from handoff.conversation import ConversationId
from handoff.errors import ArchiveDown, CaseOpen
from handoff.files import Files
from handoff.ports import OpenStore

OpenFiles = Callable[[], Files]
Forget = Callable[[ConversationId], Awaitable[bool]]
"""Forgets a conversation in the archive; False when it had nothing of it."""


def add_erase_command(
    app: typer.Typer, open_store: OpenStore, open_files: OpenFiles, forget: Forget
) -> None:
    """Mount `erase`."""

    @app.command()
    def erase(
        conversation: Annotated[
            str, typer.Argument(help="its id, as `doctor` and the desk show it")
        ],
        yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
    ) -> None:
        """Forget what was said, sent, remembered and set aside in a conversation, for good."""
        if not yes:
            typer.confirm(f"Erase {conversation} for good?", abort=True)
        try:
            found = asyncio.run(
                _erase(open_store, open_files(), forget, ConversationId(conversation))
            )
        except CaseOpen as error:
            typer.echo(f"Case {error.case_id} is open: resolve it first.", err=True)
            raise typer.Exit(1) from None
        except ArchiveDown:
            typer.echo(
                "The archive's database does not answer, so the archive still has it. Start the "
                "database and erase once more.",
                err=True,
            )
            raise typer.Exit(1) from None
        if not found:
            typer.echo(f"Nobody knows {conversation}.", err=True)
            raise typer.Exit(1)
        typer.echo(f"{conversation} is erased.")


async def _erase(
    open_store: OpenStore, files: Files, forget: Forget, conversation: ConversationId
) -> bool:
    async with open_store() as store:
        found = await store.house.erase(conversation)
    # Also when the store knows nothing any more: an earlier try may have ended in between.
    kept = files.forget(conversation) > 0
    return await forget(conversation) or kept or found
