"""How values look in the store: compact JSON and rows with bars. Every stored value can be read
back by newer code.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from handoff.agenda import MailKind, UnreadMail
from handoff.agents import Agent, AgentId, Role
from handoff.case import Case, CaseId, CaseStatus, NewCase
from handoff.conversation import (
    Attachment,
    Author,
    Contact,
    ConversationId,
    Delivery,
    DeliveryState,
    Message,
    MessageKind,
)
from handoff.files import Fetch, FetchState
from handoff.forms import FORM, RecordNewer, check_form
from handoff.gaps import Gap
from handoff.words import Body, Button, Limits, Word, WordKind

LETTER = {WordKind.PERSON: "p", WordKind.ANSWER: "a", WordKind.NOTICE: "n"}
MAIL_KINDS = {kind.encode(): kind for kind in MailKind if kind is not MailKind.NEWER}
KIND = {letter: kind for kind, letter in LETTER.items()}


def moment(ms: float | str | bytes | None) -> datetime | None:
    """Milliseconds since the epoch as a UTC time; None for nothing."""
    return datetime.fromtimestamp(float(ms) / 1000, UTC) if ms else None


def iso_seconds(ms: float | str | bytes) -> str:
    """Milliseconds since the epoch as an ISO time in UTC, to the second."""
    return datetime.fromtimestamp(float(ms) / 1000, UTC).isoformat(timespec="seconds")


def wall_ms() -> int:
    """The wall clock of this process, ms since the epoch."""
    return time.time_ns() // 1_000_000


def encode_body(body: Body) -> bytes:
    """What deliveries will render: t text, b buttons, c contact request, e message to edit, f
    attachment, m what is under "more", r and h the spot it replaces and holds.
    """
    record: dict[str, Any] = {"t": body.text}
    if body.buttons:
        record["b"] = [[_encode_button(button) for button in row] for row in body.buttons]
    if body.ask_contact:
        record["c"] = body.ask_contact
    if body.edits:
        record["e"] = body.edits
    if body.attachment:
        record["f"] = body.attachment
    if body.replaces:
        record["r"] = body.replaces
    if body.holds:
        record["h"] = body.holds
    if body.fold[1]:
        record["m"] = body.fold
    return orjson.dumps(record)


def decode_body(raw: bytes) -> Body:
    """Read a stored body back. Raises RecordNewer for one of a later form."""
    record = orjson.loads(raw)
    check_form("words", record.get("v", FORM))
    return Body(
        text=record["t"],
        buttons=tuple(tuple(_decode_button(b) for b in row) for row in record.get("b", ())),
        ask_contact=record.get("c", ""),
        edits=record.get("e", 0),
        attachment=record.get("f", ""),
        replaces=record.get("r", ""),
        holds=record.get("h", ""),
        fold=tuple(record.get("m", (0, 0))),
    )


def _encode_button(button: Button) -> list[str]:
    for letter, value in (("u", button.url), ("c", button.copy)):
        if value:
            return [button.text, letter, value]
    return [button.text, "a", button.action]


def _decode_button(record: list[str]) -> Button:
    name = {"a": "action", "u": "url", "c": "copy"}[record[1]]
    return Button(text=record[0], **{name: record[2]})


def encode_word(word: Word) -> bytes:
    """`kind|life|body`, as `say_next` in the scripts reads it."""
    return b"%s|%d|%s" % (LETTER[word.kind].encode(), word.life_ms, encode_body(word.body))


def is_newer_word(row: bytes) -> bool:
    """Whether a word in a lane (`number|kind|at|expires|body`) is of a later form."""
    try:
        decode_body(row.split(b"|", 4)[4])
    except RecordNewer:
        return True
    return False


def word_row(word: Word) -> bytes:
    """The transcript line a word leaves."""
    return encode_message(line_of(word))


def line_of(word: Word) -> Message:
    """The transcript line a word leaves, as a value."""
    kind = word.attachments[0].kind if word.attachments else MessageKind.TEXT
    return Message(
        word.author, word.body.text, kind=kind, agent=word.agent, attachments=word.attachments
    )


def encode_message(message: Message) -> bytes:
    """A transcript line without its seq, time and word, which the store puts in front."""
    record: dict[str, Any] = {"a": message.author, "t": message.text}
    if message.kind is not MessageKind.TEXT:
        record["k"] = message.kind
    if message.at is not None:
        record["at"] = int(message.at.timestamp() * 1000)
    short = {"m": message.message_id, "g": message.agent, "r": message.revises}
    record |= {key: value for key, value in short.items() if value}
    if message.attachments:
        record["f"] = [
            [a.kind, a.ref, a.name, a.size_bytes, a.detail, *([a.file] if a.file else ())]
            for a in message.attachments
        ]
    return orjson.dumps(record)


def encode_event(agent: str, text: str) -> bytes:
    """The transcript line of something that happened to the case."""
    record = {"a": Author.SYSTEM, "t": text, "k": MessageKind.EVENT}
    return orjson.dumps(record | {"g": agent} if agent else record)


_AUTHORS, _MESSAGE_KINDS = frozenset(Author), frozenset(MessageKind)


def decode_message(row: bytes) -> Message:
    """Read a transcript line `seq|at|word|json` back; of a later version's, what can be shown."""
    seq, at, word, raw = row.split(b"|", 3)
    record = orjson.loads(raw)
    return Message(
        author=Author(record["a"]) if record["a"] in _AUTHORS else Author.SYSTEM,
        text=record["t"],
        kind=_message_kind(record.get("k", "text")),
        at=moment(record.get("at") or at),
        seq=int(seq),
        word=int(word),
        message_id=record.get("m", 0),
        agent=record.get("g", ""),
        revises=record.get("r", 0),
        attachments=tuple(Attachment(_message_kind(k), *rest) for k, *rest in record.get("f", ())),
    )


def _message_kind(name: str) -> MessageKind:
    return MessageKind(name) if name in _MESSAGE_KINDS else MessageKind.OTHER


def encode_mail(mail: UnreadMail) -> bytes:
    """A row of mail `at|kind|message id|raw`."""
    return b"%d|%s|%d|%s" % (mail.at_ms, mail.kind.encode(), mail.message_id, mail.raw)


def decode_mail(row: bytes) -> UnreadMail:
    """Read a row of mail `at|kind|message id|raw` back; a kind of a later version has a name of its
    own, so that one lane of many never stops a whole take.
    """
    at, kind, message_id, raw = row.split(b"|", 3)
    known = MAIL_KINDS.get(kind, MailKind.NEWER)
    return UnreadMail(known, int(message_id), int(at), raw)


_FATES = frozenset(DeliveryState)


def decode_delivery(raw: bytes) -> Delivery:
    """Read a row of the ledger back."""
    state, _, rest = raw.decode().partition(":")
    if state == DeliveryState.SENT:
        return Delivery(DeliveryState.SENT, message_id=int(rest or 0))
    if state not in _FATES:  # of a later version: nobody here knows what it means
        return Delivery(DeliveryState.UNKNOWN, reason=state)
    return Delivery(DeliveryState(state), reason=rest)


def encode_fetch(fetch: Fetch) -> str:
    """`found:<file>` or `failed:<reason>`, as the scripts compare it."""
    return f"{fetch.state}:{fetch.file or fetch.reason}"


def decode_fetch(raw: bytes) -> Fetch:
    """Read what became of a wish back."""
    state, _, rest = raw.decode().partition(":")
    if state == FetchState.FOUND:
        return Fetch(FetchState.FOUND, file=rest)
    return Fetch(FetchState(state), reason=rest if state == FetchState.FAILED else "")


def encode_gap(gap: Gap) -> bytes:
    """A gap without its time, which is its score."""
    return orjson.dumps([gap.op, gap.language, gap.text])


def decode_gap(raw: bytes, at_ms: float) -> Gap:
    """Read a gap back."""
    op, language, text = orjson.loads(raw)
    at = moment(at_ms)
    assert at is not None
    return Gap(op, at, language, text)


def decode_contact(state: dict[str, Any]) -> Contact:
    """The contact as the bot's state shows it."""
    record = state.get("contact") or {}
    known = {
        name: record[name]
        for name in ("name", "username", "language", "phone", "reachable")
        if name in record
    }
    return Contact(**known)


def encode_limits(limits: Limits) -> dict[str, float]:
    """The send budgets as scripts read them."""
    return {
        "total": limits.total_per_second,
        "chat": limits.chat_per_second,
        "burst": limits.chat_burst,
        "group": limits.group_per_minute,
    }


def encode_about(case: NewCase) -> bytes:
    """What a case is about, from the turn that opened it; in one value, because each one costs."""
    about = {
        "reason": case.reason,
        "priority": case.priority,
        "skill": case.skill,
        "why": case.why,
        "contact": case.contact,
        "language": case.language,
    }
    return orjson.dumps(about)


_STATUSES, _FORMS = frozenset(CaseStatus), frozenset((None, b"%d" % FORM))
CASE_FIELDS = (
    "conversation",
    "status",
    "rank",
    "opened",
    "version",
    "epoch",
    "about",
    "agent",
    "claimed",
    "answered",
    "resolved",
    "resolution",
    "why",
    "priority",
    "v",
)
"""What `decode_case` reads of a case hash, in this order."""


def is_newer_case(status: bytes | None, form: bytes | None) -> bool:
    """Whether a later version wrote a case: in a form of its own, or in a state unknown here."""
    return form not in _FORMS or (status is not None and status.decode() not in _STATUSES)


def decode_case(case_id: str, values: Sequence[bytes | None]) -> Case:
    """Read the fields of a case hash back. Raises RecordNewer for one of a later form."""
    text = {name: value.decode() for name, value in zip(CASE_FIELDS, values, strict=True) if value}
    if is_newer_case(values[CASE_FIELDS.index("status")], values[-1]):
        raise RecordNewer(f"case {case_id}", text.get("v", text["status"]))
    text = orjson.loads(text["about"]) | text  # what a turn has patched stands beside it
    opened = moment(text["opened"])
    assert opened is not None
    return Case(
        id=CaseId(case_id),
        conversation=ConversationId(text["conversation"]),
        status=CaseStatus(text["status"]),
        reason=text["reason"],
        priority=text["priority"],
        skill=text["skill"],
        why=text["why"],
        rank=float(text["rank"]),
        contact=text["contact"],
        language=text["language"],
        opened_at=opened,
        agent=text.get("agent", ""),
        claimed_at=moment(text.get("claimed")),
        answered_at=moment(text.get("answered")),
        resolved_at=moment(text.get("resolved")),
        resolution=text.get("resolution", ""),
        packet_version=int(text["version"]),
        epoch=int(text["epoch"]),
    )


def encode_agent(agent: Agent) -> bytes:
    """An account as JSON."""
    return orjson.dumps(
        {
            "name": agent.name,
            "role": agent.role,
            "hash": agent.password_hash,
            "title": agent.title,
            "skills": (),  # nobody reads it any more, but a version that is rolled back
            "disabled": agent.disabled,
        }
    )


def decode_agent(agent_id: str, raw: bytes) -> Agent:
    """Read an account back."""
    record = orjson.loads(raw)
    return Agent(
        id=AgentId(agent_id),
        name=record["name"],
        role=Role(record["role"]),
        password_hash=record["hash"],
        title=record["title"],
        disabled=record["disabled"],
    )
