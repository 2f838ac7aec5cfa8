from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from bot.heard import Heard, HeardKind
from bot.telegram.updates import MailReader
from handoff.agenda import MailKind, Turn, UnreadMail
from handoff.conversation import Author, ConversationId, Holder, MessageKind
from handoff.forms import RecordNewer
from handoff.signing import Signer

LANE = ConversationId("tg-4242-10001")
EPOCH = 3
SIGNER = Signer(b"k" * 32)
LINK = SIGNER.order_link("W1000001", datetime(2030, 1, 1, tzinfo=UTC))
PERSON = {
    "id": 10001,
    "is_bot": False,
    "first_name": "小雨",
    "last_name": " 林 ",
    "username": "lin",
    "language_code": "zh-hans",
}
CHAT = {"id": 10001, "type": "private", "first_name": "林"}
WRITTEN = 1_795_000_000
CAME_MS = WRITTEN * 1000 + 250
SIZE = {"file_unique_id": "u", "width": 90, "height": 90}
PHOTO = [{"file_id": "small", **SIZE}, {"file_id": "large", **SIZE, "file_size": 4096}]
FILE = {"file_id": "f", "file_unique_id": "u"}
PLACE = {"latitude": 31.230412, "longitude": 121.473712}


def message(message_id: int = 5, **fields: Any) -> dict[str, Any]:
    return {"message_id": message_id, "date": WRITTEN, "chat": CHAT, "from": PERSON, **fields}


def unread(kind: str, message_id: int = 5, **content: Any) -> UnreadMail:
    raw = orjson.dumps({"update_id": 900 + message_id, **content})
    return UnreadMail(MailKind(kind), message_id, CAME_MS, raw)


def wrote(message_id: int = 5, **fields: Any) -> UnreadMail:
    return unread("message", message_id, message=message(message_id, **fields))


def pressed(data: str, **message_fields: Any) -> UnreadMail:
    under = message(4, **message_fields)
    query = {"id": "9", "from": PERSON, "chat_instance": "c", "message": under, "data": data}
    return unread("button", 4, callback_query=query)


async def hear(*mail: UnreadMail) -> tuple[Heard, ...]:
    turn = Turn(LANE, "token", EPOCH, Holder.BOT, b"", mail)
    heard, count = await MailReader(SIGNER).read(turn)
    assert count == len(mail)
    return heard


async def test_a_text_is_heard_with_its_writer_and_its_time() -> None:
    [heard] = await hear(wrote(text="我的包裹到哪里了？\x00"))

    assert heard.kind is HeardKind.MESSAGE
    assert heard.update_id == 905
    assert heard.at == datetime.fromtimestamp(CAME_MS / 1000, UTC)
    line, contact = heard.message, heard.contact
    assert line is not None
    assert (line.author, line.kind, line.message_id) == (Author.CONTACT, MessageKind.TEXT, 5)
    assert line.text == "我的包裹到哪里了？�"
    assert line.at == datetime.fromtimestamp(WRITTEN, UTC)
    assert (contact.name, contact.username, contact.language) == ("林小雨", "lin", "zh-hans")
    assert contact.phone == ""


@pytest.mark.parametrize(
    ("text", "kind", "command", "payload"),
    [
        ("/start", "command", "start", ""),
        ("/start  AbC_9-x ", "command", "start", ""),
        (f"/start  {LINK} ", "command", "start", "W1000001"),
        ("/HELP@warmline_bot", "command", "help", ""),
        ("/human now please", "command", "human", "now please"),
        ("/language", "command", "language", ""),
        ("/privacy", "command", "privacy", ""),
        ("/refund 12", "message", "refund", "12"),
        ("/", "message", "", ""),
        ("a /start", "message", "", ""),
    ],
)
async def test_only_our_commands_are_commands(
    text: str, kind: str, command: str, payload: str
) -> None:
    [heard] = await hear(wrote(text=text))

    assert (heard.kind, heard.command, heard.payload) == (kind, command, payload)
    assert heard.message is not None
    assert heard.message.text == text


CARD = {"phone_number": "8613800138000", "first_name": "林"}
ELSEWHERE = {"type": "hidden_user", "date": WRITTEN, "sender_user_name": "x"}


@pytest.mark.parametrize(
    ("fields", "phone"),
    [
        pytest.param({"contact": {**CARD, "user_id": 10001}}, "+8613800138000", id="own"),
        pytest.param({"contact": {**CARD, "user_id": 10002}}, "", id="somebody else's"),
        pytest.param({"contact": CARD}, "", id="typed into the address book"),
        pytest.param(
            {"contact": {**CARD, "user_id": 10001}, "forward_origin": ELSEWHERE},
            "",
            id="forwarded",
        ),
    ],
)
async def test_a_phone_counts_only_when_telegram_itself_vouches_for_it(
    fields: dict[str, Any], phone: str
) -> None:
    [heard] = await hear(wrote(**fields))

    assert (heard.kind, heard.phone) == (HeardKind.PHONE, phone)
    assert heard.message is not None
    assert heard.message.kind is MessageKind.CONTACT


@pytest.mark.parametrize(
    ("fields", "kind", "ref", "text"),
    [
        ({"photo": PHOTO, "caption": "It broke"}, "photo", "large", "It broke"),
        ({"document": {**FILE, "file_name": "a.pdf"}}, "document", "f", ""),
        ({"voice": {**FILE, "duration": 3}}, "voice", "f", ""),
        ({"video_note": {**FILE, "length": 9, "duration": 3}}, "video", "f", ""),
        ({"location": PLACE}, "location", "", ""),
        ({"venue": {"location": PLACE, "title": "T", "address": "A"}}, "location", "", ""),
        ({"dice": {"emoji": "🎲", "value": 3}}, "other", "", ""),
        ({"story": {"id": 1, "chat": CHAT}}, "other", "", ""),
        ({"something_of_next_year": {"x": 1}}, "other", "", ""),
        (
            {
                "sticker": {
                    "type": "regular",
                    "is_animated": False,
                    "is_video": False,
                    "emoji": "😡",
                    "file_id": "f",
                    **SIZE,
                }
            },
            "sticker",
            "f",
            "😡",
        ),
        (
            {
                "animation": {**FILE, "width": 1, "height": 1, "duration": 1},
                "document": {**FILE, "file_name": "a.gif"},
            },
            "video",
            "f",
            "",
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_what_is_not_text_is_heard_as_what_it_is(
    fields: dict[str, Any], kind: str, ref: str, text: str
) -> None:
    [heard] = await hear(wrote(**fields))

    line = heard.message
    assert heard.kind is HeardKind.MESSAGE
    assert line is not None
    assert (line.kind, line.text) == (kind, text)
    assert [(a.kind, a.ref) for a in line.attachments] == [(kind, ref)]


async def test_what_telegram_says_about_the_chat_is_not_heard() -> None:
    pinned = message(3, text="old")

    assert await hear(wrote(pinned_message=pinned)) == ()


async def test_an_album_is_one_thing_with_all_its_pictures() -> None:
    first = wrote(5, photo=PHOTO, media_group_id="g", caption="Both are broken")
    between = wrote(6, text="see above")
    second = wrote(7, photo=PHOTO, media_group_id="g")
    other = wrote(8, photo=PHOTO, media_group_id="h")

    heard = await hear(first, between, second, other)

    lines = [one.message for one in heard if one.message]
    assert [(line.message_id, len(line.attachments)) for line in lines] == [(5, 2), (6, 0), (8, 1)]
    assert lines[0].text == "Both are broken"
    assert heard[0].payload == "g"


async def test_an_edit_of_what_was_read_names_what_it_revises() -> None:
    edited = unread("edit", edited_message=message(edit_date=WRITTEN + 9, text="WL2026 please"))

    [heard] = await hear(edited)

    assert heard.kind is HeardKind.EDIT
    assert heard.message is not None
    assert heard.message.revises == 5
    assert heard.message.at == datetime.fromtimestamp(WRITTEN + 9, UTC)


@pytest.mark.parametrize("kind", ["message", "edit"])
async def test_an_edit_takes_the_place_of_what_was_not_read(kind: str) -> None:
    edited = unread(kind, edited_message=message(edit_date=WRITTEN + 9, text="WL2026"))
    mail = [edited] if kind == "message" else [wrote(text="WL2025"), edited]

    [heard] = await hear(*mail)

    assert heard.kind is HeardKind.MESSAGE
    assert heard.message is not None
    assert (heard.message.text, heard.message.revises) == ("WL2026", 0)


async def test_a_moving_live_location_is_heard_once() -> None:
    live = {**PLACE, "live_period": 60}
    moved = unread("edit", 6, edited_message=message(6, edit_date=WRITTEN, location=live))

    assert await hear(moved) == ()


async def test_a_press_is_heard_with_its_label_and_once() -> None:
    data = SIGNER.sign_action(LANE, EPOCH, "track:WL1")
    keyboard = {"inline_keyboard": [[{"text": "查物流", "callback_data": data}]]}
    press = pressed(data, reply_markup=keyboard)

    [heard] = await hear(press, press)

    assert (heard.kind, heard.action) == (HeardKind.BUTTON, "track:WL1")
    assert heard.message is not None
    assert (heard.message.kind, heard.message.text) == (MessageKind.BUTTON, "查物流")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(SIGNER.sign_action(LANE, EPOCH - 1, "cancel"), id="before the handoff"),
        pytest.param(
            SIGNER.sign_action(ConversationId("tg-4242-7"), EPOCH, "cancel"), id="foreign"
        ),
        pytest.param("cancel", id="made up"),
        pytest.param("", id="empty"),
    ],
)
async def test_an_outdated_or_foreign_press_does_nothing(data: str) -> None:
    [heard] = await hear(pressed(data))

    assert (heard.kind, heard.action) == (HeardKind.OUTDATED, "")


async def test_a_press_under_a_message_too_old_to_see_is_still_heard() -> None:
    data = SIGNER.sign_action(LANE, EPOCH, "menu")
    query = {
        "id": "9",
        "from": PERSON,
        "chat_instance": "c",
        "message": {"chat": CHAT, "message_id": 4, "date": 0},
        "data": data,
    }

    [heard] = await hear(unread("button", 4, callback_query=query))

    assert heard.action == "menu"


@pytest.mark.parametrize(("status", "kind"), [("kicked", "unreachable"), ("member", "reachable")])
async def test_blocking_and_coming_back_are_heard(status: str, kind: str) -> None:
    bot = {"id": 4242, "is_bot": True, "first_name": "Warmline"}
    member = {"status": status, "user": bot, "until_date": 0}
    change = {"chat": CHAT, "from": PERSON, "date": WRITTEN}
    change |= {"old_chat_member": {**member, "status": "member"}, "new_chat_member": member}

    [heard] = await hear(unread("member", 0, my_chat_member=change))

    assert (heard.kind, heard.message) == (kind, None)


@pytest.mark.parametrize(
    ("kind", "raw", "told"),
    [
        ("timer", b"promise:42", {"kind": HeardKind.TIMER, "name": "promise:42"}),
        ("expired", b"17", {"kind": HeardKind.EXPIRED, "word": 17}),
        (
            "undelivered",
            b"17:failed",
            {"kind": HeardKind.UNDELIVERED, "word": 17, "payload": "failed"},
        ),
        ("notice", b"resolved:solved", {"kind": HeardKind.RESOLVED, "payload": "solved"}),
        ("notice", b"parcel:SF1:moved", {"kind": HeardKind.NOTICE, "payload": "SF1:moved"}),
    ],
)
async def test_mail_of_the_house_is_heard_without_telegram(
    kind: str, raw: bytes, told: dict[str, Any]
) -> None:
    [heard] = await hear(UnreadMail(MailKind(kind), 0, CAME_MS, raw))

    assert {name: getattr(heard, name) for name in told} == told


async def test_a_strange_field_that_nobody_reads_breaks_no_text() -> None:
    strange = {"reply_to_message": {"odd": 1}, "quote": [], "entities": [{"type": None}]}

    [heard] = await hear(wrote(text="Hello!", **strange))

    assert heard.message is not None
    assert heard.message.text == "Hello!"


@pytest.mark.parametrize(
    "raw",
    [b"", b"{}", b'{"update_id":1}', b'{"update_id":1,"message":{"chat":7,"text":"secret"}}'],
)
async def test_reading_ends_before_the_first_mail_that_cannot_be_read(raw: bytes) -> None:
    poison = UnreadMail(MailKind.MESSAGE, 1, CAME_MS, raw)
    turn = Turn(
        LANE, "t", EPOCH, Holder.BOT, b"", (wrote(5, text="One"), poison, wrote(7, text="3"))
    )

    heard, count = await MailReader(SIGNER).read(turn)

    assert count == 1
    assert [one.message.text for one in heard if one.message] == ["One"]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b'{"update_id":1,"message":{"chat":7,"text":"Where is it?"}}', "Where is it?"),
        (b'{"update_id":1,"message":{"photo":7,"caption":"Broken"}}', "Broken"),
        (b'{"update_id":1,"message":{"text":7}}', None),
        (b'{"update_id":1,"message":{}}', ""),
        (b"no json", None),
        (b"", None),
    ],
)
def test_words_that_can_be_seen_in_unreadable_mail_are_shown(raw: bytes, text: str | None) -> None:
    turn = Turn(LANE, "t", EPOCH, Holder.BOT, b"", (UnreadMail(MailKind.MESSAGE, 1, CAME_MS, raw),))

    seen = MailReader(SIGNER).glimpse(turn)

    assert [line.text for line in seen] == ([] if text is None else [text])


async def test_other_mail_is_recorded_and_says_nothing() -> None:
    assert await hear(UnreadMail(MailKind.OTHER, 0, CAME_MS, b"anything")) == ()


async def test_mail_of_a_later_version_is_not_read_over() -> None:
    newer = UnreadMail(MailKind.NEWER, 0, CAME_MS, b"W1000001")
    known = UnreadMail(MailKind.OTHER, 0, CAME_MS, b"anything")
    lane = Turn(LANE, "t", EPOCH, Holder.BOT, b"", (known, newer, known))

    assert await MailReader(SIGNER).read(lane) == ((), 1)
    with pytest.raises(RecordNewer):
        await MailReader(SIGNER).read(Turn(LANE, "t", EPOCH, Holder.BOT, b"", (newer, known)))
