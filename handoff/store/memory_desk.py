"""What a desk needs in a dictionary: conversations, presence, events, accounts, failed proofs."""

from __future__ import annotations

import asyncio
import math
from contextlib import suppress

from msgspec.structs import replace

from handoff.agents import Agent, AgentId, login_wait
from handoff.conversation import Conversation, ConversationId, Delivery, DeliveryState
from handoff.errors import ConversationNotFound
from handoff.state import StateUnreadable, decode_state
from handoff.store.memory_records import Lane, Memory, event_order
from handoff.store.records import decode_contact

PRESENCE_MS = 30_000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


class MemoryConversations:
    """`handoff.ports.Conversations` over a dictionary."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def _lane(self, conversation_id: ConversationId) -> Lane:
        if conversation_id not in self._memory.lanes:
            raise ConversationNotFound(conversation_id)
        return self._memory.lanes[conversation_id]

    async def conversation(self, conversation_id: ConversationId, rows: int = 200) -> Conversation:
        lane = self._lane(conversation_id)
        try:
            state = decode_state(lane.state)
        except StateUnreadable:
            state = {}
        contact = decode_contact(state)
        return Conversation(
            id=lane.conversation,
            holder=lane.holder,
            epoch=lane.epoch,
            state=state,
            contact=replace(contact, reachable=lane.reachable and contact.reachable),
            transcript=tuple(lane.transcript[-rows:]),
            deliveries=lane.ledger | {w.number: _open(w.attempts) for w in lane.words},
            case_id=lane.case_id,
            agent=lane.agent,
            unread=len(lane.mail),
        )

    async def explain(self, conversation_id: ConversationId) -> dict[str, object]:
        memory, lane = self._memory, self._lane(conversation_id)
        mine = {n: at for (c, n), at in memory.timers.items() if c == conversation_id}
        return {
            "control": {"holder": lane.holder, "epoch": lane.epoch, "case": lane.case_id},
            "turn_due_ms": memory.turns.due.get(conversation_id),
            "send_due_ms": memory.sends.due.get(conversation_id),
            "mail": [(one.at_ms, one.kind, one.message_id) for one in lane.mail],
            "words": [(word.number, word.kind, word.expires_ms) for word in lane.words],
            "timers": mine,
            "now_ms": memory.now(),
        }


def _open(attempts: int) -> Delivery:
    return Delivery(DeliveryState.SENDING if attempts else DeliveryState.QUEUED)


class MemoryPresence:
    """`handoff.ports.Presence` over a dictionary."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._seen: dict[AgentId, int] = {}

    async def seen(self, agent: AgentId) -> None:
        self._seen[agent] = self._memory.now()

    async def present(self) -> tuple[AgentId, ...]:
        since = self._memory.now() - PRESENCE_MS
        found = sorted((at, agent) for agent, at in self._seen.items() if at >= since)
        return tuple(agent for _, agent in found)

    async def absent_since(self, agent: AgentId) -> float:
        if agent not in self._seen:
            return math.inf
        return max(0.0, (self._memory.now() - self._seen[agent]) / 1000)


class MemoryEvents:
    """`handoff.ports.Events` over a list."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def last_id(self) -> str:
        return self._memory.events[-1][0] if self._memory.events else "0-0"

    async def after(
        self, event_id: str, *, wait_ms: int, most: int = 200
    ) -> list[tuple[str, dict[str, str]]] | None:
        kept = self._memory.events
        gap = not kept or event_order(event_id) < event_order(kept[0][0])
        if event_id != "0-0" and gap:
            return None
        if not self._behind(event_id) and wait_ms > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_ms / 1000):
                    await self._memory.event_came.wait()
        return self._behind(event_id)[:most]

    def _behind(self, event_id: str) -> list[tuple[str, dict[str, str]]]:
        since = event_order(event_id)
        return [event for event in self._memory.events if event_order(event[0]) > since]


class MemoryAccounts:
    """`handoff.ports.Accounts` over a dictionary."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._agents: dict[AgentId, Agent] = {}
        self._sessions: dict[str, tuple[AgentId, int, int]] = {}
        self._failures: dict[str, tuple[int, int]] = {}

    async def save_agent(self, agent: Agent) -> None:
        self._agents[agent.id] = agent

    async def agent(self, agent_id: AgentId) -> Agent | None:
        return self._agents.get(agent_id)

    async def agents(self) -> tuple[Agent, ...]:
        return tuple(self._agents[agent_id] for agent_id in sorted(self._agents))

    async def open_session(self, token_hash: str, agent: AgentId, *, life_seconds: int) -> None:
        now = self._memory.now()
        self._sessions[token_hash] = (agent, now + life_seconds * 1000, now)

    async def session(self, token_hash: str, *, idle_seconds: int) -> AgentId | None:
        now = self._memory.now()
        agent, until_ms, seen_ms = self._sessions.get(token_hash, (AgentId(""), 0, 0))
        if now > until_ms or now > seen_ms + idle_seconds * 1000:
            return None
        self._sessions[token_hash] = (agent, until_ms, now)
        return agent

    async def close_session(self, token_hash: str) -> None:
        self._sessions.pop(token_hash, None)

    async def close_sessions(self, agent: AgentId) -> None:
        self._sessions = {key: one for key, one in self._sessions.items() if one[0] != agent}

    async def login_failed(self, key: str) -> float:
        count, _ = self._failures.get(key, (0, 0))
        self._failures[key] = (count + 1, self._memory.now())
        return login_wait(count + 1)

    async def login_wait(self, key: str) -> float:
        count, at_ms = self._failures.get(key, (0, 0))
        return max(0.0, login_wait(count) - (self._memory.now() - at_ms) / 1000)

    async def login_worked(self, key: str) -> None:
        self._failures.pop(key, None)


class MemoryGate:
    """`handoff.ports.Gate` over a dictionary: failures in a moving window, each counted once."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._by_contact: dict[str, dict[str, int]] = {}
        self._by_order: dict[str, dict[str, int]] = {}

    async def failures(self, contact: str, order_no: str) -> tuple[int, int]:
        return (
            self._within(self._by_contact.get(contact, {}), HOUR_MS),
            self._within(self._by_order.get(order_no, {}), DAY_MS),
        )

    def _within(self, tries: dict[str, int], window_ms: int) -> int:
        return sum(at >= self._memory.now() - window_ms for at in tries.values())

    async def failed(self, contact: str, order_no: str, *, op: str) -> tuple[int, int]:
        self._by_contact.setdefault(contact, {}).setdefault(op, self._memory.now())
        self._by_order.setdefault(order_no, {}).setdefault(op, self._memory.now())
        return await self.failures(contact, order_no)
