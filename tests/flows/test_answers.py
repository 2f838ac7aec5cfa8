"""What a customer asks and what comes back, over real HTTP."""

import pytest

from handoff.conversation import Author, Holder, MessageKind
from tests.flows.product import Product

LIN_YUE, EMMA, MEI_LING, NOAH, SAM_RIVERA = 10001, 10002, 10003, 10005, 10007
LONG = "Where is my parcel? It was due days ago. " * 1000


async def test_first_contact_tells_what_is_kept_exactly_once(product: Product) -> None:
    said = await product.phone.start(EMMA)
    await product.phone.wait_for_reply(EMMA, after=said.message_id)
    await product.ask(EMMA, "Do you ship abroad?")

    assert sum("/privacy" in text for text in await product.heard(EMMA)) == 1


async def test_order_is_told_after_the_last_four_digits(product: Product) -> None:
    asked = await product.ask(LIN_YUE, "我的订单 W1000001 到哪了？")
    told = await product.ask(LIN_YUE, tail_of(product, LIN_YUE))

    assert "SF1234567890123" not in asked.text
    assert "SF1234567890123" in told.text


async def test_order_is_told_after_sharing_the_own_number(product: Product) -> None:
    await product.ask(EMMA, "What about my order W1000002?")
    shared = await product.phone.share_contact(EMMA)
    told = await product.phone.wait_for_reply(EMMA, after=shared.message_id)

    assert "W1000002" in told.text


async def test_shared_number_of_somebody_else_opens_nothing(product: Product) -> None:
    await product.ask(EMMA, "我的订单 W1000001 到哪了？")
    lin = product.exchange.world.customers[LIN_YUE]
    card = {"phone_number": lin.phone, "first_name": lin.first_name, "user_id": LIN_YUE}
    shared = await product.phone.share_contact(EMMA, card)
    told = await product.phone.wait_for_reply(EMMA, after=shared.message_id)

    assert "SF1234567890123" not in told.text


async def test_unknown_and_foreign_orders_sound_the_same(product: Product) -> None:
    await product.ask(EMMA, "Hello!")
    foreign = [await product.ask(EMMA, "Where is order W1000001?"), await product.ask(EMMA, "0000")]
    await product.ask(NOAH, "Hello!")
    unknown = [await product.ask(NOAH, "Where is order W9999999?"), await product.ask(NOAH, "0000")]

    assert [seen.text.replace("W1000001", "W9999999") for seen in foreign] == [
        seen.text for seen in unknown
    ]


@pytest.mark.parametrize(
    ("customer", "text", "expected"),
    [
        (NOAH, "My card says do_not_honor", "do_not_honor"),
        (LIN_YUE, "付款报错 ORDERPAID 怎么办", "ORDERPAID"),
        (MEI_LING, "付款時出現錯誤碼 NOTENOUGH 是什麼意思？", "餘額"),
    ],
)
async def test_payment_code_is_explained_in_the_customers_script(
    product: Product, customer: int, text: str, expected: str
) -> None:
    reply = await product.ask(customer, text)

    assert expected in reply.text


@pytest.mark.parametrize("kind", ["sticker", "voice", "photo", "document"])
async def test_what_cannot_be_read_gets_an_answer_and_is_kept(product: Product, kind: str) -> None:
    said = await product.phone.send(EMMA, kind)
    await product.phone.wait_for_reply(EMMA, after=said.message_id)

    row = (await product.conversation(EMMA)).transcript[0]
    assert row.kind is MessageKind(kind)


async def test_poll_and_place_get_an_answer(product: Product) -> None:
    poll = await product.phone.poll(EMMA, "Tea or coffee?", ["Tea", "Coffee"])
    await product.phone.wait_for_reply(EMMA, after=poll.message_id)
    place = await product.phone.share_location(EMMA, 31.2, 121.5)

    assert (await product.phone.wait_for_reply(EMMA, after=place.message_id)).text


async def test_album_is_one_turn(product: Product) -> None:
    said = await product.phone.album(EMMA, 4, caption="The box arrived like this")
    await product.phone.wait_for_reply(EMMA, after=said.message_id)

    first = (await product.conversation(EMMA)).transcript[0]
    assert len(first.attachments) == 4


async def test_forty_thousand_characters_are_read_and_kept(product: Product) -> None:
    for start in range(0, 40_000, 4096):  # Telegram itself cuts what is longer
        said = await product.phone.say(EMMA, LONG[start : start + 4096])
    await product.phone.wait_for_reply(EMMA, after=said.message_id)
    await product.all_read(EMMA)

    rows = (await product.conversation(EMMA)).transcript
    kept = "".join(row.text for row in rows if row.author is Author.CONTACT)
    assert kept.replace(" ", "") == LONG[:40_960].replace(" ", "")


async def test_short_lines_in_a_row_get_one_answer(product: Product) -> None:
    await product.ask(EMMA, "Hello!")
    for text in ("hi", "quick question", "about my card: do_not_honor, what is that?"):
        said = await product.phone.say(EMMA, text)
    await product.phone.wait_for_reply(EMMA, after=said.message_id)
    await product.ask(EMMA, "Thank you, that helps!")

    bubbles = await product.phone.history(EMMA)
    assert sum("do_not_honor" in seen.text for seen in bubbles if seen.from_bot) == 1


async def test_edit_after_the_answer_is_answered_when_it_changes_the_question(
    product: Product,
) -> None:
    said = await product.phone.say(NOAH, "My card says do_not_honor, why?")
    await product.phone.wait_for_reply(NOAH, after=said.message_id)

    await product.phone.edit(NOAH, said.message_id, "My card says insufficient_funds, why?")
    bubbles = await product.phone.wait_until(
        NOAH, lambda seen: any("insufficient_funds" in s.text for s in seen if s.from_bot)
    )

    assert bubbles


async def test_pressed_button_works_and_an_old_one_brings_a_fresh_menu(product: Product) -> None:
    said = await product.phone.start(EMMA)
    menu = await product.phone.wait_for_reply(EMMA, after=said.message_id)
    old = menu.message["reply_markup"]["inline_keyboard"][0][0]["callback_data"]

    await product.phone.press(EMMA, menu.id, text=menu.buttons[-1])
    await product.phone.wait_until(EMMA, lambda seen: seen[-1].from_bot and seen[-1].id > menu.id)
    handed = await product.conversation(EMMA)
    last = (await product.phone.history(EMMA))[-1].id
    pressed = menu.buttons[-1]
    used = await product.phone.wait_until(
        EMMA, lambda seen: [f"✓ {pressed}"] in [one.buttons for one in seen if one.id == menu.id]
    )
    await product.phone.press_unseen(EMMA, menu.id, old)
    fresh = await product.phone.wait_until(EMMA, lambda seen: seen[-1].id > last)

    assert handed.holder is Holder.QUEUE
    assert fresh[-1].buttons
    assert used


async def test_language_choice_sticks(product: Product) -> None:
    said = await product.phone.say(EMMA, "/language")
    choice = await product.phone.wait_for_reply(EMMA, after=said.message_id)
    chinese = next(label for label in choice.buttons if "简体" in label)
    await product.phone.press(EMMA, choice.id, text=chinese)
    await product.phone.wait_until(EMMA, lambda seen: seen[-1].id > choice.id)

    reply = await product.ask(EMMA, "My card says do_not_honor")

    assert "银行" in reply.text


async def test_three_misses_reach_a_person(product: Product) -> None:
    await product.ask(SAM_RIVERA, "Hello!")
    for text in ("wibble flurb grommet", "zindle frop makko", "quab dorf lindle"):
        await product.ask(SAM_RIVERA, text)

    assert (await product.case_of(SAM_RIVERA)).reason == "bot_failed"


async def test_undecodable_update_is_set_aside_and_the_next_is_answered(product: Product) -> None:
    await product.ask(EMMA, "Hello!")
    message = {"chat": {"id": "x", "type": "private"}, "from": {"id": 1, "is_bot": False}}
    await product.phone.inject_update({"message": message})

    reply = await product.ask(EMMA, "My card says do_not_honor")

    assert "do_not_honor" in reply.text
    assert await product.store.house.dead_letter_count() == 1


def tail_of(product: Product, customer: int) -> str:
    return product.exchange.world.customers[customer].phone[-4:]
