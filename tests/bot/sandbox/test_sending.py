from typing import Any

import aiohttp
import pytest

LIN, EMMA = 10001, 10002


@pytest.fixture
async def begun(wire: Any, phone: Any) -> Any:
    await phone.say(LIN, "hi")
    return wire


@pytest.mark.parametrize(
    ("text", "mode", "plain", "kinds"),
    [
        ("<b>a &lt; b</b> <i>c</i>", "HTML", "a < b c", ["bold", "italic"]),
        ('<a href="https://x.org/?a=1&amp;b=2">x</a>', "HTML", "x", ["text_link"]),
        (
            '<pre><code class="language-py">x=1</code></pre>',
            "HTML",
            "x=1",
            ["pre"],
        ),
        ("*b* _i_ __u__ ~s~ ||p||", "MarkdownV2", "b i u s p", None),
        ("`a.b` \\. [x](https://x.org)", "MarkdownV2", "a.b . x", ["code", "text_link"]),
        (">quoted\n>more\nplain", "MarkdownV2", "quoted\nmore\nplain", ["blockquote"]),
        ("*b* and 1.5 _i_", "Markdown", "b and 1.5 i", ["bold", "italic"]),
        ("see https://x.org/a. /help #tag", None, "see https://x.org/a. /help #tag", None),
    ],
)
async def test_markup_becomes_plain_text_and_entities(
    begun: Any, text: str, mode: str | None, plain: str, kinds: list[str] | None
) -> None:
    params = {"parse_mode": mode} if mode else {}

    message = await begun.get("sendMessage", chat_id=LIN, text=text, **params)

    assert message["text"] == plain
    found = [entity["type"] for entity in message["entities"]]
    if kinds is not None:
        assert found == kinds
    else:
        assert len(found) in {3, 5}


async def test_entities_are_placed_in_utf16_units(begun: Any) -> None:
    message = await begun.get("sendMessage", chat_id=LIN, text="👩‍👩‍👧<b>好</b>", parse_mode="HTML")

    assert message["entities"] == [{"type": "bold", "offset": 8, "length": 1}]


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("<b>open", "HTML"),
        ("a < b", "HTML"),
        ("<b><i>x</b></i>", "HTML"),
        ("</b>", "HTML"),
        ("<font>x</font>", "HTML"),
        ("*open", "MarkdownV2"),
        ("Hello.", "MarkdownV2"),
        ("`open", "MarkdownV2"),
        ("[x](https://x.org", "MarkdownV2"),
        ("_open", "Markdown"),
        ("x", "BBCode"),
    ],
)
async def test_markup_that_does_not_parse_is_refused(begun: Any, text: str, mode: str) -> None:
    refusal = await begun.refused("sendMessage", chat_id=LIN, text=text, parse_mode=mode)

    assert refusal["error_code"] == 400


async def test_a_text_is_measured_after_parsing_and_in_utf16_units(begun: Any) -> None:
    longest = "<b>" + "&amp;" * 4096 + "</b>"
    assert (await begun.get("sendMessage", chat_id=LIN, text=longest, parse_mode="HTML"))["text"]
    assert await begun.get("sendMessage", chat_id=LIN, text="👍" * 2048)

    too_long = await begun.refused("sendMessage", chat_id=LIN, text="👍" * 2048 + "!")
    empty = await begun.refused("sendMessage", chat_id=LIN, text=" \n ")

    assert too_long["error_code"] == empty["error_code"] == 400


async def test_a_button_carries_at_most_64_bytes(begun: Any) -> None:
    fits = {"inline_keyboard": [[{"text": "Go", "callback_data": "x" * 64}]]}
    assert await begun.get("sendMessage", chat_id=LIN, text="?", reply_markup=fits)

    for data in ("x" * 65, "好" * 22, ""):
        markup = {"inline_keyboard": [[{"text": "Go", "callback_data": data}]]}
        refusal = await begun.refused("sendMessage", chat_id=LIN, text="?", reply_markup=markup)
        assert refusal["error_code"] == 400


async def test_a_bot_cannot_write_first_nor_to_who_blocked_it(begun: Any, phone: Any) -> None:
    assert (await begun.refused("sendMessage", chat_id=EMMA, text="hi"))["error_code"] == 403
    assert (await begun.refused("sendMessage", chat_id=999, text="hi"))["error_code"] == 400

    await phone.block(LIN)
    refusal = await begun.refused("sendMessage", chat_id=LIN, text="hi")
    updates = await begun.get("getUpdates")

    assert refusal["description"] == "Forbidden: bot was blocked by the user"
    assert updates[-1]["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    await phone.block(LIN, blocked=False)
    assert await begun.get("sendMessage", chat_id=LIN, text="back")


async def test_a_chat_takes_a_short_burst_and_then_one_message_a_second(
    begun: Any, still: Any
) -> None:
    for _ in range(5):
        await begun.get("sendMessage", chat_id=LIN, text="hi")

    refusal = await begun.refused("sendMessage", chat_id=LIN, text="hi")

    assert refusal["error_code"] == 429
    assert refusal["parameters"] == {"retry_after": 1}
    still.seconds += 1
    assert await begun.get("sendMessage", chat_id=LIN, text="hi")


async def test_all_chats_together_take_30_a_second(wire: Any, phone: Any, still: Any) -> None:
    ids = await phone.new_customers(100)
    await phone.inject([(one, "hi") for one in ids])
    asked = [await wire.ask("sendMessage", chat_id=one, text="hi") for one in ids]
    assert [status for status, _ in asked].count(200) == 45

    still.seconds += 1
    asked = [await wire.ask("sendMessage", chat_id=one, text="hi") for one in ids]

    assert [status for status, _ in asked].count(200) == 30


async def test_a_group_takes_20_a_minute_however_they_are_spread(
    wire: Any, phone: Any, still: Any
) -> None:
    group = await phone.new_group("Staff", [LIN, EMMA])
    await phone.say_in_group(group, LIN, "hi all")
    sent = 0
    for _ in range(30):
        sent += (await wire.ask("sendMessage", chat_id=group, text="board"))[0] == 200
        still.seconds += 1.5

    refusal = await wire.refused("sendMessage", chat_id=group, text="board")

    assert sent == 20
    assert refusal["parameters"]["retry_after"] == 15


async def test_limits_can_be_changed_and_switched_off(begun: Any, phone: Any) -> None:
    await phone.limits(enabled=False)

    for _ in range(40):
        await begun.get("sendMessage", chat_id=LIN, text="hi")


async def test_edits_need_another_content_and_the_own_message(begun: Any, phone: Any) -> None:
    said = await phone.say(LIN, "mine")
    sent = await begun.get("sendMessage", chat_id=LIN, text="one")
    where = {"chat_id": LIN, "message_id": sent["message_id"]}

    assert (await begun.refused("editMessageText", **where, text="one"))["error_code"] == 400
    foreign = {"chat_id": LIN, "message_id": said.message_id}
    assert (await begun.refused("editMessageText", **foreign, text="x"))["error_code"] == 400
    edited = await begun.get("editMessageText", **where, text="two")
    await begun.get("deleteMessage", **where)

    assert (edited["text"], edited["message_id"]) == ("two", sent["message_id"])
    assert edited["edit_date"] >= sent["date"]
    assert (await begun.refused("editMessageText", **where, text="three"))["error_code"] == 400


@pytest.mark.parametrize(
    "markup", [{"remove_keyboard": True}, {"keyboard": [["Yes"]]}, {"force_reply": True}]
)
async def test_a_message_that_changed_the_keyboard_is_never_edited(
    begun: Any, markup: dict[str, Any]
) -> None:
    sent = await begun.get("sendMessage", chat_id=LIN, text="one", reply_markup=markup)
    where = {"chat_id": LIN, "message_id": sent["message_id"]}

    refused = await begun.refused("editMessageText", **where, text="two")

    assert refused["description"] == "Bad Request: message can't be edited"


async def test_a_press_can_be_answered_once_and_within_150_seconds(
    begun: Any, phone: Any, still: Any
) -> None:
    buttons = {"inline_keyboard": [[{"text": "Yes", "callback_data": "yes"}]]}
    sent = await begun.get("sendMessage", chat_id=LIN, text="?", reply_markup=buttons)
    early = await phone.press(LIN, sent["message_id"], text="Yes")
    late = await phone.press(LIN, sent["message_id"], data="yes")

    assert await begun.get("answerCallbackQuery", callback_query_id=early["callback_id"])
    again = await begun.refused("answerCallbackQuery", callback_query_id=early["callback_id"])
    still.seconds += 151
    refusal = await begun.refused("answerCallbackQuery", callback_query_id=late["callback_id"])

    assert again["error_code"] == refusal["error_code"] == 400


async def test_message_ids_rise_by_one_in_each_chat(wire: Any, phone: Any) -> None:
    await phone.say(LIN, "one")
    await phone.say(EMMA, "one")
    sent = await wire.get("sendMessage", chat_id=LIN, text="two")
    said = await phone.say(LIN, "three")

    assert (sent["message_id"], said.message_id) == (2, 3)


async def test_a_file_goes_out_comes_back_and_is_forwarded_by_id(begun: Any) -> None:
    form = aiohttp.FormData()
    form.add_field("chat_id", str(LIN))
    form.add_field("caption", "收据")
    form.add_field("document", b"receipt", filename="receipt.txt", content_type="text/plain")
    async with begun.session.post(f"{begun.base}/sendDocument", data=form) as response:
        document = (await response.json())["result"]["document"]

    again = await begun.get("sendDocument", chat_id=LIN, document=document["file_id"])
    found = await begun.get("getFile", file_id=document["file_id"])
    async with begun.session.get(f"{begun.files}/{found['file_path']}") as response:
        content = await response.read()

    assert again["document"]["file_name"] == "receipt.txt"
    assert content == b"receipt"
    assert (await begun.refused("getFile", file_id="nonsense"))["error_code"] == 400


async def test_a_file_above_20_megabytes_cannot_be_fetched(begun: Any, phone: Any) -> None:
    upload = await phone.upload(bytes(20 * 1024 * 1024 + 1), name="film.mp4")

    assert (await begun.refused("getFile", file_id=upload["file_id"]))["error_code"] == 400


async def test_an_album_is_several_messages_with_one_group(begun: Any, phone: Any) -> None:
    said = await phone.album(LIN, 3, caption="all of it")
    updates = await begun.get("getUpdates")
    photos = [update["message"] for update in updates if "photo" in update["message"]]

    assert len({photo["media_group_id"] for photo in photos}) == 1
    assert [photo["message_id"] for photo in photos][-1] == said.message_id
    media = [{"type": "photo", "media": photo["photo"][-1]["file_id"]} for photo in photos]
    back = await begun.get("sendMediaGroup", chat_id=LIN, media=media)
    assert len({photo["media_group_id"] for photo in back}) == 1
    short = await begun.refused("sendMediaGroup", chat_id=LIN, media=media[:1])
    assert short["error_code"] == 400


async def test_commands_are_kept_by_scope_and_language_and_shown_nearest_first(
    begun: Any, phone: Any
) -> None:
    english = [{"command": "help", "description": "What I can do"}]
    chinese = [{"command": "help", "description": "我能做什么"}]
    await begun.get("setMyCommands", commands=english)
    await begun.get("setMyCommands", commands=chinese, language_code="zh")

    shown = {one["id"]: one["commands"] for one in (await phone.state())["customers"]}

    assert await begun.get("getMyCommands", language_code="zh") == chinese
    assert await begun.get("getMyCommands", scope={"type": "all_private_chats"}) == []
    assert (shown[LIN], shown[EMMA]) == (chinese, english)


async def test_a_reply_carries_what_it_answers(begun: Any, phone: Any) -> None:
    said = await phone.say(LIN, "question")
    to = {"message_id": said.message_id}
    gone = {"message_id": 999}

    answer = await begun.get("sendMessage", chat_id=LIN, text="answer", reply_parameters=to)
    refusal = await begun.refused("sendMessage", chat_id=LIN, text="x", reply_parameters=gone)
    gone["allow_sending_without_reply"] = True
    anyway = await begun.get("sendMessage", chat_id=LIN, text="x", reply_parameters=gone)

    assert answer["reply_to_message"]["text"] == "question"
    assert refusal["error_code"] == 400
    assert "reply_to_message" not in anyway
