"""The agenda of sends in a dictionary."""

from __future__ import annotations

from handoff.agenda import SEND_LEASE_MS, Sending, SendResult, Settlement, TakenSends
from handoff.conversation import ConversationId, Delivery, DeliveryState
from handoff.store.memory_records import Lane, Memory, QueuedWord
from handoff.store.memory_words import MAX_ATTEMPTS, ORDER, begin, drop, total_free_at
from handoff.words import Limits


class MemorySends:
    """`handoff.ports.Sends` over a dictionary."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def take(self, owner: str, most: int, limits: Limits) -> TakenSends:
        memory, begun = self._memory, list[Sending]()
        for conversation in self._due_by_class():
            if len(begun) == most:
                break
            wait_ms = total_free_at(memory, limits) - memory.now()
            if wait_ms > 0:
                return TakenSends(tuple(begun), wait_ms)
            if sending := begin(memory, memory.lanes[conversation], limits, owner):
                begun.append(sending)
        return TakenSends(tuple(begun), memory.sends.next_due_ms(memory.now()))

    def _due_by_class(self) -> list[ConversationId]:
        def place(conversation: ConversationId) -> int:
            words = self._memory.lanes[conversation].words
            return ORDER.index(words[0].kind) if words else len(ORDER)

        return sorted(self._memory.sends.due_by(self._memory.now()), key=place)

    async def hold(self, sending: Sending) -> bool:
        lane = self._memory.lane(sending.conversation)
        mine = lane.sending is not None and lane.sending.token == sending.token
        if mine:
            self._memory.sends.due[lane.conversation] = self._memory.now() + SEND_LEASE_MS
        return mine

    async def settle(self, sending: Sending, what: Settlement, limits: Limits) -> Sending | None:
        memory, lane = self._memory, self._memory.lane(sending.conversation)
        lease = lane.sending if lane.sending and lane.sending.token == sending.token else None
        if lease is None and (following := self._handed_out(lane, sending.token)):
            return following
        word = lane.words[0] if lane.words and lane.words[0].number == sending.number else None
        if word and lease and what.result in (SendResult.LATER, SendResult.UNKNOWN):
            if what.result is SendResult.LATER or word.attempts < MAX_ATTEMPTS:
                self._park(lane, word, what)
                return None
            drop(memory, lane, Delivery(DeliveryState.UNKNOWN))
        elif what.result in (SendResult.SENT, SendResult.FAILED):
            self._write_fact(lane, sending.number, what, is_first=word is not None)
        if lease is None:
            return None
        following = begin(memory, lane, limits, lease.owner, fused=True)
        lane.last_settle = (sending.token, following) if following else None
        return following

    def _handed_out(self, lane: Lane, token: str) -> Sending | None:
        """The reply was lost: the word that it handed out waits for whoever asks again."""
        if lane.last_settle is None or lane.last_settle[0] != token or lane.sending is None:
            return None
        following = lane.last_settle[1]
        return following if lane.sending.token == following.token else None

    def _park(self, lane: Lane, word: QueuedWord, what: Settlement) -> None:
        if what.result is SendResult.LATER:
            word.attempts -= 1
        lane.sending = None
        self._memory.sends.due[lane.conversation] = self._memory.now() + what.park_ms

    def _write_fact(self, lane: Lane, number: int, what: Settlement, *, is_first: bool) -> None:
        """Whoever reports it: sent is sent. A refusal counts while the word is not settled yet."""
        if what.result is SendResult.SENT:
            delivery = Delivery(DeliveryState.SENT, message_id=what.message_id)
            lane.reachable = True
        else:
            delivery = Delivery(DeliveryState.FAILED, reason=what.reason)
            lane.reachable = lane.reachable and not what.unreachable
        if is_first:
            drop(self._memory, lane, delivery, unreachable=what.unreachable)
        elif what.result is SendResult.SENT:
            lane.ledger[number] = delivery

    async def release(self, owner: str) -> int:
        memory, now = self._memory, self._memory.now()
        held = [
            lane
            for lane in memory.lanes.values()
            if lane.sending
            and lane.sending.owner == owner
            and memory.sends.due.get(lane.conversation, 0) > now
        ]
        for lane in held:
            lane.sending = None
            memory.sends.due[lane.conversation] = now
        return len(held)
