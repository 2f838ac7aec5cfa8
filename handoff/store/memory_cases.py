"""Cases and the queue in a dictionary, and reading conversations."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from handoff.agenda import MailKind
from handoff.agents import AgentId
from handoff.case import Case, CaseId, CaseStatus, Claim, QueueFigures, Resolution
from handoff.conversation import (
    Author,
    Delivery,
    DeliveryState,
    Holder,
    Message,
    MessageKind,
)
from handoff.errors import (
    AlreadyClaimed,
    CaseClosed,
    CaseNotFound,
    CustomerWrote,
    NotAssignee,
    WordsOpen,
)
from handoff.packet import decode_packet, encode_packet
from handoff.store.memory_records import Lane, Memory
from handoff.store.memory_words import (
    by_agent,
    in_flight,
    queue_and_put,
    withdraw_answers,
)
from handoff.store.records import moment
from handoff.words import WORDLESS, Parting, Word

WITHOUT_DELIVERY = (DeliveryState.UNKNOWN, DeliveryState.FAILED)


class MemoryCases:
    """`handoff.ports.Cases` over a dictionary."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def claim(self, case_id: CaseId | None, agent: AgentId, *, op: str) -> Claim | None:
        memory, done = self._memory, self._memory.done(op)
        if done:
            case = self._case(CaseId(str(done)))
            return self._claim_of(case, in_flight(memory, memory.lane(case.conversation)))
        if case_id is None and not memory.waiting():
            return None
        case = memory.waiting()[0] if case_id is None else self._case(case_id)
        self._refuse_closed(case)
        if case.status is CaseStatus.ASSIGNED:
            raise AlreadyClaimed(case.agent)
        lane = memory.lane(case.conversation)
        flying = in_flight(memory, lane)
        memory.withdrawn[case.id] = withdraw_answers(lane)
        case = self._hand_to(lane, case, agent)
        memory.remember(op, case.id)
        return self._claim_of(case, flying)

    def _hand_to(self, lane: Lane, case: Case, agent: AgentId) -> Case:
        memory, now = self._memory, self._memory.now()
        case = self._turn_over(lane, case, Holder.AGENT, agent)
        case = replace(case, status=CaseStatus.ASSIGNED, claimed_at=moment(now))
        memory.cases[case.id] = case
        memory.note("claims")
        memory.waits.append((now / 1000, now / 1000 - case.opened_at.timestamp()))
        memory.write(lane, _event_row(agent, "claimed"))
        memory.event("case.claimed", lane, case.id)
        return case

    def _turn_over(self, lane: Lane, case: Case, holder: Holder, agent: str) -> Case:
        """Change the holder: what was thought or begun for the one before is stale from here on."""
        lane.holder, lane.agent, lane.epoch = holder, agent, lane.epoch + 1
        return replace(case, agent=agent, epoch=lane.epoch)

    def _claim_of(self, case: Case, flying: int) -> Claim:
        withdrawn = self._memory.withdrawn.get(case.id, ())
        return Claim(case.id, case.agent, case.epoch, flying, withdrawn)

    def _case(self, case_id: CaseId) -> Case:
        if case_id not in self._memory.cases:
            raise CaseNotFound(case_id)
        return self._memory.cases[case_id]

    def _refuse_closed(self, case: Case) -> None:
        if case.status is CaseStatus.RESOLVED:
            raise CaseClosed(case.id)

    def _held(self, case_id: CaseId, agent: AgentId) -> tuple[Case, Lane]:
        case = self._case(case_id)
        self._refuse_closed(case)
        assignee = case.agent if case.status is CaseStatus.ASSIGNED else ""
        if assignee != agent:
            raise NotAssignee(assignee)
        return case, self._memory.lane(case.conversation)

    async def say(
        self, case_id: CaseId, agent: AgentId, words: Sequence[Word], *, op: str
    ) -> tuple[int, ...]:
        memory, done = self._memory, self._memory.done(op)
        if isinstance(done, tuple):
            return done
        case, lane = self._held(case_id, agent)
        numbers = queue_and_put(memory, lane, by_agent(words, agent))
        memory.case_words.setdefault(case_id, set()).update(numbers)
        answered_at = case.answered_at or moment(memory.now())
        memory.cases[case_id] = replace(case, answered_at=answered_at)
        memory.remember(op, numbers)
        memory.event("words.accepted", lane, case_id)
        return numbers

    async def retract(self, case_id: CaseId, agent: AgentId, number: int) -> DeliveryState:
        case, lane = self._held(case_id, agent)
        if number not in self._memory.case_words.get(case_id, set()):
            known = lane.ledger.get(number)
            return known.state if known else DeliveryState.SENDING
        for word in lane.words:
            if word.number == number and not word.attempts:
                lane.words.remove(word)
                lane.ledger[number] = Delivery(DeliveryState.WITHDRAWN)
                break
        if number not in lane.ledger:
            return DeliveryState.SENDING
        self._memory.case_words.get(case_id, set()).discard(number)
        self._memory.event("words.retracted", lane, case.id)
        return lane.ledger[number].state

    async def note(self, case_id: CaseId, agent: AgentId, text: str, *, op: str) -> int:
        memory, done = self._memory, self._memory.done(op)
        if isinstance(done, int):
            return done
        case = self._case(case_id)
        self._refuse_closed(case)
        lane = memory.lane(case.conversation)
        row = Message(Author.AGENT, text, kind=MessageKind.NOTE, agent=agent)
        seq = memory.write(lane, row)
        memory.remember(op, seq)
        memory.event("note.written", lane, case_id)
        return seq

    async def resolve(
        self,
        case_id: CaseId,
        agent: AgentId,
        resolution: Resolution,
        *,
        op: str,
        parting: Parting = WORDLESS,
    ) -> None:
        memory, word = self._memory, parting.word
        if memory.done(op):
            return
        case, lane = self._held(case_id, agent)
        if resolution is not Resolution.UNREACHABLE:
            self._refuse_open_words(case_id, lane)
        if parting.seen and any(
            row.author is Author.CONTACT and row.seq > parting.seen for row in lane.transcript[-50:]
        ):
            raise CustomerWrote
        case = replace(self._turn_over(lane, case, Holder.BOT, ""), agent=agent)
        case = replace(case, status=CaseStatus.RESOLVED, resolution=resolution)
        memory.cases[case_id] = replace(case, resolved_at=moment(memory.now()))
        lane.case_id = ""
        memory.write(lane, _event_row(agent, f"resolved:{resolution}"))
        numbers = queue_and_put(memory, lane, by_agent([word], agent) if word else [])
        memory.case_words.setdefault(case_id, set()).update(numbers)
        memory.deliver(lane, MailKind.NOTICE, f"resolved:{resolution}".encode())
        memory.put_turn(lane)
        memory.note("resolved")
        memory.remember(op, case_id)
        memory.event("case.resolved", lane, case_id)

    def _refuse_open_words(self, case_id: CaseId, lane: Lane) -> None:
        said = sorted(self._memory.case_words.get(case_id, ()))
        settled = [number for number in said if number in lane.ledger]
        open_words = [n for n in settled if lane.ledger[n].state in WITHOUT_DELIVERY]
        if open_words:
            raise WordsOpen(open_words)

    async def requeue(
        self, case_id: CaseId, agent: AgentId | None, *, op: str, note: str = ""
    ) -> None:
        memory, case = self._memory, self._case(case_id)
        if memory.done(op):
            return
        self._refuse_closed(case)
        if agent is not None:
            self._held(case_id, agent)
        if case.status is CaseStatus.ASSIGNED:
            self._put_back(case, agent or "", note)
        memory.remember(op, case_id)

    def _put_back(self, case: Case, agent: str, note: str) -> None:
        memory, lane = self._memory, self._memory.lane(case.conversation)
        case = self._turn_over(lane, case, Holder.QUEUE, "")
        memory.cases[case.id] = replace(case, status=CaseStatus.WAITING)
        memory.write(lane, _event_row(agent, "requeued"))
        if note:
            memory.write(lane, Message(Author.SYSTEM, note, kind=MessageKind.NOTE))
        memory.deliver(lane, MailKind.TIMER, b"promise")  # it may have come due under the agent
        memory.put_turn(lane)
        memory.event("case.requeued", lane, case.id)

    async def enrich(self, case_id: CaseId, packet: bytes, version: int) -> bool:
        memory, case = self._memory, self._memory.cases.get(case_id)
        if case is None or version <= case.packet_version:
            return False
        memory.packets[case_id] = packet
        memory.cases[case_id] = replace(case, packet_version=version)
        memory.event("packet.enriched", memory.lane(case.conversation), case_id)
        return True

    async def packet(self, case_id: CaseId) -> bytes:
        raw, withdrawn = self._memory.packets.get(case_id, b""), self._memory.withdrawn.get(case_id)
        if not raw or not withdrawn:
            return raw
        return encode_packet(replace(decode_packet(raw), withdrawn=withdrawn))

    async def case(self, case_id: CaseId) -> Case:
        return self._case(case_id)

    async def waiting(self, most: int = 200) -> tuple[Case, ...]:
        return tuple(self._memory.waiting()[:most])

    async def assigned(self) -> tuple[Case, ...]:
        found = [c for c in self._memory.cases.values() if c.status is CaseStatus.ASSIGNED]
        return tuple(sorted(found, key=lambda case: (case.claimed_at or case.opened_at, case.id)))

    async def figures(self) -> tuple[QueueFigures, ...]:
        classes: dict[tuple[str, str], list[float]] = {}
        for case in self._memory.waiting():
            entered = classes.setdefault((case.priority, case.skill), [])
            entered.append(case.opened_at.timestamp())
        now = self._memory.now() / 1000
        return tuple(
            QueueFigures(priority, skill, len(entered), max(0.0, now - min(entered)))
            for (priority, skill), entered in sorted(classes.items())
        )

    async def ahead(self, rank: float) -> int:
        return sum(case.rank < rank for case in self._memory.waiting())

    async def claimed_within(self, seconds: int) -> tuple[tuple[float, float], ...]:
        since = self._memory.now() / 1000 - seconds
        return tuple((at, waited) for at, waited in self._memory.waits if at >= since)[-500:]


def _event_row(agent: str, text: str) -> Message:
    return Message(Author.SYSTEM, text, kind=MessageKind.EVENT, agent=agent)
