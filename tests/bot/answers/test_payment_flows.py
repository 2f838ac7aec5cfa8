from dataclasses import replace

import pytest

from bot.shop.demo import DemoShop
from bot.understanding.reading import Entities, Intent
from handoff.conversation import Holder
from handoff.knowledge import OrderStatus, Retry, same_advice
from handoff.shop import Payment
from tests.chat import Chat, actions_of, answerer, chat_in, text_of

PAY = {"intent": Intent.PAYMENT_ERROR}


def _code(code: str) -> Entities:
    return Entities(payment_code=(code,))


@pytest.fixture
def chat() -> Chat:
    return Chat(tongue="en")


async def test_a_code_tells_meaning_who_acts_and_the_next_step(chat):
    told = text_of(
        await chat.says("insufficient_funds", entities=_code("insufficient_funds"), **PAY)
    )

    assert "insufficient_funds: " in told
    assert "You can fix this from your side." in told
    assert len(told.splitlines()) >= 3


async def test_a_hidden_code_only_says_that_the_bank_declined(chat):
    hidden = [row for row in answerer().seeds.knowledge.codes.rows if not row.reveal]
    assert hidden

    for row in hidden:
        told = text_of(
            await Chat(tongue="en").says(
                f"{row.provider} {row.code}", entities=_code(row.code), **PAY
            )
        )
        assert row.meaning.en not in told
        assert not any(word in told.lower() for word in ("stolen", "lost", "fraud", "blacklist"))


async def test_a_code_that_moves_money_says_to_look_before_paying_again(chat):
    told = text_of(await chat.says("SYSTEMERROR", entities=_code("SYSTEMERROR"), **PAY))

    assert "please do not pay twice" in told


async def test_an_ambiguous_code_asks_which_wallet_and_remembers_the_answer(chat):
    ambiguous = _ambiguous_code()
    asked = await chat.says(f"code {ambiguous}", entities=_code(ambiguous), **PAY)
    wallets = [action for action in actions_of(asked) if action.startswith("wallet:")]

    told = await chat.presses(wallets[0])

    assert len(wallets) >= 2
    assert ambiguous in text_of(asked)
    assert text_of(told)
    assert chat.state.asks == ""


async def test_an_unknown_code_is_admitted_and_a_person_offered(chat):
    told = await chat.says("error code 7788_x", **PAY)

    assert "no record of code 7788_x" in text_of(told)
    assert "human" in actions_of(told)


async def test_a_code_for_a_person_is_explained_in_the_one_notice(chat):
    row = next(r for r in answerer().seeds.knowledge.codes.rows if r.needs_human == "yes")
    chat.remember(wallet=str(row.provider))

    outcome = await chat.says(row.code, entities=_code(row.code), **PAY)

    assert outcome.open_case is not None
    assert outcome.open_case.reason == "payment"
    assert row.told.en in text_of(outcome)
    assert "passed you to my colleagues" in text_of(outcome)
    assert len(outcome.words) == 1


async def test_a_proved_order_tells_whether_it_was_paid(chat):
    chat.remember(proven=("W1000005",), order_no="W1000005")
    entities = Entities(order_no=("W1000005",), payment_code=("do_not_honor",))

    told = await chat.says("W1000005 do_not_honor", entities=entities, **PAY)

    assert "no payment for order W1000005 (USD 129)" in text_of(told)


async def test_a_payment_question_without_code_finds_its_article(chat):
    told = await chat.says("Which payment methods do you take?", **PAY)

    assert "PayPal" in text_of(told)


async def test_a_payment_that_fails_without_any_hint_asks_for_the_code(chat):
    told = await chat.says("qwzx payment zzz", **PAY)

    assert "send me the error code" in text_of(told)
    assert chat.state.misses == 1


def _ambiguous_code() -> str:
    codes = answerer().seeds.knowledge.codes
    for row in codes.rows:
        rows = codes.lookup(row.code)
        if len(rows) > 1 and not same_advice(rows):
            return row.code
    raise AssertionError("the seeds hold no ambiguous code")


def links_of(outcome):
    return [b.url for word in outcome.words for row in word.body.buttons for b in row if b.url]


async def test_a_code_that_may_be_paid_again_offers_the_page_and_another_way(chat):
    chat.remember(proven=("W1000005",), order_no="W1000005")

    outcome = await chat.says("insufficient_funds", entities=_code("insufficient_funds"), **PAY)

    assert links_of(outcome) == ["https://shop.example/pay/W1000005"]
    assert "article:payment-methods" in actions_of(outcome)


async def test_nothing_to_pay_with_is_offered_where_money_may_have_moved(chat):
    rows = answerer().seeds.knowledge.codes.rows
    risky = [row for row in rows if row.retry in (Retry.CHECK_FIRST, Retry.NO) and row.reveal]
    asked = 0

    for row in risky:
        fresh = Chat(tongue="en")
        fresh.remember(proven=("W1000005",), order_no="W1000005")
        outcome = await fresh.says(f"{row.provider} {row.code}", entities=_code(row.code), **PAY)
        if row.action.en in text_of(outcome):
            asked += 1
            assert links_of(outcome) == []
            assert "article:payment-methods" not in actions_of(outcome)

    assert asked > 5


async def test_who_has_paid_is_offered_no_way_to_pay_again(chat):
    chat.remember(proven=("W1000001",), order_no="W1000001")
    paid = await chat.shop.find("W1000001")
    assert paid is not None
    payment = Payment(chat.now, paid.total, "Visa", paid=True)
    chat.shop = DemoShop([replace(paid, payments=(payment,), pay_url="https://a.example")], [])

    outcome = await chat.says("insufficient_funds", entities=_code("insufficient_funds"), **PAY)

    assert links_of(outcome) == []
    assert "article:payment-methods" not in actions_of(outcome)


async def test_every_code_that_was_named_is_explained_in_order(chat):
    codes = ("do_not_honor", "insufficient_funds", "lost_card")

    told = text_of(await chat.says(" ".join(codes), entities=Entities(payment_code=codes), **PAY))

    assert told.index("1. do_not_honor:") < told.index("2. insufficient_funds:") < told.index("3. ")
    assert "lost_card" not in told


async def test_a_charge_that_shows_stops_paying_again_and_calls_a_person(chat):
    told = await chat.says("SYSTEMERROR", entities=_code("SYSTEMERROR"), **PAY)
    charged = next(action for action in actions_of(told) if action.startswith("charged:"))

    handed = await chat.presses(charged)

    assert handed.open_case is not None
    assert "please do not pay again" in text_of(handed)
    assert "payment/money-may-have-moved" in chat.state.packet.verdict


async def test_when_to_pay_again_is_told_with_a_time(chat):
    told = text_of(
        await chat.says("issuer_not_available", entities=_code("issuer_not_available"), **PAY)
    )

    assert "after today at 12:10" in told


SAID = {"intent": Intent.OUT_OF_SCOPE, "confidence": 0.3}


@pytest.mark.parametrize(
    ("code", "said", "told", "handed"),
    [
        ("do_not_honor", "my bank says it's fine", "30 minutes", False),
        ("do_not_honor", "tried another card, same thing", "let us pause", True),
        ("SYSTEM_ERROR", "but the money left my account", "do not pay again", True),
    ],
)
async def test_what_became_of_a_payment_after_its_code_is_gone_on_from(
    english, code, said, told, handed
):
    entities = Entities(payment_code=(code,))
    await english.says(f"it says {code}", intent=Intent.PAYMENT_ERROR, entities=entities)

    answer = await english.says(said, **SAID)

    assert told in text_of(answer)
    assert (answer.open_case is not None) is handed


@pytest.mark.parametrize("said", ["it's a unionpay card", "unionpay", "UnionPay?"])
async def test_whose_code_it_is_may_be_told_behind_it(english, said):
    await english.says("error 51", intent=Intent.PAYMENT_ERROR, entities=_code("51"))

    told = text_of(await english.says(said, intent=Intent.PAYMENT_ERROR))

    assert "51 means the same with UnionPay." in told
    assert "top up" in told


@pytest.mark.parametrize(
    ("first", "corrected", "told"),
    [
        ("UnionPay", "no, visa", "The bank could not finish this payment"),
        ("Visa", "sorry, unionpay", "The payment system was busy"),
    ],
)
async def test_a_code_that_means_something_else_there_is_explained_anew(
    english, first, corrected, told
):
    asked = {"intent": Intent.PAYMENT_ERROR, "entities": _code("92")}
    before = text_of(await english.says(f"{first} says 92", **asked))

    after = text_of(await english.says(corrected, intent=Intent.PAYMENT_ERROR))

    assert told not in before
    assert told in after


@pytest.mark.parametrize(
    "said",
    [
        *("paid by visa now, thanks", "not unionpay", "I don't have unionpay", "i'll try paypal"),
        *("用银联付成功了", "换银联可以了", "不是银联"),
    ],
)
async def test_what_it_was_not_or_is_now_paid_with_is_no_word_of_whose_code_it_is(english, said):
    await english.says("error 51", intent=Intent.PAYMENT_ERROR, entities=_code("51"))

    told = text_of(await english.says(said, intent=Intent.PAYMENT_ERROR))

    assert told
    assert "pay once more" not in told
    assert "重新支付" not in told


async def test_asking_for_another_way_behind_a_code_is_no_word_of_whose_it_is(english):
    await english.says("error 51", intent=Intent.PAYMENT_ERROR, entities=_code("51"))

    told = text_of(await english.says("can I use paypal instead", intent=Intent.PAYMENT_ERROR))

    assert "We take WeChat Pay" in told


async def test_the_same_words_without_a_code_before_are_no_answer_about_a_payment(english):
    told = await english.says("my bank says it's fine", **SAID)

    assert told.open_case is None
    assert "automatic check" not in text_of(told)


async def test_whether_a_wallet_can_be_used_is_no_failed_payment(chat):
    told = text_of(await chat.says("可以用LINE Pay付款吗", intent=Intent.PAYMENT_ERROR))

    assert "支付宝" in told
    assert "报错代码" not in told


async def test_a_page_that_stays_stuck_after_what_we_advised_brings_a_person(chat):
    await chat.says("付不了款，一直转圈", intent=Intent.PAYMENT_ERROR)

    stuck = await chat.says("试了三次了", **SAID)

    assert "先停一停" in text_of(stuck)
    assert stuck.open_case.reason == "payment"


@pytest.mark.parametrize("status", [OrderStatus.DRAFT, OrderStatus.PAYMENT_FAILED])
@pytest.mark.parametrize("asked", ["W1000005 怎么样了", "再看看 W1000005"])
async def test_nobody_whose_money_has_left_is_told_to_pay_again(chat, asked, status):
    unpaid = await chat.shop.find("W1000005")
    chat.shop = DemoShop([replace(unpaid, status=status)], [])
    chat.remember(proven=("W1000005",), order_no="W1000005")
    chat.holder = Holder.QUEUE
    await chat.says("扣了两次款", intent=Intent.PAYMENT_ERROR)

    told = await chat.says(asked, intent=Intent.ORDER_STATUS)

    assert "先别再付款" in text_of(told)
    assert not any(button.url for word in told.words for row in word.body.buttons for button in row)


async def test_a_code_a_wallet_does_not_have_is_not_explained_as_its_own(english):
    await english.says("do_not_honor", intent=Intent.PAYMENT_ERROR, entities=_code("do_not_honor"))

    told = text_of(await english.says("it's a unionpay card", intent=Intent.PAYMENT_ERROR))

    assert told
    assert "do_not_honor means the same" not in told


async def test_another_code_of_a_wallet_is_explained_itself(english):
    await english.says("error 51", intent=Intent.PAYMENT_ERROR, entities=_code("51"))

    told = text_of(await english.says("And error 92 of UnionPay?", intent=Intent.PAYMENT_ERROR))

    assert "92: " in told
    assert "51" not in told


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("it's a Visa", "the same with any card. Please use another card"),
        ("paid by visa now, thanks", "Once the order shows as paid"),
        ("it worked with paypal", "Once the order shows as paid"),
        ("paid with visa but it declined", ""),
        ("so did it go through? I paid with visa?", ""),
        ("the payment went through twice", ""),
        ("it went through but no email", ""),
    ],
)
async def test_what_became_of_a_declined_payment_is_heard(english, said, told):
    await english.says("do_not_honor", intent=Intent.PAYMENT_ERROR, entities=_code("do_not_honor"))

    answer = text_of(await english.says(said, intent=Intent.PAYMENT_ERROR))

    assert told in answer
    assert ("Once the order shows" in answer) is told.startswith("Once")
    assert "We take WeChat Pay" not in answer or not told


async def test_what_a_wallet_tells_of_its_balance_is_not_said_of_cards(english):
    code = "ACQ.BUYER_BALANCE_NOT_ENOUGH"
    await english.says(code, intent=Intent.PAYMENT_ERROR, entities=_code(code))

    told = text_of(await english.says("it's a Visa", intent=Intent.PAYMENT_ERROR))

    assert "any card" not in told


async def test_after_a_decline_the_bank_that_sees_nothing_is_no_swindler():
    chat = chat_in("en")
    await chat.says("my card was declined do_not_honor")

    fine = text_of(await chat.says("i called the bank they say all fine"))
    twice = text_of(await chat.says("ok paid, but i see two charges"))

    assert "automatic check" in fine
    assert "error code" not in twice
