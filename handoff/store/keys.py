"""Spell every key, once. All keys of a shop begin with its name.

| key | type | holds |
| --- | --- | --- |
| agenda:turns, agenda:sends | zset | lanes by due time in ms; a lease is the due time itself |
| agenda:clock | zset | `conversation|timer` by due time |
| agenda:files | zset | wishes `conversation|the channel's file id`, leased like lanes |
| wake:turns, wake:sends, wake:chores, wake:files | list, at most 4 long | for other processes |
| c:<conversation> | hash | control values of at most 64 bytes, see below |
| s:<conversation> | string | the bot's state, deflated |
| m:<conversation> | list | unread mail: `at|kind|message id|raw` |
| o:<conversation> | list | words: `number|kind|epoch|expires|body` |
| d:<conversation> | hash | ledger: number -> `sent:<message id>`, `failed:<reason>`, or a state |
| t:<conversation> | list | transcript: `seq|at|word|json`, 500 lines or what the archive lacks |
| g:<conversation> | list | a group's last send times |
| h:<conversation> | list | ids of its cases |
| p:<conversation> | hash, 24 h | spot -> `message id|when it was put there` |
| f:<conversation> | hash | the channel's file id -> `wanted:<name>`, `found:<id>`, `failed:<why>` |
| k:<case> | hash | the case, with its packet, deflated |
| w:<case> | set | numbers of the agent's words in it |
| draft:<case>:<epoch> | string, 1 h | what the agent who claimed it is typing |
| queue, assigned | zset | waiting cases by rank, assigned ones by time of claim |
| ended | zset | `case|opened|claimed[|back]` by the end of an assignment, 24 h |
| seen:<account>:<page> | bitmap, 48 to 72 h | updates written down, 32,768 a page |
| op:<operation> | string, 24 h | what an operation returned |
| events | stream, 24 h | what desks hear |
| dead | stream | dead letters |
| replays | list | updates to receive once more |
| audit | stream | who repaired what, and why |
| alerts | hash | `name|since`, `name|until`, `name|detail`, `name|count` of each alert |
| told:<sink> | hash | alerts a sink knows to be open: name -> since |
| processes | zset, 2 days | processes by their last report, but those that left |
| history:<day> | hash, 2 days | minute -> a row for the ops page |
| metrics:<process> | string, 60 s | its figures |
| counted:<process> | hash, 1 day | what it had counted when it reported last |
| totals | hash | what all processes have counted together |
| gaps | zset, 90 days | questions nobody could answer, masked, by time in ms |
| uses | zset, 90 days | scenario articles told, and what came of them, by time in ms |
| goods | zset, at most 10,000 | goods seen in orders, by when they first were, in ms |
| chores | list | jobs to enqueue |
| jobs:due | hash | jobs that should run and have not ended: id at RQ -> op, job, arguments, since |
| jobs:run:<job> | string, as long as it may take | it runs now |
| took:<process> | string, as long as a lease | the last words it took: token seed, lanes |
| fence | string | a counter: the last write before `WAIT` |
| pulse | hash | `at` the latest time a script saw, to notice one that goes back; `total` budget |

Fields of `c:`: h holder, e epoch, case the open case, g its agent, u unreachable since;
k turn token, o its owner, n takes and x failures since the last commit, r the last commit's result,
i the turn that spoke an interim; K lane token, O its owner, R the last settle's tokens,
y `number:attempts` of the word being tried, a the chat's budget; q last word number,
t last transcript seq, z last one in the archive.
"""

from __future__ import annotations

from dataclasses import dataclass

from handoff.conversation import ConversationId


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one shop."""

    shop: str

    @property
    def prefix(self) -> str:
        """In front of every key; scripts build lane keys from it."""
        return f"{self.shop}:"

    def of(self, name: str) -> str:
        """A key that belongs to the shop: `queue`, `events`, `agenda:turns` …"""
        return f"{self.shop}:{name}"

    @property
    def fence(self) -> str:
        """Written behind what a replica is waited for."""
        return f"{self.shop}:fence"

    def control(self, conversation: ConversationId) -> str:
        return f"{self.shop}:c:{conversation}"

    def state(self, conversation: ConversationId) -> str:
        return f"{self.shop}:s:{conversation}"

    def mail(self, conversation: ConversationId) -> str:
        return f"{self.shop}:m:{conversation}"

    def words(self, conversation: ConversationId) -> str:
        return f"{self.shop}:o:{conversation}"

    def ledger(self, conversation: ConversationId) -> str:
        return f"{self.shop}:d:{conversation}"

    def transcript(self, conversation: ConversationId) -> str:
        return f"{self.shop}:t:{conversation}"

    def spots(self, conversation: ConversationId) -> str:
        return f"{self.shop}:p:{conversation}"

    def fetches(self, conversation: ConversationId) -> str:
        return f"{self.shop}:f:{conversation}"

    def cases(self, conversation: ConversationId) -> str:
        return f"{self.shop}:h:{conversation}"

    def case(self, case_id: str) -> str:
        return f"{self.shop}:k:{case_id}"
