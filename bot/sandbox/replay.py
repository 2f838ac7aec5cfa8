"""Send a file of messages through the running product as real conversations; see what returns.

Every item gets a customer of its own. Earlier turns of its context are said first, each waiting
for its reply. What a reply *was* (answered, asked back, handed over) cannot be seen from outside:
whoever can tell passes `outcome_of`; without it the report tells replies and times only.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from bot.sandbox.client import SandboxClient
from bot.sandbox.seen import SandboxError, Seen
from handoff.errors import HandoffError

OutcomeOf = Callable[[int], Awaitable[str]]
"""What became of the conversation with this chat id, in one word of `OUTCOMES`."""

OUTCOMES = ("answered", "asked back", "handed over")
NO_REPLY = "no reply"
REPLIED = "replied"
_LANGUAGES = {"zh": "zh-hans", "mixed": "zh-hans", "en": "en"}
# A name people have: a bot may well greet by it.
_NAMES = {"zh": "小林", "mixed": "小林"}


class ReplayFileError(HandoffError):
    """The file is wrong; every line that is, in one go."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        super().__init__("\n".join(f"{path}:{problem}" for problem in problems))


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the file: what to say, after what was said before."""

    id: str
    text: str
    lang: str = "?"
    before: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pace:
    """How many conversations at once, and how long to wait: for a reply, and for one more."""

    parallel: int = 8
    reply_seconds: float = 20.0
    quiet_seconds: float = 1.5


@dataclass(slots=True)
class Replayed:
    """What came back for one item. Seconds count from the last message of the customer."""

    id: str
    lang: str
    text: str
    chat_id: int
    outcome: str = NO_REPLY
    replies: list[str] = field(default_factory=list)
    buttons: list[str] = field(default_factory=list)
    first_seconds: float | None = None
    last_seconds: float | None = None


def read_items(path: Path, limit: int | None = None) -> list[Item]:
    """The items of a JSON Lines file; raise ReplayFileError naming every bad line."""
    items: list[Item] = []
    problems: list[str] = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            items.append(_item(orjson.loads(line)))
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            problems.append(f"{number}: {type(error).__name__}: {error}")
    if problems:
        raise ReplayFileError(path, problems)
    return items[:limit]


def _item(row: Any) -> Item:
    before = tuple(turn["text"] for turn in row.get("context", []) if turn["role"] == "user")
    return Item(id=str(row["id"]), text=str(row["text"]), lang=row.get("lang", "?"), before=before)


async def replay(
    client: SandboxClient,
    items: Sequence[Item],
    *,
    pace: Pace,
    outcome_of: OutcomeOf | None = None,
) -> AsyncIterator[Replayed]:
    """Hold all conversations, `pace.parallel` at a time, and yield each as it ends."""
    places = asyncio.Semaphore(pace.parallel)

    async def hold(item: Item) -> Replayed:
        async with places:
            return await _hold(client, item, pace, outcome_of)

    tasks = [asyncio.create_task(hold(item)) for item in items]
    try:
        for done in asyncio.as_completed(tasks):
            yield await done
    finally:
        for task in tasks:
            task.cancel()


async def _hold(
    client: SandboxClient, item: Item, pace: Pace, outcome_of: OutcomeOf | None
) -> Replayed:
    language = _LANGUAGES.get(item.lang, "en")
    [chat_id] = await client.new_customers(
        first_name=_NAMES.get(item.lang, "Alex"), language_code=language
    )
    result = Replayed(item.id, item.lang, item.text, chat_id)
    for earlier in item.before:
        await _say(client, Replayed(item.id, item.lang, earlier, chat_id), pace)
    await _say(client, result, pace)
    if result.replies:
        result.outcome = REPLIED if outcome_of is None else await outcome_of(chat_id)
    return result


async def _say(client: SandboxClient, result: Replayed, pace: Pace) -> None:
    try:
        said = await client.say(result.chat_id, result.text)
    except SandboxError as error:
        result.outcome = f"refused: {error.sentence}"
        return
    seen, after, seconds = [], said.message_id, pace.reply_seconds
    while found := await client.replies(result.chat_id, after=after, timeout=seconds):
        bubbles, at = found
        seen += bubbles
        result.last_seconds = at - said.at
        if result.first_seconds is None:
            result.first_seconds = result.last_seconds
        after, seconds = bubbles[-1].id, pace.quiet_seconds
    _note(result, seen)


def _note(result: Replayed, seen: list[Seen]) -> None:
    result.replies = [bubble.text for bubble in seen]
    result.buttons = [label for bubble in seen for label in bubble.buttons]


def line_of(result: Replayed) -> str:
    """One line for the terminal: who, how long, and the first line of each reply."""
    seconds = "-" if result.first_seconds is None else f"{result.first_seconds:.2f}"
    words = " ⏎ ".join(text.strip().split("\n")[0][:70] for text in result.replies)
    return f"{result.id:<7} {result.lang:<5} {seconds:>6} s  {result.outcome:<12} {words}"


def table_of(results: Sequence[Replayed]) -> list[str]:
    """The closing table: outcomes and seconds per language, and for all."""
    known = [name for name in OUTCOMES if any(one.outcome == name for one in results)]
    columns = [*(known or [REPLIED]), NO_REPLY]
    head = ["lang", "items", *columns, "p50 s", "p95 s", "max s"]
    languages = sorted({one.lang for one in results})
    rows = [_row(lang, [one for one in results if one.lang == lang], columns) for lang in languages]
    rows.append(_row("all", list(results), columns))
    widths = [max(len(row[place]) for row in [head, *rows]) for place in range(len(head))]
    return [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in [head, *rows]
    ]


def _row(lang: str, results: list[Replayed], columns: list[str]) -> list[str]:
    seconds = sorted(one.first_seconds for one in results if one.first_seconds is not None)
    counts = [str(sum(one.outcome == column for one in results)) for column in columns]
    times = [_quantile(seconds, share) for share in (0.5, 0.95, 1.0)]
    return [lang, str(len(results)), *counts, *times]


def _quantile(ordered: list[float], share: float) -> str:
    if not ordered:
        return "-"
    return f"{ordered[min(len(ordered) - 1, int(share * len(ordered)))]:.2f}"


def report_of(results: Sequence[Replayed]) -> bytes:
    """Everything that came back, as JSON, in the order of the ids."""
    rows = [asdict(one) for one in sorted(results, key=lambda one: one.id)]
    return orjson.dumps({"items": rows}, option=orjson.OPT_INDENT_2)
