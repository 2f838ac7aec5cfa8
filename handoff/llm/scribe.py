"""Draft a case's next reply, or sum the case up, for the agent who holds it.

It gathers what may be told: the packet, the latest lines, and the articles these lines ask for.
What a customer claims goes along as their words and proves nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

from handoff.conversation import Author, Conversation, Message, MessageKind
from handoff.errors import SeedErrors
from handoff.knowledge import Article, KnowledgeBase
from handoff.llm.asking import CaseText, Line, Source, Written
from handoff.llm.writer import Writer
from handoff.packet import Fact, Packet
from handoff.text import Language, language_of

PACKET = "packet"
ARTICLES_MOST, ASKED_LINES = 3, 3
LIKELY = 0.3
"""From this confidence on an article may be of use to an agent, who judges it."""
_TOLD_BY_US = frozenset({"shop", "carrier", "bot", "system"})
_NUMBERS = frozenset({"order_no", "tracking_no", "payment_code"})
_UNHEARD = frozenset({MessageKind.NOTE, MessageKind.EVENT})
_WHO = {Author.CONTACT: "customer", Author.BOT: "bot", Author.AGENT: "agent"}


class Scribe:
    """Writes for agents, from what the house knows."""

    def __init__(self, writer: Writer, base: KnowledgeBase) -> None:
        self._writer = writer
        self._base = base

    async def draft(self, conversation: Conversation, packet: Packet) -> Written | None:
        """The next reply, for the agent to change; None when there is none."""
        await self._renew()
        lines = tuple(lines_of(conversation))
        language = _language(packet, lines)
        articles = self._articles(lines, language)
        known = Source(PACKET, "\n".join(known_lines(packet)))
        sources = tuple(source for source in (known, *articles) if source.text)
        return await self._writer.draft(CaseText(sources, lines, language))

    async def sum_up(
        self, conversation: Conversation, packet: Packet, language: Language
    ) -> Written | None:
        """What the case is about, in the agent's language; None when there is no summary."""
        everything = [packet.wants, packet.expectation, *known_lines(packet)]
        everything += [_told(fact) for fact in (*packet.facts, *packet.history)]
        known = Source(PACKET, "\n".join(dict.fromkeys(filter(None, everything))))
        case = CaseText((known,), tuple(lines_of(conversation)), language)
        return await self._writer.sum_up(case, language)

    def title_of(self, article_id: str, language: Language) -> str:
        """What a cited source is called; empty for the packet."""
        article = self._base.current.articles.get(article_id)
        return article.text(language).title if article else ""

    def _articles(self, lines: tuple[Line, ...], language: Language) -> Iterator[Source]:
        asked = [line.text for line in lines if line.who == "customer"][-ASKED_LINES:]
        if not asked:
            return
        knowledge, today = self._base.current, datetime.now(UTC).date()
        for hit in knowledge.index.search("\n".join(asked), language, on=today)[:ARTICLES_MOST]:
            article = knowledge.articles.get(hit.article_id)
            if article is not None and hit.confidence >= LIKELY:
                yield Source(str(article.id), _article_text(article, language))

    async def _renew(self) -> None:
        if not await asyncio.to_thread(self._base.changed):
            return
        with suppress(SeedErrors):  # the bot, which answers from them, raises the alert
            await asyncio.to_thread(self._base.reload)


def lines_of(conversation: Conversation) -> Iterator[Line]:
    """What was said, without what only agents see; an edit takes the place of what it changes."""
    said = [each for each in conversation.transcript if each.text and each.kind not in _UNHEARD]
    edited = {each.revises for each in said if each.revises}
    for each in said:
        if each.author in _WHO and not (each.message_id in edited and _is_first(each)):
            yield Line(_WHO[each.author], each.text)


def _is_first(message: Message) -> bool:
    return message.author is Author.CONTACT and not message.revises


def known_lines(packet: Packet) -> Iterator[str]:
    """What the house itself knows of a case; of the customer's own, only the numbers they named."""
    for fact in (*packet.order, *packet.parcel, *packet.facts):
        if fact.source in _TOLD_BY_US or fact.label in _NUMBERS:
            yield _told(fact)
    if packet.verdict:
        yield f"verdict: {packet.verdict}"
    yield from (f"said: {tried}" for tried in packet.tried)
    yield from (f"promised until: {promise}" for promise in packet.promises)


def _told(fact: Fact) -> str:
    value = " ".join(filter(None, (fact.value, fact.code.replace("_", " "), fact.at)))
    return f"{fact.label}: {value}"


def _article_text(article: Article, language: Language) -> str:
    words = article.text(language)
    lines = (words.title, words.answer, *words.steps, words.next_step)
    return "\n".join(line for line in lines if line)


def _language(packet: Packet, lines: tuple[Line, ...]) -> Language:
    hint = Language(packet.language) if packet.language in set(Language) else None
    newest = next((line.text for line in reversed(lines) if line.who == "customer"), "")
    return language_of(newest, hint)
