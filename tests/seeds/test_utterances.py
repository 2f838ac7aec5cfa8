import os
import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from bot.understanding.corpus import BLIND, Kind, Labelled, read_corpus, read_messages
from bot.understanding.reading import Emotion, Intent
from bot.understanding.weightfile import WEIGHTS, read_weights
from handoff.escalation import Reason
from handoff.knowledge.tables import Tables, load_tables
from handoff.text import normalise
from tests.seeds.near import near_pairs

SEEDS = Path(__file__).parents[2] / "seeds"
FOLDER = SEEDS / "utterances"
TOO_ALIKE = 0.7
GROWN = 0.15
GIVEN = os.environ.get("GIVEN_MESSAGES", "")  # a file of labelled messages that is not ours
DIGITS = re.compile(r"[\W_]+")
SPOKEN = re.compile(
    r"[一二两三四五六七八九十百千万半0-9]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
    r"teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|grand"
)


@pytest.fixture(scope="module")
def corpus() -> list[Labelled]:
    return read_corpus(FOLDER)


@pytest.fixture(scope="module")
def blind() -> list[Labelled]:
    return [
        each for path in sorted((FOLDER / BLIND).glob("*.jsonl")) for each in read_messages(path)
    ]


@pytest.fixture(scope="module")
def tables() -> Tables:
    return load_tables(SEEDS)


def squeezed(text: str) -> str:
    return DIGITS.sub("", unicodedata.normalize("NFKC", text)).upper()


def stated(message: Labelled, kind: Kind, value: str, tables: Tables) -> bool:
    normal = normalise(message.text)
    if kind is Kind.CARRIER:
        named = {carrier.name for carrier in tables.carriers.find_in(normal)}
        return (
            value in named
            or any(
                hit.carrier == value
                for number in message.entities.get(Kind.TRACKING_NO, ())
                for hit in tables.waybills.match(number)
            )
            or value.split()[0].lower() in normal
            or SLIPS.get(value, "-") in normal
        )
    if kind is Kind.AMOUNT:
        number = value.split()[-1]
        plain = squeezed(message.text)
        return squeezed(number).rstrip("0") in plain or SPOKEN.search(normal) is not None
    return squeezed(value) in squeezed(message.text) or (
        kind is Kind.PAYMENT_CODE and bool(tables.codes.lookup(value))
    )


# Carriers that are named with a slip of the finger, or by half.
SLIPS = {
    "SF Express": "顺风",
    "YTO Express": "元通",
    "China Post EMS": "邮正",
    "JD Logistics": "京东",
}


def test_there_is_enough_of_everything(corpus: list[Labelled]) -> None:
    tags = Counter(tag for message in corpus for tag in message.tags)
    intents = Counter(message.intent for message in corpus)
    emotions = Counter(message.emotion for message in corpus)
    reasons = Counter(reason for message in corpus for reason in message.handoff_reasons)
    talks = [message for message in corpus if message.context]

    assert len(corpus) >= 5_000
    assert tags["hard_negative"] >= 800
    assert len(talks) >= 60
    assert min(intents[each] for each in Intent) >= 100
    assert min(emotions[each] for each in Emotion) >= 100
    assert min(reasons[each] for each in Reason) >= 40
    assert {"zh", "en", "mixed"} == {message.language for message in corpus}
    assert {"traditional", "typo", "nopunct", "emoji", "voice", "multi_q"} <= set(tags)


def test_values_are_in_the_message_that_states_them(
    corpus: list[Labelled], blind: list[Labelled], tables: Tables
) -> None:
    unfounded = [
        (message.id, kind, value)
        for message in (*corpus, *blind)
        for kind, values in message.entities.items()
        for value in values
        if not stated(message, kind, value, tables)
    ]

    assert unfounded == []


def test_no_two_messages_are_nearly_the_same(corpus: list[Labelled], blind: list[Labelled]) -> None:
    messages = [*corpus, *blind]
    texts = ["\n".join([*(turn.text for turn in each.context), each.text]) for each in messages]

    alike = [
        (messages[a].id, messages[b].id, messages[b].text) for a, b in near_pairs(texts, TOO_ALIKE)
    ]

    assert alike == []


@pytest.mark.skipif(not GIVEN, reason="GIVEN_MESSAGES names no file of labelled messages")
def test_no_message_is_near_a_given_one(corpus: list[Labelled], blind: list[Labelled]) -> None:
    given = read_messages(Path(GIVEN))
    ours = [*corpus, *blind]
    texts = [message.text for message in (*given, *ours)]

    near = [
        (texts[one], ours[other - len(given)].id)
        for one, other in near_pairs(texts, TOO_ALIKE)
        if one < len(given) <= other
    ]

    assert near == []


def test_a_message_with_a_mistake_is_named(tmp_path: Path) -> None:
    from handoff.errors import SeedErrors

    path = tmp_path / "zh-wrong.jsonl"
    path.write_text(
        '{"text": "在吗", "intent": "greeting_thanks"}\n'
        '{"text": "在吗", "intent": "hello"}\n'
        '{"text": "急", "intent": "complaint", "priority": "high"}\n'
        '{"text": "急", "intent": "complaint", "mood": "angry"}\n',
        encoding="utf-8",
    )

    with pytest.raises(SeedErrors) as caught:
        read_corpus(tmp_path)

    places = [error.place for error in caught.value.errors]
    assert list(dict.fromkeys(places)) == ["line 2", "line 3", "line 4"]


def test_the_weights_are_trained_on_nearly_all_of_the_corpus(corpus: list[Labelled]) -> None:
    trained = read_weights(SEEDS / WEIGHTS).messages

    assert abs(len(corpus) - trained) <= GROWN * len(corpus), "run python -m bot train"
