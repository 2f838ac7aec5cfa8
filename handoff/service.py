"""What an agent does with a case, whichever desk it is done at.

It puts an agent's text into words a customer can be told, and leaves every decision about who holds
what to the store. Refusals are the named errors of `handoff/errors.py`. It knows no web.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from msgspec.structs import replace

from handoff.agents import Agent, AgentId
from handoff.case import Case, CaseId, CaseStatus, Claim, Resolution
from handoff.conversation import (
    Attachment,
    Author,
    Conversation,
    DeliveryState,
    Message,
    MessageKind,
)
from handoff.errors import AlreadyClaimed, CaseClosed, NotAssignee, StoreUncertain
from handoff.packet import shown_packet
from handoff.ports import Store
from handoff.text import Language, clean_text, has_han, split_message, utf16_units
from handoff.words import Body, Parting, Word, WordKind

T = TypeVar("T")
REPEATS = 2
"""Each waits for a replica; after them the agent is asked to press once more."""
CAPTION_UNITS = 1024
"""What fits beside a picture or document; longer words go out before it."""


@dataclass(frozen=True, slots=True)
class Introduction:
    """How an agent's first message begins: with a title, and for somebody without one."""

    titled: str
    plain: str

    def of(self, agent: Agent, language: Language) -> str:
        """The one line with name and title."""
        name, title = spoken(agent.name, language), spoken(agent.title, language)
        line = self.titled if title else self.plain
        return line.replace("{name}", name).replace("{title}", title)


@dataclass(frozen=True, slots=True)
class Said:
    """Words that were accepted: their numbers, and whether the agent was introduced with them."""

    numbers: tuple[int, ...]
    introduced: bool


@dataclass(frozen=True, slots=True)
class LastWords:
    """What an agent ends a case with, if anything, and the last transcript line they had read (0:
    nobody asks).
    """

    text: str = ""
    seen: int = 0


NO_LAST_WORDS = LastWords()


async def certainly(act: Callable[[], Awaitable[T]]) -> T:
    """Repeat an operation, with the same id, while no replica is known to have it. Raises
    StoreUncertain when that goes on.
    """
    for _ in range(REPEATS):
        with suppress(StoreUncertain):
            return await act()
    return await act()


class Service:
    """The actions of a desk over the store."""

    def __init__(self, store: Store, *, introductions: Mapping[Language, Introduction]) -> None:
        self._store = store
        self._introductions = introductions

    async def claim(self, case_id: CaseId | None, agent: AgentId, *, op: str) -> Claim | None:
        """Give a waiting case (None: the best of the queue) to `agent`; None when nobody waits.

        Raises CaseNotFound, CaseClosed and AlreadyClaimed, which names the holder.
        """
        claim = await certainly(lambda: self._store.cases.claim(case_id, agent, op=op))
        if claim and claim.agent != agent:  # repeated after it went back and somebody took it
            raise AlreadyClaimed(claim.agent)
        return claim

    async def say(
        self,
        case_id: CaseId,
        agent: Agent,
        text: str,
        *,
        op: str,
        attachment: Attachment | None = None,
    ) -> Said:
        """Accept `text` for delivery, in parts a message can hold; what goes along is last.

        An agent's first message of a case begins with name and title. Raises CaseNotFound,
        NotAssignee, CaseClosed.
        """
        case = await self._store.cases.case(case_id)
        _require_assignee(case, agent.id)
        line = await self._introduction(case, agent)
        words = _words(agent.id, f"{line}\n{text}" if line else text, attachment)
        cases = self._store.cases
        numbers = await certainly(lambda: cases.say(case_id, agent.id, words, op=op))
        return Said(numbers, introduced=bool(line))

    async def say_again(self, case_id: CaseId, agent: Agent, number: int) -> Said | None:
        """Say once more what did not arrive, or of which nobody knows; None when there is no such
        word. Whoever has the case now may, also for the agent before.

        The operation id follows from the word, so that pressing twice says it once. The old word is
        no longer waited for.
        """
        case = await self._store.cases.case(case_id)
        _require_assignee(case, agent.id)
        conversation = await self._store.conversations.conversation(case.conversation)
        failed = next((m for m in undelivered_words(conversation) if m.word == number), None)
        if failed is None:
            return None
        op = f"again:{case_id}:{number}"
        words, cases = _words(agent.id, failed.text, *failed.attachments), self._store.cases
        numbers = await certainly(lambda: cases.say(case_id, agent.id, words, op=op))
        await self.take_back(case_id, agent.id, number)
        return Said(numbers, introduced=False)

    async def take_back(self, case_id: CaseId, agent: AgentId, number: int) -> DeliveryState:
        """Withdraw a word nobody began to deliver, or stop waiting for a failed one."""
        return await certainly(lambda: self._store.cases.retract(case_id, agent, number))

    async def note(self, case_id: CaseId, agent: AgentId, text: str, *, op: str) -> int:
        """Write a remark only agents see; returns its transcript seq."""
        note, cases = clean_text(text).strip(), self._store.cases
        return await certainly(lambda: cases.note(case_id, agent, note, op=op))

    async def resolve(
        self,
        case_id: CaseId,
        agent: Agent,
        resolution: Resolution,
        *,
        op: str,
        last: LastWords = NO_LAST_WORDS,
    ) -> None:
        """End the case, with last words if there are any; the bot itself says that it is back.

        Raises NotAssignee, CaseClosed, CustomerWrote, and WordsOpen with the numbers that were not
        delivered.
        """
        farewell, cases = None, self._store.cases
        if last.text.strip():
            *before, farewell = await self._farewell(case_id, agent, last.text)
            if before:
                await certainly(lambda: cases.say(case_id, agent.id, before, op=f"{op}:before"))
        parting = Parting(farewell, last.seen)
        await certainly(
            lambda: cases.resolve(case_id, agent.id, resolution, op=op, parting=parting)
        )

    async def requeue(
        self, case_id: CaseId, agent: AgentId | None, *, op: str, note: str = ""
    ) -> None:
        """Put an assigned case back at its old rank: by its agent, or by the house (None)."""
        cases = self._store.cases
        await certainly(lambda: cases.requeue(case_id, agent, op=op, note=note))

    async def _farewell(self, case_id: CaseId, agent: Agent, text: str) -> tuple[Word, ...]:
        case = await self._store.cases.case(case_id)
        line = await self._introduction(case, agent)
        return _words(agent.id, f"{line}\n{text}" if line else text)

    async def _introduction(self, case: Case, agent: Agent) -> str:
        conversation = await self._store.conversations.conversation(case.conversation)
        if any(_spoke(message, case, agent.id) for message in conversation.transcript):
            return ""
        language = language_for(
            shown_packet(await self._store.cases.packet(case.id)).language or case.language
        )
        introduction = self._introductions.get(language)
        return introduction.of(agent, language) if introduction else ""


def language_for(tag: str) -> Language:
    """The tongue behind a language tag; English when it is none of ours."""
    try:
        return Language(tag)
    except ValueError:
        lowered = tag.lower()
    if lowered.startswith(("zh-hant", "zh-tw", "zh-hk")):
        return Language.ZH_HANT
    return Language.ZH_HANS if lowered.startswith("zh") else Language.EN


def spoken(name: str, language: Language) -> str:
    """The spelling of a name for a customer: of `林晓 / Lin Xiao` the half in their script."""
    halves = [half.strip() for half in name.split("/") if half.strip()]
    fitting = [half for half in halves if has_han(half) == language.is_chinese]
    return (fitting or halves or [""])[0]


def undelivered_words(conversation: Conversation) -> tuple[Message, ...]:
    """Messages of agents that have not reached the customer, or of which nobody knows."""
    return tuple(
        message
        for message in conversation.transcript
        if message.author is Author.AGENT
        and message.word in conversation.deliveries
        and conversation.deliveries[message.word].state
        in (DeliveryState.FAILED, DeliveryState.UNKNOWN)
    )


def _require_assignee(case: Case, agent: AgentId) -> None:
    if case.status is CaseStatus.RESOLVED:
        raise CaseClosed(case.id)
    if case.status is not CaseStatus.ASSIGNED or case.agent != agent:
        raise NotAssignee(case.agent)


def _words(agent: AgentId, text: str, attachment: Attachment | None = None) -> tuple[Word, ...]:
    text = clean_text(text).strip()
    caption = text if attachment and utf16_units(text) <= CAPTION_UNITS else ""
    parts = [] if caption else split_message(text)
    word = Word(WordKind.PERSON, Author.AGENT, Body(""), agent=agent)
    said = [replace(word, body=Body(part.strip())) for part in parts]
    if attachment:
        body = Body(caption, attachment=attachment.file)
        said.append(replace(word, body=body, attachments=(attachment,)))
    return tuple(said)


def _spoke(message: Message, case: Case, agent: AgentId) -> bool:
    return (
        message.author is Author.AGENT
        and message.agent == agent
        and message.kind not in {MessageKind.NOTE, MessageKind.EVENT}
        and (message.at is None or message.at >= case.opened_at)
    )
