"""`python -m handoff archive`, `backup` and `restore`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from handoff.archive.backup import Copied, back_up, bring_back
from handoff.archive.sql import FILE, Archive, archive_url, open_archive
from handoff.conversation import ConversationId
from handoff.errors import ArchiveDown, BackupRefused, StartRefused, StoreDown
from handoff.settings import StoreSettings
from handoff.store.backup import open_copier
from handoff.store.server import EmbeddedServer, resolve_url, socket_url

Result = TypeVar("Result")
Target = Annotated[Path, typer.Argument(help="the backup file")]


def make_archive_commands(settings: Callable[[], StoreSettings]) -> typer.Typer:
    """The commands over the archive."""
    app = typer.Typer(no_args_is_help=True, help="Look after the archive, backups and restores.")

    @app.command()
    def migrate() -> None:
        """Bring the archive's tables to the newest form."""
        _told(_with_archive(settings(), Archive.migrate))
        typer.echo("The archive is current.")

    @app.command()
    def status() -> None:
        """Say how many lines, cases and events are kept."""
        for name, count in _told(_with_archive(settings(), Archive.figures)).items():
            typer.echo(f"{name:9} {count}")

    @app.command()
    def backup(target: Target) -> None:
        """Put lanes, accounts, attachments and the SQLite archive into one file."""
        chosen = settings()
        with _server(chosen) as url:
            copied = _told(_back_up(chosen, url, target))
        typer.echo(f"{target}: {copied.lanes} conversations, {copied.files} files.")

    @app.command()
    def restore(source: Target) -> None:
        """Fill an empty shop from a backup. Nothing old is said by itself."""
        chosen = settings()
        with _server(chosen) as url:
            copied = _told(_bring_back(chosen, url, source))
        typer.echo(f"{copied.lanes} conversations and {copied.files} files are back.")
        typer.echo(f"{copied.words_not_said} words were still to be said and will not be.")
        typer.echo(f"{copied.unread} conversations hold mail that is read when they write again.")
        if copied.erased:
            typer.echo(f"{copied.erased} were erased since and stay away.")

    return app


async def _with_archive(
    settings: StoreSettings, call: Callable[[Archive], Awaitable[Result]]
) -> Result:
    url = archive_url(settings.database_url.get_secret_value(), settings.data_dir)
    async with open_archive(url) as archive:
        return await call(archive)


async def _back_up(settings: StoreSettings, url: str, target: Path) -> Copied:
    async with open_copier(url, settings.shop) as copier:
        return await back_up(
            copier, target, data_dir=settings.data_dir, files_dir=settings.attachments_dir
        )


async def _bring_back(settings: StoreSettings, url: str, source: Path) -> Copied:
    async with open_copier(url, settings.shop) as copier:
        return await bring_back(
            copier,
            source,
            data_dir=settings.data_dir,
            files_dir=settings.attachments_dir,
            erased=await _erased(settings),
        )


async def _erased(settings: StoreSettings) -> dict[ConversationId, datetime]:
    """What the archive that is there knows to be erased; a new place has none yet."""
    url = settings.database_url.get_secret_value()
    if not url and not (settings.data_dir / FILE).exists():
        return {}
    return await _with_archive(settings, _migrated_erased)


async def forget(settings: StoreSettings, conversation: ConversationId) -> bool:
    """Forget a conversation in the archive; False when it had nothing of it. Raises ArchiveDown."""

    async def forgotten(archive: Archive) -> bool:
        await archive.migrate()
        return await archive.forget(conversation, datetime.now(UTC)) > 0

    return await _with_archive(settings, forgotten)


async def _migrated_erased(archive: Archive) -> dict[ConversationId, datetime]:
    await archive.migrate()
    return await archive.erased()


@contextmanager
def _server(settings: StoreSettings) -> Iterator[str]:
    """The running server's address; with none, the embedded one for as long as this takes."""
    try:
        url = resolve_url(settings)
    except StartRefused:
        server = EmbeddedServer(settings.data_dir)
        server.start()
        try:
            yield socket_url(settings.data_dir)
        finally:
            server.stop()
    else:
        yield url


def _told(work: Coroutine[None, None, Result]) -> Result:
    """The result, or a sentence that says why there is none."""
    try:
        return asyncio.run(work)
    except (ArchiveDown, BackupRefused, StartRefused, StoreDown, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
