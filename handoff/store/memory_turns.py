"""The agenda of turns in a dictionary."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from handoff.agenda import (
    CUSTOMER_KINDS,
    TURN_LEASE_MS,
    CommitResult,
    Committed,
    Mail,
    MailKind,
    Outcome,
    Taken,
    Turn,
    UnreadMail,
)
from handoff.case import Case, CaseStatus, NewCase
from handoff.conversation import Holder
from handoff.ports import Accepted
from handoff.store.memory_records import Lane, Lease, Memory
from handoff.store.memory_words import begin, put_lane, queue_and_put, queue_words
from handoff.store.records import encode_mail, moment
from handoff.words import Limits, Word

MAIL_A_TURN = 100
STALE = Committed(CommitResult.STALE)


class MemoryTurns:
    """`handoff.ports.Turns` over a dictionary."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def accept(
        self, account: str, mail: Sequence[Mail], *, owner: str, room: int
    ) -> Accepted:
        memory = self._memory
        new = [one for one in mail if memory.is_new(account, one.update_id)]
        was_empty = {one.conversation: not memory.lane(one.conversation).mail for one in new}
        for one in new:
            self._write_down(memory.lane(one.conversation), one)
        turns, pending = list[Turn](), False
        for last in {one.conversation: one for one in new}.values():
            lane = memory.lane(last.conversation)
            if lane.thinking:
                continue
            due_ms = self._due_ms(lane, last)
            at_once = due_ms <= memory.now() and was_empty[last.conversation]
            if at_once and len(turns) < room:
                turns.append(self._lease(lane, owner))
            else:
                # More words postpone a burst, so this may be later than before; but whoever is due
                # already keeps the place in the line.
                if due_ms <= memory.now():
                    due_ms = min(due_ms, memory.turns.due.get(lane.conversation, due_ms))
                memory.turns.due[lane.conversation] = due_ms
                pending = True
        if pending:
            memory.knock("turns")
        return Accepted(tuple(turns), len(new), pending)

    def _write_down(self, lane: Lane, one: Mail) -> None:
        """Append mail; an edit takes the place of what nobody has read yet."""
        if one.kind is MailKind.EDIT and lane.thinking is None:
            for place, unread in enumerate(lane.mail):
                if (unread.kind, unread.message_id) == (MailKind.MESSAGE, one.message_id):
                    lane.mail[place] = replace(unread, raw=one.raw)
                    return
        self._memory.deliver(lane, one.kind, one.raw, one.message_id)

    def _due_ms(self, lane: Lane, last: Mail) -> int:
        now = self._memory.now()
        if last.pause_ms == 0 or lane.holder is Holder.AGENT:
            return now
        return min(now + last.pause_ms, lane.mail[0].at_ms + last.cap_ms)

    async def post(self, mail: Mail, *, op: str) -> bool:
        if self._memory.done(op):
            return False
        self._memory.remember(op, True)
        lane = self._memory.lane(mail.conversation)
        self._memory.deliver(lane, mail.kind, mail.raw)
        self._memory.put_turn(lane)
        return True

    async def take(self, owner: str, most: int) -> Taken:
        memory = self._memory
        for conversation, timer in memory.due_timers():
            lane = memory.lane(conversation)
            memory.deliver(lane, MailKind.TIMER, timer.encode())
            memory.put_turn(lane)
        due = memory.turns.due_by(memory.now())[:most]
        turns = tuple(self._lease(memory.lanes[conversation], owner) for conversation in due)
        waits = (memory.turns.next_due_ms(memory.now()), memory.next_timer_ms())
        return Taken(turns, min((ms for ms in waits if ms >= 0), default=-1))

    def _lease(self, lane: Lane, owner: str) -> Turn:
        lane.thinking = Lease.of(owner)
        lane.takes += 1
        self._memory.turns.due[lane.conversation] = self._memory.now() + TURN_LEASE_MS
        return Turn(
            conversation=lane.conversation,
            token=lane.thinking.token,
            epoch=lane.epoch,
            holder=lane.holder,
            state=lane.state,
            mail=tuple(lane.mail[:MAIL_A_TURN]),
            case_id=lane.case_id,
            agent=lane.agent,
            takes=lane.takes,
            failures=lane.failures,
        )

    async def renew(self, turn: Turn) -> bool:
        lane = self._held(turn)
        if lane:
            self._memory.turns.due[turn.conversation] = self._memory.now() + TURN_LEASE_MS
        return lane is not None

    def _held(self, turn: Turn) -> Lane | None:
        """The turn's lane, None when it is somebody else's now."""
        lane = self._memory.lane(turn.conversation)
        return lane if lane.thinking and lane.thinking.token == turn.token else None

    async def interim(self, turn: Turn, words: Sequence[Word]) -> bool:
        lane = self._held(turn)
        if lane is None or lane.epoch != turn.epoch or lane.spoke_for == turn.token:
            return False
        lane.spoke_for = turn.token
        queue_and_put(self._memory, lane, words)
        return True

    async def commit(
        self, turn: Turn, outcome: Outcome, *, owner: str, limits: Limits
    ) -> Committed:
        lane = self._held(turn)
        if lane is None:
            return self._repeated(turn)
        if lane.epoch != turn.epoch:
            self._give_back(lane, self._memory.now())
            return STALE
        more = tuple(lane.mail[len(turn.mail) :])
        if outcome.may_restart and any(one.kind in CUSTOMER_KINDS for one in more):
            await self.renew(turn)
            return Committed(CommitResult.MORE, mail=more)
        self._store(lane, lane.mail[: len(turn.mail)], outcome)
        lane.mail = list(more)
        committed = self._speak(lane, outcome, owner, limits)
        lane.last_commit = (turn.token, committed)
        lane.takes = lane.failures = 0
        lane.thinking = None
        self._memory.turns.due.pop(lane.conversation, None)
        if lane.mail:
            self._memory.put_turn(lane)
        return committed

    def _repeated(self, turn: Turn) -> Committed:
        """The reply was lost: say the same again, and hand out the same word while it waits."""
        lane = self._memory.lane(turn.conversation)
        if lane.last_commit is None or lane.last_commit[0] != turn.token:
            return STALE
        committed = lane.last_commit[1]
        begun = committed.sending.token if committed.sending else ""
        still = lane.sending is not None and lane.sending.token == begun
        return committed if still else replace(committed, sending=None)

    def _store(self, lane: Lane, read: Sequence[UnreadMail], outcome: Outcome) -> None:
        memory = self._memory
        for one in read if outcome.dead_letter else ():
            memory.bury("mail", outcome.dead_letter, encode_mail(one), lane.conversation)
        lane.state = outcome.state
        self._store_case(lane, outcome)
        for row in outcome.rows:
            memory.write(lane, replace(row, word=0))
        for timer, at_ms in outcome.timers.items():
            memory.timers.pop((lane.conversation, timer), None)
            if at_ms:
                memory.timers[lane.conversation, timer] = at_ms
        memory.chores += outcome.chores
        if outcome.chores:
            memory.knock("chores")

    def _store_case(self, lane: Lane, outcome: Outcome) -> None:
        new = outcome.open_case
        if new and not lane.case_id:
            self._open_case(lane, new)
        elif lane.case_id:
            self._patch_case(lane, outcome, new.packet if new else outcome.patch_packet)

    def _open_case(self, lane: Lane, new: NewCase) -> None:
        memory, now = self._memory, self._memory.now()
        opened_at = moment(now)
        assert opened_at
        lane.holder, lane.epoch, lane.case_id = Holder.QUEUE, lane.epoch + 1, new.id
        memory.cases[new.id] = Case(
            id=new.id,
            conversation=lane.conversation,
            status=CaseStatus.WAITING,
            reason=new.reason,
            priority=new.priority,
            skill=new.skill,
            why=new.why,
            rank=float(now - new.head_start_ms),
            contact=new.contact,
            language=new.language,
            opened_at=opened_at,
            epoch=lane.epoch,
        )
        memory.packets[new.id] = new.packet
        memory.note("opened")
        memory.event("case.opened", lane, new.id)

    def _patch_case(self, lane: Lane, outcome: Outcome, packet: bytes) -> None:
        memory = self._memory
        case = next(case for case in memory.cases.values() if case.id == lane.case_id)
        if packet:
            memory.packets[case.id] = packet
            case = replace(case, packet_version=case.packet_version + 1)
        if outcome.patch_rank is not None and case.status is CaseStatus.WAITING:
            rank = min(case.rank, outcome.patch_rank)
            priority = outcome.patch_priority or case.priority
            case = replace(case, rank=rank, why=outcome.patch_reason, priority=priority)
        memory.cases[case.id] = case
        memory.event("conversation.changed", lane, case.id)

    def _speak(self, lane: Lane, outcome: Outcome, owner: str, limits: Limits) -> Committed:
        """Queue the words; in an idle lane begin the first, if `owner` wants to say it."""
        is_idle = lane.conversation not in self._memory.sends.due
        queue_words(self._memory, lane, outcome.words)
        if is_idle and owner:
            sending = begin(self._memory, lane, limits, owner, fused=True)
            return Committed(CommitResult.STORED, sending=sending)
        if outcome.words:
            put_lane(self._memory, lane)
        return Committed(CommitResult.STORED)

    def _give_back(self, lane: Lane, due_ms: int) -> None:
        lane.thinking = None
        self._memory.turns.due[lane.conversation] = due_ms
        self._memory.knock("turns")

    async def fail(self, turn: Turn, *, retry_ms: int, counts: bool = True) -> int:
        lane = self._held(turn)
        if lane is None:
            return 0
        self._give_back(lane, self._memory.now() + retry_ms)
        if counts:
            lane.failures += 1
        else:
            lane.takes -= 1
        return lane.failures

    async def release(self, owner: str) -> int:
        memory, now = self._memory, self._memory.now()
        held = [
            lane
            for lane in memory.lanes.values()
            if lane.thinking
            and lane.thinking.owner == owner
            and memory.turns.due.get(lane.conversation, 0) > now
        ]
        for lane in held:
            self._give_back(lane, now)
        return len(held)
