from __future__ import annotations

from bot.telegram.addresses import Address
from bot.telegram.render import render, render_caption, render_typing, sign_words
from handoff.conversation import Author, ConversationId
from handoff.signing import Signer
from handoff.store.records import decode_body, encode_body
from handoff.words import Body, Button, Word, WordKind

HERE = Address(4242, 10001)
CONVERSATION = ConversationId("tg-4242-10001")
SIGNER = Signer(b"k" * 32)


def test_text_leaves_plain_without_preview_whatever_is_in_it() -> None:
    call = render(HERE, Body("<b>*_[x](http://a.b)_* & \ud800"))

    assert call.method == "sendMessage"
    assert call.whole == {
        "chat_id": 10001,
        "text": "<b>*_[x](http://a.b)_* & �",
        "link_preview_options": {"is_disabled": True},
    }


def test_a_business_chat_names_its_connection() -> None:
    there = Address(4242, 10001, "bc-1")

    assert render(there, Body("Hi")).payload["business_connection_id"] == "bc-1"
    assert render_typing(there).payload["business_connection_id"] == "bc-1"


def test_each_button_becomes_what_it_does() -> None:
    rows = (
        (Button("查物流", action="signed"), Button("Site", url="https://shop.example")),
        (Button("Copy", copy="SF123"),),
    )

    call = render(HERE, Body("Choose", rows))

    assert call.markup == {
        "inline_keyboard": [
            [
                {"text": "查物流", "callback_data": "signed"},
                {"text": "Site", "url": "https://shop.example"},
            ],
            [{"text": "Copy", "copy_text": {"text": "SF123"}}],
        ]
    }


def test_the_phone_number_is_asked_for_by_a_keyboard_that_goes_away() -> None:
    call = render(HERE, Body("Share it?", ask_contact="分享手机号"))

    assert call.markup == {
        "keyboard": [[{"text": "分享手机号", "request_contact": True}]],
        "one_time_keyboard": True,
        "resize_keyboard": True,
    }


def test_the_keyboard_is_removed_only_by_a_message_without_buttons() -> None:
    plain = render(HERE, Body("Thanks"), remove_keyboard=True)
    with_buttons = render(HERE, Body("Thanks", ((Button("a", action="b"),),)), remove_keyboard=True)

    assert plain.markup == {"remove_keyboard": True}
    assert "inline_keyboard" in with_buttons.markup


def test_an_edit_changes_its_message_and_takes_no_keyboard() -> None:
    call = render(HERE, Body("Position 2", edits=31, ask_contact="x"), remove_keyboard=True)

    assert call.method == "editMessageText"
    assert call.payload["message_id"] == 31
    assert call.markup == {}


def test_an_attachment_carries_its_text_as_caption() -> None:
    call = render_caption(HERE, Body("Your invoice", attachment="f1"), picture=False)

    assert call.method == "sendDocument"
    assert call.whole == {"chat_id": 10001, "caption": "Your invoice"}


def test_buttons_are_signed_for_the_epoch_they_will_be_seen_in() -> None:
    buttons = ((Button("Track", action="track:WL1"), Button("Site", url="https://a.example")),)
    word = Word(WordKind.ANSWER, Author.BOT, Body("Hi", buttons))
    plain = Word(WordKind.NOTICE, Author.BOT, Body("Bye"))

    signed, untouched = sign_words([word, plain], SIGNER, conversation=CONVERSATION, epoch=2)

    track, site = signed.body.buttons[0]
    assert SIGNER.read_action(CONVERSATION, 2, track.action) == "track:WL1"
    assert SIGNER.read_action(CONVERSATION, 3, track.action) is None
    assert (site, untouched) == (buttons[0][1], plain)


def test_what_is_folded_is_marked_in_the_units_telegram_counts_in() -> None:
    text = "😀 已发货\n\n之前的记录：\n昨天 👍"
    start = text.index("之")

    call = render(HERE, Body(text, fold=(start, len(text))))

    assert call.payload["text"] == text
    (entity,) = call.payload["entities"]
    assert entity == {"type": "expandable_blockquote", "offset": 8, "length": 12}
    folded = text.encode("utf-16-le")[2 * 8 : 2 * (8 + 12)].decode("utf-16-le")
    assert folded == text[start:]


def test_a_body_is_read_back_as_it_was_written_down() -> None:
    body = Body("a\n\nb", ((Button("Copy", copy="1"),),), fold=(3, 4), edits=7)

    assert decode_body(encode_body(body)) == body
    assert encode_body(Body("plain")) == b'{"t":"plain"}'
