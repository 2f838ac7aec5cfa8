from pathlib import Path

import pytest

from bot.understanding.reading import Intent
from handoff.knowledge import Knowledge, Provider, Topic, Verified
from handoff.knowledge.schemas import MODELS, schema_text

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.mark.parametrize("name", MODELS)
def test_schema_files_say_what_the_code_says(name: str) -> None:
    path = SEEDS / "schemas" / f"{name}.json"

    assert path.read_text(encoding="utf-8") == schema_text(MODELS[name])


def test_topics_of_articles_are_the_intents_of_the_bot() -> None:
    assert [topic.value for topic in Topic] == [intent.value for intent in Intent]


def test_payment_codes_of_all_providers_are_there(knowledge: Knowledge) -> None:
    rows = knowledge.codes.rows

    assert len(rows) >= 231
    assert {row.provider for row in rows} == set(Provider)
    assert any(row.verified is Verified.NO for row in rows)


def test_every_code_finds_itself(knowledge: Knowledge) -> None:
    for row in knowledge.codes.rows:
        for spelling in (row.code, *row.aliases):
            assert any(
                found.code.replace("_", "") == row.code.replace("_", "")
                for found in knowledge.codes.lookup(spelling, row.provider)
            ), spelling


def test_what_customers_hear_of_codes_is_written_in_both_languages(knowledge: Knowledge) -> None:
    for row in knowledge.codes.rows:
        for said in (row.told, row.action):
            assert not said.zh.isascii()
            assert said.en.isascii() or "’" in said.en or "“" in said.en
            assert "你" not in said.zh
