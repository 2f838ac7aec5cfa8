"""`python -m handoff doctor`: why is this person still waiting.

Says in plain words who holds a conversation, what is due, what failed and what helps. It only
reads; what changes something is `repair`, and `doctor dead` for what was set aside.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
import typer

from handoff.agents import AgentId
from handoff.alerts import alert_of
from handoff.case import Case, CaseId, CaseStatus
from handoff.conversation import Conversation, ConversationId, DeliveryState, Holder
from handoff.errors import CaseNotFound, ConversationNotFound
from handoff.forms import NEWER_ALERT, RecordNewer
from handoff.ops.board import spell
from handoff.ops.letters import look_after
from handoff.ports import OpenStore, Store

PRESENT_SECONDS = 60.0
OVERDUE_SECONDS = 5.0
FINAL_TROUBLES = (DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.EXPIRED)


@dataclass(frozen=True, slots=True)
class Findings:
    """What the doctor looked at."""

    conversation: Conversation
    control: dict[str, Any]
    case: Case | None
    ahead: int
    absent_seconds: float
    newer: str = ""
    """What of it only a later version can read."""


def add_doctor_commands(app: typer.Typer, open_store: OpenStore) -> None:
    """Mount `doctor`."""

    @app.command()
    def doctor(
        subject: Annotated[
            str, typer.Argument(help="a case, a conversation, or `dead` for what was set aside")
        ],
        as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
        replay: Annotated[str, typer.Option(help="of the dead letters: an id, or `all`")] = "",
        drop: Annotated[str, typer.Option(help="of the dead letters: an id, or `all`")] = "",
        why: Annotated[str, typer.Option(help="kept in the audit log")] = "",
    ) -> None:
        """Say who holds a conversation, why it waits, what is due and what failed.

        With `dead`, list what was set aside, put it back where it came from, or throw it away.
        """
        if subject == "dead":
            asyncio.run(look_after(open_store, replay, drop, why))
        else:
            asyncio.run(_doctor(open_store, subject, as_json))


async def _doctor(open_store: OpenStore, subject: str, as_json: bool) -> None:
    async with open_store() as store:
        try:
            findings = await examine(store, subject)
        except (CaseNotFound, ConversationNotFound):
            typer.echo(f"Nobody knows {subject}: neither a case nor a conversation.", err=True)
            raise typer.Exit(1) from None
        except RecordNewer as newer:
            typer.echo(told_newer(newer), err=True)
            raise typer.Exit(1) from None
        alerts = await store.house.alerts()
    if as_json:
        typer.echo(_as_json(findings))
        return
    for line in tell(findings, datetime.now(UTC)):
        typer.echo(line)
    for name, values in sorted(alerts.items()):
        typer.echo(f"alert       {name}: {values.get('detail', '')}. {alert_of(name).remedy}")


async def examine(store: Store, subject: str) -> Findings:
    """Look at a case or a conversation. Raises CaseNotFound, ConversationNotFound, and RecordNewer
    for a case that only a later version can read.
    """
    case = None if subject.startswith("tg-") else await store.cases.case(CaseId(subject.upper()))
    conversation_id = case.conversation if case else ConversationId(subject)
    conversation = await store.conversations.conversation(conversation_id)
    newer = ""
    if case is None and conversation.case_id:
        try:
            case = await store.cases.case(CaseId(conversation.case_id))
        except RecordNewer as error:
            newer = told_newer(error)
    return Findings(
        conversation=conversation,
        control=await store.conversations.explain(conversation_id),
        case=case,
        ahead=await store.cases.ahead(case.rank)
        if case and case.status is CaseStatus.WAITING
        else 0,
        absent_seconds=await store.presence.absent_since(AgentId(case.agent))
        if case and case.agent
        else 0.0,
        newer=newer,
    )


def told_newer(newer: RecordNewer) -> str:
    """What was written by a later version, and what helps."""
    return f"A later version wrote {newer}. {alert_of(NEWER_ALERT).remedy}"


def tell(findings: Findings, now: datetime) -> Iterator[str]:
    """The findings, a line each."""
    conversation = findings.conversation
    holder = f"{conversation.holder}" + (f" {conversation.agent}" if conversation.agent else "")
    yield f"conversation {conversation.id}, held by {holder}, epoch {conversation.epoch}"
    if not conversation.contact.reachable:
        yield "contact     has blocked the bot: nothing can be delivered"
    if findings.case:
        yield from _tell_case(findings, findings.case, now)
    if findings.newer:
        yield f"trouble     {findings.newer}"
    yield from _tell_turns(findings)
    yield from _tell_words(conversation)


def _tell_case(findings: Findings, case: Case, now: datetime) -> Iterator[str]:
    age = spell((now - case.opened_at).total_seconds())
    yield f"case        {case.id} {case.status}, opened {age} ago: {case.reason}, {case.priority}"
    yield f"rank        {case.why}"
    if case.status is CaseStatus.WAITING:
        yield f"waits       {findings.ahead} before it; any agent can take it"
    elif case.status is CaseStatus.ASSIGNED:
        said = "has answered" if case.answered_at else "has not answered yet"
        yield f"agent       {case.agent} {_seen(findings.absent_seconds)} and {said}"
    elif case.status is CaseStatus.RESOLVED:
        yield f"resolved    {case.resolution} by {case.agent}"


def _seen(absent_seconds: float) -> str:
    if absent_seconds < PRESENT_SECONDS:
        return "is there"
    if math.isinf(absent_seconds):
        return "was never seen"
    return f"was last seen {spell(absent_seconds)} ago"


def _tell_turns(findings: Findings) -> Iterator[str]:
    control, now_ms = findings.control["control"], findings.control["now_ms"]
    due_ms = findings.control["turn_due_ms"]
    seconds = 0.0 if due_ms is None else (due_ms - now_ms) / 1000
    if due_ms is None:
        yield "turn        nothing to read"
    elif seconds < -OVERDUE_SECONDS:
        late = spell(-seconds)
        yield (
            f"turn        {findings.conversation.unread} mail, overdue for {late}: "
            "is `python -m bot` running?"
        )
    elif control.get("k"):
        yield f"turn        {control.get('o')} is thinking, its lease ends in {seconds:.1f} s"
    else:
        yield f"turn        {findings.conversation.unread} mail, due in {max(0.0, seconds):.1f} s"
    if int(control.get("x", 0)):
        yield f"failing     the same mail has failed {control['x']} times"
    for name, at in findings.control["timers"].items():
        yield f"timer       {name} in {spell(max(0.0, (at - now_ms) / 1000))}"


def _tell_words(conversation: Conversation) -> Iterator[str]:
    states = [delivery.state for delivery in conversation.deliveries.values()]
    waiting = sum(state in (DeliveryState.QUEUED, DeliveryState.SENDING) for state in states)
    yield f"words       {waiting} on the way, {states.count(DeliveryState.SENT)} delivered"
    for number, delivery in sorted(conversation.deliveries.items()):
        if delivery.state in FINAL_TROUBLES:
            word = "not sure   " if delivery.state is DeliveryState.UNKNOWN else "not said   "
            yield f"{word} number {number}: {delivery.state} {delivery.reason}".rstrip()
    if conversation.holder is Holder.QUEUE and not conversation.case_id:
        yield "trouble     the queue holds it and there is no case: tell the developers"


def _as_json(findings: Findings) -> str:
    conversation, case = findings.conversation, findings.case
    ledger = {str(number): delivery.state for number, delivery in conversation.deliveries.items()}
    return orjson.dumps(
        {
            "conversation": conversation.id,
            "holder": conversation.holder,
            "epoch": conversation.epoch,
            "agent": conversation.agent,
            "case": case.id if case else "",
            "status": case.status if case else "",
            "reason": case.reason if case else "",
            "ahead": findings.ahead,
            "unread": conversation.unread,
            "words": ledger,
            "timers": findings.control["timers"],
            "failures": int(findings.control["control"].get("x", 0)),
        },
        option=orjson.OPT_INDENT_2,
    ).decode()
