"""`python -m handoff`: start everything, serve the desk, look after the shop in a terminal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from handoff.commandline import saying_why
from handoff.conversation import ConversationId
from handoff.desk.accounts_cli import make_agent_commands
from handoff.files import Files
from handoff.logging import configure
from handoff.ops.alerting import add_alert_commands
from handoff.ops.board import add_board_commands
from handoff.ops.doctor import add_doctor_commands
from handoff.ops.erasing import add_erase_command
from handoff.ops.repair import add_repair_commands
from handoff.ports import Store
from handoff.settings import AlertSettings, DemoSettings, DeskSettings, StoreSettings
from handoff.store.redis import open_store
from handoff.store.server import check_server, resolve_url

Work = Callable[[], Coroutine[Any, Any, None]]


@asynccontextmanager
async def running_store() -> AsyncIterator[Store]:
    """The store of the shop that runs here. Raises StartRefused and StoreDown."""
    settings = StoreSettings()
    async with open_store(resolve_url(settings), settings.shop) as store:
        yield store


async def forget_archived(conversation: ConversationId) -> bool:
    """Forget a conversation in the archive too."""
    from handoff.archive.cli import forget  # SQL is slow to load

    return await forget(StoreSettings(), conversation)


app = typer.Typer(
    add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False
)
app.add_typer(make_agent_commands(running_store), name="agent")
add_board_commands(app, running_store)
add_doctor_commands(app, running_store)
add_alert_commands(app, running_store)
add_repair_commands(app, running_store)
add_erase_command(
    app, running_store, lambda: Files(StoreSettings().attachments_dir), forget_archived
)


@app.command(
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def kb(context: typer.Context) -> None:
    """Check the knowledge and ask it: `kb lint`, `ask TEXT`, `new ID`, `gaps`, `stale`."""
    from handoff.knowledge.cli import make_kb_commands  # a third of a second the others save

    commands = make_kb_commands(lambda: StoreSettings().seeds_dir, running_store)
    commands(context.args, prog_name="python -m handoff kb")


@app.command(
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def archive(context: typer.Context) -> None:
    """Keep what was: `archive status`, `archive migrate`, `archive backup`, `archive restore`."""
    from handoff.archive.cli import make_archive_commands  # SQL is slow to load

    make_archive_commands(StoreSettings)(context.args, prog_name="python -m handoff archive")


@app.command()
def judge(
    policy: Annotated[str, typer.Argument(help="A policy, such as returns; or a record.")],
    facts: Annotated[list[str] | None, typer.Argument(help="fact=value, as many as known.")] = None,
) -> None:
    """Say what the rules say: `judge returns reason=no_reason signed_on=2026-11-13`."""
    from handoff.policies.cli import print_verdict  # the others need no rules

    settings = StoreSettings()
    print_verdict(settings.seeds_dir, policy, facts or [])


@app.command()
def guard(
    text: Annotated[str, typer.Argument(help="What somebody might say to a customer.")] = "",
    upset: Annotated[bool, typer.Option(help="The customer is upset.")] = False,
    teach: Annotated[
        bool, typer.Option(help="Teach the ear from `seeds/guard/lines.csv`.")
    ] = False,
) -> None:
    """Say what should be put otherwise: `guard "We will get back to you."`."""
    from handoff.speech.cli import print_findings, teach_ear  # the others need no guard

    seeds_dir = StoreSettings().seeds_dir
    if teach:
        teach_ear(seeds_dir)
    else:
        print_findings(seeds_dir, text, upset=upset)


@app.command()
def link(
    orders: Annotated[list[str], typer.Argument(help="order numbers")],
    bot: Annotated[str, typer.Option(help="the bot's name at Telegram")],
    days: Annotated[int, typer.Option(min=1, max=3650, help="how long it can be opened")] = 30,
) -> None:
    """Make links for the shop's own mails that open the bot with an order chosen, one a line. They
    hide the number and prove nothing: whose order it is is asked as ever.
    """
    from handoff.signing import Signer, secret_key

    signer, ends = Signer(secret_key(StoreSettings())), datetime.now(UTC) + timedelta(days=days)
    for order_no in orders:
        try:
            payload = signer.order_link(order_no, ends)
        except ValueError as error:
            raise typer.BadParameter(f"{order_no}: {error}") from None
        typer.echo(f"https://t.me/{bot.removeprefix('@')}?start={payload}")


@app.command()
def up() -> None:
    """Start the whole product on this machine."""
    from handoff.up import run_up

    settings = StoreSettings()
    configure(settings.log_format, "up")
    run_up(settings, DeskSettings(), demo=DemoSettings())


@app.command()
def serve() -> None:
    """Serve the web desk."""
    settings = StoreSettings()
    configure(settings.log_format, "desk")
    asyncio.run(_serve(settings))


async def _serve(settings: StoreSettings) -> None:
    from handoff.desk.app import run_desk
    from handoff.desk.context import Kept
    from handoff.desk.writing import writing
    from handoff.instance import Instance
    from handoff.ops.counters import Counters, keep_reporting, leave
    from handoff.ops.metrics import render_metrics
    from handoff.tasks import ended

    url = resolve_url(settings)
    if settings.redis_url.get_secret_value():
        await check_server(url, unsafe=settings.redis_unsafe)
    counters = Counters()
    with Instance(settings.data_dir, "desk") as instance:
        async with (
            open_store(url, settings.shop) as store,
            writing(settings.seeds_dir, counters, store.house) as (writes, more),
        ):
            works = [
                lambda: keep_reporting(counters, store.house, instance.name),
                *more,
                *_duties(settings, store, instance.name),
            ]
            tasks = [asyncio.ensure_future(work()) for work in works]
            try:
                await run_desk(
                    Kept(store, Files(settings.attachments_dir), writes),
                    DeskSettings(),
                    seeds_dir=settings.seeds_dir,
                    render_metrics=lambda: render_metrics(store),
                )
            finally:
                await ended(*tasks)
            await leave(store, instance.name)


def _duties(settings: StoreSettings, store: Store, name: str) -> list[Work]:
    """The watch over the shop; its alerts are posted too, where an address is named."""
    from handoff.ops.duty import duties, folders_of
    from handoff.ops.hook import WebhookSink

    alerts = AlertSettings()
    posts = bool(alerts.alert_webhook_url.get_secret_value())
    sinks = [WebhookSink(alerts, settings.shop)] if posts else []
    return duties(store, name, folders=folders_of(settings), sinks=sinks, direct=sinks)


if __name__ == "__main__":
    with saying_why():
        app()
