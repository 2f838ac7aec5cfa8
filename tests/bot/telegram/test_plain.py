from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from bot.telegram.plain import read_plain
from bot.telegram.updates import MailReader
from handoff.agenda import MailKind, Turn, UnreadMail
from handoff.conversation import ConversationId, Holder
from handoff.signing import Signer

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
PERSON = {"id": 10001, "is_bot": False, "first_name": "Emma"}
CHAT = {"id": 10001, "type": "private"}
ORIGIN = {"type": "hidden_user", "date": 1_794_000_000, "sender_user_name": "Ann"}


def mail(kind: str = "message", name: str = "message", **fields: Any) -> UnreadMail:
    message = {"message_id": 5, "date": 1_795_000_000, "chat": CHAT, "from": PERSON}
    raw = orjson.dumps({"update_id": 905, name: {**message, **fields}})
    return UnreadMail(MailKind(kind), 5, 1_795_000_000_250, raw)


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "Where is my parcel?"},
        {
            "text": "我的包裹到哪里了？\x00 😀",
            "from": {**PERSON, "first_name": "月", "last_name": "林 "},
        },
        {"text": "hi", "from": {**PERSON, "username": "emma", "language_code": "zh-hant"}},
        {"text": "hi", "from": {**PERSON, "last_name": "Stone", "is_premium": True}},
        {"text": "  a  b\n", "from": {**PERSON, "first_name": "x" * 90}},
        {"text": ""},
        {"text": "see", "entities": [{"type": "bold", "offset": 0, "length": 3}]},
        {"text": "an answer", "reply_to_message": {"message_id": 4, "date": 1, "chat": CHAT}},
        {"text": "passed on", "forward_origin": ORIGIN, "edit_date": None},
    ],
)
async def test_the_short_way_hears_what_the_routers_hear(fields: dict[str, Any]) -> None:
    one = mail(**fields)
    turn = Turn(ConversationId("tg-4242-10001"), "token", 3, Holder.BOT, b"", (one,))
    reader = MailReader(Signer(b"k" * 32))

    short = read_plain(one, AT)

    assert short is not None
    assert short == await reader._routed(one, turn, AT)


@pytest.mark.parametrize(
    "one",
    [
        mail(text="/start"),
        mail(text="/help me"),
        mail(photo=[]),
        mail(text=5),
        mail(text="hi", date="yesterday"),
        mail(text="hi", edit_date=1_795_000_100),
        mail(text="hi", **{"from": None}),
        mail(name="edited_message", text="hi"),
        mail(name="business_message", text="hi"),
        mail("edit", text="hi"),
        UnreadMail(MailKind.MESSAGE, 5, 0, b"[]"),
    ],
)
def test_everything_else_is_left_to_the_routers(one: UnreadMail) -> None:
    assert read_plain(one, AT) is None
