import re
import shutil
from pathlib import Path

import pytest
import yaml

from bot.answering import Answerer
from bot.dialog import plan_turn
from bot.facts import Facts
from bot.manners import Manners
from bot.state import State
from bot.understanding.reading import Intent
from bot.voice import Voice
from handoff.shop import Parcel, ParcelEvent, TrackingStatus
from handoff.speech.guard import Fault, Finding
from handoff.text import Language
from tests.chat import NOON, SEEDS, Chat, answerer, text_of

ZH, HANT, EN = Language.ZH_HANS, Language.ZH_HANT, Language.EN


class Mending:
    def __init__(self) -> None:
        self.told: list[Finding] = []
        guard = answerer().seeds.manners._guard
        self.manners = Manners(guard, self.told.append)

    def said(self, text: str, language: Language, facts: Facts | None = None) -> str:
        seeds = answerer().seeds
        return self.manners.well_said(text, Voice(seeds.book, language, seeds.hours, NOON), facts)


@pytest.mark.parametrize(
    ("text", "language", "fault"),
    [
        ("订单已发出。包裹大概明天到。", ZH, Fault.HEDGE),
        ("訂單已發出。我們會盡快處理。", HANT, Fault.TIMELESS),
        ("Your order is out. It should arrive on Friday.", EN, Fault.HEDGE),
    ],
)
def test_only_the_faulty_sentence_makes_way(text: str, language: Language, fault: Fault) -> None:
    mending = Mending()

    said = mending.said(text, language)

    first = text[: text.index("。" if language.is_chinese else ".") + 1]
    assert said.startswith(first)
    assert said != text
    assert [finding.fault for finding in mending.told] == [fault]


def test_what_was_put_in_place_is_well_said_itself_and_stands_once() -> None:
    mending = Mending()

    said = mending.said("I am not sure. It might be late. Perhaps not.", EN)

    assert said.count("Talk to a person") == 1
    assert mending.said(said, EN) == said


def test_a_clean_reply_stays_as_it_is_and_nobody_is_told() -> None:
    mending = Mending()
    text = "您好！\n\n订单 W1000001：已发货。\n\n1. 打开页面\n2. 点“转人工”"

    assert mending.said(text, ZH) == text
    assert mending.said(text, ZH) == text
    assert mending.told == []


def test_names_of_goods_and_a_carriers_own_words_are_facts() -> None:
    scan = ParcelEvent(NOON, "It might rain in the depot")
    facts = Facts(parcels={"SF1": Parcel("SF1", "SF", TrackingStatus.IN_TRANSIT, (scan,))})
    mending = Mending()
    text = "Latest: today 12:00, It might rain in the depot"

    assert mending.said(text, EN, facts) == text
    assert mending.said(text, EN) != text


def test_a_phrase_that_somebody_spoilt_does_not_reach_the_customer(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    shutil.copytree(SEEDS, seeds)
    book = seeds / "phrasebook" / "en.yaml"
    kind = "You are very welcome!"
    spoilt = book.read_text(encoding="utf-8").replace(kind, "That's our policy.")
    book.write_text(spoilt, encoding="utf-8")
    told: list[Finding] = []
    chat = Chat(tongue="en")
    chat.reader.means("Thank you", Intent.GREETING_THANKS)
    heard = [chat.message("Thank you")]
    plan = plan_turn(State.decode(chat.raw), chat.turn(), heard, chat.reader, NOON)

    outcome = Answerer.load(seeds, told.append).answer(plan, Facts(), NOON)

    assert "policy" not in text_of(outcome)
    assert [finding.rule for finding in told] == ["the-rule"]


SLOT = re.compile(r"\{(\w+)\}")
FOR_AGENTS = ("button.", "expectation.", "packet.", "tried.", "why.")
FILLED = {
    Language.EN: {"when": "Monday at 09:00", "zone": "Beijing time", "wait": "within 5 minutes"},
    Language.ZH_HANS: {"when": "周一 09:00", "zone": "北京时间", "wait": "5 分钟内"},
}


@pytest.mark.parametrize("language", FILLED)
def test_no_phrase_is_mended_once_its_times_are_filled_in(language: Language) -> None:
    mending = Mending()
    book = yaml.safe_load((SEEDS / f"phrasebook/{language[:2]}.yaml").read_text(encoding="utf-8"))
    phrases = {k: v for k, v in book.items() if not k.startswith(FOR_AGENTS) and isinstance(v, str)}

    for phrase in phrases.values():
        told = SLOT.sub(lambda slot: FILLED[language].get(slot[1], "3"), phrase)
        assert mending.said(told, language) == told

    assert len(phrases) > 100


def test_what_is_mended_behind_half_a_sentence_begins_a_new_one() -> None:
    said = Mending().said("Please keep your phone near; the courier will call.", EN)

    assert said.startswith("Please keep your phone near. A colleague")
