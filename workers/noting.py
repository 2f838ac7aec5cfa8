"""Write down what a customer asked and the knowledge did not hold, masked, and what became of the
articles that scenarios have; both without the conversation they came from.

Reads the transcript; what it writes is for editors (`python -m handoff kb gaps`, `kb used`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import UTC, datetime

from handoff.conversation import Author, Conversation, ConversationId, Message
from handoff.errors import ConversationNotFound
from handoff.gaps import Gap, Use, UseKind, masked, tells_something
from handoff.ports import Store
from handoff.text import language_of

LINES_READ = 100


async def note(
    store: Store, conversation_id: ConversationId, messages: Collection[int], token: str
) -> None:
    """Keep the text of these messages as one gap; run twice it counts once. What is not in the
    transcript any more is nobody's question.
    """
    try:
        conversation = await store.conversations.conversation(conversation_id, rows=LINES_READ)
    except ConversationNotFound:
        return
    asked = _asked(conversation, messages)
    text = masked("\n".join(row.text for row in asked), _names(conversation))
    if not tells_something(text):
        return
    at = asked[-1].at or datetime.now(UTC)
    op = hashlib.sha256(token.encode()).hexdigest()[:12]  # random, and leads to no conversation
    language = "zh" if language_of(text).is_chinese else "en"
    await store.gaps.note(Gap(op, at, language, text))


async def note_use(store: Store, article: str, kind: str, token: str, at_ms: int) -> None:
    """Count one use of a scenario's article; run twice it counts once."""
    op = hashlib.sha256(token.encode()).hexdigest()[:12]  # random, and leads to no conversation
    await store.gaps.used(
        Use(op, datetime.fromtimestamp(at_ms / 1000, UTC), article, UseKind(kind))
    )


def _asked(conversation: Conversation, messages: Collection[int]) -> list[Message]:
    """The wanted lines, each in its last wording."""
    last: dict[int, Message] = {}
    for row in conversation.transcript:
        number = row.revises or row.message_id
        if row.author is Author.CONTACT and number in messages:
            last[number] = row
    return list(last.values())


def _names(conversation: Conversation) -> list[str]:
    contact = conversation.contact
    return [contact.name, *contact.name.split(), contact.username]
