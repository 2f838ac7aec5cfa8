"""`python -m handoff repair`: move what is stuck, with a line in the audit log for each change.

Every repair uses the verbs the desk uses, so that epochs rise and nothing is said by whom does not
hold; `mend` compares the store's own places with each other.
"""

from __future__ import annotations

import asyncio
import getpass
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Annotated

import typer

from handoff.agents import AgentId
from handoff.case import CaseId, CaseStatus, Resolution
from handoff.conversation import ConversationId
from handoff.errors import AlreadyClaimed, CaseClosed, CaseNotFound, HandoffError, WordsOpen
from handoff.forms import RecordNewer
from handoff.ops.doctor import told_newer
from handoff.ports import OpenStore, Store
from handoff.upkeep import Audit

OPS = AgentId("ops")
"""Who closes a case from the command line."""
TRIES = 3
Why = Annotated[str, typer.Option("--why", prompt="Why", help="kept in the audit log")]


class NoSuchAgent(HandoffError):
    """A case cannot be given to somebody without an account."""


async def requeue(store: Store, case_id: CaseId) -> None:
    """Put an assigned case back at its old rank. Raises CaseNotFound, CaseClosed."""
    await store.cases.requeue(case_id, None, op=f"repair:{secrets.token_hex(8)}")


async def force_claim(store: Store, case_id: CaseId, agent: AgentId) -> None:
    """Give a case to `agent`, whoever holds it. Raises CaseNotFound, CaseClosed, NoSuchAgent."""
    account = await store.accounts.agent(agent)
    if agent != OPS and (account is None or account.disabled):
        raise NoSuchAgent(f"nobody who may work is called {agent}")
    for attempt in range(TRIES):
        if (await store.cases.case(case_id)).status is CaseStatus.ASSIGNED:
            await requeue(store, case_id)
        try:
            await store.cases.claim(case_id, agent, op=f"repair:{secrets.token_hex(8)}")
        except AlreadyClaimed:  # somebody at a desk was faster, between the two steps
            if attempt == TRIES - 1:
                raise
            continue
        return


async def close(store: Store, case_id: CaseId, outcome: Resolution) -> None:
    """End a case, whoever holds it. Raises CaseNotFound, CaseClosed, WordsOpen."""
    await force_claim(store, case_id, OPS)
    await store.cases.resolve(case_id, OPS, outcome, op=f"repair:{secrets.token_hex(8)}")


async def mend(store: Store, subject: str) -> AsyncIterator[tuple[str, tuple[str, ...]]]:
    """Make the places that speak of a conversation (or `all`) agree; yields what was mended."""
    if subject != "all":
        yield subject, await store.upkeep.mend(ConversationId(subject))
        return
    if gone := await store.upkeep.strays():
        yield "queue", tuple(f"stray {case_id}" for case_id in gone)
    async for conversation in store.upkeep.conversations():
        if mended := await store.upkeep.mend(conversation):
            yield conversation, mended


async def adopt(store: Store, subject: str) -> AsyncIterator[tuple[str, tuple[str, ...]]]:
    """Take over what a later version wrote in a conversation, or in `all`; yields what."""
    if subject != "all":
        yield subject, await store.upkeep.adopt(ConversationId(subject))
        return
    async for conversation in store.upkeep.conversations():
        yield conversation, await store.upkeep.adopt(conversation)


def add_repair_commands(app: typer.Typer, open_store: OpenStore) -> None:
    """Mount `repair` with its verbs."""
    repairs = typer.Typer(no_args_is_help=True, help=__doc__)
    app.add_typer(repairs, name="repair")

    @repairs.command("requeue")
    def _requeue(case: str, why: Why) -> None:
        """Put an assigned case back into the queue, at its old rank."""
        entry = Audit("", "requeue", case.upper(), why)
        _run(open_store, entry, lambda store: _requeued(store, CaseId(case.upper())))

    @repairs.command("claim")
    def _claim(case: str, agent: str, why: Why) -> None:
        """Give a case to an agent, whoever holds it."""
        entry = Audit("", f"claim for {agent}", case.upper(), why)
        _run(open_store, entry, lambda store: _claimed(store, CaseId(case.upper()), agent))

    @repairs.command("close")
    def _close(case: str, outcome: Resolution, why: Why) -> None:
        """End a case, whoever holds it; the bot takes over."""
        entry = Audit("", f"close as {outcome}", case.upper(), why)
        _run(open_store, entry, lambda store: _closed(store, CaseId(case.upper()), outcome))

    @repairs.command("mend")
    def _mend(subject: str, why: Why) -> None:
        """Reconcile a conversation, or `all`: lists, holders and due times are made to agree."""
        _run(open_store, Audit("", "mend", subject, why), lambda store: _mended(store, subject))

    @repairs.command("adopt")
    def _adopt(subject: str, why: Why) -> None:
        """Stay with this version: take over what a later one wrote in a conversation, or in `all`.
        Mail it cannot read goes to the dead letters, words it cannot say count as failed.
        """
        _run(open_store, Audit("", "adopt", subject, why), lambda store: _adopted(store, subject))

    @repairs.command("log")
    def _log() -> None:
        """Who repaired what, newest first."""
        asyncio.run(_tell_log(open_store))


async def _requeued(store: Store, case_id: CaseId) -> list[str]:
    await requeue(store, case_id)
    return [f"{case_id} is {(await store.cases.case(case_id)).status}."]


async def _claimed(store: Store, case_id: CaseId, agent: str) -> list[str]:
    await force_claim(store, case_id, AgentId(agent))
    return [f"{case_id} is with {agent}."]


async def _closed(store: Store, case_id: CaseId, outcome: Resolution) -> list[str]:
    await close(store, case_id, outcome)
    return [f"{case_id} is closed as {outcome}."]


async def _mended(store: Store, subject: str) -> list[str]:
    found = [f"{place}: {', '.join(names)}" async for place, names in mend(store, subject) if names]
    return found or ["everything agrees"]


async def _adopted(store: Store, subject: str) -> list[str]:
    found = [
        f"{place}: {', '.join(names)}" async for place, names in adopt(store, subject) if names
    ]
    return found or ["nothing here is of a later version"]


def _run(open_store: OpenStore, entry: Audit, act: Callable[[Store], Awaitable[list[str]]]) -> None:
    try:
        lines = asyncio.run(_audited(open_store, entry, act))
    except WordsOpen as error:
        numbers = ", ".join(map(str, error.numbers))
        typer.echo(
            f"Words {numbers} were not delivered. Say them again at the desk, or close the case "
            "as unreachable.",
            err=True,
        )
        raise typer.Exit(1) from None
    except (CaseNotFound, CaseClosed, AlreadyClaimed, NoSuchAgent) as error:
        typer.echo(f"{type(error).__name__}: {error}", err=True)
        raise typer.Exit(1) from None
    except RecordNewer as newer:
        typer.echo(told_newer(newer), err=True)
        raise typer.Exit(1) from None
    for line in lines:
        typer.echo(line)


async def _audited(
    open_store: OpenStore, entry: Audit, act: Callable[[Store], Awaitable[list[str]]]
) -> list[str]:
    """Write down who wants what and why, then do it."""
    async with open_store() as store:
        await store.upkeep.audit(replace(entry, who=getpass.getuser()))
        return await act(store)


async def _tell_log(open_store: OpenStore) -> None:
    async with open_store() as store:
        for line in await store.upkeep.audited():
            at = line.at.isoformat(timespec="seconds") if line.at else ""
            typer.echo(f"{at} {line.who}: {line.what} {line.subject} ({line.why})")
