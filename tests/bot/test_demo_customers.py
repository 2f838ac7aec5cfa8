import pytest
import yaml

from handoff.conversation import Contact
from tests.chat import SEEDS, Chat, chat_in, text_of

CUSTOMERS = yaml.safe_load((SEEDS / "demo/customers.yaml").read_text(encoding="utf-8"))


def _chat(customer) -> Chat:
    chat = chat_in()
    chat.contact = Contact(name=customer["first_name"], language=customer["language_code"])
    return chat


@pytest.mark.parametrize("tongue", ["zh", "en"])
@pytest.mark.parametrize("customer", CUSTOMERS["customers"], ids=lambda c: str(c["id"]))
async def test_everything_a_demo_customer_tries_ends_in_words_or_a_case(customer, tongue):
    for text in customer["tries"].get(tongue, ()):
        outcome = await _chat(customer).says(text)

        assert text_of(outcome), text


@pytest.mark.parametrize("customer", CUSTOMERS["customers"], ids=lambda c: str(c["id"]))
async def test_no_question_of_the_bot_is_repeated_word_for_word(customer):
    chat = _chat(customer)
    for tries in customer["tries"].values():
        for text in tries:
            await chat.says(text)

    questions = [said for said in chat.said if "？" in said or "?" in said or "请发" in said]
    assert len(questions) == len(set(questions))


async def test_a_story_from_question_to_person():
    lin = CUSTOMERS["customers"][0]
    chat = _chat(lin)

    for text in ("你好", "我的订单到哪了 W1000001", "1001"):
        await chat.says(text)
    outcome = await chat.says("转人工")

    assert "运输中" in "\n".join(chat.said)
    assert outcome.open_case is not None
