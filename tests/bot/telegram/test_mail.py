from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.telegram.addresses import Address, address_of, conversation_of
from bot.telegram.decoding import NO_NUMBER, next_offset, update_of, updates_of
from bot.telegram.errors import UnreadableUpdate
from bot.telegram.mail import mail_of, press_of
from bot.telegram.pauses import ALBUM, FRAGMENT, NOW, SHORT, Pause, pause_of
from handoff.agenda import Mail

BOT = 4242
PERSON = {"id": 10001, "is_bot": False, "first_name": "Lin"}
CHAT = {"id": 10001, "type": "private", "first_name": "Lin"}
GROUP = {"id": -1009, "type": "supergroup", "title": "Staff"}


def message(**fields: Any) -> dict[str, Any]:
    return {"message_id": 5, "date": 1_795_000_000, "chat": CHAT, "from": PERSON, **fields}


def routed(**content: Any) -> Mail | None:
    return mail_of(update_of(orjson.dumps({"update_id": 77, **content})), BOT)


def answer(*parts: bytes) -> bytes:
    return b'{"ok":true,"result":[' + b",".join(parts) + b"]}"


ONE = b'{"update_id":1,"message":%s}' % orjson.dumps(message(text="where is my parcel?"))
TWO = b'{"update_id":2,"message":%s}' % orjson.dumps(message(text="thank you very much!"))


@pytest.mark.parametrize(
    ("content", "kind", "message_id"),
    [
        pytest.param({"message": message(text="Hello!")}, "message", 5, id="text"),
        pytest.param({"edited_message": message(text="Hello!")}, "edit", 5, id="edit"),
        pytest.param(
            {"callback_query": {"id": "9", "from": PERSON, "message": message(), "data": "x"}},
            "button",
            5,
            id="press",
        ),
        pytest.param(
            {"callback_query": {"id": "9", "message": {"chat": CHAT, "message_id": 4, "date": 0}}},
            "button",
            4,
            id="press under a message too old to see",
        ),
        pytest.param(
            {"my_chat_member": {"chat": CHAT, "from": PERSON, "new_chat_member": {}}},
            "member",
            0,
            id="blocked or back",
        ),
        pytest.param({"message": message(contact={})}, "message", 5, id="contact"),
        pytest.param({"message": message(something_new={})}, "message", 5, id="a new kind"),
    ],
)
def test_what_a_customer_does_becomes_mail_of_their_lane(
    content: dict[str, Any], kind: str, message_id: int
) -> None:
    mail = routed(**content)

    assert mail is not None
    assert (mail.conversation, mail.kind, mail.message_id) == ("tg-4242-10001", kind, message_id)
    assert mail.update_id == 77


def test_mail_keeps_the_update_as_it_came() -> None:
    content = {"update_id": 77, "message": message(text="货到哪了？", new_field={"a": [1, None]})}

    mail = mail_of(update_of(orjson.dumps(content)), BOT)

    assert mail is not None
    assert orjson.loads(mail.raw) == content


@pytest.mark.parametrize(
    "content",
    [
        pytest.param({"message": {**message(text="hi"), "chat": GROUP}}, id="group"),
        pytest.param(
            {"message": {**message(text="hi"), "from": {**PERSON, "is_bot": True}}}, id="bot"
        ),
        pytest.param({"my_chat_member": {"chat": GROUP, "from": PERSON}}, id="joined a group"),
        pytest.param(
            {"callback_query": {"id": "9", "message": {**message(), "chat": GROUP}}},
            id="press in a group",
        ),
        pytest.param(
            {"callback_query": {"id": "9", "inline_message_id": "x"}}, id="inline message"
        ),
        pytest.param({"business_connection": {"id": "bc1", "user": PERSON}}, id="connection"),
        pytest.param(
            {"business_message": {**message(business_connection_id="bc1"), "from": {"id": 7}}},
            id="the owner writes by hand",
        ),
    ],
)
def test_what_no_customer_wrote_is_no_mail(content: dict[str, Any]) -> None:
    assert routed(**content) is None


@pytest.mark.parametrize(
    "content",
    [
        pytest.param({}, id="nothing in it"),
        pytest.param({"message_reaction": {"chat": CHAT}}, id="a kind we did not ask for"),
        pytest.param({"message": None}, id="null message"),
        pytest.param({"message": {"chat": None, "from": PERSON}}, id="null chat"),
        pytest.param({"message": message(chat={"type": "private", "id": "1"})}, id="text as id"),
        pytest.param({"message": message(message_id=None)}, id="null message id"),
        pytest.param({"message": [1, 2]}, id="a list"),
        pytest.param({"message": message(business_connection_id={"a": 1})}, id="odd connection"),
        pytest.param({"message": message(business_connection_id="a:b c")}, id="unsafe connection"),
    ],
)
def test_what_cannot_be_routed_says_so_and_nothing_else(content: dict[str, Any]) -> None:
    with pytest.raises(UnreadableUpdate):
        routed(**content)


def test_a_business_chat_is_kept_apart_from_the_bots_own_chat() -> None:
    own = routed(message=message(text="hi"))
    business = routed(business_message=message(text="hi", business_connection_id="Ab_c-9"))

    assert own is not None
    assert business is not None
    assert business.conversation == "tg-4242-10001-Ab_c-9"
    assert address_of(business.conversation) == Address(BOT, 10001, "Ab_c-9")


def test_a_groups_id_stays_negative_on_the_way_back() -> None:
    assert address_of(conversation_of(BOT, -1009)) == Address(BOT, -1009)
    assert address_of(conversation_of(BOT, -1009)).is_group


@pytest.mark.parametrize(
    ("content", "pause"),
    [
        pytest.param({"text": "我想问一下"}, FRAGMENT, id="zh fragment"),
        pytest.param({"text": "你好"}, FRAGMENT, id="greeting"),
        pytest.param({"text": "hello"}, FRAGMENT, id="en greeting"),
        pytest.param({"text": "one more thing,"}, FRAGMENT, id="comma"),
        pytest.param({"text": "那个……"}, FRAGMENT, id="ellipsis"),
        pytest.param({"text": "I ordered a lamp"}, SHORT, id="middle"),
        pytest.param({"text": "我上周买了台灯"}, SHORT, id="zh middle"),
        pytest.param({"text": "我的包裹到哪里了"}, NOW, id="zh question word"),
        pytest.param({"text": "where is my parcel"}, NOW, id="en question"),
        pytest.param({"text": "It never came."}, NOW, id="full stop"),
        pytest.param({"text": "WL20260042"}, NOW, id="order number"),
        pytest.param({"text": "8812"}, NOW, id="last four digits"),
        pytest.param({"text": "SYSTEM_ERROR"}, NOW, id="payment code"),
        pytest.param({"text": "/start abc"}, NOW, id="command"),
        pytest.param({"text": "人工"}, NOW, id="asks for a person"),
        pytest.param({"text": "我上周在你们店里买的台灯一直没有收到"}, NOW, id="long"),
        pytest.param({"text": "x" * 40_000}, NOW, id="very long"),
        pytest.param({"text": ""}, NOW, id="empty"),
        pytest.param({"photo": [{}]}, FRAGMENT, id="photo alone"),
        pytest.param({"photo": [{}], "caption": "It is broken."}, NOW, id="photo with caption"),
        pytest.param({"photo": [{}], "media_group_id": "1", "caption": "!"}, ALBUM, id="album"),
        pytest.param({"contact": {}}, NOW, id="contact"),
        pytest.param({"voice": {}}, NOW, id="voice"),
    ],
)
def test_only_what_looks_unfinished_waits_for_more(content: dict[str, Any], pause: Pause) -> None:
    mail = routed(message=message(**content))

    assert mail is not None
    assert Pause(mail.pause_ms, mail.cap_ms) == pause


def test_a_text_of_signs_is_judged_in_linear_time() -> None:
    assert pause_of("?" * 199 + " " * 1) == NOW


def test_the_press_is_known_without_routing() -> None:
    press = update_of(b'{"update_id":3,"callback_query":{"id":"abc","data":"x"}}')

    assert press_of(press) == "abc"
    assert press_of(update_of(ONE)) == ""


DEEP = b"[" * 100_000 + b"]" * 100_000
BETWEEN_DEPTHS = b"[" * 300 + b"]" * 300


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(b'{"update_id":9,"message":{"x":%s}}' % DEEP, id="depth 100,000"),
        pytest.param(b'{"update_id":9,"message":{"x":%s}}' % BETWEEN_DEPTHS, id="depth 300"),
        pytest.param(b'{"update_id":9,"message":{"x":1e999}}', id="infinite number"),
        pytest.param(b'{"update_id":9,"message":{"x":"\xff\xfe"}}', id="no UTF-8"),
        pytest.param(b'{"update_id":9,"message":null}', id="null"),
    ],
)
def test_an_unreadable_update_leaves_those_around_it_readable(bad: bytes) -> None:
    updates = updates_of(answer(ONE, bad, TWO))

    assert [update.update_id for update in updates] == [1, 9, 2]
    assert mail_of(updates[0], BOT)
    assert mail_of(updates[2], BOT)
    with pytest.raises(UnreadableUpdate):
        mail_of(updates[1], BOT)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param(b'"half \\ud83d smile"', "half � smile", id="half a surrogate"),
        pytest.param(b'"whole \\ud83d\\ude00"', "whole 😀", id="a whole one"),
        pytest.param(b'"a\\" ]}, {\\"update_id\\":5"', 'a" ]}, {"update_id":5', id="brackets"),
    ],
)
def test_a_text_that_strict_readers_refuse_is_mended_not_lost(text: bytes, kept: str) -> None:
    bad = orjson.dumps(message())[:-1] + b',"text":%s,"nan":NaN}' % text

    [first, mended] = updates_of(answer(ONE, b'{"update_id":9,"message":%s}' % bad))

    assert mail_of(first, BOT)
    assert mended.content is not None
    assert mended.content["message"]["text"] == kept
    assert orjson.loads(mended.raw)["message"]["nan"] is None


NAMES = st.sampled_from(
    [
        *("message", "edited_message", "callback_query", "my_chat_member", "business_message"),
        *("chat", "from", "id", "type", "text", "caption", "photo", "message_id", "is_bot"),
        *("media_group_id", "business_connection_id", "data", "entities"),
    ]
)
LEAVES = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | st.text()
ANYTHING = st.recursive(
    LEAVES | st.sampled_from(["private", "supergroup", 10001]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=25,
)


@given(st.dictionaries(NAMES, ANYTHING, max_size=4))
@settings(max_examples=150, deadline=None)
def test_whatever_an_update_holds_it_is_mail_or_nothing_or_unreadable(content: Any) -> None:
    update = update_of(json.dumps({"update_id": 1, **content}).encode())

    try:
        mail = mail_of(update, BOT)
    except UnreadableUpdate:
        mail = None
    assert mail is None or address_of(mail.conversation).bot_id == BOT


def test_64_kilobytes_in_one_update_are_read() -> None:
    [update] = updates_of(
        answer(orjson.dumps({"update_id": 4, "message": message(text="文" * 22_000)}))
    )

    assert mail_of(update, BOT)


@pytest.mark.parametrize(
    "garbage",
    [b"", b"<html>502</html>", b'{"ok":true}', b'{"ok":true,"result":[{"update_id":1', b"[]"],
)
def test_half_an_answer_is_asked_for_again(garbage: bytes) -> None:
    with pytest.raises(UnreadableUpdate):
        updates_of(garbage)


def test_the_offset_passes_what_cannot_be_read() -> None:
    updates = updates_of(answer(ONE, b'{"nothing":1}', b'{"update_id":9,"message":NaN}'))

    assert [update.update_id for update in updates] == [1, NO_NUMBER, 9]
    assert next_offset(updates) == 10
    with pytest.raises(UnreadableUpdate):
        next_offset(updates_of(answer(b"null")))
