"""Ask for words within a budget, and let none out that was not checked.

Every request ends in words that passed, or in nothing and a counted cause: nobody waits longer than
the budget, and whoever asked has another answer ready. A failing endpoint is left alone by a
breaker, and an alert says why.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from handoff.breaker import Breaker
from handoff.errors import StoreDown
from handoff.llm.asking import CaseText, Wording, Written
from handoff.llm.checking import FactCheck, repeats, strays
from handoff.llm.prompts import (
    Prompt,
    ask_for_draft,
    ask_for_summary,
    ask_for_wording,
    roles,
)
from handoff.llm.replies import ENDPOINTS_FAULT, Cause, NotWritten, Reply, read_reply
from handoff.ports import House
from handoff.speech.guard import Guard, Severity
from handoff.text import Language, language_of, to_traditional

BUDGET_SECONDS = 3.0
LEAST_SECONDS = 0.3
AT_ONCE_MOST = 16
FAILURES, PAUSE_SECONDS = 3, 15.0
LOOK_SECONDS = 2.0
FRESH_SECONDS = 60.0
LLM_ALERT = "llm_down"
WORDING_CHARS, DRAFT_CHARS, SUMMARY_CHARS = 700, 1_500, 1_200
_TOKENS_MOST = 700

log = structlog.get_logger()


class Completes(Protocol):
    """An endpoint that is open."""

    async def complete(self, messages: Sequence[Mapping[str, str]], most_tokens: int) -> str:
        """What a model writes. Raises NotWritten."""


class Counts(Protocol):
    """What is told of requests."""

    def count(self, name: str, n: int = 1) -> None: ...

    def observe(self, name: str, seconds: float) -> None: ...

    def level(self, name: str, value: float) -> None: ...


@dataclass(frozen=True, slots=True)
class _Limits:
    """What a text must keep to."""

    language: Language
    sources: tuple[str, ...]
    chars: int
    ids: frozenset[str] = frozenset()
    """What may be cited; of these at least one must be. Empty where nothing is cited."""
    guarded: Collection[Severity] = ()
    said: str = ""
    """The answer in rule mode, from which none may stray; empty where there is none yet."""


class Writer:
    """Asks one endpoint for words, and judges them."""

    def __init__(
        self,
        endpoint: Completes,
        counts: Counts,
        *,
        guard: Guard,
        check: FactCheck,
        budget_seconds: float = BUDGET_SECONDS,
    ) -> None:
        self._endpoint = endpoint
        self._counts = counts
        self._guard = guard
        self._check = check
        self.breaker = Breaker(failures=FAILURES, pause_seconds=PAUSE_SECONDS)
        self._budget_seconds = budget_seconds
        self._under_way = 0
        self._why_down = ""

    async def word(self, wording: Wording, *, spent_seconds: float = 0.0) -> Written | None:
        """An answer in better words; None when the one there is must do."""
        limits = _Limits(
            wording.language,
            tuple(source.text for source in wording.sources),
            WORDING_CHARS,
            frozenset(source.id for source in wording.sources),
            (Severity.BLOCK, Severity.WARN),
            wording.said,
        )
        return await self._written("wording", ask_for_wording(wording), limits, spent_seconds)

    async def draft(self, case: CaseText) -> Written | None:
        """The next reply to a customer, for an agent to change."""
        # What the customer says proves nothing: their lines are no source.
        ours = (line.text for line in case.lines if line.who != "customer")
        limits = _Limits(
            case.language,
            (*(source.text for source in case.sources), *ours),
            DRAFT_CHARS,
            frozenset(source.id for source in case.sources),
            (Severity.BLOCK,),
        )
        return await self._written("draft", ask_for_draft(case), limits)

    async def sum_up(self, case: CaseText, language: Language) -> Written | None:
        """What a case is about, for an agent."""
        said = (line.text for line in case.lines)
        limits = _Limits(
            language, (*(source.text for source in case.sources), *said), SUMMARY_CHARS
        )
        return await self._written("summary", ask_for_summary(case, language), limits)

    async def tell(self, house: House) -> None:
        """Tell the state of the breaker until cancelled."""
        was_open = False
        while True:
            was_open = await self._told(house, was_open)
            await asyncio.sleep(LOOK_SECONDS)

    async def _told(self, house: House, was_open: bool) -> bool:
        is_open = self.breaker.is_open
        self._counts.level("breaker_open:llm", float(is_open))
        try:
            if is_open and self.breaker.failed_seconds_ago < FRESH_SECONDS:
                await house.alert(LLM_ALERT, self._why_down)
            elif was_open and not is_open:
                await house.clear_alert(LLM_ALERT)
        except StoreDown:
            return was_open
        return is_open

    async def _written(
        self, task: str, prompt: Prompt, limits: _Limits, spent_seconds: float = 0.0
    ) -> Written | None:
        began = time.monotonic()
        try:
            reply = await self._asked(prompt, self._budget_seconds - spent_seconds)
            text = self._judged(reply, prompt, limits)
        except NotWritten as why:
            self._fallback(task, why.cause, began)
            return None
        except Exception as error:  # whatever it is, the answer that is there must go out
            log.error("llm.failed", error=type(error).__name__, exc_info=error)
            self._fallback(task, Cause.FAILED, began)
            return None
        self._counts.count(f"llm_written:{task}")
        log.info("llm.written", task=task, citations=reply.citations, ms=_ms(began))
        return Written(text, reply.citations)

    def _fallback(self, task: str, cause: Cause, began: float) -> None:
        self._counts.count(f"llm_fallbacks:{cause}")
        log.info("llm.fallback", task=task, cause=str(cause), ms=_ms(began))

    async def _asked(self, prompt: Prompt, seconds: float) -> Reply:
        """What came back in time. Raises NotWritten."""
        if seconds < LEAST_SECONDS:
            raise NotWritten(Cause.LATE)
        if self._under_way >= AT_ONCE_MOST:
            raise NotWritten(Cause.BUSY)
        if not self.breaker.allows():
            raise NotWritten(Cause.OPEN)
        self._under_way += 1
        began = time.monotonic()
        try:
            return await self._completed(prompt, seconds)
        finally:
            self._under_way -= 1
            self._counts.count("llm_calls")
            self._counts.observe("llm_seconds", time.monotonic() - began)

    async def _completed(self, prompt: Prompt, seconds: float) -> Reply:
        try:
            async with asyncio.timeout(seconds):
                reply = read_reply(await self._endpoint.complete(roles(prompt), _TOKENS_MOST))
        except TimeoutError:
            self._failed(Cause.SLOW)
            raise NotWritten(Cause.SLOW) from None
        except asyncio.CancelledError:
            self._failed(Cause.SLOW)
            raise
        except NotWritten as why:
            if why.cause in ENDPOINTS_FAULT:
                self._failed(why.cause, why.detail)
            else:
                self.breaker.worked()
            raise
        self.breaker.worked()
        return reply

    def _failed(self, cause: Cause, detail: str = "") -> None:
        self.breaker.failed()
        self._why_down = f"{cause} {detail}".strip()

    def _judged(self, reply: Reply, prompt: Prompt, limits: _Limits) -> str:
        """The text as it may be said. Raises NotWritten."""
        text = prompt.mask.put_back(reply.text)
        if limits.language is Language.ZH_HANT:
            text = to_traditional(text)
        if len(text) > limits.chars:
            raise NotWritten(Cause.LONG)
        if prompt.mark in reply.text or repeats(text, prompt.instructions):
            raise NotWritten(Cause.LEAKED)
        if language_of(text, limits.language).is_chinese != limits.language.is_chinese:
            raise NotWritten(Cause.LANGUAGE)
        if limits.ids and not (reply.citations and limits.ids.issuperset(reply.citations)):
            raise NotWritten(Cause.UNCITED)
        turned = bool(limits.said) and self._check.turned(text, limits.said)
        if turned or self._check.wrong_in(text, limits.sources):
            raise NotWritten(Cause.WRONG)
        found = self._guard.look(text, limits.language) if limits.guarded else ()
        if any(each.severity in limits.guarded for each in found):
            raise NotWritten(Cause.RUDE)
        if limits.said and strays(text, limits.sources):
            raise NotWritten(Cause.STRAY)
        return text


def _ms(began: float) -> float:
    return round((time.monotonic() - began) * 1000, 1)
