import pytest

from bot.heard import HeardKind
from bot.understanding.reading import Emotion, Intent, Signal
from handoff.conversation import Contact, Holder, MessageKind
from handoff.packet import decode_packet
from tests.chat import Chat, actions_of, chat_in, text_of

HELLO = {"intent": Intent.GREETING_THANKS}
ELSE = {"intent": Intent.OUT_OF_SCOPE}
EMOJI = "😊"


@pytest.fixture
def chat() -> Chat:
    return Chat(tongue="zh-Hans")


async def test_a_first_hello_gets_greeting_privacy_and_what_can_be_done():
    told = await Chat().says("你好", **HELLO)

    assert "林悦，您好" in text_of(told)
    assert "/privacy" in text_of(told)
    assert {"order", "track", "human"} <= set(actions_of(told))


async def test_a_first_question_is_answered_with_one_line_about_privacy():
    told = await Chat().says("退货运费谁出？", intent=Intent.RETURN_REFUND_POLICY)

    lines = text_of(told).split("\n\n")
    assert "来回运费" in lines[0]
    assert "/privacy" in lines[-1]
    assert len(told.words) == 1


async def test_the_privacy_line_is_said_once():
    chat = Chat()
    await chat.says("你好", **HELLO)

    again = await chat.says("你好", **HELLO)

    assert "/privacy" not in text_of(again)


@pytest.mark.parametrize(
    ("interface", "word"),
    [("zh-hans", "您好"), ("zh-hant", "歡迎"), ("zh-TW", "歡迎"), ("en", "Hello")],
)
async def test_start_speaks_the_language_of_the_interface(interface, word):
    chat = Chat()
    chat.contact = Contact(name="Mei", language=interface)

    assert word in text_of(await chat.commands("start"))


async def test_the_language_follows_the_message_until_one_is_chosen(chat):
    english = await chat.says(
        "Who pays for the return postage?", intent=Intent.RETURN_REFUND_POLICY
    )
    await chat.presses("lang:zh-Hant")
    chosen = await chat.says("Who pays for return postage?", intent=Intent.RETURN_REFUND_POLICY)

    assert "postage" in text_of(english)
    assert "運費" in text_of(chosen)


async def test_language_without_a_choice_offers_three(chat):
    told = await chat.commands("language")

    assert {"lang:zh-Hans", "lang:zh-Hant", "lang:en"} <= set(actions_of(told))


@pytest.mark.parametrize("command", ["help", "privacy", "menu", "nonsense"])
async def test_every_command_is_answered_with_a_way_to_a_person(chat, command):
    told = await chat.commands(command)

    assert text_of(told)
    assert "human" in actions_of(told)


@pytest.mark.parametrize(
    "text", ["你是机器人吗", "are you a bot?", "Am I talking to a human or are you a bot"]
)
async def test_the_bot_never_claims_to_be_a_person(text):
    told = text_of(await Chat(tongue="en").says(text, **ELSE))

    assert "不是真人" in told or "not a person" in told


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (MessageKind.STICKER, "表情"),
        (MessageKind.VOICE, "语音我还听不了"),
        (MessageKind.PHOTO, "文件收到"),
        (MessageKind.DOCUMENT, "文件收到"),
        (MessageKind.LOCATION, "请用文字"),
        (MessageKind.OTHER, "请用文字"),
    ],
)
async def test_what_is_not_words_is_acknowledged_and_kept(chat, kind, word):
    told = await chat.hears(chat.message("", kind))

    assert word in text_of(told)
    assert len(told.rows) == 1
    assert told.rows[0].attachments


async def test_a_photo_with_words_is_answered_by_the_words(chat):
    chat.reader.means("退货运费谁出？", Intent.RETURN_REFUND_POLICY)

    told = await chat.hears(chat.message("退货运费谁出？", MessageKind.PHOTO))

    assert "来回运费" in text_of(told)
    assert "文件收到" not in text_of(told)


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
async def test_an_empty_message_gets_a_friendly_hint(chat, text):
    assert "空白消息" in text_of(await chat.hears(chat.message(text)))


async def test_a_foreign_contact_card_binds_nothing(chat):
    told = await chat.hears(chat.heard(HeardKind.PHONE))

    assert "不是您自己的号码" in text_of(told)
    assert chat.state.contact.phone == ""


async def test_an_outdated_button_brings_a_fresh_menu(chat):
    told = await chat.hears(chat.heard(HeardKind.OUTDATED))

    assert {"order", "track", "human"} <= set(actions_of(told))


async def test_thanks_are_returned_lightly(chat):
    assert "不客气" in text_of(await chat.says("谢谢", **HELLO))


async def test_nobody_upset_sees_an_emoji(chat):
    glad = await chat.hears(chat.message("", MessageKind.STICKER))
    chat.reader.means("唉", Intent.OUT_OF_SCOPE, emotion=Emotion.SAD)
    sad = await chat.hears(chat.message("", MessageKind.STICKER), chat.message("唉"))

    assert EMOJI in text_of(glad)
    assert EMOJI not in text_of(sad)


async def test_unreachable_and_back_is_remembered_without_a_word(chat):
    gone = await chat.hears(chat.heard(HeardKind.UNREACHABLE))
    reachable = chat.state.contact.reachable
    await chat.hears(chat.heard(HeardKind.REACHABLE))

    assert (gone.words, reachable, chat.state.contact.reachable) == ((), False, True)


async def test_an_edit_is_answered_again_only_when_it_means_something_else(chat):
    await chat.says("退货运费谁出", intent=Intent.RETURN_REFUND_POLICY)
    number = chat.state.read[-1].message_id
    chat.reader.means("退货运费谁出？", Intent.RETURN_REFUND_POLICY)
    chat.reader.means("发票怎么开", Intent.INVOICE)

    same = await chat.hears(chat.message("退货运费谁出？", revises=number))
    other = await chat.hears(chat.message("发票怎么开", revises=number))

    assert (len(same.rows), same.words) == (1, ())
    assert "看到您改了消息" in text_of(other)
    assert "发票" in text_of(other)


async def test_an_expired_answer_is_decided_again_with_an_apology(chat):
    await chat.says("退货运费谁出", intent=Intent.RETURN_REFUND_POLICY)

    again = await chat.hears(chat.heard(HeardKind.EXPIRED, word=1))

    assert text_of(again).startswith("抱歉，刚才的回复耽搁了")
    assert "来回运费" in text_of(again)
    assert again.rows == ()


async def test_an_answer_nobody_knows_about_is_decided_again_once_and_then_a_person_gets_it(chat):
    await chat.says("退货运费谁出", intent=Intent.RETURN_REFUND_POLICY)
    unknown = {"word": 1, "payload": "unknown"}

    again = await chat.hears(chat.heard(HeardKind.UNDELIVERED, **unknown))
    handed = await chat.hears(chat.heard(HeardKind.UNDELIVERED, **(unknown | {"word": 2})))

    assert text_of(again).startswith("抱歉，刚才的回复耽搁了")
    assert again.open_case is None
    assert handed.open_case is not None
    assert handed.open_case.reason == "undelivered"


async def test_each_new_question_may_be_decided_again(chat):
    for word in (1, 3):
        await chat.says("退货运费谁出", intent=Intent.RETURN_REFUND_POLICY)

        again = await chat.hears(chat.heard(HeardKind.UNDELIVERED, word=word, payload="unknown"))

        assert again.open_case is None


async def test_a_refused_answer_becomes_a_case_that_says_why(chat):
    await chat.says("退货运费谁出", intent=Intent.RETURN_REFUND_POLICY)

    handed = await chat.hears(chat.heard(HeardKind.UNDELIVERED, word=1, payload="failed"))

    assert handed.open_case is not None
    packet = decode_packet(handed.open_case.packet)
    assert packet.wants == "退货运费谁出"
    assert "没有送达" in packet.evidence
    assert "没有送达" in packet.suggestion


async def test_who_waits_for_a_person_hears_nothing_of_a_refused_answer(chat):
    await chat.commands("human")

    outcome = await chat.hears(chat.heard(HeardKind.UNDELIVERED, word=2, payload="failed"))

    assert (outcome.words, outcome.open_case) == ((), None)


async def test_an_expired_menu_does_not_bring_up_an_older_question(chat):
    await chat.says("退货运费谁出", intent=Intent.RETURN_REFUND_POLICY)
    await chat.commands("help")

    again = await chat.hears(chat.heard(HeardKind.EXPIRED, word=2))

    assert text_of(again).startswith("抱歉，刚才的回复耽搁了")
    assert "运费" not in text_of(again)
    assert actions_of(again)


async def test_the_same_courtesy_is_not_said_in_the_same_words_twice_running(chat):
    said = [text_of(await chat.says("谢谢", **HELLO)) for _ in range(4)]

    assert len(set(said[:3])) == 3
    assert said[3] == said[0]


async def test_a_turn_that_is_decided_again_says_the_same(chat):
    before = chat.raw
    first = text_of(await chat.says("谢谢", **HELLO))
    chat.raw = before

    assert text_of(await chat.says("谢谢", **HELLO)) == first


@pytest.mark.parametrize(
    ("text", "word"), [("不用了", "好的，"), ("好的", "好的"), ("哦哦明白了", "好的")]
)
async def test_a_bare_yes_or_no_to_no_question_is_taken_kindly(chat, text, word):
    await chat.says("退货运费谁出？", intent=Intent.RETURN_REFUND_POLICY)

    told = text_of(await chat.says(text, **HELLO))

    assert word in told
    assert chat.state.misses == 0


async def test_a_yes_to_what_was_guessed_opens_it(chat):
    misread = frozenset({Signal.BOT_MISREAD})
    await chat.says("退货运费谁出？", intent=Intent.RETURN_REFUND_POLICY)
    await chat.says("不是，我问的是发票抬头怎么改", intent=Intent.INVOICE, signals=misread)
    guessed = chat.state.guess

    told = text_of(await chat.says("是的", **ELSE))

    assert guessed
    assert chat.state.article == guessed
    assert told


async def test_a_yes_after_two_misses_accepts_the_person_who_was_offered(chat):
    await chat.says("咕噜咕噜", confidence=0.1, **ELSE)
    await chat.says("叽里呱啦", confidence=0.1, **ELSE)

    await chat.says("好的", **HELLO)

    assert chat.holder is Holder.QUEUE


@pytest.mark.parametrize("text", ["是的", "没有照片"])
async def test_a_remark_while_waiting_is_told_to_the_agent_and_quotes_no_article(chat, text):
    await chat.says(
        "我要找真人", intent=Intent.HUMAN_REQUEST, signals=frozenset({Signal.ASKS_PERSON})
    )

    await chat.says(text, intent=Intent.PRODUCT_QUESTION, confidence=0.2)

    assert chat.state.article == ""
    assert chat.state.misses == 0


async def test_a_question_beside_a_bare_yes_or_no_is_answered(chat):
    told = await chat.says("好的", "退货运费谁出？", intent=Intent.RETURN_REFUND_POLICY)

    assert "来回运费" in text_of(told)


async def test_a_question_beside_a_bare_yes_is_answered_while_waiting_too(chat):
    await chat.commands("human")

    told = await chat.says("好的", "退货运费谁出？", intent=Intent.RETURN_REFUND_POLICY)

    assert "来回运费" in text_of(told)


async def test_signs_that_say_nothing_are_asked_about_and_not_refused(chat):
    refused = text_of(await chat.says("今天天气如何", **ELSE))
    asked = text_of(await chat.says("？？", **ELSE))

    assert "服务范围" in refused
    assert "服务范围" not in asked


async def test_who_keeps_writing_what_we_do_not_know_is_offered_a_person_and_then_gets_one(chat):
    first = text_of(await chat.says("wibble flurb grommet", **ELSE))
    second = text_of(await chat.says("zindle frop makko", **ELSE))
    await chat.says("quab dorf lindle", **ELSE)

    assert "outside what I know" in first
    assert "Talk to a person" in second
    assert chat.holder is Holder.QUEUE


@pytest.mark.parametrize("text", ["你能做什么？", "what can you do?", "And what else can you do"])
async def test_whoever_asks_what_the_assistant_can_do_is_told(text):
    told = await chat_in().says(text)

    assert "W1000001" in text_of(told)
    assert "topic:invoice" in actions_of(told)


async def test_what_can_be_done_about_a_trouble_is_another_question():
    told = text_of(await chat_in().says("What can you do about my lost parcel?"))

    assert "This is what I am good at" not in told
