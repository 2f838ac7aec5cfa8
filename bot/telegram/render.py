"""How a word looks on Telegram: a Bot API method and its payload.

It decides form only. Text goes out without markup, so nothing in it can break the message; what is
folded is marked beside it. Parts are cut before words are stored. Buttons are signed when the turn
ends (`sign_words`), because only the turn knows the epoch they belong to.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from bot.telegram.addresses import Address
from handoff.conversation import ConversationId
from handoff.graphemes import clean_text, utf16_units
from handoff.signing import Signer
from handoff.words import Body, Button, Word

CAPTION_LIMIT = 1024
_NO_PREVIEW = {"is_disabled": True}


class Call(msgspec.Struct, frozen=True):
    """One call of the Bot API; `markup` is kept apart because a refused call is said again without
    it.
    """

    method: str
    payload: dict[str, object]
    markup: dict[str, object] = msgspec.field(default_factory=dict)

    @property
    def whole(self) -> dict[str, object]:
        """The payload with its markup."""
        return {**self.payload, "reply_markup": self.markup} if self.markup else self.payload


def render(address: Address, body: Body, *, remove_keyboard: bool = False) -> Call:
    """The call that says `body`: a new message, or a change of an earlier one when the body
    `edits` it.

    `remove_keyboard` takes the contact-sharing keyboard away with a message that has no buttons of
    its own.
    """
    payload = _target(address)
    payload["text"] = clean_text(body.text)
    payload["link_preview_options"] = _NO_PREVIEW
    if body.fold[1]:
        payload["entities"] = [_folded(body)]
    if body.edits:
        payload["message_id"] = body.edits
        return Call("editMessageText", payload, _inline(body.buttons))
    return Call("sendMessage", payload, _markup(body, remove_keyboard))


def render_caption(address: Address, body: Body, *, picture: bool) -> Call:
    """The call that sends the body's attachment with its text as caption."""
    payload = _target(address)
    if body.text:
        payload["caption"] = clean_text(body.text)
    return Call("sendPhoto" if picture else "sendDocument", payload, _markup(body, False))


def render_buttons(address: Address, message_id: int, rows: Sequence[object]) -> Call:
    """The call that leaves only these buttons (as the Bot API spells them) under a message."""
    payload = {**_target(address), "message_id": message_id}
    return Call("editMessageReplyMarkup", payload | {"reply_markup": {"inline_keyboard": rows}})


def render_typing(address: Address) -> Call:
    """The call that shows "typing …" for some seconds."""
    return Call("sendChatAction", {**_target(address), "action": "typing"})


def sign_words(
    words: Sequence[Word], signer: Signer, *, conversation: ConversationId, epoch: int
) -> tuple[Word, ...]:
    """Sign the actions of all buttons for the epoch in which the customer will see them (after the
    commit).
    """
    return tuple(
        replace(word, body=_signed(word.body, signer, conversation, epoch))
        if word.body.buttons
        else word
        for word in words
    )


def _signed(body: Body, signer: Signer, conversation: ConversationId, epoch: int) -> Body:
    def sign(button: Button) -> Button:
        if not button.action:
            return button
        return replace(button, action=signer.sign_action(conversation, epoch, button.action))

    return replace(body, buttons=tuple(tuple(map(sign, row)) for row in body.buttons))


def _folded(body: Body) -> dict[str, object]:
    """The quote that shows three lines and opens with a tap; Telegram counts in UTF-16."""
    start, end = body.fold
    return {
        "type": "expandable_blockquote",
        "offset": utf16_units(body.text[:start]),
        "length": utf16_units(body.text[start:end]),
    }


def _target(address: Address) -> dict[str, object]:
    if address.business:
        return {"business_connection_id": address.business, "chat_id": address.chat_id}
    return {"chat_id": address.chat_id}


def _markup(body: Body, remove_keyboard: bool) -> dict[str, object]:
    if body.buttons:
        return _inline(body.buttons)
    if body.ask_contact:
        share = {"text": clean_text(body.ask_contact), "request_contact": True}
        return {"keyboard": [[share]], "one_time_keyboard": True, "resize_keyboard": True}
    return {"remove_keyboard": True} if remove_keyboard else {}


def _inline(rows: Sequence[Sequence[Button]]) -> dict[str, object]:
    if not rows:
        return {}
    return {"inline_keyboard": [[_button(button) for button in row] for row in rows]}


def _button(button: Button) -> dict[str, object]:
    face: dict[str, object] = {"text": clean_text(button.text)}
    if button.url:
        face["url"] = button.url
    elif button.copy:
        face["copy_text"] = {"text": clean_text(button.copy)}
    else:
        face["callback_data"] = button.action
    return face
